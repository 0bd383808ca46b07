package loom_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
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

// BenchmarkAddColumns adds 100 columns to a file of 1,500, in place, and takes the
// file back.
func BenchmarkAddColumns(b *testing.B) {
	dense := benchMatrix(b)
	rows, _ := dense.Dims()
	added := denseOf(b, rows, 100, func(i, j int) float32 { return dense.Row(i)[j] })
	benchmarkAdd(b, dense, 4*len(added.Raw()), func(ds *loom.Conn) error {
		_, err := ds.AddColumns(b.Context(), map[string]loom.Matrix{"": added}, nil)
		return err
	})
}

// BenchmarkAddLoom adds a file of 1,500 columns, whose rows come in another order, to one of as
// many, in place, and takes the file back.
func BenchmarkAddLoom(b *testing.B) {
	dense := benchMatrix(b)
	rows, _ := dense.Dims()
	path := filepath.Join(b.TempDir(), "other.loom")
	err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": dense}, benchKeys(b, permutation(1, rows)), nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkAdd(b, dense, 4*len(dense.Raw()), func(ds *loom.Conn) error {
		_, err := ds.AddLoom(b.Context(), path, loom.ByKey("Accession"))
		return err
	})
}

// benchmarkAdd measures what adds so many bytes of elements to a file.
func benchmarkAdd(b *testing.B, dense *sparse.Dense[float32], size int, add func(*loom.Conn) error) {
	rows, _ := dense.Dims()
	keys := make([]int, rows)
	for i := range keys {
		keys[i] = i
	}
	path := filepath.Join(b.TempDir(), "one.loom")
	if err := loom.Create(b.Context(), path, map[string]loom.Matrix{"": dense}, benchKeys(b, keys), nil, nil); err != nil {
		b.Fatal(err)
	}
	original, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if err := os.WriteFile(path, original, 0o666); err != nil {
			b.Fatal(err)
		}
		ds, err := loom.Connect(path, loom.SkipValidation())
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := add(ds); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := ds.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// benchKeys are row attributes with a key for each number.
func benchKeys(b *testing.B, numbers []int) map[string]*loom.Array {
	keys := make([]string, len(numbers))
	for i, n := range numbers {
		keys[i] = fmt.Sprint("G", n)
	}
	values, err := hdf5.NewArray(keys)
	if err != nil {
		b.Fatal(err)
	}
	return map[string]*loom.Array{"Accession": values}
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
