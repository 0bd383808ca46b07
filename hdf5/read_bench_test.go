package hdf5_test

import (
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// benchRows and benchCols are the shape of the matrix that reading is measured on.
const benchRows, benchCols = 1000, 2000

// benchMatrix makes a matrix of float32 in chunks of 64 x 64, of which 7 % are not zero.
func benchMatrix(b *testing.B) *hdf5.Dataset {
	b.Helper()
	values := make([]float32, benchRows*benchCols)
	for i := range values {
		if k := i * 2654435761 >> 7; k%100 < 7 {
			values[i] = float32(k%9 + 1)
		}
	}
	path := filepath.Join(b.TempDir(), "bench.h5")
	err := hdf5.Create(b.Context(), path, func(tx *hdf5.Tx) error {
		a, err := hdf5.NewArray(values, benchRows, benchCols)
		if err != nil {
			return err
		}
		spec := hdf5.DatasetSpec{Type: a.Type(), Shape: a.Shape(), Chunks: []int{64, 64}, Deflate: 2}
		if err := tx.CreateDataset("/matrix", spec); err != nil {
			return err
		}
		return tx.Write(b.Context(), "/matrix", a)
	})
	if err != nil {
		b.Fatal(err)
	}
	f, err := hdf5.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	d, err := f.Dataset("/matrix")
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkRead reads parts of a matrix densely. Bytes are those of the result.
func BenchmarkRead(b *testing.B) {
	d := benchMatrix(b)
	some := make([]int, 100)
	for i := range some {
		some[i] = i * benchCols / len(some)
	}
	for _, part := range []struct {
		name       string
		rows, cols hdf5.Selector
	}{
		{"all", hdf5.All(), hdf5.All()},
		{"row", hdf5.At(benchRows / 2), hdf5.All()},
		{"column", hdf5.All(), hdf5.At(benchCols / 2)},
		{"columns", hdf5.All(), hdf5.Indices(some)},
	} {
		b.Run(part.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a, err := d.Read(b.Context(), part.rows, part.cols)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(4 * a.Len()))
			}
		})
	}
}

// BenchmarkStreamNonZeros streams the elements of a matrix that are not zero, in their type and in
// another. Bytes are those of all elements.
func BenchmarkStreamNonZeros(b *testing.B) {
	d := benchMatrix(b)
	b.Run("float32", func(b *testing.B) { benchmarkStream[float32](b, d) })
	b.Run("float64", func(b *testing.B) { benchmarkStream[float64](b, d) })
}

func benchmarkStream[T hdf5.Number](b *testing.B, d *hdf5.Dataset) {
	b.SetBytes(4 * benchRows * benchCols)
	b.ReportAllocs()
	for b.Loop() {
		total := 0
		count := func(nz *hdf5.NonZeros[T]) (int, error) { return len(nz.Values), nil }
		err := hdf5.StreamNonZeros(b.Context(), d, hdf5.All(), hdf5.All(), count, func(n int) error {
			total += n
			return nil
		})
		if err != nil || total == 0 {
			b.Fatalf("%d elements, error %v", total, err)
		}
	}
}
