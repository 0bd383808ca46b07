package loom_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// plainFile makes a file of genes 0, 1, 2, ... and cells, changes it, and returns its
// path.
func plainFile(t testing.TB, dir, name string, rows, cols int, change func(ds *loom.Conn) error) string {
	t.Helper()
	path := filepath.Join(dir, name)
	names := make([]string, rows)
	for i := range names {
		names[i] = fmt.Sprint("gene ", i)
	}
	err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": denseOf(t, rows, cols, spotted[float32])},
		map[string]*loom.Array{"Gene": arrayOf(t, names)}, map[string]*loom.Array{"Number": arrayOf(t, make([]int32, cols))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		ds := connect(t, path)
		if err := change(ds); err != nil {
			t.Fatal(err)
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// folder returns the files of a folder, and what is in them.
func folder(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, entry := range must(os.ReadDir(dir)) {
		if entry.Type().IsRegular() {
			all[entry.Name()] = string(must(os.ReadFile(filepath.Join(dir, entry.Name()))))
		}
	}
	return all
}

// A refusal is a combination of files that is refused, with an error that wraps one
// and says some things.
type refusal struct {
	what    string
	sources []string // below the folder of the test
	opts    []loom.AddLoomOption
	want    error
	texts   []string
}

// refusedFiles makes the files of refusals.
func refusedFiles(t *testing.T, dir string) {
	set := func(axis loom.Axis, name string, values *loom.Array) func(*loom.Conn) error {
		return func(ds *loom.Conn) error {
			return map[loom.Axis]*loom.Attributes{loom.Rows: ds.RowAttrs(), loom.Columns: ds.ColAttrs()}[axis].Set(name, values)
		}
	}
	plainFile(t, dir, "a", 4, 3, nil)
	plainFile(t, dir, "rows", 5, 3, nil)
	plainFile(t, dir, "other", 4, 3, set(loom.Rows, "Gene", arrayOf(t, []string{"gene 0", "gene 1", "x", "y"})))
	plainFile(t, dir, "twice", 4, 3, set(loom.Rows, "Gene", arrayOf(t, []string{"gene 0", "gene 1", "gene 2", "gene 1"})))
	plainFile(t, dir, "numbers", 4, 3, set(loom.Rows, "Gene", arrayOf(t, []int64{0, 1, 2, 3})))
	plainFile(t, dir, "wide", 4, 3, set(loom.Rows, "Gene", arrayOf(t, make([]string, 8), 4, 2)))
	plainFile(t, dir, "text", 4, 3, set(loom.Columns, "Number", arrayOf(t, []string{"1", "2", "3"})))
	plainFile(t, dir, "more", 4, 3, set(loom.Columns, "More", arrayOf(t, []string{"1", "2", "3"})))
	plainFile(t, dir, "layer", 4, 3, func(ds *loom.Conn) error { return ds.Layers().SetEmpty(t.Context(), "spliced", "int8") })
	plainFile(t, dir, "huge", 4, 3, func(ds *loom.Conn) error {
		return ds.Layers().Set(t.Context(), "", denseOf(t, 4, 3, func(i, j int) int64 { return 1<<62 + 1 }))
	})
	plainFile(t, dir, "bytes", 4, 3, func(ds *loom.Conn) error {
		return ds.Layers().Set(t.Context(), "", denseOf(t, 4, 3, spotted[uint8]))
	})
	empty := must(loom.New(t.Context(), filepath.Join(dir, "empty"), nil))
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "text file"), []byte("not HDF5"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refusals are refused by Combine and by AddLoom.
func refusals() []refusal {
	key := []loom.AddLoomOption{loom.ByKey("Gene")}
	return []refusal{
		{"rows", []string{"a", "rows"}, nil, loom.ErrAlignment, []string{"5 rows", "has 4", "key"}},
		{"names of rows", []string{"a", "other"}, nil, loom.ErrAlignment, []string{"row 2", `"x"`, `"gene 2"`}},
		{"keys", []string{"a", "other"}, key, loom.ErrAlignment, []string{`"gene 2", "gene 3"`, `"x", "y"`, "lacks"}},
		{"more keys", []string{"a", "rows"}, key, loom.ErrAlignment, []string{`"gene 4"`}},
		{"key twice", []string{"a", "twice"}, key, loom.ErrAlignment, []string{"twice", `"gene 1"`}},
		{"key twice in the first", []string{"twice", "a"}, key, loom.ErrAlignment, []string{"twice", `"gene 1"`}},
		{"no key", []string{"a", "a"}, []loom.AddLoomOption{loom.ByKey("Nothing")}, loom.ErrNotExist, []string{`"Nothing"`}},
		{"type of a key", []string{"a", "numbers"}, key, loom.ErrType, []string{"numbers", "strings"}},
		{"shape of a key", []string{"wide", "a"}, key, loom.ErrShape, []string{"[4 2]"}},
		{"missing layer", []string{"layer", "a"}, nil, loom.ErrNotExist, []string{`"spliced"`}},
		{"text and numbers", []string{"a", "text"}, nil, loom.ErrType, []string{`"Number"`, "int32", "string"}},
		{"no file", []string{"a", "none"}, nil, fs.ErrNotExist, []string{"none"}},
		{"no HDF5", []string{"a", "text file"}, nil, hdf5.ErrNotHDF5, []string{"text file"}},
		{"no matrix", []string{"a", "empty"}, []loom.AddLoomOption{loom.OpenWith(loom.SkipValidation())}, loom.ErrNotExist, []string{"main matrix"}},
		{"loss of an attribute", []string{"more", "a"}, []loom.AddLoomOption{loom.KeepAll()}, loom.ErrLoss, []string{`"More"`}},
		{"loss of a layer", []string{"a", "layer"}, []loom.AddLoomOption{loom.KeepAll()}, loom.ErrLoss, []string{`layer "spliced"`}},
		{"kept attributes", []string{"a", "more"}, []loom.AddLoomOption{loom.KeepAttributes()}, loom.ErrLoss, []string{`"More"`}},
		{"nothing to fill in", []string{"a", "more"}, []loom.AddLoomOption{loom.FillWith(map[string]*loom.Array{})}, loom.ErrNotExist, []string{`"More"`}},
		{"batches", []string{"a", "a"}, []loom.AddLoomOption{loom.BatchSize(-1)}, loom.ErrSelection, []string{"-1"}},
		{"option of AddColumns", []string{"a", "a"}, []loom.AddLoomOption{loom.AddWith(loom.AllowNonFinite())}, loom.ErrSelection, []string{"AddWith"}},
	}
}

func checkRefused(t *testing.T, r refusal, err error) {
	t.Helper()
	if !errors.Is(err, r.want) {
		t.Errorf("%s: %v, want %v", r.what, err, r.want)
	}
	for _, text := range r.texts {
		if !strings.Contains(fmt.Sprint(err), text) {
			t.Errorf("%s: %v, want it to say %s", r.what, err, text)
		}
	}
}

// TestCombineRefuses: what cannot be combined is refused with what is wrong in the
// message, and changes and leaves nothing.
func TestCombineRefuses(t *testing.T) {
	dir := t.TempDir()
	refusedFiles(t, dir)
	a := filepath.Join(dir, "a")
	if err := os.Symlink(a, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Link(a, filepath.Join(dir, "hard link")); err != nil {
		t.Skip(err)
	}
	before := folder(t, dir)
	path := func(name string) string { return filepath.Join(dir, name) }
	ctx := t.Context()
	for _, r := range refusals() {
		var sources []loom.Source
		for _, name := range r.sources {
			sources = append(sources, loom.Source{Path: path(name)})
		}
		var opts []loom.CombineOption
		for _, opt := range r.opts {
			opts = append(opts, opt)
		}
		_, err := loom.Combine(ctx, path("out"), sources, opts...)
		checkRefused(t, r, err)
	}
	closed := open(t, a)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	type options = []loom.CombineOption
	for _, r := range []struct {
		what, out string
		sources   []loom.Source
		opts      options
		want      error
		text      string
	}{
		{"no files", "out", nil, nil, loom.ErrSelection, "no files"},
		{"itself", "a", []loom.Source{{Path: a}}, nil, fs.ErrInvalid, "input"},
		{"itself by a link", "link", []loom.Source{{Path: a}}, nil, fs.ErrInvalid, "input"},
		{"itself by a hard link", "hard link", []loom.Source{{Path: a}}, nil, fs.ErrInvalid, "input"},
		{"itself by a connection", "hard link", []loom.Source{{Conn: open(t, a)}}, nil, fs.ErrInvalid, "input"},
		{"closed", "out", []loom.Source{{Conn: closed}}, nil, loom.ErrClosed, "a"},
		{"no columns", "out", []loom.Source{{Path: a, Cols: loom.Range(0, 0)}}, nil, loom.ErrShape, "4 rows and 0 columns"},
		{"no rows", "out", []loom.Source{{Path: a, Rows: loom.Range(0, 0)}}, nil, loom.ErrShape, "0 rows and 3 columns"},
		{"no common rows", "out", []loom.Source{{Path: a, Rows: loom.At(0)}, {Path: a, Rows: loom.At(1)}},
			options{loom.ByKey("Gene"), loom.JoinRows(loom.JoinInner)}, loom.ErrShape, "0 rows"},
		{"rows outside", "out", []loom.Source{{Path: a, Rows: loom.At(4)}}, nil, loom.ErrSelection, "4"},
		{"columns outside", "out", []loom.Source{{Path: a, Cols: loom.At(3)}}, nil, loom.ErrSelection, "3"},
		{"join without a key", "out", []loom.Source{{Path: a}}, options{loom.JoinRows(loom.JoinOuter)}, loom.ErrSelection, "outer join needs a key"},
		{"label that is there", "out", []loom.Source{{Path: a}}, options{loom.LabelCells("Number")}, loom.ErrName, `"Number"`},
		{"label that is no name", "out", []loom.Source{{Path: a}}, options{loom.LabelCells("a/b")}, loom.ErrName, "slash"},
		{"layer that is not there", "out", []loom.Source{{Path: a}}, options{loom.CombineLayers("x")}, loom.ErrNotExist, `"x"`},
		{"types of layers", "out", []loom.Source{{Path: a}, {Path: path("huge")}}, nil, loom.ErrType, "int64"},
		{"loss of graphs", "out", []loom.Source{{Path: tinyFile}}, options{loom.KeepAll()}, loom.ErrLoss, "KNN"},
	} {
		_, err := loom.Combine(ctx, path(r.out), r.sources, r.opts...)
		checkRefused(t, refusal{what: r.what, want: r.want, texts: []string{r.text}}, err)
	}
	if !maps.Equal(before, folder(t, dir)) {
		t.Error("files have changed or are left over")
	}
}

// TestAddLoomRefuses is TestCombineRefuses for AddLoom.
func TestAddLoomRefuses(t *testing.T) {
	dir := t.TempDir()
	refusedFiles(t, dir)
	before := folder(t, dir)
	add := func(r refusal) {
		ds, err := loom.Connect(filepath.Join(dir, r.sources[0]))
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		_, err = ds.AddLoom(t.Context(), filepath.Join(dir, r.sources[1]), r.opts...)
		checkRefused(t, r, err)
		if err != nil && !strings.Contains(err.Error(), ds.Filename()) {
			t.Errorf("%s: %v does not name the file", r.what, err)
		}
	}
	for _, r := range refusals() {
		add(r)
	}
	add(refusal{"elements that cannot be held", []string{"bytes", "huge"}, nil, loom.ErrType, []string{"4611686018427387905", "uint8"}})
	reading := open(t, filepath.Join(dir, "a"))
	if _, err := reading.AddLoom(t.Context(), filepath.Join(dir, "a")); !errors.Is(err, loom.ErrReadOnly) {
		t.Errorf("file open for reading: %v", err)
	}
	after := folder(t, dir)
	for name, content := range before {
		if len(content) != len(after[name]) || len(content) > 96 && !sameState([]byte(content), []byte(after[name])) {
			t.Errorf("%s has changed", name)
		}
	}
	if len(before) != len(after) {
		t.Error("files are left over")
	}
}

// TestAddLoomGraphs: the vertices of the other file come after those of this one.
func TestAddLoomGraphs(t *testing.T) {
	dir := t.TempDir()
	graph := func(names ...string) func(*loom.Conn) error {
		return func(ds *loom.Conn) error {
			for _, name := range names {
				if err := ds.ColGraphs().Set(name, []int32{0, 2}, []int32{1, 0}, arrayOf(t, []float32{0.5, 2})); err != nil {
					return err
				}
			}
			return ds.RowGraphs().Set("rows", []int32{3}, []int32{1}, arrayOf(t, []float64{1}))
		}
	}
	a, b := plainFile(t, dir, "a", 4, 5, graph("KNN", "a")), plainFile(t, dir, "b", 4, 3, graph("KNN", "b"))
	ds := connect(t, a)
	added, err := ds.AddLoom(t.Context(), b, loom.IncludeGraphs())
	if err != nil {
		t.Fatal(err)
	}
	if len(added.Losses) != 1 || added.Losses[0].Name != "b" || added.Losses[0].Kind != "column graph" {
		t.Errorf("losses %v, want that of the graph b", added.Losses)
	}
	check := func(ds *loom.Conn, graphs string, edges int) {
		t.Helper()
		if names := ds.ColGraphs().Names(); fmt.Sprint(names) != graphs {
			t.Errorf("graphs %v, want %v", names, graphs)
		}
		knn := must(ds.ColGraphs().Get("KNN"))
		from, to, w := knn.Edges()
		if !slices.Equal(from, []int32{0, 2, 5, 7}[:edges]) || !slices.Equal(to, []int32{1, 0, 6, 5}[:edges]) ||
			!slices.Equal(must(w.Float64s()), []float64{0.5, 2, 0.5, 2}[:edges]) || knn.Vertices() != 8 {
			t.Errorf("edges from %v to %v of weight %v", from, to, must(w.Float64s()))
		}
		if n := must(ds.RowGraphs().Edges("rows")); n != 1 {
			t.Errorf("%d edges between rows", n)
		}
	}
	check(ds, "[KNN a]", 4)
	a = plainFile(t, dir, "a again", 4, 5, graph("KNN", "a"))
	both, _ := combined(t, []loom.Source{{Path: a}, {Path: b}}, loom.IncludeGraphs(), loom.KeepAll())
	check(both, "[KNN a b]", 4)
	without := connect(t, a)
	added, err = without.AddLoom(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if len(added.Losses) != 3 {
		t.Errorf("losses %v, want those of three graphs", added.Losses)
	}
	check(without, "[KNN a]", 2)
}

// TestAddLoomLaws: to add the rest of a file to a part of it, or a file to itself,
// makes what combining makes; and the file that is added stays as it is.
func TestAddLoomLaws(t *testing.T) {
	for _, ds := range openSound(t) {
		rows, cols := ds.Shape()
		dir := t.TempDir()
		part := filepath.Join(dir, "part.loom")
		left := loom.Source{Conn: ds, Cols: loom.Range(0, (cols+1)/2)}
		if _, err := loom.Combine(t.Context(), part, []loom.Source{left}); err != nil {
			t.Fatal(err)
		}
		before := must(os.ReadFile(ds.Filename()))
		grown := connect(t, part)
		result, err := grown.AddLoom(t.Context(), ds.Filename(), loom.OpenWith(loom.SkipValidation()))
		if err != nil {
			t.Fatal(err)
		}
		if result.Rows != rows || result.Cols != cols+(cols+1)/2 {
			t.Errorf("%s: %d x %d", ds.Filename(), result.Rows, result.Cols)
		}
		want, _ := combined(t, []loom.Source{left, {Conn: ds}})
		compareWholes(t, ds.Filename(), grown, want)
		if !slices.Equal(before, must(os.ReadFile(ds.Filename()))) {
			t.Errorf("%s: has changed", ds.Filename())
		}
		if _, err := grown.AddLoom(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		want, _ = combined(t, []loom.Source{left, {Conn: ds}, left, {Conn: ds}})
		compareWholes(t, ds.Filename()+" and itself", grown, want)
	}
}

// TestCombineRules: types, layers and attributes that are not the same in all files.
func TestCombineRules(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	a := plainFile(t, dir, "a", 3, 2, func(ds *loom.Conn) error {
		return errors.Join(
			ds.Layers().Set(ctx, "counts", denseOf(t, 3, 2, func(i, j int) int16 { return int16(i + j) })),
			ds.RowAttrs().Set("Length", arrayOf(t, []int32{1, 2, 3})),
			ds.Attrs().Set("Title", hdf5.NewScalar("a")),
		)
	})
	b := plainFile(t, dir, "b", 3, 1, func(ds *loom.Conn) error {
		return errors.Join(
			ds.Layers().Set(ctx, "counts", denseOf(t, 3, 1, func(i, j int) float32 { return float32(i) + 0.5 })),
			ds.Layers().Set(ctx, "more", denseOf(t, 3, 1, spotted[uint8])),
			ds.RowAttrs().Set("Length", arrayOf(t, []int32{1, 9, 3})),
			ds.RowAttrs().Set("Only", arrayOf(t, []string{"x", "y", "z"})),
			ds.Attrs().Set("Title", hdf5.NewScalar("b")),
			ds.Attrs().Set("Year", hdf5.NewScalar(int32(2018))),
			ds.RowGraphs().Set("g", []int32{0}, []int32{1}, arrayOf(t, []float64{1})),
		)
	})
	sources := []loom.Source{{Path: a}, {Path: b}}
	ds, result := combined(t, sources)
	var lost []string
	for _, loss := range result.Losses {
		lost = append(lost, filepath.Base(loss.File)+" "+loss.Kind+" "+loss.Name)
	}
	slices.Sort(lost)
	want := []string{"b global attribute Title", "b global attribute Year", "b layer more", "b row attribute Length", "b row graph g"}
	if !slices.Equal(lost, want) {
		t.Errorf("lost %q, want %q", lost, want)
	}
	counts := must(ds.Layer("counts"))
	values, err := loom.ReadAs[float64](ctx, counts, loom.All(), loom.All())
	if err != nil || counts.Type().String() != "float32" || !slices.Equal(values.Raw(), []float64{0, 1, 0.5, 1, 2, 1.5, 2, 3, 2.5}) {
		t.Errorf("counts %s %v, %v", counts.Type(), values, err)
	}
	if got := must(ds.RowAttrs().Int64s("Length")); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("lengths %v, want those of the first file", got)
	}
	if got := must(ds.RowAttrs().Strings("Only")); !slices.Equal(got, []string{"x", "y", "z"}) {
		t.Errorf("attribute of one file %q", got)
	}

	ds, result = combined(t, sources, loom.FillLayers(), loom.ConvertAttrs(), loom.IncludeGraphs(), loom.SkipAttrs("Length"), loom.KeepAll())
	if title := must(ds.ColAttrs().Strings("Title")); !slices.Equal(title, []string{"a", "a", "b"}) || ds.Attrs().Has("Title") {
		t.Errorf("titles %q", title)
	}
	if year := must(ds.ColAttrs().Int64s("Year")); !slices.Equal(year, []int64{0, 0, 2018}) {
		t.Errorf("years %v", year)
	}
	more := must(loom.ReadAs[float64](ctx, must(ds.Layer("more")), loom.All(), loom.All()))
	if !slices.Equal(more.Row(0), []float64{0, 0, spotted[float64](0, 0)}) || len(result.Losses) > 0 || ds.RowAttrs().Has("Length") {
		t.Errorf("layer of one file %v, losses %v", more.Row(0), result.Losses)
	}
	ds, _ = combined(t, sources, loom.CombineLayers())
	if names := ds.Layers().Names(); len(names) != 1 {
		t.Errorf("layers %q", names)
	}
}

// TestCombineWarns: where no attribute says whether rows agree, a warning does.
func TestCombineWarns(t *testing.T) {
	dir := t.TempDir()
	nameless := func(ds *loom.Conn) error { return ds.RowAttrs().Delete("Gene") }
	a, b := plainFile(t, dir, "a", 3, 2, nameless), plainFile(t, dir, "b", 3, 2, nil)
	_, result := combined(t, []loom.Source{{Path: a}, {Path: b}})
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], b) {
		t.Errorf("warnings %q", result.Warnings)
	}
	c := plainFile(t, dir, "c", 3, 2, func(ds *loom.Conn) error {
		return ds.RowAttrs().Set("Gene", arrayOf(t, []string{"other", "genes", "here"}))
	})
	_, result = combined(t, []loom.Source{{Path: b}, {Path: c}}, loom.TrustRowOrder())
	if len(result.Losses) != 1 || result.Losses[0].Name != "Gene" {
		t.Errorf("losses %v, want that of the names", result.Losses)
	}
}

// TestFillLeavesWholeRowAttributes: a value to fill in for a column attribute
// changes neither the values nor the type of a row attribute of the same name that no row
// lacks, and is no error for its shape.
func TestFillLeavesWholeRowAttributes(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	a, b, out := filepath.Join(dir, "a.loom"), filepath.Join(dir, "b.loom"), filepath.Join(dir, "out.loom")
	m := map[string]loom.Matrix{"": denseOf(t, 2, 2, spotted[float32])}
	rows := map[string]*loom.Array{"X": arrayOf(t, []int32{7, 8})}
	for path, cols := range map[string]map[string]*loom.Array{a: {"X": arrayOf(t, make([]float64, 6), 2, 3)}, b: nil} {
		if err := loom.Create(ctx, path, m, rows, cols, nil); err != nil {
			t.Fatal(err)
		}
	}
	for what, value := range map[string]*loom.Array{
		"another type": hdf5.NewScalar(0.5), "another shape": arrayOf(t, []float64{1, 2, 3}),
	} {
		fill := loom.FillWith(map[string]*loom.Array{"X": value})
		if _, err := loom.Combine(ctx, out, []loom.Source{{Path: a}, {Path: b}}, fill); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		got := must(open(t, out).RowAttrs().Get("X"))
		if textOf(got) != textOf(rows["X"]) {
			t.Errorf("%s: row attribute %s, want %s", what, textOf(got), textOf(rows["X"]))
		}
	}
}

// TestAddLoomKeepsRecords: a row attribute of records that both files have stays, and
// nothing is lost.
func TestAddLoomKeepsRecords(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"a.loom", "b.loom"} {
		path := plainFile(t, dir, name, 3, 2, nil)
		e := must(hdf5.Edit(path))
		err := e.Update(t.Context(), func(tx *hdf5.Tx) error {
			point := must(hdf5.CompoundOf(hdf5.Member{Name: "x", Type: must(hdf5.NamedType("float32"))}))
			return tx.CreateDataset("/row_attrs/Point", hdf5.DatasetSpec{Type: point, Shape: []int{3}})
		})
		if err = errors.Join(err, e.Close()); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	ds := must(loom.Connect(paths[0], loom.SkipValidation()))
	defer ds.Close()
	added, err := ds.AddLoom(t.Context(), paths[1], loom.OpenWith(loom.SkipValidation()))
	if err != nil {
		t.Fatal(err)
	}
	if !ds.RowAttrs().Has("Point") {
		t.Error("the row attribute is gone")
	}
	if len(added.Losses) != 0 {
		t.Errorf("losses %v", added.Losses)
	}
}

// TestCombineOpenFile: a file that is open for change is combined as it is at the time of
// the call, and one that takes its place must wait for it to be closed.
func TestCombineOpenFile(t *testing.T) {
	dir := t.TempDir()
	path := plainFile(t, dir, "a", 4, 3, nil)
	ds := connect(t, path)
	both, _ := combined(t, []loom.Source{{Path: path}, {Conn: ds}})
	if _, cols := both.Shape(); cols != 6 {
		t.Errorf("%d columns, want 6", cols)
	}
	before := folder(t, dir)
	_, err := loom.Combine(t.Context(), path, []loom.Source{{Path: tinyFile}})
	if !errors.Is(err, loom.ErrLocked) {
		t.Errorf("in place of an open file: %v, want %v", err, loom.ErrLocked)
	}
	if !maps.Equal(before, folder(t, dir)) {
		t.Error("the open file has changed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := loom.Combine(ctx, filepath.Join(dir, "out"), []loom.Source{{Path: path}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := ds.AddLoom(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if len(folder(t, dir)) != 1 {
		t.Error("files are left over")
	}
}

// TestAddLoomMovesGlobals: global attributes that differ become attributes of the
// columns of both files, and the other file does not change.
func TestAddLoomMovesGlobals(t *testing.T) {
	dir := t.TempDir()
	titled := func(title string) func(*loom.Conn) error {
		return func(ds *loom.Conn) error { return ds.Attrs().Set("Title", hdf5.NewScalar(title)) }
	}
	a, b := plainFile(t, dir, "a", 4, 2, titled("ä")), plainFile(t, dir, "b", 4, 1, titled("b"))
	before := must(os.ReadFile(b))
	ds := connect(t, a)
	if _, err := ds.AddLoom(t.Context(), b, loom.ConvertAttrs(), loom.KeepAll()); err != nil {
		t.Fatal(err)
	}
	if titles := must(ds.ColAttrs().Strings("Title")); !slices.Equal(titles, []string{"ä", "ä", "b"}) || ds.Attrs().Has("Title") {
		t.Errorf("titles %q", titles)
	}
	if ds.SpecVersion() != "3.0.0" || !slices.Equal(before, must(os.ReadFile(b))) {
		t.Error("the version, or the other file, has changed")
	}
}
