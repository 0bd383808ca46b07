package loom_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"pgregory.net/rapid"
)

// TestAggregateLaws: sums over groups are those of the rows, sizes add up to the
// columns selected, what comes in another order within the groups has the same sums,
// and a view aggregates as its file does.
func TestAggregateLaws(t *testing.T) {
	const rows, cols = 70, 200
	path := filepath.Join(t.TempDir(), "cells.loom")
	layers := map[string]loom.Matrix{"": denseOf(t, rows, cols, spotted[float32]), "more": denseOf(t, rows, cols, spotted[int16])}
	if err := loom.Create(t.Context(), path, layers, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	ds := open(t, path)
	view, err := ds.View(t.Context(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		groups := rapid.IntRange(1, 80).Draw(rt, "groups")
		labels := arrayOf(t, rapid.SliceOfN(rapid.Int16Range(0, int16(groups-1)), cols, cols).Draw(rt, "labels"))
		positions := rapid.SliceOfNDistinct(rapid.IntRange(0, cols-1), 1, cols, rapid.ID).Draw(rt, "positions")
		r := loom.Reducer(rapid.IntRange(int(loom.Sum), int(loom.AllNaN)).Draw(rt, "reducer"))
		layer := rapid.SampledFrom([]string{"", "more"}).Draw(rt, "layer")
		aggregate := func(a aggregator, r loom.Func, positions []int) *loom.Aggregated {
			got, err := a.Aggregate(rt.Context(), loom.GroupByLabels("g", labels), r,
				loom.AggregateColumns(loom.Indices(positions)), loom.AggregateLayer(layer), loom.AggregateFill(-1))
			if err != nil {
				rt.Fatal(err)
			}
			return got
		}
		sums := aggregate(ds, loom.Sum, positions)
		total := 0
		for _, size := range sums.Sizes {
			total += size
		}
		if total != len(positions) {
			rt.Fatalf("groups of %v columns, %d selected", sums.Sizes, len(positions))
		}
		l, err := ds.Layer(layer)
		if err != nil {
			rt.Fatal(err)
		}
		all, err := l.Map(rt.Context(), loom.Rows, loom.Indices(positions), loom.Sum)
		if err != nil {
			rt.Fatal(err)
		}
		for i, want := range all[0] {
			got := 0.0
			for _, v := range sums.Matrix.Row(i) {
				got += v
			}
			if !sameNumber(got, want, 1e-11) {
				rt.Fatalf("row %d: groups have %v, the row %v", i, got, want)
			}
		}
		// The order of the selection does not matter, or makes lines be read whole.
		sorted := aggregate(ds, r, slices.Sorted(slices.Values(positions)))
		if r != loom.First && r != loom.Last && r != loom.ArgMin && r != loom.ArgMax {
			compareRows(rt, aggregate(ds, r, positions), sorted)
		}
		compareRows(rt, aggregate(view, r, positions), aggregate(ds, r, positions))
		// A function that needs all elements has them in the same groups.
		first := aggregate(ds, loom.Apply(func(v []float64) float64 { return v[0] }), positions)
		compareRows(rt, aggregate(ds, loom.First, positions), first)
		last := aggregate(ds, loom.Apply(func(v []float64) float64 { return v[len(v)-1] }), slices.Sorted(slices.Values(positions)))
		compareRows(rt, aggregate(ds, loom.Last, slices.Sorted(slices.Values(positions))), last)
	})
}

type aggregator interface {
	Aggregate(context.Context, loom.Grouping, loom.Func, ...loom.AggregateOption) (*loom.Aggregated, error)
}

func compareRows(t *rapid.T, got, want *loom.Aggregated) {
	if !slices.EqualFunc(got.Matrix.Raw(), want.Matrix.Raw(), func(a, b float64) bool { return sameNumber(a, b, 1e-11) }) {
		t.Fatalf("%v, want %v", got.Matrix.Raw(), want.Matrix.Raw())
	}
}

// TestAggregateOnAnyNumberOfProcessors: sums do not depend on who was first.
func TestAggregateOnAnyNumberOfProcessors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.loom")
	m := denseOf(t, 300, 500, func(i, j int) float64 { return math.Sin(float64(i*1000+j)) * math.Pow(10, float64(j%9)) })
	if err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	ds := open(t, path)
	labels := arrayOf(t, cycle[int8](500, 3, 1, 2, 1, 7))
	var want *loom.Aggregated
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, workers := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(workers)
		got, err := ds.Aggregate(t.Context(), loom.GroupByLabels("", labels), loom.Var)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got.Matrix.Raw(), want.Matrix.Raw()) {
			t.Errorf("%d workers: another result", workers)
		}
	}
}

// TestAggregateToFile reads back what is written: the groups, and what the rows
// had.
func TestAggregateToFile(t *testing.T) {
	ds := open(t, filepath.Join("testdata", "mouse_cortex_tiny.loom"))
	out := filepath.Join(t.TempDir(), "groups.loom")
	a, err := ds.Aggregate(t.Context(), loom.GroupBy("ClusterName"), loom.Mean, loom.AggregateLayer("spliced"),
		loom.AggregateAttr("Age", loom.Tally), loom.AggregateAttr("Sex", loom.MostFrequent), loom.AggregateAttr("UMAP", loom.Mean),
		loom.AggregateAttr("TotalUMI", loom.First), loom.AggregateIfEqual(), loom.AggregateTo(out, loom.StoreAs("float32")))
	if err != nil {
		t.Fatal(err)
	}
	got := open(t, out)
	names := []string{"Age_p21", "Age_p23", "Age_p28", "ClusterID", "ClusterName", "Sex", "TotalUMI", "UMAP", "Valid"}
	if have := got.ColAttrs().Names(); !slices.Equal(have, names) {
		t.Errorf("column attributes %q, want %q", have, names)
	}
	clusters, err := got.ColAttrs().Strings("ClusterName")
	if err != nil || !slices.IsSorted(clusters) || len(clusters) != len(a.Sizes) {
		t.Errorf("groups %q, %v", clusters, err)
	}
	if info, err := got.ColAttrs().Stat("UMAP"); err != nil || !slices.Equal(info.Shape, []int{len(clusters), 2}) {
		t.Errorf("UMAP %+v, %v", info, err)
	}
	if !slices.Equal(got.RowAttrs().Names(), ds.RowAttrs().Names()) || !slices.Equal(got.RowGraphs().Names(), ds.RowGraphs().Names()) {
		t.Errorf("row attributes %q, graphs %q", got.RowAttrs().Names(), got.RowGraphs().Names())
	}
	if got.Matrix().Type().String() != "float32" {
		t.Errorf("elements of type %s", got.Matrix().Type())
	}
	values, err := loom.ReadAs[float64](t.Context(), got.Matrix(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values.Raw() {
		if want := a.Matrix.Raw()[i]; float64(float32(want)) != v {
			t.Fatalf("element %d: %v, want %v", i, v, want)
		}
	}
}

// TestAggregateErrors: what is wrong is said, and no file is left.
func TestAggregateErrors(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "cells.loom"), filepath.Join(dir, "out.loom")
	m := denseOf(t, 3, 4, func(i, j int) float64 { return math.NaN() })
	attrs := map[string]*loom.Array{
		"Class": arrayOf(t, []string{"b", "a", "b", "a/c"}), "Name": arrayOf(t, []string{"a/c", "a-c", "", "x"}),
		"Pairs": arrayOf(t, make([]int8, 8), 4, 2),
	}
	if err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, nil, attrs, nil, loom.AllowNonFinite()); err != nil {
		t.Fatal(err)
	}
	ds := open(t, path)
	by := loom.GroupBy("Class")
	for _, test := range []struct {
		name string
		by   loom.Grouping
		f    loom.Func
		opt  loom.AggregateOption
		want error
		says string
	}{
		{"attribute", loom.GroupBy("Clas"), loom.Sum, nil, loom.ErrNotExist, `"Clas"`},
		{"attribute of groups", by, loom.Sum, loom.AggregateAttr("Ag", loom.First), loom.ErrNotExist, `"Ag"`},
		{"two dimensions", loom.GroupBy("Pairs"), loom.Sum, nil, loom.ErrShape, "[4 2]"},
		{"labels", loom.GroupByLabels("", arrayOf(t, []int8{1, 2, 3})), loom.Sum, nil, loom.ErrShape, "[3] for 4 columns"},
		{"layer", by, loom.Sum, loom.AggregateLayer("none"), loom.ErrNotExist, `"none"`},
		{"mask", by, loom.Sum, loom.AggregateColumns(loom.Mask(make([]bool, 3))), loom.ErrSelection, "length 3"},
		{"nothing selected", by, loom.Sum, loom.AggregateColumns(loom.Indices(nil)), loom.ErrShape, "no columns"},
		{"nil", by, nil, nil, loom.ErrType, "nil"},
		{"reducer", by, loom.AnyNaN.SkipNaN(), nil, loom.ErrType, "unknown"},
		{"mean of strings", by, loom.Sum, loom.AggregateAttr("Name", loom.Mean), loom.ErrType, "mean"},
		{"tally of two dimensions", by, loom.Sum, loom.AggregateAttr("Pairs", loom.Tally), loom.ErrShape, "tally"},
		{"tally of one name", by, loom.Sum, loom.AggregateAttr("Name", loom.Tally), loom.ErrName, "Name_a-c"},
		{"census", by, loom.Sum, loom.AggregateAttr("Name", loom.Census(7)), loom.ErrType, "unknown"},
		{"no function", by, loom.Sum, loom.AggregateAttr("Name", nil), loom.ErrType, "Name"},
		{"itself", by, loom.Sum, loom.AggregateTo(path), fs.ErrInvalid, "is the input"},
		{"NaN", by, loom.Sum, nil, loom.ErrNotFinite, "finite"},
		{"folder", by, loom.Len, loom.AggregateTo(filepath.Join(dir, "none", "out.loom")), loom.ErrNotExist, "none"},
	} {
		opts := []loom.AggregateOption{loom.AggregateTo(out)}
		if test.opt != nil {
			opts = append(opts, test.opt)
		}
		_, err := ds.Aggregate(t.Context(), test.by, test.f, opts...)
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %v that says %s", test.name, err, test.want, test.says)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v beside the file, %v", entries, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ds.Aggregate(cancelled, by, loom.Sum); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	_, err := loom.ParseAttrFunc("avg")
	if !errors.Is(err, fs.ErrInvalid) || !strings.Contains(err.Error(), "tally, sum, mean") {
		t.Errorf("parse: %v", err)
	}
	for _, name := range []string{"nan", "nananynan", "Sum", "", "Reducer(-1)", "nannansum"} {
		if r, err := loom.ParseReducer(name); err == nil {
			t.Errorf("%q is %v", name, r)
		}
	}
}

// TestAggregateLabels: labels of any type come ascending, in their type.
func TestAggregateLabels(t *testing.T) {
	ds := open(t, filepath.Join("testdata", "mouse_cortex_tiny.loom"))
	_, cols := ds.Shape()
	nan := math.NaN()
	for _, test := range []struct {
		labels, want *loom.Array
		sizes        []int
	}{
		{arrayOf(t, cycle(cols, "b", "a", "b")), arrayOf(t, []string{"a", "b"}), []int{40, 80}},
		{arrayOf(t, cycle(cols, 0.5, -1, 0.7, nan)), arrayOf(t, []float64{-1, 0.5, 0.7, nan}), []int{30, 30, 30, 30}},
		{arrayOf(t, cycle(cols, true, true, false)), arrayOf(t, []bool{false, true}), []int{40, 80}},
		{arrayOf(t, cycle[uint64](cols, 1<<63, 1<<63+1)), arrayOf(t, []uint64{1 << 63, 1<<63 + 1}), []int{60, 60}},
		{arrayOf(t, cycle[int8](cols, -5)), arrayOf(t, []int8{-5}), []int{120}},
	} {
		a, err := ds.Aggregate(t.Context(), loom.GroupByLabels("", test.labels), loom.Len)
		if err != nil {
			t.Fatal(err)
		}
		if !sameValues(a.Labels, test.want) || !slices.Equal(a.Sizes, test.sizes) || len(a.ColAttrs) != 0 {
			t.Errorf("groups %v of %v columns, want %v of %v", a.Labels.Data(), a.Sizes, test.want.Data(), test.sizes)
		}
	}
}

func sameValues(a, b *hdf5.Array) bool {
	x, errX := a.Float64s()
	y, errY := b.Float64s()
	if errX != nil || errY != nil {
		p, _ := a.Strings()
		q, _ := b.Strings()
		return slices.Equal(p, q)
	}
	same := func(a, b float64) bool { return sameNumber(a, b, 0) }
	return a.Type().String() == b.Type().String() && slices.EqualFunc(x, y, same)
}
