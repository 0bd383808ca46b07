package numpytext

import (
	"testing"

	"github.com/goloom/loom/hdf5"
)

func TestEntries(t *testing.T) {
	for _, c := range []struct {
		name  string
		array func() (*hdf5.Array, error)
		want  []string
	}{
		{"integers", arrayOf([]int16{-3, 40}), []string{"-3", "40"}},
		{"floats", arrayOf([]float32{1, 0.1, 1e20}), []string{"1.0", "0.1", "1e+20"}},
		{"booleans", arrayOf([]bool{true, false}), []string{"True", "False"}},
		{"strings", arrayOf([]string{"Gad1", "it's"}), []string{"Gad1", "it's"}},
		{"rows of integers", arrayOf([]int64{1, 200, 30, -4}, 2, 2), []string{"[  1 200]", "[30 -4]"}},
		{"rows of floats", arrayOf([]float64{1, 2.5, 1e10, 1}, 2, 2), []string{"[1.  2.5]", "[1.e+10 1.e+00]"}},
		{"rows of booleans", arrayOf([]bool{true, false}, 1, 2), []string{"[ True False]"}},
		{"rows of strings", arrayOf([]string{"a", "it's"}, 1, 2), []string{`['a' "it's"]`}},
		{"rows of nothing", arrayOf([]float64{}, 2, 0), []string{"[]", "[]"}},
		{"no rows", arrayOf([]float64{}, 0), nil},
		{"a scalar", func() (*hdf5.Array, error) { return hdf5.NewScalar(2.5), nil }, []string{"2.5"}},
		{"complex numbers", arrayOf([]complex64{2i, complex(1, -0.5)}), []string{"2j", "(1-0.5j)"}},
		{"opaque bytes", arrayOf([][]byte{{0, 'a'}}), []string{`b'\x00\x61'`}},
		{"references", arrayOf([]hdf5.ObjectRef{0, 96}), []string{"<HDF5 object reference (null)>", "<HDF5 object reference>"}},
		{"sequences", sequenceArray, []string{"[1 2]", "[]", "[0.5]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			array, err := c.array()
			if err != nil {
				t.Fatal(err)
			}
			entry, err := Entries(array)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				if got := string(entry([]byte(">"), i)); got != ">"+want {
					t.Errorf("entry %d is %q after the prefix, want %q", i, got, want)
				}
			}
		})
	}
}

func arrayOf[T hdf5.Element](values []T, shape ...int) func() (*hdf5.Array, error) {
	return func() (*hdf5.Array, error) { return hdf5.NewArray(values, shape...) }
}

func sequenceArray() (*hdf5.Array, error) {
	two, err := hdf5.NewArray([]uint8{1, 2})
	if err != nil {
		return nil, err
	}
	half, err := hdf5.NewArray([]float32{0.5})
	if err != nil {
		return nil, err
	}
	return hdf5.NewArray([]*hdf5.Array{two, nil, half})
}
