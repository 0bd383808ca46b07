package loom_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// TestChangesAgainstLoompy makes every kind of change to files of every dialect
// by loompy and by this package, and then lets loompy go on where this package
// stopped.
func TestChangesAgainstLoompy(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"mouse_cortex_tiny.loom", "entities_spec2.loom", "edges_old.loom"} {
		t.Run(name, func(t *testing.T) {
			base := filepath.Join("testdata", name)
			ds := open(t, base, loom.SkipValidation())
			rows, cols := ds.Shape()
			changes := everyChange(t, rows, cols)
			changes = append(changes, addEveryColumn(t, ds)...)
			ours := compareWithLoompy(t, base, changes)
			goOnWithLoompy(t, ours, rows)
		})
	}
}

// everyChange changes each kind of thing in each way, but for adding columns.
func everyChange(t *testing.T, rows, cols int) []change {
	texts := make([]string, cols)
	for i := range texts {
		texts[i] = fmt.Sprintf("cell %d", i)
	}
	foreign := make([]string, rows)
	for i := range foreign {
		foreign[i] = []string{"", "Süd <x> & y", "日本", "plain"}[i%4]
	}
	flags := make([]bool, cols)
	flags[cols-1] = true
	wide := make([]float32, rows*3)
	for i := range wide {
		wide[i] = float32(i) / 4
	}
	counts := make([]int64, cols)
	for i := range counts {
		counts[i] = int64(i) << 33
	}
	full := denseOf(t, rows, cols, spotted[float32])
	return []change{
		setAttr(loom.Columns, "Text", arrayOf(t, texts)),
		setAttr(loom.Rows, "Foreign", arrayOf(t, foreign)),
		setAttr(loom.Columns, "Flags", arrayOf(t, flags)),
		setAttr(loom.Rows, "Wide", arrayOf(t, wide, rows, 3)),
		setAttr(loom.Columns, "Counts", arrayOf(t, counts)),
		setAttr(loom.Columns, "Counts", arrayOf(t, make([]uint16, cols))),
		deleteAttr(loom.Columns, "Text"),
		setGlobal("Title", hdf5.NewScalar("Grüße")),
		setGlobal("Year", hdf5.NewScalar(int32(2018))),
		setGlobal("Range", arrayOf(t, []float64{0.5, 2})),
		setGlobal("Done", hdf5.NewScalar(true)),
		setGlobal("Title", hdf5.NewScalar("other")),
		deleteGlobal("Year"),
		setLayer("dense", full),
		setLayer("coo", full.ToCOO()),
		setLayer("csc", denseOf(t, rows, cols, spotted[int16]).ToCSC()),
		setLayer("csr", denseOf(t, rows, cols, spotted[float64]).ToCSR()),
		setLayer("bytes", denseOf(t, rows, cols, spotted[uint8])),
		setEmpty("empty", "float16"),
		writeLayer("empty", 1, 3, 0, 2, denseOf(t, 2, 2, func(i, j int) float32 { return float32(i) + 0.5 })),
		writeLayer("", 0, 2, 1, cols, denseOf(t, 2, cols-1, spotted[float32])),
		setLayer("", full),
		deleteLayer("csr"),
		setGraph(loom.Columns, "knn", []int32{0, 1, 1}, []int32{1, 0, int32(cols - 1)}, arrayOf(t, []float64{1, 0.5, 2})),
		setGraph(loom.Rows, "net", []int32{0}, []int32{int32(rows - 1)}, arrayOf(t, []int32{7})),
		setGraph(loom.Columns, "knn", []int32{}, []int32{}, arrayOf(t, []float32{})),
		deleteGraph(loom.Rows, "net"),
	}
}

// addEveryColumn adds columns to a file that everyChange has changed.
func addEveryColumn(t *testing.T, ds *loom.Conn) []change {
	rows, _ := ds.Shape()
	add := func(n int) map[string]loom.Matrix {
		layers := map[string]loom.Matrix{}
		for _, name := range append(ds.Layers().Names(), "dense", "coo", "csc", "bytes", "empty") {
			layers[name] = denseOf(t, rows, n, spotted[float32])
		}
		return layers
	}
	fill := map[string]*loom.Array{"New": hdf5.NewScalar(float32(1))}
	for name := range strings.FieldsSeq("Counts Flags Text") {
		fill[name] = hdf5.NewScalar(int16(1))
	}
	for attribute, err := range ds.ColAttrs().All() {
		if err != nil {
			t.Fatal(err)
		}
		fill[attribute.Name] = elementOf(t, attribute.Values)
	}
	return []change{
		// Attributes of the file that are not given are filled in, one that the file lacks is added.
		addColumns(add(70), map[string]*loom.Array{
			"Counts": arrayOf(t, make([]int32, 70)), "New": arrayOf(t, make([]float32, 70)),
		}, fill),
		// Without values to fill in, they go.
		addColumns(add(1), map[string]*loom.Array{
			"Counts": arrayOf(t, []float64{0.5}), "Unknown": arrayOf(t, []string{"x"}),
		}, nil),
		setAttr(loom.Columns, "Counts", arrayOf(t, make([]float64, colsAfter(ds)))),
		addColumns(add(2), map[string]*loom.Array{"Text": arrayOf(t, []string{"a", "ß"})}, map[string]*loom.Array{
			"Counts": hdf5.NewScalar(0.25), "Text": hdf5.NewScalar("none"),
		}),
	}
}

// elementOf returns the last element of an attribute.
func elementOf(t *testing.T, a *loom.Array) *loom.Array {
	n := a.Shape()[0]
	last, err := a.Select([]int{n - 1})
	if err != nil {
		t.Fatal(err)
	}
	if texts, err := last.Strings(); err == nil {
		return hdf5.NewScalar(texts[0] + " & ü")
	}
	values, err := last.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	if len(values) == 1 {
		return hdf5.NewScalar(values[0])
	}
	return arrayOf(t, values, last.Shape()[1:]...)
}

func colsAfter(ds *loom.Conn) int {
	_, cols := ds.Shape()
	return cols + 71
}

// goOnWithLoompy holds a file of ours against loompy's validator, and changes it
// with loompy, and then with this package again.
func goOnWithLoompy(t *testing.T, path string, rows int) {
	cols := func() int {
		_, n := open(t, path, loom.SkipValidation()).Shape()
		return n
	}()
	changes := []change{
		setAttr(loom.Rows, "Again", arrayOf(t, make([]string, rows))),
		setAttr(loom.Columns, "Counts", arrayOf(t, make([]int8, cols))),
		setGlobal("Again", hdf5.NewScalar("yes")),
		setLayer("again", denseOf(t, rows, cols, spotted[float32])),
		writeLayer("dense", 0, 1, 0, 1, denseOf(t, 1, 1, func(int, int) float32 { return 9 })),
		deleteLayer("coo"),
		setGraph(loom.Columns, "knn", []int32{0}, []int32{int32(cols - 1)}, arrayOf(t, []float64{1})),
	}
	edited := filepath.Join(t.TempDir(), "edited.loom")
	runLoompy(t, path, true, []step{{edited, changes}})
	ds := connect(t, edited)
	for _, c := range changes {
		if c.Op == "delete_layer" {
			continue
		}
		if err := c.make(t.Context(), ds); err != nil {
			t.Errorf("%s %q after loompy: %v", c.Op, c.Name, err)
		}
	}
}

// TestCreateAgainstLoompy creates a file both ways.
func TestCreateAgainstLoompy(t *testing.T) {
	t.Parallel()
	for _, shape := range [][2]int{{1, 1}, {63, 65}, {64, 64}, {65, 130}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			rows, cols := shape[0], shape[1]
			layers := map[string]loom.Matrix{"": denseOf(t, rows, cols, spotted[float32]), "spliced": denseOf(t, rows, cols, spotted[int16])}
			genes := make([]string, rows)
			for i := range genes {
				genes[i] = fmt.Sprintf("gène & %d", i)
			}
			rowAttrs := map[string]*loom.Array{"Gene": arrayOf(t, genes), "Valid": arrayOf(t, make([]bool, rows))}
			colAttrs := map[string]*loom.Array{"ID": arrayOf(t, make([]int64, cols)), "XY": arrayOf(t, make([]float64, 2*cols), cols, 2)}
			attrs := map[string]*loom.Array{"Title": hdf5.NewScalar("Ti&tle")}

			dir := t.TempDir()
			want, got := filepath.Join(dir, "want.loom"), filepath.Join(dir, "got.loom")
			runLoompy(t, "", false, []step{{want, []change{{
				Op: "create", Layers: specsOfMatrices(layers), RowAttrs: specsOf(rowAttrs), ColAttrs: specsOf(colAttrs), Attrs: specsOf(attrs),
			}}}})
			if err := loom.Create(t.Context(), got, layers, rowAttrs, colAttrs, attrs); err != nil {
				t.Fatal(err)
			}
			compareFiles(t, want, got)
			if cols == 130 {
				goOnWithLoompy(t, addLayers(t, got, "dense", "coo"), rows)
			}
		})
	}
}
