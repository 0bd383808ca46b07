package hdf5_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// testFiles are the committed files and, where there is an oracle to make them,
// the generated ones.
func testFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(oracle.Root(t), "testdata", "*.loom"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("generated", func(t *testing.T) { files = append(files, oracle.GeneratedFiles(t, "*.h5")...) })
	return files
}

// A subject is a dataset and all that is in it.
type subject struct {
	d   *hdf5.Dataset
	all *hdf5.Array
}

// subjects are the wanted datasets of all test files that can be read whole and
// are not too large to be looked at often.
func subjects(t *testing.T, wanted func(s subject) bool) []subject {
	t.Helper()
	var found []subject
	for _, path := range testFiles(t) {
		f, err := hdf5.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		walk(f, func(o hdf5.Object) {
			d, ok := o.(*hdf5.Dataset)
			if !ok || d.IsNull() || product(d.Shape()) > 5_000 {
				return
			}
			all, err := d.Read(t.Context())
			if s := (subject{d, all}); err == nil && wanted(s) {
				found = append(found, s)
			}
		})
	}
	return found
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func every(subject) bool { return true }

func isMatrix(s subject) bool {
	return len(s.all.Shape()) == 2 && len(s.d.Shape()) == 2 && s.d.Type().IsNumeric()
}

// drawSelector draws a selector for a dimension of length n, and what it selects.
func drawSelector(t *rapid.T, n int) (hdf5.Selector, []int) {
	var want []int
	kinds := []string{"all", "range", "strided", "list", "mask"}
	if n > 0 {
		kinds = append(kinds, "at")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "at":
		i := rapid.IntRange(0, n-1).Draw(t, "i")
		return hdf5.At(i), []int{i}
	case "range":
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		hi := rapid.IntRange(lo, n).Draw(t, "hi")
		for i := lo; i < hi; i++ {
			want = append(want, i)
		}
		return hdf5.Range(lo, hi), want
	case "strided":
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		hi := rapid.IntRange(lo, n).Draw(t, "hi")
		step := rapid.IntRange(1, n+1).Draw(t, "step")
		for i := lo; i < hi; i += step {
			want = append(want, i)
		}
		return hdf5.Strided(lo, hi, step), want
	case "list":
		if n > 0 {
			want = rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 20).Draw(t, "list")
		}
		return hdf5.Indices(want), want
	case "mask":
		mask := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "mask")
		for i, m := range mask {
			if m {
				want = append(want, i)
			}
		}
		return hdf5.Mask(mask), want
	}
	for i := range n {
		want = append(want, i)
	}
	return hdf5.All(), want
}

// pick selects from a whole array what the positions say, the slow way.
func pick(all *hdf5.Array, rank int, positions [][]int) []int {
	shape := all.Shape()
	flat := []int{0}
	for d := range shape {
		at := []int{}
		if d < rank {
			at = positions[d]
		} else {
			for i := range shape[d] {
				at = append(at, i)
			}
		}
		next := make([]int, 0, len(flat)*len(at))
		for _, f := range flat {
			for _, i := range at {
				next = append(next, f*shape[d]+i)
			}
		}
		flat = next
	}
	return flat
}

// text returns the elements of an array, one string for each.
func text(a *hdf5.Array) []string {
	out := []string{}
	switch data := a.Data().(type) {
	case *hdf5.Records:
		for _, f := range data.Fields() {
			per := 1
			if data.Len() > 0 {
				per = f.Values.Len() / data.Len()
			}
			for i, s := range text(f.Values) {
				if k := i / max(1, per); k < len(out) {
					out[k] += "|" + s
				} else {
					out = append(out, s)
				}
			}
		}
	case []*hdf5.Array:
		for _, item := range data {
			out = append(out, strings.Join(text(item), ","))
		}
	default:
		values := reflect.ValueOf(data)
		for i := range values.Len() {
			out = append(out, fmt.Sprint(values.Index(i)))
		}
	}
	return out
}

// TestSelections reads random parts of datasets and holds them against the same
// parts of the whole.
func TestSelections(t *testing.T) {
	all := subjects(t, every)
	wholes := map[*hdf5.Dataset][]string{}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			s := rapid.SampledFrom(all).Draw(t, "dataset")
			if wholes[s.d] == nil {
				wholes[s.d] = text(s.all)
			}
			selectors, positions, shape := drawSelection(t, s.d)
			got, err := s.d.Read(context.Background(), selectors...)
			if err != nil {
				t.Fatal(err)
			}
			if got := got.Shape()[:len(shape)]; !slices.Equal(got, shape) {
				t.Fatalf("%s: shape %v, want %v", s.d.Path(), got, shape)
			}
			want := []string{}
			for _, i := range pick(s.all, len(shape), positions) {
				want = append(want, wholes[s.d][i])
			}
			if diff := cmp.Diff(want, text(got), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s: (-want +got)\n%s", s.d.Path(), diff)
			}
		}
	})
}

func drawSelection(t *rapid.T, d *hdf5.Dataset) (selectors []hdf5.Selector, positions [][]int, shape []int) {
	shape = []int{}
	for _, n := range d.Shape() {
		s, at := drawSelector(t, n)
		selectors, positions, shape = append(selectors, s), append(positions, at), append(shape, len(at))
	}
	return selectors, positions, shape
}

// TestNonZeros holds the stream of non-zeros, and ReadInto, against Read.
func TestNonZeros(t *testing.T) {
	all := subjects(t, isMatrix)
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			s := rapid.SampledFrom(all).Draw(t, "dataset")
			selectors, _, shape := drawSelection(t, s.d)
			part, err := s.d.Read(context.Background(), selectors...)
			if err != nil {
				t.Fatal(err)
			}
			want, err := part.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			dense := make([]float64, len(want))
			if err := hdf5.ReadInto(context.Background(), s.d, dense, selectors...); err != nil {
				t.Fatal(err)
			}
			scattered := make([]float64, len(want))
			scatter := func(nz *hdf5.NonZeros[float64]) error {
				rows := nz.AppendRows(nil)
				for i, v := range nz.Values {
					scattered[int(rows[i])*shape[1]+int(nz.Cols[i])] = v
				}
				return nil
			}
			err = hdf5.StreamNonZeros(context.Background(), s.d, selectors[0], selectors[1],
				func(nz *hdf5.NonZeros[float64]) (*hdf5.NonZeros[float64], error) { return clone(nz), nil }, scatter)
			if err != nil {
				t.Fatal(err)
			}
			streamed := slices.Clone(scattered)
			clear(scattered)
			if err := hdf5.EachNonZeros(context.Background(), s.d, selectors[0], selectors[1], scatter); err != nil {
				t.Fatal(err)
			}
			for _, got := range [][]float64{dense, streamed, scattered} {
				if slices.Compare(want, got) != 0 {
					t.Fatalf("%s: (-want +got)\n%s", s.d.Path(), cmp.Diff(want, got, cmpopts.EquateNaNs()))
				}
			}
		}
	})
}

// TestNonZerosOfOtherTypes holds elements that are converted, some to zero, against ReadInto.
func TestNonZerosOfOtherTypes(t *testing.T) {
	for _, s := range subjects(t, isMatrix) {
		compareNonZeros[int8](t, s.d)
		compareNonZeros[uint16](t, s.d)
		compareNonZeros[float32](t, s.d)
	}
}

func compareNonZeros[T hdf5.Number](t *testing.T, d *hdf5.Dataset) {
	t.Helper()
	shape := d.Shape()
	want, got := make([]T, shape[0]*shape[1]), make([]T, shape[0]*shape[1])
	if err := hdf5.ReadInto(t.Context(), d, want); err != nil {
		t.Fatal(err)
	}
	err := hdf5.EachNonZeros(t.Context(), d, hdf5.All(), hdf5.All(), func(nz *hdf5.NonZeros[T]) error {
		for k, row := range nz.AppendRows(nil) {
			if nz.Values[k] == 0 {
				t.Errorf("%s: a zero of %T in row %d", d.Path(), want, row)
			}
			got[int(row)*shape[1]+int(nz.Cols[k])] = nz.Values[k]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Compare(want, got) != 0 {
		t.Errorf("%s: (-want +got)\n%s", d.Path(), cmp.Diff(want, got, cmpopts.EquateNaNs()))
	}
}

func clone(nz *hdf5.NonZeros[float64]) *hdf5.NonZeros[float64] {
	return &hdf5.NonZeros[float64]{
		Rows: slices.Clone(nz.Rows), Ends: slices.Clone(nz.Ends), Cols: slices.Clone(nz.Cols), Values: slices.Clone(nz.Values),
	}
}

// TestWorkers checks that the order of delivery does not depend on how many
// workers there are.
func TestWorkers(t *testing.T) {
	order := func(d *hdf5.Dataset) (out []int32) {
		err := hdf5.StreamNonZeros(t.Context(), d, hdf5.All(), hdf5.All(),
			func(nz *hdf5.NonZeros[float64]) ([]int32, error) { return nz.AppendRows(slices.Clone(nz.Cols)), nil },
			func(part []int32) error { out = append(out, part...); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, s := range subjects(t, isMatrix) {
		before := runtime.GOMAXPROCS(1)
		one := order(s.d)
		runtime.GOMAXPROCS(4)
		four := order(s.d)
		runtime.GOMAXPROCS(before)
		if !slices.Equal(one, four) {
			t.Errorf("%s: order of non-zeros depends on the number of workers", s.d.Path())
		}
	}
}

func TestCancelledRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, s := range subjects(t, func(s subject) bool { return s.all.Len() > 0 }) {
		if _, err := s.d.Read(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v in spite of a cancelled context", s.d.Path(), err)
		}
	}
}

func TestSelectorErrors(t *testing.T) {
	for name, s := range map[string]hdf5.Selector{
		"at -1": hdf5.At(-1), "at n": hdf5.At(5), "beyond": hdf5.Range(0, 6), "backwards": hdf5.Range(3, 2),
		"step 0": hdf5.Strided(0, 5, 0), "step -1": hdf5.Strided(0, 5, -1), "index n": hdf5.Indices([]int{0, 5}),
		"index -1": hdf5.Indices([]int{-1}), "short mask": hdf5.Mask(make([]bool, 4)), "long mask": hdf5.Mask(make([]bool, 6)),
	} {
		if _, err := s.Positions(5); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestStreamEndsWithAnError has a result refused while later windows are decoded: what came
// before has been delivered, nothing after it.
func TestStreamEndsWithAnError(t *testing.T) {
	refused := errors.New("refused")
	for _, s := range subjects(t, isMatrix) {
		delivered, most := 0, 2
		err := hdf5.StreamNonZeros(t.Context(), s.d, hdf5.All(), hdf5.All(),
			func(nz *hdf5.NonZeros[float64]) (int, error) { return len(nz.Values), nil },
			func(int) error {
				if delivered == most {
					return refused
				}
				delivered++
				return nil
			})
		if delivered > most || err != nil && (!errors.Is(err, refused) || delivered != most) {
			t.Errorf("%s: %d results, then error %v", s.d.Path(), delivered, err)
		}
	}
}
