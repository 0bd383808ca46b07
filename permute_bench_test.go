package loom_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
)

// BenchmarkPermute permutes a file of 2,000 x 3,000 float32, of which 7 % are not
// zero, in place.
func BenchmarkPermute(b *testing.B) {
	const rows, cols = 2000, 3000
	path := filepath.Join(b.TempDir(), "bench.loom")
	m := denseOf(b, rows, cols, func(i, j int) float32 {
		if k := (i*cols + j) * 2654435761 >> 7; k%100 < 7 {
			return float32(k%9 + 1)
		}
		return 0
	})
	if err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
		b.Fatal(err)
	}
	ds := connect(b, path, loom.SkipValidation())
	for _, axis := range []loom.Axis{loom.Rows, loom.Columns} {
		b.Run(fmt.Sprint(axis), func(b *testing.B) {
			b.SetBytes(4 * rows * cols)
			b.ReportAllocs()
			ordering := permutation(1, lengthOf(ds, axis))
			for b.Loop() {
				if err := ds.Permute(b.Context(), ordering, axis); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
