package finite

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// specials are what All has to find, and others what it must not take for them.
var (
	specials = []float32{
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.Float32frombits(0x7f800001), math.Float32frombits(0xff800001), math.Float32frombits(0xffffffff),
	}
	others = []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, math.MaxFloat32, -math.MaxFloat32,
		math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, math.Float32frombits(0x007fffff),
	}
)

// TestAllFindsOneAnywhere has one special value at each place of values of all lengths up to some
// blocks, at all places within a vector, and between other special values that do not belong to them.
func TestAllFindsOneAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	memory := make([]float32, 3*block+16)
	for n := range 3*block + 1 {
		for start := range 9 {
			for i := range memory {
				memory[i] = specials[rng.IntN(len(specials))]
			}
			values := memory[start+1:][:n]
			for i := range values {
				values[i] = others[rng.IntN(len(others))]
			}
			check(t, values, true)
			for i, v := range values {
				values[i] = specials[rng.IntN(len(specials))]
				check(t, values, false)
				values[i] = v
			}
		}
	}
}

func check(t *testing.T, values []float32, want bool) {
	t.Helper()
	if got := All(values); got != want {
		t.Fatalf("All of %d values is %v, want %v: %v", len(values), got, want, values)
	}
	if got := each(values); got != want {
		t.Fatalf("each of %d values is %v, want %v: %v", len(values), got, want, values)
	}
}

func TestAllKnowsEveryExponent(t *testing.T) {
	values := make([]float32, 2*block)
	for high := range uint32(1 << 16) {
		v := math.Float32frombits(high<<16 | 1)
		values[high%2*block+high/2%block] = v
		want := !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
		if got := All(values); got != want {
			t.Fatalf("All with %v (%#x) is %v, want %v", v, math.Float32bits(v), got, want)
		}
		clear(values)
	}
}

func BenchmarkAll(b *testing.B) {
	for _, n := range []int{64, 4096} {
		values := make([]float32, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				if !All(values) {
					b.Fatal("zeros are not finite")
				}
			}
		})
	}
}
