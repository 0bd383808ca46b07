package loom_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestDiffFindsChanges makes one change after the other to a copy: each is what
// differs, and nothing else.
func TestDiffFindsChanges(t *testing.T) {
	const rows, cols = 130, 70
	original := filepath.Join(t.TempDir(), "a.loom")
	matrix := denseOf(t, rows, cols, spotted[float32])
	genes, ages := make([]string, rows), make([]int16, cols)
	err := loom.Create(t.Context(), original, map[string]loom.Matrix{"": matrix, "more": denseOf(t, rows, cols, spotted[uint8])},
		map[string]*loom.Array{"Gene": arrayOf(t, genes)}, map[string]*loom.Array{"Age": arrayOf(t, ages), "XY": arrayOf(t, make([]float64, 2*cols), cols, 2)},
		map[string]*loom.Array{"title": hdf5.NewScalar("x")})
	if err != nil {
		t.Fatal(err)
	}
	first := connect(t, original)
	weights := arrayOf(t, []float64{1, 2, 3})
	if err := first.ColGraphs().Set("KNN", []int32{0, 1, 2}, []int32{3, 4, 5}, weights); err != nil {
		t.Fatal(err)
	}
	first.Close()

	for _, c := range []struct {
		change func(ds *loom.Conn) error
		want   []string
	}{
		{func(*loom.Conn) error { return nil }, nil},
		{func(ds *loom.Conn) error { return ds.Layers().Set(t.Context(), "", matrix) }, nil},
		{func(ds *loom.Conn) error {
			return ds.Matrix().Write(t.Context(), loom.Indices([]int{64, 129}), loom.Indices([]int{65, 69}), denseOf(t, 2, 2, func(i, j int) float32 { return -1 - float32(i) }))
		}, []string{`main matrix: 4 values differ, first at [64 65]: ` + fmt.Sprint(spotted[float32](64, 65)) + ` and -1`}},
		{func(ds *loom.Conn) error {
			return ds.Layers().Set(t.Context(), "more", denseOf(t, rows, cols, spotted[float32]))
		},
			[]string{`layer "more": types differ: uint8 and float32`}},
		{func(ds *loom.Conn) error { return ds.Layers().SetEmpty(t.Context(), "new", "int8") }, []string{`layer "new": only in b`}},
		{func(ds *loom.Conn) error { return ds.Layers().Delete("more") }, []string{`layer "more": only in a`}},
		{func(ds *loom.Conn) error {
			other := slices.Clone(genes)
			other[0], other[129] = "ä", "b"
			return ds.RowAttrs().Set("Gene", arrayOf(t, other))
		}, []string{`row attribute "Gene": 2 values differ, first at [0]: "" and "ä"`}},
		{func(ds *loom.Conn) error { return ds.ColAttrs().Set("Age", arrayOf(t, make([]int64, cols))) },
			[]string{`column attribute "Age": types differ: int16 and int64`}},
		{func(ds *loom.Conn) error { return ds.ColAttrs().Set("XY", arrayOf(t, make([]float64, cols))) },
			[]string{`column attribute "XY": shapes differ: [70 2] and [70]`}},
		{func(ds *loom.Conn) error {
			xy := make([]float64, 2*cols)
			xy[139] = math.NaN()
			return ds.ColAttrs().Set("XY", arrayOf(t, xy, cols, 2))
		}, []string{`column attribute "XY": 1 value differs, at [69 1]: 0 and NaN`}},
		{func(ds *loom.Conn) error { return ds.ColAttrs().Rename("XY", "UV") },
			[]string{`column attribute "XY": only in a`, `column attribute "UV": only in b`}},
		{func(ds *loom.Conn) error { return ds.Attrs().Set("title", hdf5.NewScalar("y")) }, []string{`global attribute "title": "x" and "y"`}},
		{func(ds *loom.Conn) error {
			return ds.ColGraphs().Set("KNN", []int32{2, 0, 1}, []int32{5, 3, 4}, arrayOf(t, []float64{3, 1, 2}))
		}, nil},
		{func(ds *loom.Conn) error {
			return ds.ColGraphs().Set("KNN", []int32{2, 0}, []int32{5, 3}, arrayOf(t, []float32{3, 7}))
		}, []string{`column graph "KNN": types differ: float64 and float32`, `column graph "KNN": 3 edges that only one has`}},
	} {
		path := copyOf(t, original)
		ds := connect(t, path)
		if err := c.change(ds); err != nil {
			t.Fatal(err)
		}
		a := open(t, original)
		found, err := loom.Diff(t.Context(), a, ds)
		if got := texts(found); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q, %v, want %q", got, err, c.want)
		}
		back, err := loom.Diff(t.Context(), ds, a)
		if err != nil || len(back) != len(found) {
			t.Errorf("the other way round: %q, %v", texts(back), err)
		}
	}
}

func texts(found []loom.Difference) []string {
	var all []string
	for _, d := range found {
		all = append(all, d.String())
	}
	return all
}

// TestDiffCounts: as many elements differ as were changed, wherever they are.
func TestDiffCounts(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		rows, cols := rapid.IntRange(1, 140).Draw(rt, "rows"), rapid.IntRange(1, 140).Draw(rt, "cols")
		a, b := denseOf(t, rows, cols, spotted[int32]), denseOf(t, rows, cols, spotted[int32])
		changed := map[int]bool{}
		for range rapid.IntRange(0, 5).Draw(rt, "changes") {
			at := rapid.IntRange(0, rows*cols-1).Draw(rt, "at")
			changed[at] = true
			b.Raw()[at] = -1
		}
		var open [2]*loom.Conn
		for i, m := range []loom.Matrix{a, b} {
			path := filepath.Join(dir, fmt.Sprint(i))
			if err := loom.Create(context.Background(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
				rt.Fatal(err)
			}
			ds, err := loom.Open(path, loom.SkipValidation())
			if err != nil {
				rt.Fatal(err)
			}
			defer ds.Close()
			open[i] = ds
		}
		found, err := loom.Diff(context.Background(), open[0], open[1])
		if err != nil {
			rt.Fatal(err)
		}
		if len(changed) == 0 && len(found) == 0 {
			return
		}
		if len(found) != 1 || found[0].Count != int64(len(changed)) {
			rt.Fatalf("%q, want %d values", texts(found), len(changed))
		}
		least := rows * cols
		for at := range changed {
			least = min(least, at)
		}
		if at := found[0].First; at[0]*cols+at[1] > least && rows <= 64 && cols <= 64 {
			rt.Fatalf("first at %v, want place %d", at, least)
		}
	})
}

// TestDiffOfFixtures: files of all kinds are the same as themselves, and as what
// a repacking or a copy makes of them.
func TestDiffOfFixtures(t *testing.T) {
	for _, file := range oracle.GeneratedFiles(t, "spec*.loom") {
		ds, err := loom.Open(file, loom.SkipValidation())
		if err != nil {
			t.Fatal(err)
		}
		repacked := filepath.Join(t.TempDir(), "repacked.loom")
		if err := hdf5.Repack(t.Context(), ds.File(), repacked, hdf5.RepackOptions{}); err != nil {
			t.Fatal(err)
		}
		again := open(t, repacked, loom.SkipValidation())
		found, err := loom.Diff(t.Context(), ds, again, loom.WithTimes())
		if err != nil || len(found) > 0 {
			t.Errorf("%s: %q, %v", file, texts(found), err)
		}
		ds.Close()
	}
}

func TestDiffOfClosedFile(t *testing.T) {
	a, b := open(t, filepath.Join("testdata", dialects[0])), open(t, filepath.Join("testdata", dialects[0]))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := loom.Diff(ctx, a, b); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	b.Close()
	if _, err := loom.Diff(t.Context(), a, b); !errors.Is(err, loom.ErrClosed) {
		t.Errorf("%v", err)
	}
}

func ExampleDiff() {
	ds, done := example()
	defer done()
	before, err := loom.Open(ds.Filename())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer before.Close()
	genes, err := hdf5.NewArray([]string{"Actb", "Gad1", "SOX2"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := ds.RowAttrs().Set("Gene", genes); err != nil {
		fmt.Println(err)
	}
	differences, err := loom.Diff(context.Background(), before, ds)
	for _, d := range differences {
		fmt.Println(d)
	}
	fmt.Println(err)
	// Output:
	// row attribute "Gene": 1 value differs, at [2]: "Sox2" and "SOX2"
	// <nil>
}
