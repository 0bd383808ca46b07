package loom_test

import (
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// BenchmarkReading measures the operations that read, on 1,000 x 2,000 float32, of which 7 % are not
// zero, in 20 clusters. Bytes are those of all elements, whatever part of them is read.
func BenchmarkReading(b *testing.B) {
	const rows, cols = 1000, 2000
	path := filepath.Join(b.TempDir(), "bench.loom")
	m := denseOf(b, rows, cols, func(i, j int) float32 {
		if k := (i*cols + j) * 2654435761 >> 7; k%100 < 7 {
			return float32(k%9 + 1)
		}
		return 0
	})
	clusters := make([]int64, cols)
	for i := range clusters {
		clusters[i] = int64(i * 7 % 20)
	}
	labels, err := hdf5.NewArray(clusters)
	if err != nil {
		b.Fatal(err)
	}
	err = loom.Create(b.Context(), path, map[string]loom.Matrix{"": m}, nil, map[string]*loom.Array{"Clusters": labels}, nil)
	if err != nil {
		b.Fatal(err)
	}
	ds, err := loom.Open(path, loom.SkipValidation())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ds.Close() })

	measure := func(name string, operation func(b *testing.B) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(4 * rows * cols)
			b.ReportAllocs()
			for b.Loop() {
				if err := operation(b); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	measure("Read", func(b *testing.B) error {
		_, err := ds.Matrix().Read(b.Context(), loom.All(), loom.All())
		return err
	})
	measure("Sparse", func(b *testing.B) error {
		_, err := ds.Matrix().Sparse(b.Context(), loom.All(), loom.All())
		return err
	})
	measure("CSC", func(b *testing.B) error {
		_, err := loom.CSCAs[float32](b.Context(), ds.Matrix(), loom.All(), loom.All())
		return err
	})
	measure("CSR", func(b *testing.B) error {
		_, err := loom.CSRAs[float32](b.Context(), ds.Matrix(), loom.All(), loom.All())
		return err
	})
	for _, axis := range []loom.Axis{loom.Rows, loom.Columns} {
		measure("Scan/"+axis.String(), func(b *testing.B) error {
			for _, err := range ds.Scan(b.Context(), axis) {
				if err != nil {
					return err
				}
			}
			return nil
		})
		measure("Map/"+axis.String(), func(b *testing.B) error {
			_, err := ds.Map(b.Context(), axis, loom.Mean, loom.Std)
			return err
		})
	}
	measure("Aggregate", func(b *testing.B) error {
		_, err := ds.Aggregate(b.Context(), loom.GroupBy("Clusters"), loom.Mean)
		return err
	})
}
