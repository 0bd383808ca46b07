package zlib

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Whatever the counts, the code has a word for each symbol that occurs, none longer
// than allowed, leaves no bits over, and makes rarer symbols no shorter.
func TestCodeLengths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	var m codeMaker
	for round := range 4000 {
		size := 2 + rng.IntN(numLiterals-1)
		limit := maxCodeLen
		if round%2 == 0 {
			size, limit = numCodeLens, maxCodeLenLen
		}
		counts := make([]uint32, size)
		a, b := uint32(1), uint32(1)
		for _, sym := range rng.Perm(size)[:rng.IntN(size+1)] {
			switch round % 5 {
			case 0:
				counts[sym] = 1 + rng.Uint32N(9)
			case 1:
				counts[sym] = 1 << rng.IntN(31)
			case 2:
				if counts[sym] = a; b < 1<<30 {
					a, b = b, a+b // the deepest trees
				}
			default:
				counts[sym] = 1 + rng.Uint32N(1<<rng.IntN(20))
			}
		}
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			lens := make([]uint8, size)
			m.lengths(lens, counts, limit)
			space := 0
			for sym, n := range lens {
				if counts[sym] > 0 && n == 0 || int(n) > limit {
					t.Fatalf("%d bits for a symbol that occurs %d times, at most %d can be", n, counts[sym], limit)
				}
				if n > 0 {
					space += 1 << (limit - int(n))
				}
			}
			if space != 1<<limit {
				t.Errorf("words take %d of %d", space, 1<<limit)
			}
			for i := range lens {
				for k := range lens {
					if lens[i] > 0 && lens[k] > 0 && counts[i] > counts[k] && lens[i] > lens[k] {
						t.Fatalf("%d bits for a symbol that occurs %d times, %d for one that does %d times", lens[i], counts[i], lens[k], counts[k])
					}
				}
			}
		})
	}
}

// A code without a limit in its way has the least cost that there is: that of adding
// the two least weights until one is left.
func TestCodeLengthsAreOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	var m codeMaker
	for range 300 {
		counts := make([]uint32, 2+rng.IntN(100))
		for i := range counts {
			counts[i] = 1 + rng.Uint32N(50)
		}
		lens := make([]uint8, len(counts))
		m.lengths(lens, counts, maxCodeLen)
		cost := 0
		for sym, n := range lens {
			cost += int(n) * int(counts[sym])
		}
		weights, least := append([]uint32(nil), counts...), 0
		for len(weights) > 1 {
			for k := range 2 {
				for i := k + 1; i < len(weights); i++ {
					if weights[i] < weights[k] {
						weights[i], weights[k] = weights[k], weights[i]
					}
				}
			}
			least += int(weights[0] + weights[1])
			weights = append(weights[2:], weights[0]+weights[1])
		}
		if cost != least {
			t.Fatalf("%d bits, want %d", cost, least)
		}
	}
}
