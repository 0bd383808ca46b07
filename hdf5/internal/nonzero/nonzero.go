// Package nonzero says which elements of an array of numbers are not zero, 64 of
// them in a word.
//
// Whoever goes through a matrix of counts has a few non-zero elements to find among many
// zeros. To look at one element after the other is slow: nobody can guess which is
// not zero, and the processor waits for each wrong guess. From a mask, they come one
// after the other with [math/bits.TrailingZeros64], and no guess is needed.
//
// On amd64 with AVX2 it is vector instructions that look (masks_amd64.s); elsewhere, and
// with the build tag purego, they are words of eight bytes (words.go).
package nonzero

import "fmt"

// group is how many elements a mask has.
const group = 64

// Masks sets bit k of dst[i] where element 64*i+k of values is not zero, for all i below
// Words(n) for n elements; bits behind the last element are zero. Elements are numbers of
// width bytes (1, 2, 4 or 8) in the machine's byte order, at any address; len(values) is a
// multiple of width. With float they are floating point numbers, of which both the
// positive and the negative zero are zero, and NaN is not.
//
// The elements of a chunk with lines of 64 make one mask for each line. 4,096 elements
// of four bytes take about 0.2 microseconds with AVX2, and less than 2 without.
//
// It panics if width is another one, or if dst is shorter than Words(n).
func Masks(dst []uint64, values []byte, width int, float bool) {
	if width != 1 && width != 2 && width != 4 && width != 8 {
		panic(fmt.Sprintf("elements of %d bytes", width))
	}
	size := group * width // bytes
	whole := len(values) / size
	dst = dst[:Words(len(values)/width)]
	keep := significant(width, float)
	masks(dst[:whole], values[:whole*size], width, keep)
	if rest := values[whole*size:]; len(rest) >= width {
		var padded [group * 8]byte
		copy(padded[:], rest)
		masks(dst[whole:], padded[:size], width, keep)
	}
}

// Words returns how many masks there are of n elements: one for each 64, the last of
// which may be fewer.
func Words(n int) int { return (n + group - 1) / group }
