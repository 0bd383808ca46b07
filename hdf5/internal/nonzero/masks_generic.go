//go:build !amd64 || purego

package nonzero

// masks makes the masks of whole groups of elements, of which the bits of keep count.
func masks(dst []uint64, values []byte, width int, keep uint64) {
	wordMasks(dst, values, width, keep)
}
