package loom_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

const tinyFile = "testdata/mouse_cortex_tiny.loom"

func open(t testing.TB, path string, opts ...loom.Option) *loom.Conn {
	t.Helper()
	ds, err := loom.Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !ds.Closed() {
			ds.Close()
		}
	})
	return ds
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.loom")
	if err := os.WriteFile(text, []byte("not HDF5"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		open func() (*loom.Conn, error)
		want error
	}{
		{"missing", func() (*loom.Conn, error) { return loom.Open(filepath.Join(dir, "none.loom")) }, fs.ErrNotExist},
		{"missing, to change", func() (*loom.Conn, error) { return loom.Connect(filepath.Join(dir, "none.loom")) }, fs.ErrNotExist},
		{"mode", func() (*loom.Conn, error) { return loom.Open(tinyFile, loom.WithMode("w")) }, fs.ErrInvalid},
		{"mode of a reader", func() (*loom.Conn, error) {
			return loom.OpenReader(strings.NewReader(""), 0, "empty", loom.WithMode(loom.ReadWrite))
		}, fs.ErrInvalid},
		{"invalid", func() (*loom.Conn, error) { return loom.Open("testdata/broken.loom") }, loom.ErrInvalid},
		{"another version", func() (*loom.Conn, error) { return loom.Open("testdata/entities_spec2.loom", loom.WithSpec("3.0.0")) }, loom.ErrInvalid},
	} {
		ds, err := test.open()
		if ds != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if _, err := loom.Open(text); err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("not HDF5: %v, want the file's name in the error", err)
	}
}

// TestValidationErrorListsEverything: one error names all violations and the
// way around.
func TestValidationErrorListsEverything(t *testing.T) {
	_, err := loom.Open("testdata/broken.loom")
	var invalid *loom.ValidationError
	if !errors.As(err, &invalid) {
		t.Fatalf("%v, want a ValidationError", err)
	}
	for _, violation := range invalid.Report.Errors {
		if !strings.Contains(err.Error(), violation) {
			t.Errorf("error lacks %q", violation)
		}
	}
	for _, part := range []string{"testdata/broken.loom", "3.0.0", "Gene", "spliced", "KNN", "SkipValidation"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q: %v", part, err)
		}
	}
}

func TestConnectNeedsPermission(t *testing.T) {
	path := filepath.Join(t.TempDir(), "readonly.loom")
	content, err := os.ReadFile(tinyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o400); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Skip("permissions do not bind this user")
	}
	if _, err := loom.Connect(path); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v, want a permission error", err)
	}
	open(t, path)
}

func TestModes(t *testing.T) {
	if ds := open(t, tinyFile); ds.Mode() != loom.ReadOnly {
		t.Errorf("Open: mode %q", ds.Mode())
	}
	if ds := open(t, copyOf(t, tinyFile), loom.WithMode(loom.ReadWrite)); ds.Mode() != loom.ReadWrite {
		t.Errorf("Open for change: mode %q", ds.Mode())
	}
	ds, err := loom.Connect(copyOf(t, tinyFile))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if ds.Mode() != loom.ReadWrite {
		t.Errorf("Connect: mode %q", ds.Mode())
	}
}

// TestClosed: what reads fails after Close, a second Close too, and views stay.
func TestClosed(t *testing.T) {
	ctx := context.Background()
	ds := open(t, tinyFile)
	view, err := ds.View(ctx, loom.Range(0, 5), loom.Range(0, 5))
	if err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil || !ds.Closed() {
		t.Fatalf("Close: %v, closed %v", err, ds.Closed())
	}
	_, read := ds.Matrix().Read(ctx, loom.All(), loom.All())
	_, attribute := ds.RowAttrs().Get("Gene")
	_, global := ds.Attrs().Get("title")
	_, graph := ds.ColGraphs().Get("KNN")
	_, mapped := ds.Map(ctx, loom.Rows, loom.Sum)
	_, modified := ds.LastModified()
	for name, err := range map[string]error{
		"Close": ds.Close(), "Read": read, "Attributes.Get": attribute, "GlobalAttributes.Get": global,
		"Graphs.Get": graph, "Map": mapped, "LastModified": modified,
	} {
		if !errors.Is(err, loom.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, err)
		}
	}
	if title, err := view.Attrs().Text("title"); err != nil || title == "" {
		t.Errorf("title of the view after Close: %q, %v", title, err)
	}
	if _, err := view.Map(ctx, loom.Rows, loom.Sum); err != nil {
		t.Errorf("map of the view after Close: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ds := open(t, tinyFile)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ds.Map(ctx, loom.Rows, loom.Sum); !errors.Is(err, context.Canceled) {
		t.Errorf("map: %v", err)
	}
	for _, err := range ds.Scan(ctx, loom.Columns) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("scan: %v", err)
		}
	}
}

func TestEntitiesOfOldFiles(t *testing.T) {
	ds := open(t, "testdata/entities_spec2.loom")
	if v := ds.SpecVersion(); v != "2.0.1" {
		t.Errorf("version %q", v)
	}
	genes, err := ds.RowAttrs().Strings("Gene")
	if want := []string{"sox10", "mitfa", "foxd3 <long>", "tfap2a"}; err != nil || !slices.Equal(genes, want) {
		t.Errorf("genes %q, %v, want %q", genes, err, want)
	}
	tissues, err := ds.ColAttrs().Strings("Tissue")
	if want := []string{"cœur", "fin & tail", "skin", "skin", "eye", "cœur"}; err != nil || !slices.Equal(tissues, want) {
		t.Errorf("tissues %q, %v, want %q", tissues, err, want)
	}
	for name, want := range map[string]string{"title": "Zebrafish & friends", "author": "J. Müller"} {
		if text, err := ds.Attrs().Text(name); err != nil || text != want {
			t.Errorf("%s is %q, %v, want %q", name, text, err, want)
		}
	}
	if _, err := ds.Attrs().Text("year"); !errors.Is(err, loom.ErrType) {
		t.Errorf("year as text: %v", err)
	}
}

func TestOldGraphNames(t *testing.T) {
	ds := open(t, "testdata/edges_old.loom")
	if v := ds.SpecVersion(); v != "0.0.0" {
		t.Errorf("version %q of a file that claims none", v)
	}
	if names := ds.ColGraphs().Names(); !slices.Equal(names, []string{"KNN"}) {
		t.Errorf("column graphs %q", names)
	}
	if n, err := ds.RowGraphs().Edges("similar"); err != nil || n != 3 {
		t.Errorf("%d edges, %v, want 3", n, err)
	}
}

func TestNotExist(t *testing.T) {
	ds := open(t, tinyFile)
	_, layer := ds.Layer("none")
	_, attribute := ds.RowAttrs().Get("none")
	_, stat := ds.ColAttrs().Stat("none")
	_, modified := ds.ColAttrs().LastModified("none")
	_, global := ds.Attrs().Get("none")
	_, graph := ds.RowGraphs().Get("none")
	_, edges := ds.RowGraphs().Edges("none")
	_, sparse := ds.Sparse(context.Background(), loom.All(), loom.All(), "none")
	for name, err := range map[string]error{
		"layer": layer, "attribute": attribute, "stat": stat, "modified": modified, "global": global,
		"graph": graph, "edges": edges, "sparse": sparse,
	} {
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none") || !strings.Contains(err.Error(), tinyFile) {
			t.Errorf("%s: %v, want ErrNotExist with the names of the file and the thing", name, err)
		}
	}
}

func TestProblems(t *testing.T) {
	for name, want := range map[string][]string{
		"unusual_nested_groups.loom": {"/row_attrs/nested", "/col_attrs/empty", "/layers/nested"},
		"unusual_extra_objects.loom": {"/row_attrs/dangling"},
		"invalid_matrix_1d.loom":     {"/matrix"},
		"invalid_graph_dataset.loom": {"/col_graphs/KNN"},
		"spec3_plain.loom":           nil,
	} {
		t.Run(name, func(t *testing.T) {
			ds := open(t, filepath.Join(oracle.Generated(t), name), loom.SkipValidation())
			problems := ds.Problems()
			if len(problems) != len(want) {
				t.Errorf("problems %v, want %d", problems, len(want))
			}
			for _, path := range want {
				if !slices.ContainsFunc(problems, func(err error) bool { return strings.Contains(err.Error(), path) }) {
					t.Errorf("problems %v, none about %s", problems, path)
				}
			}
			for _, attributes := range []*loom.Attributes{ds.RowAttrs(), ds.ColAttrs()} {
				for a, err := range attributes.All() {
					if err != nil {
						t.Errorf("%s: %v", a.Name, err)
					}
				}
			}
		})
	}
}

func TestModificationTimes(t *testing.T) {
	ds := open(t, filepath.Join(oracle.Generated(t), "spec3_changed_times.loom"))
	day := func(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }
	if last, err := ds.LastModified(); err != nil || !last.Equal(day(9)) {
		t.Errorf("last modified %v, %v", last, err)
	}
	for after, want := range map[int]loom.Changes{
		9: {},
		8: {ColGraphs: []string{"KNN"}},
		5: {ColGraphs: []string{"KNN"}, RowAttrs: []string{"new"}},
		2: {ColGraphs: []string{"KNN"}, RowAttrs: []string{"new", "old"}, Layers: []string{"spliced"}},
		1: {ColGraphs: []string{"KNN"}, RowAttrs: []string{"new", "old"}, Layers: []string{"", "spliced"}},
		0: {
			ColGraphs: []string{"KNN"}, RowAttrs: []string{"Gene", "new", "old"}, ColAttrs: []string{"CellID"},
			Layers: []string{"", "spliced"},
		},
	} {
		changes, err := ds.ChangesSince(day(after))
		if err != nil {
			t.Fatal(err)
		}
		for _, names := range [][2][]string{
			{changes.RowAttrs, want.RowAttrs}, {changes.ColAttrs, want.ColAttrs}, {changes.RowGraphs, want.RowGraphs},
			{changes.ColGraphs, want.ColGraphs}, {changes.Layers, want.Layers},
		} {
			if !slices.Equal(names[0], names[1]) {
				t.Errorf("changes since day %d: %+v, want %+v", after, changes, want)
			}
		}
	}
}

func TestNoModificationTimes(t *testing.T) {
	ds := open(t, "testdata/edges_old.loom")
	last, err := ds.LastModified()
	if err != nil || !last.IsZero() {
		t.Errorf("last modified %v, %v, of a file that does not say", last, err)
	}
	if changes, err := ds.ChangesSince(time.Time{}); err != nil || len(changes.RowAttrs) != 0 {
		t.Errorf("changes %+v, %v", changes, err)
	}
}

// TestDeterministic: the order of sparse entries and the last digit of sums do
// not vary from run to run, although chunks are decoded in parallel.
func TestDeterministic(t *testing.T) {
	ctx := context.Background()
	ds := open(t, filepath.Join(oracle.Generated(t), "spec3_several_chunks.loom"))
	first, err := loom.SparseAs[float32](ctx, ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	sums, err := ds.Map(ctx, loom.Columns, loom.Sum, loom.Var)
	if err != nil {
		t.Fatal(err)
	}
	rows, cols, values := first.Raw()
	for range 10 {
		again, err := loom.SparseAs[float32](ctx, ds.Matrix(), loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		if r, c, v := again.Raw(); !slices.Equal(r, rows) || !slices.Equal(c, cols) || !slices.Equal(v, values) {
			t.Fatal("entries in another order")
		}
		more, err := ds.Map(ctx, loom.Columns, loom.Sum, loom.Var)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(more[0], sums[0]) || !slices.Equal(more[1], sums[1]) {
			t.Fatal("other sums")
		}
	}
}

// TestConcurrentReaders has one connection read everything several times at once.
func TestConcurrentReaders(t *testing.T) {
	ds := open(t, tinyFile)
	want, err := readEverything(ds)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got, err := readEverything(ds); err != nil || got != want {
				t.Errorf("read %d values, %v, want %d", got, err, want)
			}
		})
	}
	wg.Wait()
}

// TestConcurrentClose: reads that run while the file is closed end with the
// right values or with ErrClosed.
func TestConcurrentClose(t *testing.T) {
	content, err := os.ReadFile(tinyFile)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		ds, err := loom.OpenReader(bytes.NewReader(content), int64(len(content)), "cortex")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := readEverything(ds); err != nil && !errors.Is(err, loom.ErrClosed) {
				t.Error(err)
			}
		})
		if err := ds.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	}
}

// readEverything reads all that a connection has, by every operation, and
// returns the number of values. It goes on after errors, which it joins, but not
// far into axes that are longer than those of any test file.
func readEverything(ds *loom.Conn) (int, error) {
	ctx := context.Background()
	n := 0
	var failed []error
	note := func(err error) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	for _, attributes := range []*loom.Attributes{ds.RowAttrs(), ds.ColAttrs()} {
		for a, err := range attributes.All() {
			if note(err); err == nil {
				n += a.Values.Len()
			}
			_, err := attributes.Stat(a.Name)
			note(err)
		}
	}
	for a, err := range ds.Attrs().All() {
		if note(err); err == nil {
			n += a.Values.Len()
		}
	}
	for _, graphs := range []*loom.Graphs{ds.RowGraphs(), ds.ColGraphs()} {
		for g, err := range graphs.All() {
			if note(err); err == nil {
				n += g.Len()
			}
		}
	}
	for layer := range ds.Layers().All() {
		values, err := layer.Read(ctx, loom.All(), loom.All())
		if note(err); err == nil {
			n += values.NNZ()
		}
		entries, err := layer.Sparse(ctx, loom.All(), loom.All())
		if note(err); err == nil {
			n += entries.NNZ()
		}
	}
	for _, axis := range []loom.Axis{loom.Rows, loom.Columns} {
		batches := 0
		for b, err := range ds.Scan(ctx, axis, loom.BatchSize(50)) {
			if note(err); err == nil {
				n += len(b.Positions)
			}
			if batches++; batches == 20 {
				break
			}
		}
		results, err := ds.Map(ctx, axis, loom.Mean, loom.Var)
		if note(err); err == nil {
			n += len(results[0])
		}
	}
	_, err := ds.LastModified()
	note(err)
	_, err = ds.ChangesSince(time.Time{})
	note(err)
	return n, errors.Join(failed...)
}
