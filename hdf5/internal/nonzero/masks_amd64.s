//go:build !purego

#include "textflag.h"

// Each function compares 32 bytes of elements at a time with zero, which leaves all bits
// of an element set if it is zero, narrows these elements to a byte each, and takes the
// upper bits of 32 bytes for half a mask. What remains is to invert it.
//
// PACK instructions narrow the two halves (lanes) of their operands apart, so that the
// bytes are out of order in the end. One permutation puts that right.
//
//	DI dst  SI values  CX masks to go  Y14 zero  Y15 keep

#define BEGIN \
	MOVQ         dst+0(FP), DI    \
	MOVQ         values+8(FP), SI \
	MOVQ         n+16(FP), CX     \
	VPBROADCASTQ keep+24(FP), Y15 \
	VPXOR        Y14, Y14, Y14

// STORE makes a mask of its halves in AX and DX.
#define STORE \
	SHLQ $32, DX   \
	ORQ  DX, AX    \
	NOTQ AX        \
	MOVQ AX, (DI)  \
	ADDQ $8, DI

// func masks1(dst *uint64, values *byte, n int, keep uint64)
TEXT ·masks1(SB), NOSPLIT, $0-32
	BEGIN

loop1:
	VPAND     (SI), Y15, Y0
	VPAND     32(SI), Y15, Y1
	VPCMPEQB  Y14, Y0, Y0
	VPCMPEQB  Y14, Y1, Y1
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, DX
	ADDQ      $64, SI
	STORE
	DECQ      CX
	JNZ       loop1
	VZEROUPPER
	RET

// func masks2(dst *uint64, values *byte, n int, keep uint64)
TEXT ·masks2(SB), NOSPLIT, $0-32
	BEGIN

loop2:
	VPAND     (SI), Y15, Y0
	VPAND     32(SI), Y15, Y1
	VPAND     64(SI), Y15, Y2
	VPAND     96(SI), Y15, Y3
	VPCMPEQW  Y14, Y0, Y0
	VPCMPEQW  Y14, Y1, Y1
	VPCMPEQW  Y14, Y2, Y2
	VPCMPEQW  Y14, Y3, Y3
	VPACKSSWB Y1, Y0, Y0
	VPACKSSWB Y3, Y2, Y2
	VPERMQ    $0xd8, Y0, Y0 // quarters 0, 2, 1, 3
	VPERMQ    $0xd8, Y2, Y2
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y2, DX
	ADDQ      $128, SI
	STORE
	DECQ      CX
	JNZ       loop2
	VZEROUPPER
	RET

// The eighths of 32 elements of four bytes as PACK leaves them: 0, 2, 4, 6, then 1, 3, 5, 7.
DATA eighths<>+0(SB)/8, $0x0000000400000000
DATA eighths<>+8(SB)/8, $0x0000000500000001
DATA eighths<>+16(SB)/8, $0x0000000600000002
DATA eighths<>+24(SB)/8, $0x0000000700000003
GLOBL eighths<>(SB), RODATA|NOPTR, $32

// func masks4(dst *uint64, values *byte, n int, keep uint64)
TEXT ·masks4(SB), NOSPLIT, $0-32
	BEGIN
	VMOVDQU eighths<>(SB), Y13

loop4:
	VPAND     (SI), Y15, Y0
	VPAND     32(SI), Y15, Y1
	VPAND     64(SI), Y15, Y2
	VPAND     96(SI), Y15, Y3
	VPAND     128(SI), Y15, Y4
	VPAND     160(SI), Y15, Y5
	VPAND     192(SI), Y15, Y6
	VPAND     224(SI), Y15, Y7
	VPCMPEQD  Y14, Y0, Y0
	VPCMPEQD  Y14, Y1, Y1
	VPCMPEQD  Y14, Y2, Y2
	VPCMPEQD  Y14, Y3, Y3
	VPCMPEQD  Y14, Y4, Y4
	VPCMPEQD  Y14, Y5, Y5
	VPCMPEQD  Y14, Y6, Y6
	VPCMPEQD  Y14, Y7, Y7
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKSSDW Y5, Y4, Y4
	VPACKSSDW Y7, Y6, Y6
	VPACKSSWB Y2, Y0, Y0
	VPACKSSWB Y6, Y4, Y4
	VPERMD    Y0, Y13, Y0
	VPERMD    Y4, Y13, Y4
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y4, DX
	ADDQ      $256, SI
	STORE
	DECQ      CX
	JNZ       loop4
	VZEROUPPER
	RET

// In each half, byte k of the lower eight bytes goes to pair k/2 from the lower end, and
// that of the upper eight behind it.
DATA pairs<>+0(SB)/8, $0x0b0a030209080100
DATA pairs<>+8(SB)/8, $0x0f0e07060d0c0504
DATA pairs<>+16(SB)/8, $0x0b0a030209080100
DATA pairs<>+24(SB)/8, $0x0f0e07060d0c0504
GLOBL pairs<>(SB), RODATA|NOPTR, $32

// HALF8 leaves in Y0 a byte for each of the 32 elements of eight bytes at off(SI). After
// PACK, a half has two of each four elements in turn: its first quarter interleaved with
// the third one, in pairs, is what comes first.
#define HALF8(off) \
	VPAND     (off)(SI), Y15, Y0     \
	VPAND     (off+32)(SI), Y15, Y1  \
	VPAND     (off+64)(SI), Y15, Y2  \
	VPAND     (off+96)(SI), Y15, Y3  \
	VPAND     (off+128)(SI), Y15, Y4 \
	VPAND     (off+160)(SI), Y15, Y5 \
	VPAND     (off+192)(SI), Y15, Y6 \
	VPAND     (off+224)(SI), Y15, Y7 \
	VPCMPEQQ  Y14, Y0, Y0            \
	VPCMPEQQ  Y14, Y1, Y1            \
	VPCMPEQQ  Y14, Y2, Y2            \
	VPCMPEQQ  Y14, Y3, Y3            \
	VPCMPEQQ  Y14, Y4, Y4            \
	VPCMPEQQ  Y14, Y5, Y5            \
	VPCMPEQQ  Y14, Y6, Y6            \
	VPCMPEQQ  Y14, Y7, Y7            \
	VPACKSSDW Y1, Y0, Y0             \
	VPACKSSDW Y3, Y2, Y2             \
	VPACKSSDW Y5, Y4, Y4             \
	VPACKSSDW Y7, Y6, Y6             \
	VPACKSSDW Y2, Y0, Y0             \
	VPACKSSDW Y6, Y4, Y4             \
	VPACKSSWB Y4, Y0, Y0             \
	VPERMQ    $0xd8, Y0, Y0          \
	VPSHUFB   Y13, Y0, Y0

// func masks8(dst *uint64, values *byte, n int, keep uint64)
TEXT ·masks8(SB), NOSPLIT, $0-32
	BEGIN
	VMOVDQU pairs<>(SB), Y13

loop8:
	HALF8(0)
	VPMOVMSKB Y0, AX
	HALF8(256)
	VPMOVMSKB Y0, DX
	ADDQ      $512, SI
	STORE
	DECQ      CX
	JNZ       loop8
	VZEROUPPER
	RET
