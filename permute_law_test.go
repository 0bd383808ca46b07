package loom_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// alone requires that nothing is beside a file.
func alone(t *testing.T, path string) {
	t.Helper()
	if entries := must(os.ReadDir(filepath.Dir(path))); len(entries) != 1 {
		t.Errorf("beside %s: %v", path, entries)
	}
}

func reversedOrder(n int) []int {
	ordering := make([]int, n)
	for i := range ordering {
		ordering[i] = n - 1 - i
	}
	return ordering
}

// TestPermuteRefuses: what is no ordering changes no byte.
func TestPermuteRefuses(t *testing.T) {
	ds := smallFile(t) // of 5 rows and 4 columns
	before := must(os.ReadFile(ds.Filename()))
	view := must(ds.View(t.Context(), loom.All(), loom.All()))
	for _, test := range []struct {
		axis     loom.Axis
		ordering []int
		says     string
	}{
		{loom.Rows, []int{0, 1, 2, 3}, "an ordering of 4 positions for 5"},
		{loom.Rows, []int{0, 1, 2, 3, 4, 5}, "an ordering of 6 positions for 5"},
		{loom.Rows, []int{4, 1, 2, 4, 3}, "position 4 is twice in the ordering, as entries 0 and 3, and position 0 is not"},
		{loom.Columns, []int{0, 1, 2, 4}, "entry 3 of the ordering is 4, want 0 to 3"},
		{loom.Columns, []int{0, -1, 2, 3}, "entry 1 of the ordering is -1"},
		{loom.Columns, nil, "an ordering of 0 positions for 4"},
		{2, []int{0}, "axis 2"},
	} {
		out := filepath.Join(t.TempDir(), "out.loom")
		for what, err := range map[string]error{
			"file":       ds.Permute(t.Context(), test.ordering, test.axis),
			"other file": ds.PermuteTo(t.Context(), out, test.ordering, test.axis),
			"view":       view.Permute(t.Context(), test.ordering, test.axis),
			"transaction": ds.Update(t.Context(), func(tx *loom.Tx) error {
				return tx.Permute(t.Context(), test.ordering, test.axis)
			}),
		} {
			if !errors.Is(err, loom.ErrSelection) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %v, want %q", what, err, test.says)
			}
		}
		if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v: a file was made", test.ordering)
		}
	}
	if err := ds.PermuteTo(t.Context(), ds.Filename(), reversedOrder(4), loom.Columns); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("to itself: %v", err)
	}
	reader := open(t, ds.Filename())
	if err := reader.Permute(t.Context(), reversedOrder(4), loom.Columns); !errors.Is(err, loom.ErrReadOnly) {
		t.Errorf("read-only: %v", err)
	}
	if !bytes.Equal(before, must(os.ReadFile(ds.Filename()))) {
		t.Error("the file has changed")
	}
	alone(t, ds.Filename())
}

// TestPermuteCancelled leaves the old content, and nothing beside it.
func TestPermuteCancelled(t *testing.T) {
	ds := smallFile(t)
	before := must(os.ReadFile(ds.Filename()))
	// The context ends when the first of the values are copied.
	ctx, cancel := context.WithCancel(t.Context())
	reports := 0
	listening := loom.WithProgress(ctx, func(p loom.Progress) {
		if p.Operation != "permute" {
			t.Errorf("report of %q", p.Operation)
		}
		if reports++; reports == 2 {
			cancel()
		}
	})
	if err := ds.Permute(listening, reversedOrder(5), loom.Rows); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if reports < 2 {
		t.Errorf("%d reports", reports)
	}
	if !sameState(before, must(os.ReadFile(ds.Filename()))) {
		t.Error("the file has changed")
	}
	alone(t, ds.Filename())
	if err := ds.Permute(t.Context(), reversedOrder(5), loom.Rows); err != nil {
		t.Error(err)
	}
}

// TestPermuteAndBack: an ordering and its inverse together change nothing, to
// h5diff, and h5repack makes the file not much smaller after ten of each.
func TestPermuteAndBack(t *testing.T) {
	h5diff, h5repack := oracle.Tool(t, "h5diff"), oracle.Tool(t, "h5repack")
	for _, name := range []string{"mouse_cortex_tiny.loom", "entities_spec2.loom"} {
		path := copyOf(t, filepath.Join("testdata", name))
		ds := connect(t, path)
		for round := range 10 {
			axis := loom.Axis(round % 2)
			ordering := permutation(uint64(round), lengthOf(ds, axis))
			inverse := make([]int, len(ordering))
			for i, at := range ordering {
				inverse[at] = i
			}
			for _, o := range [][]int{ordering, inverse} {
				if err := ds.Permute(t.Context(), o, axis); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"/matrix", "/layers", "/row_attrs", "/col_attrs", "/row_graphs", "/col_graphs"} {
			out, err := exec.Command(h5diff, filepath.Join("testdata", name), path, part).CombinedOutput()
			if err != nil && strings.Contains(string(out), "dataset: <") {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
		}
		smaller := filepath.Join(t.TempDir(), name)
		if out, err := exec.Command(h5repack, path, smaller).CombinedOutput(); err != nil {
			t.Fatalf("h5repack: %v\n%s", err, out)
		}
		size, least := must(os.Stat(path)).Size(), must(os.Stat(smaller)).Size()
		if float64(size) > 1.2*float64(least) {
			t.Errorf("%s: %d bytes, %d after h5repack", name, size, least)
		}
		alone(t, path)
	}
}

// TestPermuteGoesOn: the connection keeps its lock, and works, on the new file;
// what was obtained before, and who has the file open, reads the old one.
func TestPermuteGoesOn(t *testing.T) {
	python := oracle.Start(t)
	ds := smallFile(t)
	path := ds.Filename()
	python.Must("f = h5py.File(%q, 'r')", path)
	old, before := ds.RowAttrs(), open(t, path)
	for round := range 3 {
		if err := ds.Permute(t.Context(), []int{1, 2, 3, 4, 0}, loom.Rows); err != nil {
			t.Fatal(err)
		}
		if _, err := loom.Connect(path); !errors.Is(err, loom.ErrLocked) {
			t.Errorf("round %d: a second writer: %v", round, err)
		}
		if _, err := python.Try("h5py.File(%q, 'r+')", path); err == nil {
			t.Errorf("round %d: h5py opens the file for writing", round)
		}
		if err := ds.ColAttrs().Set("Round", arrayOf(t, []int64{int64(round), 1, 2, 3})); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(ds.RowAttrs().Strings("Gene")); !slices.Equal(got, []string{"d", "e", "a", "b", "c"}) {
		t.Errorf("%q", got)
	}
	want := []string{"a", "b", "c", "d", "e"}
	for what, got := range map[string][]string{
		"attributes from before": must(old.Strings("Gene")),
		"another reader":         must(before.RowAttrs().Strings("Gene")),
	} {
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	if got := python.Must("answer = ''.join(s.decode() for s in f['row_attrs/Gene'][:])"); got != "abcde" {
		t.Errorf("h5py reads %s", got)
	}
	python.Must("f.close()")
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	if got := python.Must("f = h5py.File(%q, 'r+'); answer = ''.join(s.decode() for s in f['row_attrs/Gene'][:]) + str(f['col_attrs/Round'][0])", path); got != "deabc2" {
		t.Errorf("h5py reads %s", got)
	}
	python.Must("f.close()")
	if again := connect(t, path); again.SpecVersion() != "3.0.0" {
		t.Error(again.SpecVersion())
	}
	alone(t, path)
}

// TestReadersWhilePermuting: every view is of one state.
func TestReadersWhilePermuting(t *testing.T) {
	ds := smallFile(t)
	if err := ds.Layers().Set(t.Context(), "row", denseOf(t, 5, 4, func(i, _ int) int32 { return int32(i) })); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				view, err := ds.View(t.Context(), loom.All(), loom.All())
				if err != nil {
					t.Error(err)
					return
				}
				layer := must(view.Layer("row"))
				values := must(layer.Read(t.Context(), loom.All(), loom.All()))
				for i, gene := range must(view.RowAttrs().Strings("Gene")) {
					if got := values.At(i, 3); got != float64(gene[0]-'a') {
						t.Errorf("row %d of %s has %v", i, gene, got)
					}
				}
			}
		})
	}
	for round := range 10 {
		if err := ds.Permute(t.Context(), permutation(uint64(round), 5), loom.Rows); err != nil {
			t.Error(err)
		}
		runtime.GC() // which lets go of files that nobody reads any more
	}
	stop()
	readers.Wait()
}

// TestPermuteView does to a view what it does to the file.
func TestPermuteView(t *testing.T) {
	ds := connect(t, copyOf(t, filepath.Join("testdata", "mouse_cortex_tiny.loom")))
	for _, axis := range []loom.Axis{loom.Rows, loom.Columns} {
		view := must(ds.View(t.Context(), loom.All(), loom.All()))
		ordering := permutation(7, lengthOf(ds, axis))
		if err := view.Permute(t.Context(), ordering, axis); err != nil {
			t.Fatal(err)
		}
		if err := ds.Permute(t.Context(), ordering, axis); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		fromView, fromFile := filepath.Join(dir, "view.tab"), filepath.Join(dir, "file.tab")
		if err := ds.Export(t.Context(), fromFile); err != nil {
			t.Fatal(err)
		}
		made := filepath.Join(dir, "made.loom")
		if err := view.Create(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		if err := open(t, made).Export(t.Context(), fromView); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(must(os.ReadFile(fromView)), must(os.ReadFile(fromFile))) {
			t.Errorf("%s differ", axis)
		}
		for graph, err := range graphs(ds, axis).All() {
			if err != nil {
				t.Fatal(err)
			}
			if got, want := edgesOf(t, view, axis, graph.Name()), edgesOf(t, ds, axis, graph.Name()); !slices.Equal(got, want) {
				t.Errorf("%s graph %s: %v, want %v", axis, graph.Name(), got, want)
			}
		}
	}
}

// edgesOf returns the edges of a graph, sorted.
func edgesOf(t *testing.T, ds interface {
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
}, axis loom.Axis, name string) [][3]float64 {
	t.Helper()
	from := ds.RowGraphs()
	if axis == loom.Columns {
		from = ds.ColGraphs()
	}
	a, b, w := must(from.Get(name)).Edges()
	weights := must(w.Float64s())
	edges := make([][3]float64, len(a))
	for i := range a {
		edges[i] = [3]float64{float64(a[i]), float64(b[i]), weights[i]}
	}
	slices.SortFunc(edges, func(x, y [3]float64) int { return slices.Compare(x[:], y[:]) })
	return edges
}

// TestPermuteInPlace: a file that has two names keeps both, and a symbolic link
// goes on being one.
func TestPermuteInPlace(t *testing.T) {
	ds := smallFile(t)
	path := ds.Filename()
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	hard, soft := filepath.Join(t.TempDir(), "hard.loom"), filepath.Join(t.TempDir(), "soft.loom")
	if err := errors.Join(os.Link(path, hard), os.Symlink(path, soft)); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{hard, soft} {
		ds := connect(t, name)
		if err := ds.Permute(t.Context(), []int{1, 2, 3, 4, 0}, loom.Rows); err != nil {
			t.Fatal(err)
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(hard); err != nil && name == hard {
			t.Fatal(err)
		}
		alone(t, path)
	}
	if got := must(open(t, path).RowAttrs().Strings("Gene")); !slices.Equal(got, []string{"c", "d", "e", "a", "b"}) {
		t.Errorf("%q", got)
	}
	if info := must(os.Lstat(soft)); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link has been replaced")
	}
}

// TestNarrowVertices permutes a graph whose vertices have a type that does not
// hold all positions of the axis.
func TestNarrowVertices(t *testing.T) {
	const rows = 300
	path := filepath.Join(t.TempDir(), "narrow.loom")
	m := denseOf(t, rows, 1, spotted[float32])
	if err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	e := must(hdf5.Edit(path))
	err := e.Update(t.Context(), func(tx *hdf5.Tx) error {
		for name, values := range map[string]*hdf5.Array{
			"a": arrayOf(t, []uint8{0, 3}), "b": arrayOf(t, []uint8{1, 255}), "w": arrayOf(t, []float64{1, 2}),
		} {
			place := "row_graphs/g/" + name
			if err := tx.CreateDataset(place, hdf5.DatasetSpec{Type: values.Type(), Shape: values.Shape()}); err != nil {
				return err
			}
			if err := tx.Write(t.Context(), place, values); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	ds := connect(t, path, loom.SkipValidation())
	if err := ds.Permute(t.Context(), reversedOrder(rows), loom.Rows); err != nil {
		t.Fatal(err)
	}
	if got, want := edgesOf(t, ds, loom.Rows, "g"), [][3]float64{{296, 44, 2}, {299, 298, 1}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestArgsort sorts by several attributes, and NaN to the end.
func TestArgsort(t *testing.T) {
	ds := smallFile(t)
	nan := must(arrayOf(t, []float64{0, 0}).Float64s())
	nan[0] /= nan[1]
	for name, values := range map[string]*loom.Array{
		"Class": arrayOf(t, []string{"b", "a", "b", "a"}),
		"Score": arrayOf(t, []float64{2, nan[0], 1, 3}),
		"Rank":  arrayOf(t, []int32{1, 1, -1, 1}),
	} {
		if err := ds.ColAttrs().Set(name, values); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		keys []loom.SortKey
		want []int
	}{
		{nil, []int{0, 1, 2, 3}},
		{[]loom.SortKey{{Name: "Class"}}, []int{1, 3, 0, 2}},
		{[]loom.SortKey{{Name: "Class", Descending: true}}, []int{0, 2, 1, 3}},
		{[]loom.SortKey{{Name: "Score"}}, []int{2, 0, 3, 1}},
		{[]loom.SortKey{{Name: "Score", Descending: true}}, []int{3, 0, 2, 1}},
		{[]loom.SortKey{{Name: "Rank"}, {Name: "Class"}, {Name: "Score", Descending: true}}, []int{2, 3, 1, 0}},
	} {
		if got := must(ds.ColAttrs().Argsort(test.keys...)); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.keys, got, test.want)
		}
	}
	if _, err := ds.ColAttrs().Argsort(loom.SortKey{Name: "XY"}); !errors.Is(err, loom.ErrShape) {
		t.Errorf("two dimensions: %v", err)
	}
	if _, err := ds.ColAttrs().Argsort(loom.SortKey{Name: "xy"}); !errors.Is(err, loom.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}
