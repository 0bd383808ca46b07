package nonzero

// Transpose exchanges rows and columns of a block of 64 by 64 bits: what was bit k of word i
// becomes bit i of word k. It takes about 0.15 microseconds.
func Transpose(block *[group]uint64) {
	// Of blocks of 2*size by 2*size bits, the upper right and the lower left quarter change
	// places, for each size from the largest on.
	mask := uint64(1<<32 - 1) // of the lower halves
	for size := uint(group / 2); size > 0; size /= 2 {
		for first := uint(0); first < group; first += 2 * size {
			upper, lower := block[first:][:size], block[first+size:][:size]
			for i, word := range upper {
				differing := (word>>(size%64) ^ lower[i]) & mask
				upper[i] ^= differing << (size % 64)
				lower[i] ^= differing
			}
		}
		mask ^= mask << (size / 2 % 64)
	}
}
