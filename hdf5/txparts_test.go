package hdf5_test

import (
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// TestWriteParts: parts make the whole, whatever the layout, and must not share
// a chunk.
func TestWriteParts(t *testing.T) {
	ctx := t.Context()
	const n = 65
	// halves yields 0, 1, 2, ... in two parts, the second of which begins at middle.
	halves := func(middle int) iter.Seq2[hdf5.Part, error] {
		return func(yield func(hdf5.Part, error) bool) {
			for _, bounds := range [][2]int{{0, middle}, {middle, n}} {
				values := make([]float32, 0, n)
				for i := bounds[0]; i < bounds[1]; i++ {
					values = append(values, float32(i))
				}
				part := hdf5.Part{Values: must(hdf5.NewArray(values)), Selectors: []hdf5.Selector{hdf5.Range(bounds[0], bounds[1])}}
				if !yield(part, nil) {
					return
				}
			}
		}
	}
	for _, test := range []struct {
		chunk, middle int
		want          error
	}{{16, 32, nil}, {1, 7, nil}, {64, 64, nil}, {65, 0, nil}, {0, 7, nil}, {16, 33, hdf5.ErrSelection}} {
		path := filepath.Join(t.TempDir(), "parts.h5")
		err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
			spec := hdf5.DatasetSpec{Type: must(hdf5.NamedType("float32")), Shape: []int{n}}
			if test.chunk > 0 {
				spec.Chunks, spec.Deflate = []int{test.chunk}, 2
			}
			if err := tx.CreateDataset("/d", spec); err != nil {
				return err
			}
			return tx.WriteParts(ctx, "/d", halves(test.middle))
		})
		if !errors.Is(err, test.want) {
			t.Errorf("chunks of %d cut at %d: %v, want %v", test.chunk, test.middle, err, test.want)
		}
		if err != nil {
			continue
		}
		f := must(hdf5.Open(path))
		values := must(must(must(f.Dataset("/d")).Read(ctx)).Float64s())
		for i, v := range values {
			if v != float64(i) {
				t.Errorf("chunks of %d cut at %d: element %d is %v", test.chunk, test.middle, i, v)
				break
			}
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestWithType: values keep their memory, and change only to types that Go holds alike.
func TestWithType(t *testing.T) {
	halves := must(must(hdf5.NewArray([]float32{1, 2})).WithType(must(hdf5.NamedType("float16"))))
	if halves.Type().String() != "float16" || !slices.Equal(must(halves.Float64s()), []float64{1, 2}) {
		t.Errorf("%s %v", halves.Type(), halves.Data())
	}
	ascii := must(hdf5.FixedString(3, hdf5.ASCII))
	if texts := must(hdf5.NewScalar("abc").WithType(ascii)); texts.Type().Size() != 3 || len(texts.Shape()) != 0 {
		t.Errorf("%s %v", texts.Type(), texts.Shape())
	}
	for _, a := range []*hdf5.Array{hdf5.NewScalar(int32(1)), hdf5.NewScalar(true), hdf5.NewScalar(1.5)} {
		if _, err := a.WithType(must(hdf5.NamedType("float32"))); !errors.Is(err, hdf5.ErrType) {
			t.Errorf("%s as float32: %v, want %v", a.Type(), err, hdf5.ErrType)
		}
	}
}
