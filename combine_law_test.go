package loom_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A whole is what a Conn and a View have in common.
type whole interface {
	Shape() (rows, cols int)
	Layers() *loom.Layers
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
	Attrs() *loom.GlobalAttributes
}

// A contents is a whole as text, by the name of the part.
type contents map[string]string

// contentsOf reads everything, but for the attributes that each file has of its own.
func contentsOf(t testing.TB, w whole) contents {
	t.Helper()
	c := contents{}
	matrices, err := w.Layers().Matrices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range matrices {
		c["layer "+name] = fmt.Sprintf("%T %v", m, m)
	}
	for _, attributes := range []map[string]*loom.Array{must(w.RowAttrs().Arrays()), must(w.ColAttrs().Arrays()), must(w.Attrs().Arrays())} {
		kind := fmt.Sprint("attribute of set ", len(c), " ")
		for name, values := range attributes {
			if !slices.Contains([]string{"LOOM_SPEC_VERSION", "CreationDate", "last_modified"}, name) {
				c[kind+name] = textOf(values)
			}
		}
	}
	for axis, graphs := range []*loom.Graphs{w.RowGraphs(), w.ColGraphs()} {
		for graph, err := range graphs.All() {
			if err != nil {
				t.Fatal(err)
			}
			a, b, weights := graph.Edges()
			c[fmt.Sprint("graph ", axis, graph.Name())] = fmt.Sprint(graph.Vertices(), a, b, textOf(weights))
		}
	}
	return c
}

func textOf(a *loom.Array) string {
	if texts, err := a.Strings(); err == nil {
		return fmt.Sprintf("%v %q", a.Shape(), texts)
	}
	if flags, ok := a.Data().([]bool); ok { // which are stored as numbers
		numbers := make([]int, len(flags))
		for i, flag := range flags {
			if flag {
				numbers[i] = 1
			}
		}
		return fmt.Sprintf("%v uint8 %v", a.Shape(), numbers)
	}
	return fmt.Sprintf("%v %s %v", a.Shape(), a.Type(), a.Data())
}

// compareWholes says in which parts two wholes differ.
func compareWholes(t testing.TB, what string, got, want whole) {
	t.Helper()
	g, w := contentsOf(t, got), contentsOf(t, want)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if g[name] != w[name] {
			t.Errorf("%s: %s is\n%.300s, want\n%.300s", what, name, g[name], w[name])
		}
	}
	for name := range g {
		if _, ok := w[name]; !ok {
			t.Errorf("%s: unexpected %s", what, name)
		}
	}
}

// combined combines sources to a new file, and opens it.
func combined(t testing.TB, sources []loom.Source, opts ...loom.CombineOption) (*loom.Conn, loom.Combined) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "combined.loom")
	result, err := loom.Combine(t.Context(), path, sources, opts...)
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, path)
	if rows, cols := ds.Shape(); rows != result.Rows || cols != result.Cols {
		t.Errorf("result of %d rows and %d columns in a file of %d and %d", result.Rows, result.Cols, rows, cols)
	}
	return ds, result
}

// openSound opens small ones among the sound files.
func openSound(t *testing.T) []*loom.Conn {
	var all []*loom.Conn
	paths := append([]string{tinyFile, "testdata/entities_spec2.loom", "testdata/edges_old.loom"}, soundFilesIfAny(t)...)
	for i, path := range paths {
		if i > 2 && i%8 != 0 {
			continue // a sample will do
		}
		ds := open(t, path, loom.SkipValidation())
		if rows, cols := ds.Shape(); rows*cols > 0 && rows*cols < 1<<14 && len(ds.Problems()) == 0 {
			all = append(all, ds)
		}
	}
	return all
}

func soundFilesIfAny(t *testing.T) (paths []string) {
	t.Run("files", func(t *testing.T) { paths = soundFiles(t) })
	return paths
}

// TestCombineSelections: a single source with selections makes the file that the view
// of the same selections is.
func TestCombineSelections(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, ds := range openSound(t) {
		rows, cols := ds.Shape()
		for _, s := range [][2]loom.Selector{
			{loom.All(), loom.All()},
			{loom.Range(rows/3, rows), loom.Strided(0, cols, 3)},
			{loom.Indices(random.Perm(rows)), loom.Indices(random.Perm(cols)[:1+cols/2])},
			{loom.At(rows - 1), loom.At(0)},
		} {
			view, err := ds.View(t.Context(), s[0], s[1])
			if err != nil {
				t.Fatal(err)
			}
			got, result := combined(t, []loom.Source{{Conn: ds, Rows: s[0], Cols: s[1]}}, loom.IncludeGraphs())
			if len(result.Losses)+len(result.Warnings) > 0 {
				checkLostTypes(t, ds, result)
				continue
			}
			compareWholes(t, ds.Filename(), got, view)
		}
	}
}

// checkLostTypes requires that what is lost of the one source is of types that no
// attribute can have.
func checkLostTypes(t *testing.T, ds *loom.Conn, result loom.Combined) {
	t.Helper()
	for _, loss := range result.Losses {
		attributes := map[string]*loom.Attributes{"row attribute": ds.RowAttrs(), "column attribute": ds.ColAttrs()}[loss.Kind]
		if attributes == nil {
			t.Errorf("lost %v", loss)
			continue
		}
		info := must(attributes.Stat(loss.Name))
		if class := info.Type.Class(); class != hdf5.Compound && class != hdf5.Enum {
			t.Errorf("lost %v", loss)
		}
	}
}

// TestCombineParts: the parts of a file, put together again, are the file.
func TestCombineParts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, ds := range openSound(t) {
		_, cols := ds.Shape()
		for range 3 {
			bounds := []int{0, random.IntN(cols + 1), random.IntN(cols + 1), cols}
			slices.Sort(bounds)
			var sources []loom.Source
			for i, from := range bounds[:3] {
				sources = append(sources, loom.Source{Conn: ds, Cols: loom.Range(from, bounds[i+1])})
			}
			got, _ := combined(t, sources)
			want, _ := combined(t, []loom.Source{{Conn: ds}})
			compareWholes(t, ds.Filename(), got, want)
		}
	}
}

// genes makes a file of the given genes, each in a row of its own, and n cells. The element
// of a gene in cell j of file f is a number that says so.
func genes(t testing.TB, f int, names []string, n int) *loom.Conn {
	t.Helper()
	element := func(i, j int) float64 { return float64(len(names[i])*1000+int(names[i][0])*10+f) + float64(j)/64 }
	cells := make([]string, n)
	for j := range cells {
		cells[j] = fmt.Sprintf("%d:%d", f, j)
	}
	lengths := make([]int64, len(names))
	for i, name := range names {
		lengths[i] = int64(len(name))
	}
	path := filepath.Join(t.TempDir(), fmt.Sprintf("file %d.loom", f))
	err := loom.Create(t.Context(), path,
		map[string]loom.Matrix{"": denseOf(t, len(names), n, element), "twice": denseOf(t, len(names), n, func(i, j int) float64 { return 2 * element(i, j) })},
		map[string]*loom.Array{"Gene": arrayOf(t, names), "Length": arrayOf(t, lengths)},
		map[string]*loom.Array{"CellID": arrayOf(t, cells)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// cellsOf returns what a layer has for each gene and cell, as "gene/cell".
func cellsOf(t testing.TB, ds *loom.Conn, layer string) map[string]float64 {
	t.Helper()
	l, err := ds.Layer(layer)
	if err != nil {
		t.Fatal(err)
	}
	values, err := loom.ReadAs[float64](t.Context(), l, loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for i, gene := range must(ds.RowAttrs().Strings("Gene")) {
		for j, cell := range must(ds.ColAttrs().Strings("CellID")) {
			all[gene+"/"+cell] = values.At(i, j)
		}
	}
	return all
}

// TestCombineJoins: whatever the join, a gene has in a cell what it had in the file
// that the cell is from, and nothing where that file lacks the gene.
func TestCombineJoins(t *testing.T) {
	many := func(prefix string, n int) []string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprint(prefix, i)
		}
		return names
	}
	random := rand.New(rand.NewPCG(5, 6))
	shuffled := func(names []string) []string {
		names = slices.Clone(names)
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		return names
	}
	common := many("c", 130)
	sets := [][]string{
		shuffled(append(many("x", 5), common...)),
		shuffled(common),
		shuffled(append(many("yy", 70), common[:100]...)),
	}
	var files []*loom.Conn
	var sources []loom.Source
	count := map[string]int{}
	for f, names := range sets {
		files = append(files, genes(t, f, names, []int{65, 1, 100}[f]))
		sources = append(sources, loom.Source{Path: files[f].Filename()})
		for _, name := range names {
			count[name]++
		}
	}
	for _, join := range []loom.Join{loom.JoinInner, loom.JoinOuter} {
		got, result := combined(t, sources, loom.ByKey("Gene"), loom.JoinRows(join), loom.LabelCells("From"), loom.KeepAll())
		names := must(got.RowAttrs().Strings("Gene"))
		want := 0
		for _, n := range count {
			if join == loom.JoinOuter || n == len(sets) {
				want++
			}
		}
		if len(names) != want || !slices.Equal(names[:3], slices.DeleteFunc(slices.Clone(sets[0]), func(name string) bool {
			return join == loom.JoinInner && count[name] < len(sets)
		})[:3]) {
			t.Errorf("%v: %d rows that begin with %q, want %d in the order of the first file", join, len(names), names[:3], want)
		}
		for i, length := range must(got.RowAttrs().Int64s("Length")) {
			if length != int64(len(names[i])) {
				t.Errorf("%v: %s has %d letters", join, names[i], length)
			}
		}
		if from := must(got.ColAttrs().Strings("From")); from[0] != "file 0" || from[65] != "file 1" || from[66] != "file 2" || result.Sources[2].Label != "file 2" {
			t.Errorf("%v: labels %q, %+v", join, slices.Compact(from), result.Sources)
		}
		for _, layer := range []string{"", "twice"} {
			all := cellsOf(t, got, layer)
			found := 0
			for _, file := range files {
				for name, want := range cellsOf(t, file, layer) {
					got, there := all[name]
					if there {
						found++
						delete(all, name)
					}
					if there && got != want || !there && join == loom.JoinOuter {
						t.Fatalf("%v: %s is %v, want %v", join, name, got, want)
					}
				}
			}
			for name, v := range all {
				if v != 0 || join == loom.JoinInner {
					t.Errorf("%v: %s is %v and in no file", join, name, v)
				}
			}
			if found == 0 {
				t.Errorf("%v: nothing found", join)
			}
		}
	}
	exact, _ := combined(t, []loom.Source{{Conn: files[1]}, {Conn: genes(t, 3, shuffled(common), 64)}}, loom.ByKey("Gene"), loom.KeepAll())
	if names := must(exact.RowAttrs().Strings("Gene")); !slices.Equal(names, sets[1]) {
		t.Errorf("rows %q, want those of the first file", names)
	}
}

// emptied resizes the matrix and the attribute of a plain file to no columns, which
// other programs do before they know how many there will be.
func emptied(t testing.TB, path string) string {
	t.Helper()
	e := must(hdf5.Edit(path))
	rows := must(e.File().Dataset("/matrix")).Shape()[0]
	err := e.Update(t.Context(), func(tx *hdf5.Tx) error {
		if err := tx.Resize(t.Context(), "/matrix", rows, 0); err != nil {
			return err
		}
		if err := tx.Delete("/col_attrs/Number"); err != nil {
			return err
		}
		return tx.CreateDataset("/col_attrs/Number", hdf5.DatasetSpec{Type: must(hdf5.NamedType("int32")), Shape: []int{0}})
	})
	if err := errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file without columns adds nothing, wherever it stands among the sources, and is no
// result of its own.
func TestCombineFileWithoutColumns(t *testing.T) {
	dir := t.TempDir()
	full := open(t, plainFile(t, dir, "full.loom", 70, 65, nil))
	empty := open(t, emptied(t, plainFile(t, dir, "empty.loom", 70, 3, nil)))
	for name, opts := range map[string][]loom.CombineOption{
		"by order": nil, "by key": {loom.ByKey("Gene")}, "outer": {loom.ByKey("Gene"), loom.JoinRows(loom.JoinOuter)},
	} {
		for _, sources := range [][]loom.Source{{{Conn: empty}, {Conn: full}}, {{Conn: full}, {Conn: empty}}} {
			ds, _ := combined(t, sources, opts...)
			compareWholes(t, fmt.Sprintf("%s, %s first", name, filepath.Base(sources[0].Conn.Filename())), ds, full)
		}
	}
	out := filepath.Join(dir, "out.loom")
	if _, err := loom.Combine(t.Context(), out, []loom.Source{{Conn: empty}, {Conn: empty}}); !errors.Is(err, loom.ErrShape) {
		t.Errorf("of nothing: %v, want ErrShape", err)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: a file is left, %v", err)
	}
}
