package numpytext

import (
	"math"
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

// What fields appends to whatever is there is what scalars are by themselves, a tab behind each.
func TestFields(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	floats := []float64{0, math.Copysign(0, -1), 1, 9, 10, 99, 100, 999, 999.5, 1000, 1001, -1, -999, 0.25, 1e-7,
		1<<24 + 1, 1<<31 - 1, 1 << 31, 1 << 32, 1<<32 + 7, -1 << 31, 1 << 63, 1 << 64, 1e300, nan, inf, -inf}
	for k := range 1200 {
		floats = append(floats, float64(k), float64(k)+0.5)
	}
	var floats32 []float32
	for _, v := range floats {
		floats32 = append(floats32, float32(v))
	}
	for name, array := range map[string]func() (*hdf5.Array, error){
		"float64": arrayOf(floats, 1, len(floats)),
		"float32": arrayOf(floats32, 3, len(floats)/3),
		"int8":    arrayOf([]int8{0, 1, 10, 100, 127, -1, -128}),
		"uint8":   arrayOf([]uint8{0, 1, 10, 100, 255}),
		"int16":   arrayOf([]int16{0, 999, 1000, 32767, -1, -32768}),
		"uint16":  arrayOf([]uint16{0, 999, 1000, 65535}),
		"int32":   arrayOf([]int32{0, 999, 1000, math.MaxInt32, -1, math.MinInt32}),
		"uint32":  arrayOf([]uint32{0, 999, 1000, math.MaxUint32}),
		"int64":   arrayOf([]int64{0, 999, 1000, math.MaxInt64, -1, math.MinInt64}),
		"uint64":  arrayOf([]uint64{0, 999, 1000, math.MaxUint64}),
		"bool":    arrayOf([]bool{true, false}),
		"complex": arrayOf([]complex64{1, 2i}),
		"none":    arrayOf([]float32{}),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := array()
			if err != nil {
				t.Fatal(err)
			}
			texts, err := textsOf(a)
			if err != nil {
				t.Fatal(err)
			}
			fields, err := Fields(a)
			if err != nil {
				t.Fatal(err)
			}
			n := product(a.Shape())
			for _, part := range [][2]int{{0, n}, {0, 0}, {n / 2, n}, {n / 3, n / 2}} {
				want := []byte("before\t")
				for i := part[0]; i < part[1]; i++ {
					want = append(texts.scalar(want, i), '\t')
				}
				// Memory behind the prefix, of all sizes, is not a word that fits exactly.
				for room := range 10 {
					prefix := append(make([]byte, 0, len("before\t")+room), "before\t"...)
					if got := fields(prefix, part[0], part[1]); string(got) != string(want) {
						t.Fatalf("elements %v: %.80q, want %.80q", part, got, want)
					}
				}
			}
		})
	}
}

func TestFieldsOfStrings(t *testing.T) {
	a, err := arrayOf([]string{"it's", "a"})()
	if err != nil {
		t.Fatal(err)
	}
	fields, err := Fields(a)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(fields(nil, 0, 2)), "b\"it's\"\tb'a'\t"; got != want {
		t.Errorf("%q, want %q", got, want)
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
