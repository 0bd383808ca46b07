package numpytext

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Wherever numpy's choices are those of strconv, digit generation in exact
// arithmetic and the fast way come to the same.
func TestGenerateAgreesWithStrconv(t *testing.T) {
	extents := []extent{
		shortest,
		{least: 0, most: precision},
		{relative: true, least: shortest.least, most: precision},
		{relative: true, least: 3, most: 3},
		{relative: true, least: 0, most: 0},
		{relative: true, least: 8, most: 8},
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		v := randomFloat(r)
		for _, size := range []int{16, 32, 64} {
			v := roundTo(v, size)
			if v == 0 || !isFinite(v) {
				continue
			}
			for _, e := range extents {
				if !e.relative && v < 1e-4 {
					continue // written with an exponent
				}
				var fast, exact decimal
				fast.set(v, size, e)
				exact.generate(v, size, e)
				if fmt.Sprint(fast) != fmt.Sprint(exact) {
					t.Fatalf("%x of %d bits, %+v: %s by strconv, %s in exact arithmetic", v, size, e,
						fast.appendScientific(nil), exact.appendScientific(nil))
				}
			}
		}
	}
}

func BenchmarkAppendFloat32(b *testing.B) {
	for name, v := range map[string]float32{"count": 3, "fraction": 0.6931472, "power of two": 0.25} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 32)
			for b.Loop() {
				buf = AppendFloat32(buf[:0], v)
			}
		})
	}
}
