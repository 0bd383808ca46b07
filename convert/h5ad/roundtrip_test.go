package h5ad_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/h5ad"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

func newDense[T loom.Number](rows, cols int, values []T) (*sparse.Dense[T], error) {
	return sparse.NewDense(rows, cols, values)
}

// thereAndBack exports a Loom file, imports the result, and returns what differs.
func thereAndBack(t *testing.T, path string, opts h5ad.ExportOptions) ([]loom.Difference, error) {
	between, back := path+".h5ad", path+".back"
	a, err := loom.Open(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	opts.KeepAll = true
	if _, err := h5ad.Export(t.Context(), a, between, opts); err != nil {
		return nil, err
	}
	if _, err := h5ad.Import(t.Context(), between, back, h5ad.ImportOptions{KeepAll: true, AllowNonFinite: true}); err != nil {
		return nil, err
	}
	b, err := loom.Open(back)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return loom.Diff(t.Context(), a, b)
}

// TestRoundTrip: a Loom file comes back as it was, but for float16.
func TestRoundTrip(t *testing.T) {
	for _, opts := range []h5ad.ExportOptions{{}, {Dense: true}, {Uncompressed: true}} {
		path := filepath.Join(t.TempDir(), "a.loom")
		if err := everything(t, path, 70, 150); err != nil {
			t.Fatal(err)
		}
		differences, err := thereAndBack(t, path, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range differences {
			if d.Part != "layer" || d.Name != "half" || d.Kind != loom.Types {
				t.Errorf("%+v: %v", opts, d)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "bare.loom")
	if err := bare(t, path); err != nil {
		t.Fatal(err)
	}
	if differences, err := thereAndBack(t, path, h5ad.ExportOptions{}); err != nil || len(differences) > 0 {
		t.Errorf("names that are not unique, or are numbers: %v, %v", differences, err)
	}
}

// TestRandomRoundTrips: so does any Loom file.
func TestRandomRoundTrips(t *testing.T) {
	dir, files := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		files++
		path := filepath.Join(dir, fmt.Sprint(files))
		rows, cols := rapid.SampledFrom([]int{1, 3, 63, 64, 65}).Draw(rt, "rows"), rapid.SampledFrom([]int{1, 2, 64, 65, 129}).Draw(rt, "cols")
		err := loom.CreateWith(t.Context(), path, func(tx *loom.Tx) error {
			err := tx.Layers().Set(t.Context(), "", drawMatrix(rt, rows, cols), loom.AllowNonFinite())
			return errors.Join(err,
				drawAttributes(rt, tx.RowAttrs(), "Gene", rows), drawAttributes(rt, tx.ColAttrs(), "CellID", cols),
				drawGraph(rt, tx.RowGraphs(), rows), drawGraph(rt, tx.ColGraphs(), cols))
		})
		if err != nil {
			rt.Fatal(err)
		}
		opts := h5ad.ExportOptions{Dense: rapid.Bool().Draw(rt, "dense"), KeepDuplicates: rapid.Bool().Draw(rt, "duplicates")}
		differences, err := thereAndBack(t, path, opts)
		if err != nil || len(differences) > 0 {
			rt.Fatalf("%v, %v", differences, err)
		}
	})
}

func drawMatrix(rt *rapid.T, rows, cols int) loom.Matrix {
	seed := rapid.Uint64().Draw(rt, "seed")
	switch rapid.SampledFrom([]string{"int8", "uint16", "int64", "float32", "float64"}).Draw(rt, "type") {
	case "int8":
		return counts[int8](rows, cols, seed)
	case "uint16":
		return counts[uint16](rows, cols, seed)
	case "int64":
		return counts[int64](rows, cols, seed)
	case "float32":
		return counts[float32](rows, cols, seed)
	}
	return counts[float64](rows, cols, seed)
}

var attributeNames = []string{"a", "A.b", "Größe", "X_pca", "codes", "categories", "gene ids", "matrix", "index"}

func drawAttributes(rt *rapid.T, attributes *loom.Attributes, names string, n int) error {
	texts := rapid.SampledFrom([]string{"", "a", "b", "a-1", "a-2", "10", "9", "ß"})
	err := attributes.Set(names, must(hdf5.NewArray(rapid.SliceOfN(texts, n, n).Draw(rt, names))))
	if names == "Gene" && rapid.Bool().Draw(rt, "accession") {
		err = errors.Join(err, attributes.Set("Accession", array(n, func(i int) string { return fmt.Sprint(i) })))
	}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(attributeNames), rapid.ID[string]).Draw(rt, "names") {
		width := rapid.IntRange(0, 3).Draw(rt, "width")
		shape := []int{n, width}
		if width == 0 {
			width, shape = 1, []int{n}
		}
		var values *loom.Array
		switch rapid.IntRange(0, 3).Draw(rt, "kind") {
		case 0:
			values = must(hdf5.NewArray(rapid.SliceOfN(texts, n*width, n*width).Draw(rt, name), shape...))
		case 1:
			values = must(hdf5.NewArray(rapid.SliceOfN(rapid.Int16(), n*width, n*width).Draw(rt, name), shape...))
		case 2:
			values = must(hdf5.NewArray(rapid.SliceOfN(rapid.Float64(), n*width, n*width).Draw(rt, name), shape...))
		default:
			values = must(hdf5.NewArray(rapid.SliceOfN(rapid.Uint8Range(0, 1), n*width, n*width).Draw(rt, name), shape...))
		}
		err = errors.Join(err, attributes.Set(name, values))
	}
	return err
}

func drawGraph(rt *rapid.T, graphs *loom.Graphs, n int) error {
	edges := rapid.IntRange(0, 2*n).Draw(rt, "edges")
	vertex := rapid.Int32Range(0, int32(n-1))
	a, b := rapid.SliceOfN(vertex, edges, edges).Draw(rt, "a"), rapid.SliceOfN(vertex, edges, edges).Draw(rt, "b")
	return graphs.Set("g", a, b, array(edges, func(i int) float32 { return float32(i) / 8 }))
}

// TestChooseMain makes raw, or a layer, the main matrix.
func TestChooseMain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5ad")
	sound(t, path)
	e := must(hdf5.Edit(path))
	err := e.Update(t.Context(), func(tx *hdf5.Tx) error {
		d := damage{t, tx}
		d.replace("/raw/X", array(6*9, func(i int) int32 { return int32(i) }, 6, 9))
		d.replace("/raw/var/_index", array(9, func(i int) string { return fmt.Sprintf("raw %d", i) }))
		d.replace("/raw/var/gene_ids", array(9, func(i int) string { return fmt.Sprintf("id %d", i) }))
		return nil
	})
	if err := errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		main   string
		rows   int
		layers []string
		gene   string
		losses []string
	}{
		{"", 4, []string{"", "more"}, "A", []string{"raw X"}},
		{"more", 4, []string{"", "X"}, "A", []string{"raw X"}},
		{"raw", 9, []string{""}, "raw 0", []string{"layers X", "layers more", "var "}},
	} {
		out := filepath.Join(t.TempDir(), "out.loom")
		report, err := h5ad.Import(t.Context(), path, out, h5ad.ImportOptions{Main: test.main})
		if err != nil {
			t.Fatal(err)
		}
		ds := must(loom.Open(out))
		if rows, cols := ds.Shape(); rows != test.rows || cols != 6 || !slices.Equal(ds.Layers().Names(), test.layers) {
			t.Errorf("main %q: %d rows, %d columns, layers %q", test.main, rows, cols, ds.Layers().Names())
		}
		if genes := must(ds.RowAttrs().Strings("Gene")); genes[0] != test.gene {
			t.Errorf("main %q: genes %q", test.main, genes)
		}
		if test.main == "raw" {
			if ids := must(ds.RowAttrs().Strings("Accession")); ids[8] != "id 8" {
				t.Errorf("accessions %q", ids)
			}
			block := must(loom.ReadAs[int32](t.Context(), ds.Matrix(), loom.At(2), loom.All())).Raw()
			if !slices.Equal(block, []int32{2, 11, 20, 29, 38, 47}) {
				t.Errorf("row 2 of raw: %v", block)
			}
		}
		var losses []string
		for _, l := range report.Losses {
			losses = append(losses, l.Kind+" "+l.Name)
		}
		if slices.Sort(losses); !slices.Equal(losses, test.losses) {
			t.Errorf("main %q: losses %q, want %q", test.main, losses, test.losses)
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := h5ad.Import(t.Context(), path, out, h5ad.ImportOptions{Main: test.main, KeepAll: true}); !errors.Is(err, loom.ErrLoss) {
			t.Errorf("main %q, with KeepAll: %v", test.main, err)
		}
	}
	_, err = h5ad.Import(t.Context(), path, path+".loom", h5ad.ImportOptions{Main: "spliced"})
	if err == nil || !errors.Is(err, h5ad.ErrInvalid) {
		t.Errorf("a main matrix that is not there: %v", err)
	}
}
