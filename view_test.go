package loom

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestViewLaw: every element, attribute and graph of a view is the one that the
// selection names.
func TestViewLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := drawView(t)
		rows, cols := drawSelection(t, whole.rows), drawSelection(t, whole.cols)
		view, err := whole.View(context.Background(), Indices(rows), Indices(cols))
		if err != nil {
			t.Fatal(err)
		}
		checkSelected(t, whole, view, rows, cols)
	})
}

// TestViewOfView: a view of a view is the view of what both select.
func TestViewOfView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := drawView(t)
		rows, cols := drawSelection(t, whole.rows), drawSelection(t, whole.cols)
		view, err := whole.View(context.Background(), Indices(rows), Indices(cols))
		if err != nil {
			t.Fatal(err)
		}
		rows2, cols2 := drawSelection(t, view.rows), drawSelection(t, view.cols)
		again, err := view.View(context.Background(), Indices(rows2), Indices(cols2))
		if err != nil {
			t.Fatal(err)
		}
		checkSelected(t, whole, again, at(rows, rows2), at(cols, cols2))
	})
}

// at returns the elements of a at the given places.
func at[T any](a []T, places []int) []T {
	out := make([]T, len(places))
	for i, p := range places {
		out[i] = a[p]
	}
	return out
}

func checkSelected(t *rapid.T, whole, view *View, rows, cols []int) {
	if r, c := view.Shape(); r != len(rows) || c != len(cols) {
		t.Fatalf("shape %d x %d, want %d x %d", r, c, len(rows), len(cols))
	}
	from, to := whole.Matrix().values, view.Matrix().values
	for i, r := range rows {
		for j, c := range cols {
			if got, want := to.At(i, j), from.At(r, c); got != want {
				t.Fatalf("element (%d, %d) is %v, want %v", i, j, got, want)
			}
		}
	}
	for _, axis := range []Axis{Rows, Columns} {
		checkSelectedAxis(t, axis, whole, view, pick(axis, rows, cols))
	}
}

func checkSelectedAxis(t *rapid.T, axis Axis, whole, view *View, positions []int) {
	all, err := whole.attributes(axis).Int64s("position")
	if err != nil {
		t.Fatal(err)
	}
	got, err := view.attributes(axis).Int64s("position")
	if err != nil {
		t.Fatal(err)
	}
	if want := at(all, positions); !slices.Equal(got, want) {
		t.Fatalf("attribute of %s: %v, want %v", axis, got, want)
	}
	checkInducedGraph(t, whole.graphs(axis), view.graphs(axis), positions)
}

// checkInducedGraph holds a selected graph against indexing of the adjacency
// matrix, the entries of which are lists of weights.
func checkInducedGraph(t *rapid.T, whole, part *Graphs, positions []int) {
	want, got := edgeWeights(t, whole), edgeWeights(t, part)
	n := 0
	for i, p := range positions {
		for j, q := range positions {
			w := want[[2]int{p, q}]
			n += len(w)
			if !slices.Equal(got[[2]int{i, j}], w) {
				t.Fatalf("edges from %d to %d: %v, want those from %d to %d: %v", i, j, got[[2]int{i, j}], p, q, w)
			}
		}
	}
	if edges, err := part.Edges("graph"); err != nil || edges != n {
		t.Fatalf("%d edges, %v, want %d", edges, err, n)
	}
}

func edgeWeights(t *rapid.T, g *Graphs) map[[2]int][]float64 {
	graph, err := g.Get("graph")
	if err != nil {
		t.Fatal(err)
	}
	a, b, w := graph.Edges()
	weights, err := w.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	out := map[[2]int][]float64{}
	for k := range a {
		edge := [2]int{int(a[k]), int(b[k])}
		out[edge] = append(out[edge], weights[k])
	}
	return out
}

func TestViewOptions(t *testing.T) {
	ctx := context.Background()
	v := newMemoryView(t, 2, 3, make([]float64, 6))
	v.layers.layers = append(v.layers.layers, memoryLayer(t, "spliced", 2, 3, []int16{1, 2, 3, 4, 5, 6}))
	v.rowAttrs.put("Gene", mustArray(t, []string{"a", "b"}))
	v.colAttrs.put("CellID", mustArray(t, []string{"x", "y", "z"}))
	v.rowGraphs.put(t, "g", []int32{0}, []int32{1}, []float32{1})

	part, err := v.View(ctx, At(1), All(), OnlyLayers("spliced"), Carry(RowAttrsPart))
	if err != nil {
		t.Fatal(err)
	}
	if names := part.Layers().Names(); !slices.Equal(names, []string{"spliced"}) {
		t.Errorf("layers %q", names)
	}
	if rows, cols := part.Shape(); rows != 1 || cols != 3 {
		t.Errorf("shape %d x %d, want 1 x 3", rows, cols)
	}
	if !part.RowAttrs().Has("Gene") || part.ColAttrs().Len() != 0 || part.RowGraphs().Len() != 0 {
		t.Error("carries something else than the row attributes")
	}
	if bare, err := v.View(ctx, All(), All(), Carry()); err != nil || bare.RowAttrs().Len() != 0 || bare.Layers().Len() != 2 {
		t.Errorf("view without parts: %v", err)
	} else if again, err := bare.View(ctx, At(1), Range(1, 3)); err != nil || again.rows != 1 || again.cols != 2 {
		t.Errorf("view of a view without parts: %v", err)
	} else {
		for b, err := range bare.Scan(ctx, Columns, Carry(), BatchSize(2)) {
			if err != nil || b.cols < 1 {
				t.Errorf("scan of a view without parts: %v", err)
			}
		}
	}
}

func TestViewErrors(t *testing.T) {
	ctx := context.Background()
	v := newMemoryView(t, 2, 3, make([]float64, 6))
	if _, err := v.View(ctx, At(2), All()); !errors.Is(err, ErrSelection) {
		t.Errorf("row outside: %v", err)
	}
	if _, err := v.View(ctx, All(), Mask(make([]bool, 2))); !errors.Is(err, ErrSelection) {
		t.Errorf("mask too short: %v", err)
	}
	if _, err := v.View(ctx, All(), All(), OnlyLayers("none")); !errors.Is(err, ErrNotExist) {
		t.Errorf("missing layer: %v", err)
	}
	v.rowAttrs.put("short", mustArray(t, []int8{1}))
	if _, err := v.View(ctx, All(), All()); !errors.Is(err, ErrShape) {
		t.Errorf("attribute too short: %v", err)
	}
	v.layers.layers = append(v.layers.layers, memoryLayer(t, "small", 1, 1, []int16{1}))
	if _, err := v.View(ctx, All(), All()); !errors.Is(err, ErrShape) {
		t.Errorf("layer too small: %v", err)
	}
}
