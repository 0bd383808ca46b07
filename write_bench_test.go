package loom_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

// benchMatrix is 1,000 x 1,500 float32, of which 7 % are not zero.
func benchMatrix(b *testing.B) *sparse.Dense[float32] {
	const rows, cols = 1000, 1500
	return denseOf(b, rows, cols, func(i, j int) float32 {
		if k := (i*cols + j) * 2654435761 >> 7; k%100 < 7 {
			return float32(k%9 + 1)
		}
		return 0
	})
}

func BenchmarkCreate(b *testing.B) {
	dense := benchMatrix(b)
	for name, m := range map[string]loom.Matrix{"dense": dense, "csr": dense.ToCSR(), "csc": dense.ToCSC(), "coo": dense.ToCOO()} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "new.loom")
			b.SetBytes(int64(4 * len(dense.Raw())))
			b.ReportAllocs()
			for b.Loop() {
				if err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCombine puts a file beside itself.
func BenchmarkCombine(b *testing.B) {
	dense := benchMatrix(b)
	path := filepath.Join(b.TempDir(), "one.loom")
	if err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": dense}, nil, nil, nil); err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(b.TempDir(), "two.loom")
	b.SetBytes(int64(8 * len(dense.Raw())))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := loom.Combine(b.Context(), out, []loom.Source{{Path: path}, {Path: path}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExport(b *testing.B) {
	dense := benchMatrix(b)
	path := filepath.Join(b.TempDir(), "one.loom")
	if err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": dense}, nil, nil, nil); err != nil {
		b.Fatal(err)
	}
	ds := connect(b, path, loom.SkipValidation())
	b.SetBytes(int64(4 * len(dense.Raw())))
	b.ReportAllocs()
	for b.Loop() {
		if err := ds.ExportTo(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
