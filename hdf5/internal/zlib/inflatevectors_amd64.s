//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// LOOKUP leaves in DX the entry of a literal or a length that the first of bits choose.
#define LOOKUP(bits) \
	MOVL bits, DX                      \
	ANDL $(1<<const_literalBits-1), DX \
	MOVL tables_literals(R8)(DX*4), DX

// REFILL adds whole bytes of the stream, as many as there is room for, to the bits that are in
// R12, which it spoils: 56 bits or more are in AX then.
#define REFILL \
	SHLXQ CX, (SI), AX \
	ORQ   R12, AX      \
	MOVQ  CX, R12      \
	NOTQ  R12          \
	SHRQ  $3, R12      \
	ANDL  $7, R12      \
	ADDQ  R12, SI      \
	ORQ   $56, CX

// PUT takes the literal DX, leaves the bits after it in R12, and writes it.
#define PUT(bits) \
	SHRXQ DX, bits, R12           \
	SUBQ  DX, CX                  \
	SHRL  $const_entryPayload, DX \
	MOVB  DX, (DI)                \
	INCQ  DI

// COPY copies the 32 bytes from R13 + offset on to DI + offset.
#define COPY(offset) \
	VMOVDQU offset(R13), Y0 \
	VMOVDQU Y0, offset(DI)

// func decodeSymbols(l *vectorLoop, t *tables, r *[vectorBytes + 1]repetition)
//
// What takes time here are the steps from a symbol to where the next one begins,
// and branches that cannot be predicted. So the entry of the next symbol is looked
// up before a match is copied; and how many bytes are copied depends on a branch only where
// there are more than 64, and in no way on the distance.
//
//	SI src+in    R9  src+inLimit    AX bits   DX the entry that the first of them choose
//	DI dst+out   R10 dst+outLimit   CX n      BX length, later the end, of a match
//	R8 t         R11 dst            R14 r     R12, R13, R15 what is at hand
//
// The processor counts shifts, and BZHI counts bits, with the low bits of an
// entry; see there for what the others are.
TEXT ·decodeSymbols(SB), NOSPLIT, $0-24
	MOVQ l+0(FP), BX
	MOVQ t+8(FP), R8
	MOVQ r+16(FP), R14
	MOVQ vectorLoop_src(BX), SI
	MOVQ SI, R9
	ADDQ vectorLoop_in(BX), SI
	ADDQ vectorLoop_inLimit(BX), R9
	MOVQ vectorLoop_dst(BX), R11
	MOVQ R11, DI
	MOVQ R11, R10
	ADDQ vectorLoop_out(BX), DI
	ADDQ vectorLoop_outLimit(BX), R10
	MOVQ vectorLoop_bits(BX), R12
	MOVQ vectorLoop_n(BX), CX
	REFILL
	LOOKUP(AX)

symbol:
	// If out is beyond outLimit, then a literal was just taken, and the next is none.
	CMPQ  SI, R9
	JHI   stop
	TESTL DX, DX
	JMI   literal
	TESTL $const_entrySpecial, DX
	JNE   special

	// A match. Until it is sure to be all right, AX and CX stay as they are.
	SHRXQ   DX, AX, R12
	MOVBLZX R12, R13                             // distBits
	MOVL    tables_distances(R8)(R13*4), R13     // entry of the distance
	TESTL   $const_entrySpecial, R13
	JNE     stop
	BZHIQ   DX, AX, BX
	MOVL    DX, R15
	SHRL    $8, R15
	SHRXQ   R15, BX, BX                          // extra bits
	SHRL    $(const_entryPayload-8), R15
	ADDL    R15, BX                              // length
	LEAQ    (DI)(BX*1), R15
	CMPQ    R15, R10
	JHI     stop
	ADDL    R13, DX                              // low byte: what both take, 36 bits at the most
	BZHIQ   R13, R12, R15
	SHRXQ   R13, R12, R12
	SHRL    $8, R13
	SHRXQ   R13, R15, R15                        // extra bits
	SHRL    $(const_entryPayload-8), R13
	ADDL    R13, R15                             // distance
	MOVQ    DI, R13
	SUBQ    R15, R13                             // from
	CMPQ    R13, R11
	JCS     stop
	SUBQ    DX, CX
	LOOKUP(R12)
	REFILL

	// The first vector: shuffled, or just copied.
	MOVL           $const_vectorBytes, R12
	CMPQ           R15, R12
	CMOVQCS        R15, R12
	SHLQ           $6, R12
	ADDQ           R14, R12                      // repetition
	VMOVDQU        repetition_shuffle(R12), Y1
	VBROADCASTI128 (R13), Y0
	VPSHUFB        Y1, Y0, Y0
	VPBLENDVB      Y1, (R13), Y0, Y0
	VMOVDQU        Y0, (DI)

	// The second, if it is wanted: to load what was just stored in other pieces takes long. If it
	// is not, then whatever is in the repetition.
	CMPQ    R15, $const_vectorBytes
	CMOVQCS repetition_period(R12), R15
	MOVQ    DI, R13
	SUBQ    R15, R13
	CMPQ    BX, $32
	CMOVQHI R13, R12
	VMOVDQU 32(R12), Y0
	VMOVDQU Y0, 32(DI)
	CMPQ    BX, $64
	JHI     long
	ADDQ    BX, DI
	JMP     symbol

long:
	ADDQ DI, BX

more:
	COPY(64)
	COPY(96)
	ADDQ $64, R13
	ADDQ $64, DI
	LEAQ 64(DI), R12
	CMPQ R12, BX
	JCS  more
	MOVQ BX, DI
	JMP  symbol

literal:
	PUT(AX)
	LOOKUP(R12)
	TESTL DX, DX
	JMI   second
	REFILL
	JMP   symbol

second:
	PUT(R12)
	LOOKUP(R12)
	REFILL
	CMPQ DI, R10
	JLS  symbol

stop:
	MOVQ l+0(FP), BX
	SUBQ vectorLoop_src(BX), SI
	SUBQ R11, DI
	MOVQ SI, vectorLoop_in(BX)
	MOVQ DI, vectorLoop_out(BX)
	MOVQ AX, vectorLoop_bits(BX)
	MOVQ CX, vectorLoop_n(BX)
	VZEROUPPER
	RET

special:
	// Of all entries that are special only literals of many bits are taken here.
	TESTL $const_entrySubtable, DX
	JEQ   stop
	SHRXQ DX, AX, R12
	MOVL  DX, R13
	SHRL  $8, R13
	ANDL  $0xf, R13
	BZHIQ R13, R12, R13
	MOVL  DX, R15
	SHRL  $const_entryPayload, R15
	ADDL  R15, R13
	ANDL  $(const_literalEntries-1), R13
	MOVL  tables_literals(R8)(R13*4), R13
	TESTL R13, R13
	JPL   stop
	SUBQ  DX, CX
	MOVL  R13, DX
	JMP   second
