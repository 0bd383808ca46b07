package hdf5_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5"
)

// storedMatrix makes a file with a matrix of which value says what is where, and opens the matrix.
func storedMatrix[T hdf5.Number](t *testing.T, spec hdf5.DatasetSpec, value func(i, j int) T, opts ...hdf5.Option) *hdf5.Dataset {
	t.Helper()
	rows, cols := spec.Shape[0], spec.Shape[1]
	values := make([]T, rows*cols)
	for k := range values {
		values[k] = value(k/cols, k%cols)
	}
	path := filepath.Join(t.TempDir(), "matrix.h5")
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		a, err := hdf5.NewArray(values, rows, cols)
		if err != nil {
			return err
		}
		spec.Type = a.Type()
		return errors.Join(tx.CreateDataset("/matrix", spec), tx.Write(t.Context(), "/matrix", a))
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	d, err := f.Dataset("/matrix")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// blotched is a matrix with no elements in many places and a fifth in others, some of which become zero
// as whole numbers.
func blotched(i, j int) float32 {
	if (i/50+j/70)%3 == 0 || (i*31+j*17)%5 != 0 {
		return 0
	}
	return float32((i*7+j*13)%23-11) / 2
}

// manyChunks are matrices of more chunks than those of the test files have, of which some are
// narrower than a mask is wide, some wider, and some not stored.
func manyChunks(t *testing.T) (found []subject) {
	for _, chunks := range [][]int{{64, 64}, {64, 128}, {37, 41}, {100, 100}, {1, 300}, {400, 1}, {400, 300}, nil} {
		spec := hdf5.DatasetSpec{Shape: []int{400, 300}, Chunks: chunks}
		if chunks != nil {
			spec.Deflate = 2
		}
		d := storedMatrix(t, spec, blotched)
		all, err := d.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, subject{d, all})
	}
	return found
}

// TestCompressed holds lines of random parts of matrices against dense reading.
func TestCompressed(t *testing.T) {
	all := append(subjects(t, isMatrix), manyChunks(t)...)
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			d := rapid.SampledFrom(all).Draw(t, "dataset").d
			selectors, positions, _ := drawSelection(t, d)
			for dim := range 2 {
				checkCompressed[float64](t, d, selectors, positions, dim)
				checkCompressed[int8](t, d, selectors, positions, dim)
			}
		}
	})
}

func checkCompressed[T hdf5.Number](t *rapid.T, d *hdf5.Dataset, selectors []hdf5.Selector, positions [][]int, dim int) {
	shape := []int{len(positions[0]), len(positions[1])}
	want := make([]T, shape[0]*shape[1])
	if err := hdf5.ReadInto(context.Background(), d, want, selectors...); err != nil {
		t.Fatal(err)
	}
	c, err := hdf5.ReadCompressed[T](context.Background(), d, selectors[0], selectors[1], dim)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]T, len(want))
	for line := range shape[dim] {
		idx := c.Idx[c.Ptr[line]:c.Ptr[line+1]]
		if slices.IsSorted(positions[1-dim]) && !slices.IsSorted(idx) {
			t.Fatalf("%s, dimension %d: line %d has elements at %v", d.Path(), dim, line, idx)
		}
		for k, v := range c.Values[c.Ptr[line]:c.Ptr[line+1]] {
			at := []int{int(idx[k]), int(idx[k])}
			at[dim] = line
			if to := &got[at[0]*shape[1]+at[1]]; *to != 0 || v == 0 {
				t.Fatalf("%s, dimension %d: element %v is %v after %v", d.Path(), dim, at, v, *to)
			} else {
				*to = v
			}
		}
	}
	if n := c.Ptr[shape[dim]]; c.Ptr[0] != 0 || n != len(c.Values) || n != len(c.Idx) {
		t.Fatalf("%s: %d and %d elements, pointers from %d to %d", d.Path(), len(c.Idx), len(c.Values), c.Ptr[0], n)
	}
	if slices.Compare(want, got) != 0 { // one NaN is as good as another; Diff takes long to see that all is equal
		t.Fatalf("%s, dimension %d: (-want +got)\n%s", d.Path(), dim, cmp.Diff(want, got, cmpopts.EquateNaNs()))
	}
}

// A matrix of some bands, the last of which, or the first, holds a hundred times more than the
// others in as many bytes, has the elements that it was made of, whatever the number of
// workers.
func TestCompressedUnevenBands(t *testing.T) {
	const lines, across, dense = 64, 3 << 16, 16
	for name, uneven := range map[string]func(line int) bool{
		"few before many": func(line int) bool { return line >= lines-dense },
		"many before few": func(line int) bool { return line < dense },
	} {
		value := func(line, k int) uint8 {
			noise := uint32(line*across+k) * 2654435761
			noise ^= noise >> 15 * 2246822519
			switch {
			case uneven(line):
				return 1
			case noise>>28 != 0:
				return 0
			}
			return uint8(noise >> 16)
		}
		for dim := range 2 {
			spec := hdf5.DatasetSpec{Shape: []int{lines, across}, Chunks: []int{8, 1 << 16}, Deflate: 1}
			stored := value
			if dim == 1 {
				slices.Reverse(spec.Shape)
				slices.Reverse(spec.Chunks)
				stored = func(i, j int) uint8 { return value(j, i) }
			}
			t.Run(fmt.Sprintf("%s, dimension %d", name, dim), func(t *testing.T) {
				checkWorkers(t, storedMatrix(t, spec, stored), dim, value)
			})
		}
	}
}

func checkWorkers(t *testing.T, d *hdf5.Dataset, dim int, value func(line, k int) uint8) {
	lines, across := d.Shape()[dim], d.Shape()[1-dim]
	for _, workers := range []int{1, 3} {
		before := runtime.GOMAXPROCS(workers)
		c, err := hdf5.ReadCompressed[uint8](t.Context(), d, hdf5.All(), hdf5.All(), dim)
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range lines {
			for k := range across {
				v := value(line, k)
				if v == 0 {
					continue
				}
				if n >= c.Ptr[line+1] || int(c.Idx[n]) != k || c.Values[n] != v {
					t.Fatalf("%d workers: %d at %d of line %d is not number %d", workers, v, k, line, n)
				}
				n++
			}
			if n != c.Ptr[line+1] {
				t.Fatalf("%d workers: line %d ends at %d, want %d", workers, line, c.Ptr[line+1], n)
			}
		}
		if n != len(c.Values) || n != len(c.Idx) {
			t.Fatalf("%d workers: %d and %d elements, want %d", workers, len(c.Idx), len(c.Values), n)
		}
	}
}

func TestCompressedErrors(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	d := storedMatrix(t, hdf5.DatasetSpec{Shape: []int{100, 20}, Chunks: []int{10, 10}}, blotched, hdf5.WithMemoryLimit(200))
	for _, test := range []struct {
		name string
		ctx  context.Context
		rows hdf5.Selector
		dim  int
		want error
	}{
		{"dimension 2", t.Context(), hdf5.All(), 2, hdf5.ErrSelection},
		{"row outside", t.Context(), hdf5.At(100), 0, hdf5.ErrSelection},
		{"cancelled", cancelled, hdf5.All(), 1, context.Canceled},
		{"too many lines", t.Context(), hdf5.All(), 0, hdf5.ErrTooLarge},
	} {
		c, err := hdf5.ReadCompressed[float32](test.ctx, d, test.rows, hdf5.All(), test.dim)
		if c != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}
