package nonzero

import (
	"math/rand/v2"
	"testing"
)

// Every bit of a block is where its row and its column are exchanged, whether few are set or many.
func TestTranspose(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, some := range []int{0, 1, 10, 300, 4000, 100_000} {
		var block, transposed [64]uint64
		for range some {
			block[rng.IntN(64)] |= 1 << rng.IntN(64)
		}
		transposed = block
		Transpose(&transposed)
		for i := range 64 {
			for k := range 64 {
				if block[i]>>k&1 != transposed[k]>>i&1 {
					t.Fatalf("%d bits: bit %d of word %d is %d, bit %d of word %d is not", some, k, i, block[i]>>k&1, i, k)
				}
			}
		}
	}
}

func BenchmarkTranspose(b *testing.B) {
	var block [64]uint64
	for i := range block {
		block[i] = rand.Uint64()
	}
	for b.Loop() {
		Transpose(&block)
	}
}
