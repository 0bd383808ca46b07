//go:build !purego

package nonzero

import "golang.org/x/sys/cpu"

// vectors says that the processor, and the system, have vectors of 32 bytes.
var vectors = cpu.X86.HasAVX2

// masks makes the masks of whole groups of elements, of which the bits of keep count.
func masks(dst []uint64, values []byte, width int, keep uint64) {
	if !vectors {
		wordMasks(dst, values, width, keep)
		return
	}
	if len(dst) == 0 {
		return
	}
	_ = values[group*width*len(dst)-1] // so much the assembly reads
	switch width {
	case 1:
		masks1(&dst[0], &values[0], len(dst), keep)
	case 2:
		masks2(&dst[0], &values[0], len(dst), keep)
	case 4:
		masks4(&dst[0], &values[0], len(dst), keep)
	default:
		masks8(&dst[0], &values[0], len(dst), keep)
	}
}

// These set n masks at dst, n at least 1, of the 64*n elements at values, of one, two,
// four and eight bytes.

//go:noescape
func masks1(dst *uint64, values *byte, n int, keep uint64)

//go:noescape
func masks2(dst *uint64, values *byte, n int, keep uint64)

//go:noescape
func masks4(dst *uint64, values *byte, n int, keep uint64)

//go:noescape
func masks8(dst *uint64, values *byte, n int, keep uint64)
