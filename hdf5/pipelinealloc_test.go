package hdf5_test

import (
	"testing"

	"github.com/goloom/loom/hdf5"
)

// TestChunksCostNoAllocations reads a matrix with many more chunks than another one. What is allocated for each of them, in
// any kind of read, would be most of what is allocated at all.
func TestChunksCostNoAllocations(t *testing.T) {
	if hdf5.RaceEnabled {
		t.Skip("pools are emptied at random under -race")
	}
	small, large := chunkedMatrix(t, 10), chunkedMatrix(t, 50)
	const chunks = 50*50 - 10*10
	for name, read := range map[string]func(d *hdf5.Dataset) error{
		"dense": func(d *hdf5.Dataset) error {
			return hdf5.ReadInto(t.Context(), d, make([]float32, d.Shape()[0]*d.Shape()[1]))
		},
		"compressed": func(d *hdf5.Dataset) error {
			_, err := hdf5.ReadCompressed[float32](t.Context(), d, hdf5.All(), hdf5.All(), 1)
			return err
		},
		"non-zeros": func(d *hdf5.Dataset) error {
			return hdf5.EachNonZeros(t.Context(), d, hdf5.All(), hdf5.All(), func(*hdf5.NonZeros[float32]) error { return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			count := func(d *hdf5.Dataset) float64 {
				return testing.AllocsPerRun(10, func() {
					if err := read(d); err != nil {
						t.Fatal(err)
					}
				})
			}
			if few, many := count(small), count(large); (many-few)/chunks > 0.25 {
				t.Errorf("%v allocations for 100 chunks, %v for 2,500", few, many)
			}
		})
	}
}

// chunkedMatrix is a matrix of side x side chunks.
func chunkedMatrix(t *testing.T, side int) *hdf5.Dataset {
	t.Helper()
	return storedMatrix(t, hdf5.DatasetSpec{Shape: []int{16 * side, 16 * side}, Chunks: []int{16, 16}, Deflate: 2},
		func(i, j int) float32 { return float32((i + j) % 7 / 4) })
}
