//go:build !purego

package zlib

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// vectorLoops says that the processor, and the system, have what decodeSymbols is
// made of.
var vectorLoops = cpu.X86.HasAVX2 && cpu.X86.HasBMI2

// vectorBytes is how many bytes a vector has.
const vectorBytes = 32

// How far from the ends of the stream and of the result decodeSymbols stops: it
// loads eight bytes of the stream, and writes up to two vectors from where a match
// begins, or fewer than two behind its end.
const (
	vectorInput  = 8
	vectorOutput = 2 * vectorBytes
)

// vectorRound is about how many bytes decodeSymbols writes at the most, since nothing
// can interrupt a goroutine in it.
const vectorRound = 1 << 20

// A vectorLoop is where decodeSymbols stands, and how far it may go: no load begins
// beyond inLimit, and no symbol beyond outLimit, except the second of two literals;
// and no match ends there.
type vectorLoop struct {
	src, dst      *byte
	in, inLimit   int
	out, outLimit int
	bits, n       uint64 // as in symbolsFast
}

// A repetition is how to repeat the last dist bytes for as long as a vector is.
type repetition struct {
	// Which of the first sixteen of these bytes goes where. With the high bit set,
	// the byte goes where it would if the whole vector was copied.
	shuffle [vectorBytes]uint8
	// The least multiple of dist that is no less than a vector: the bytes that
	// follow can be copied from so far before.
	period uint64
	_      [24]uint8
}

// decodeSymbols shifts where it would have to multiply.
var _ [1 << 6]byte = [unsafe.Sizeof(repetition{})]byte{}

// repetitions are for distances up to that of a vector, from which on bytes are
// just copied.
var repetitions = makeRepetitions()

func makeRepetitions() *[vectorBytes + 1]repetition {
	var list [vectorBytes + 1]repetition
	for dist := 1; dist <= vectorBytes; dist++ {
		r := &list[dist]
		for i := range r.shuffle {
			r.shuffle[i] = uint8(i % dist)
			if i < dist && (i >= 16 || dist == vectorBytes) {
				r.shuffle[i] = 1 << 7
			}
		}
		r.period = uint64((dist + vectorBytes - 1) / dist * dist)
	}
	return &list
}

// decodeSymbols decodes symbols up to the first that begins or would end too near
// to an end, or is none of a literal and a match that is all right. It is for
// others to say what to do with that.
//
//go:noescape
func decodeSymbols(l *vectorLoop, t *tables, r *[vectorBytes + 1]repetition)

// symbolsVectors decodes symbols of a block for as long as that can be done without
// a look at anything out of the ordinary. It never takes the symbol that ends the
// block, nor one in which there is an error, and stops where there are enough
// bytes, or before.
func (s *stream) symbolsVectors(t *tables) {
	s.fit()
	inLimit := len(s.src) - vectorInput
	outLimit := min(len(s.dst)-vectorOutput, s.enough-1, s.out+vectorRound)
	if s.in > inLimit || s.out > outLimit {
		return
	}
	l := vectorLoop{
		src: unsafe.SliceData(s.src), in: s.in, inLimit: inLimit,
		dst: unsafe.SliceData(s.dst), out: s.out, outLimit: outLimit,
		bits: s.bits, n: uint64(s.n),
	}
	decodeSymbols(&l, t, repetitions)
	s.in, s.out = l.in, l.out
	s.n = uint(l.n & 63)
	s.bits = l.bits & (1<<s.n - 1)
}
