//go:build !purego

#include "textflag.h"

// What the bytes of a block count in weighted: 64 for the first, 1 for the last.
DATA weights<>+0(SB)/8, $0x393a3b3c3d3e3f40
DATA weights<>+8(SB)/8, $0x3132333435363738
DATA weights<>+16(SB)/8, $0x292a2b2c2d2e2f30
DATA weights<>+24(SB)/8, $0x2122232425262728
DATA weights<>+32(SB)/8, $0x191a1b1c1d1e1f20
DATA weights<>+40(SB)/8, $0x1112131415161718
DATA weights<>+48(SB)/8, $0x090a0b0c0d0e0f10
DATA weights<>+56(SB)/8, $0x0102030405060708
GLOBL weights<>(SB), RODATA|NOPTR, $64

// TOTAL leaves the sum of the four quadwords of a vector in r.
#define TOTAL(y, x, r) \
	VEXTRACTI128 $1, y, X6    \
	VPADDQ       X6, x, x     \
	VPSHUFD      $0x4e, x, X6 \
	VPADDQ       X6, x, x     \
	VMOVQ        x, r

// func sumBlocks(p *byte, blocks int) (sum, before, weighted uint64)
//
// Products of a byte and its weight are added in pairs (VPMADDUBSW), at most
// 255*(64+63), which fits into 16 bits with a sign; then these in pairs (VPMADDWD), and
// both halves of a block: at most 255*(64+63+62+61+32+31+30+29) = 94,860, which fits
// into 32 bits 45,276 times.
//
//	Y0, Y1 the block   Y2 sum   Y3 before   Y4 weighted, doublewords
TEXT ·sumBlocks(SB), NOSPLIT, $0-40
	MOVQ     p+0(FP), SI
	MOVQ     blocks+8(FP), CX
	VMOVDQU  weights<>+0(SB), Y12
	VMOVDQU  weights<>+32(SB), Y13
	VPXOR    Y14, Y14, Y14
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15 // ones
	VPXOR    Y2, Y2, Y2
	VPXOR    Y3, Y3, Y3
	VPXOR    Y4, Y4, Y4

loop:
	VMOVDQU    (SI), Y0
	VMOVDQU    32(SI), Y1
	VPADDQ     Y2, Y3, Y3
	VPSADBW    Y14, Y0, Y6  // against zero: the sum of each eight bytes
	VPSADBW    Y14, Y1, Y7
	VPADDQ     Y7, Y6, Y6
	VPADDQ     Y6, Y2, Y2
	VPMADDUBSW Y12, Y0, Y0
	VPMADDUBSW Y13, Y1, Y1
	VPMADDWD   Y15, Y0, Y0
	VPMADDWD   Y15, Y1, Y1
	VPADDD     Y1, Y0, Y0
	VPADDD     Y0, Y4, Y4
	ADDQ       $64, SI
	DECQ       CX
	JNZ        loop

	VPSRLQ $32, Y4, Y5
	VPSLLQ $32, Y4, Y4
	VPSRLQ $32, Y4, Y4
	VPADDQ Y5, Y4, Y4
	TOTAL(Y2, X2, AX)
	TOTAL(Y3, X3, BX)
	TOTAL(Y4, X4, DX)
	MOVQ   AX, sum+16(FP)
	MOVQ   BX, before+24(FP)
	MOVQ   DX, weighted+32(FP)
	VZEROUPPER
	RET
