package loom_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

func TestAttributesOfTinyFile(t *testing.T) {
	ds := open(t, tinyFile)
	ca := ds.ColAttrs()
	if n := ca.Len(); n != 8 || n != len(ca.Names()) || !ca.Has("UMAP") || ca.Has("umap") {
		t.Errorf("%d attributes %q", n, ca.Names())
	}
	info, err := ca.Stat("UMAP")
	if err != nil || info.Name != "UMAP" || info.Type.String() != "float32" || !slices.Equal(info.Shape, []int{120, 2}) {
		t.Errorf("Stat: %+v, %v", info, err)
	}
	clusters, err := ca.Int64s("ClusterID")
	if err != nil || len(clusters) != 120 {
		t.Errorf("Int64s: %v, %v", clusters, err)
	}
	asFloats, err := ca.Float64s("ClusterID")
	if err != nil || asFloats[4] != float64(clusters[4]) {
		t.Errorf("Float64s: %v, %v", asFloats, err)
	}
	for name, get := range map[string]func() error{
		"Int64s":   func() error { _, err := ca.Int64s("CellID"); return err },
		"Float64s": func() error { _, err := ca.Float64s("CellID"); return err },
		"Strings":  func() error { _, err := ca.Strings("UMAP"); return err },
	} {
		if err := get(); !errors.Is(err, loom.ErrType) {
			t.Errorf("%s of another type: %v", name, err)
		}
	}
	stacked, err := ca.Stack("UMAP", "UMAP")
	if err != nil || !slices.Equal(stacked.Shape(), []int{120, 4}) {
		t.Errorf("Stack of two dimensions: %v", err)
	}
}

// TestSelectedAttributes: a selection has the selected values, and only reads
// what fits the axis.
func TestSelectedAttributes(t *testing.T) {
	ds := open(t, tinyFile)
	all, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		t.Fatal(err)
	}
	some, err := ds.RowAttrs().Select(loom.Indices([]int{7, 3, 7}))
	if err != nil {
		t.Fatal(err)
	}
	if genes, err := some.Strings("Gene"); err != nil || !slices.Equal(genes, []string{all[7], all[3], all[7]}) {
		t.Errorf("genes %q, %v", genes, err)
	}
	if last, err := some.LastModified("Gene"); err != nil || !last.IsZero() {
		t.Errorf("last modified %v, %v, of an attribute in memory", last, err)
	}
	if _, err := ds.RowAttrs().Select(loom.At(60)); !errors.Is(err, loom.ErrSelection) {
		t.Errorf("position outside: %v", err)
	}
	broken := open(t, "testdata/broken.loom", loom.SkipValidation())
	if _, err := broken.RowAttrs().Select(loom.All()); !errors.Is(err, loom.ErrShape) {
		t.Errorf("attribute of another length: %v", err)
	}
}

func TestGlobalAttributesOfTinyFile(t *testing.T) {
	attrs := open(t, tinyFile).Attrs()
	if attrs.Len() != 5 || !slices.Contains(attrs.Names(), "species") || attrs.Has("none") {
		t.Errorf("global attributes %q", attrs.Names())
	}
	n := 0
	for a, err := range attrs.All() {
		if err != nil || a.Values.Len() != 1 {
			t.Errorf("%s: %v", a.Name, err)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d attributes", n)
	}
}

func TestGraphOfTinyFile(t *testing.T) {
	ds := open(t, tinyFile)
	graph, err := ds.ColGraphs().Get("KNN")
	if err != nil {
		t.Fatal(err)
	}
	if graph.Name() != "KNN" || graph.Vertices() != 120 || graph.Len() != 600 {
		t.Errorf("graph %q of %d vertices and %d edges", graph.Name(), graph.Vertices(), graph.Len())
	}
	m, err := graph.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	adjacency, ok := m.(*sparse.COO[float64])
	if !ok {
		t.Fatalf("adjacency matrix is a %T", m)
	}
	a, b, w := graph.Edges()
	weights, err := w.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	if got := adjacency.Value(int(a[5]), int(b[5])); got != weights[5] {
		t.Errorf("weight %v, want %v", got, weights[5])
	}
	if last, err := ds.ColGraphs().LastModified("KNN"); err != nil || last.IsZero() {
		t.Errorf("last modified %v, %v", last, err)
	}
}

func TestLayersOfTinyFile(t *testing.T) {
	ds := open(t, tinyFile)
	var names []string
	for layer := range ds.Layers().All() {
		names = append(names, layer.Name())
		if d := layer.Dataset(); d == nil || !slices.Equal(d.Shape(), []int{60, 120}) {
			t.Errorf("layer %q has no dataset of its shape", layer.Name())
		}
	}
	if !slices.Equal(names, ds.Layers().Names()) || len(names) != ds.Layers().Len() {
		t.Errorf("layers %q, want %q", names, ds.Layers().Names())
	}
	if ds.File().Name() != tinyFile {
		t.Errorf("file %q", ds.File().Name())
	}
	view, err := ds.View(context.Background(), loom.At(0), loom.At(0))
	if err != nil {
		t.Fatal(err)
	}
	if view.Matrix().Dataset() != nil {
		t.Error("a layer in memory has a dataset")
	}
	if last, err := view.Matrix().LastModified(); err != nil || !last.IsZero() {
		t.Errorf("last modified %v, %v, of a layer in memory", last, err)
	}
}

func TestMemoryLimit(t *testing.T) {
	ctx := context.Background()
	ds := open(t, tinyFile, loom.WithMemoryLimit(1000))
	if _, err := ds.Matrix().Read(ctx, loom.All(), loom.All()); !errors.Is(err, loom.ErrTooLarge) {
		t.Errorf("the whole matrix: %v", err)
	}
	if _, err := ds.Matrix().Read(ctx, loom.Range(0, 10), loom.Range(0, 10)); err != nil {
		t.Errorf("100 elements: %v", err)
	}
	if _, err := ds.Map(ctx, loom.Columns, loom.Sum, loom.Mean); !errors.Is(err, loom.ErrTooLarge) {
		t.Errorf("sums and means of all columns: %v", err)
	}
}
