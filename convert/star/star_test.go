package star_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/star"
	"github.com/goloom/loom/internal/oracle"
)

// write makes a file, and the folders above it.
func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// matrix is the text of a random matrix of counts, with some values for each entry, as
// STARsolo writes it.
func matrix(r *rand.Rand, rows, cols, values int) string {
	var lines []string
	for j := range cols {
		for i := range rows {
			if r.IntN(4) > 0 {
				continue
			}
			line := fmt.Sprintf("%d %d", i+1, j+1)
			for range values {
				line += fmt.Sprintf(" %d", r.IntN(50))
			}
			lines = append(lines, line+"\n")
		}
	}
	return fmt.Sprintf("%%%%MatrixMarket matrix coordinate integer general\n%%\n%d %d %d\n%s",
		rows, cols, len(lines), strings.Join(lines, ""))
}

const genes = 30

// makeSolo makes an output of STARsolo in a folder: with cells that Gene, GeneFull and
// Velocyto have called differently, and Velocyto's counts in one file, or in three.
func makeSolo(t testing.TB, dir string, oneFile bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	features := ""
	for i := range genes {
		features += fmt.Sprintf("ENSG%03d\tGene%d\tGene Expression\n", i, i%20)
	}
	for kind, of := range map[string]map[string][]int{
		"raw":      {"Velocyto": {0, 90}, "Gene": {0, 90}, "GeneFull": {0, 90}},
		"filtered": {"Velocyto": {10, 75}, "Gene": {10, 75}, "GeneFull": {5, 70}},
	} {
		for name, from := range of {
			folder := filepath.Join(dir, "Solo.out", name, kind)
			barcodes := ""
			for j := from[0]; j < from[1]; j++ {
				barcodes += fmt.Sprintf("ACGT%02d\n", j)
			}
			write(t, filepath.Join(folder, "features.tsv"), features)
			write(t, filepath.Join(folder, "barcodes.tsv"), barcodes)
			cols := from[1] - from[0]
			switch {
			case name != "Velocyto":
				write(t, filepath.Join(folder, "matrix.mtx"), matrix(r, genes, cols, 1))
			case oneFile:
				write(t, filepath.Join(folder, "matrix.mtx"), matrix(r, genes, cols, 3))
			default:
				for _, layer := range []string{"spliced", "unspliced", "ambiguous"} {
					write(t, filepath.Join(folder, layer+".mtx"), matrix(r, genes, cols, 1))
				}
			}
		}
	}
}

// TestAsLoompyDoes holds imports against those of loompy's create_from_star. loompy holds
// counts as float64, and orders the cells of "combine" at random.
func TestAsLoompyDoes(t *testing.T) {
	python := oracle.Start(t)
	python.Must("import loompy")
	for _, oneFile := range []bool{false, true} {
		dir := t.TempDir()
		makeSolo(t, dir, oneFile)
		for name, c := range map[string]struct {
			opts star.Options
			args string
		}{
			"defaults":      {star.Options{}, ""},
			"another main":  {star.Options{Main: "GeneFull"}, ", main_layer='GeneFull'"},
			"other cells":   {star.Options{Cells: "GeneFull"}, ", cell_filter='GeneFull'"},
			"more layers":   {star.Options{Layers: []string{"Gene", "GeneFull"}}, ", extra_layers=['Gene', 'GeneFull']"},
			"all different": {star.Options{Cells: "GeneFull", Main: "Gene"}, ", cell_filter='GeneFull', main_layer='Gene'"},
		} {
			t.Run(fmt.Sprint(name, oneFile), func(t *testing.T) {
				ours, theirs := filepath.Join(t.TempDir(), "ours.loom"), filepath.Join(t.TempDir(), "theirs.loom")
				python.Must("loompy.create_from_star(%q, %q, 's1'%s)", dir, theirs, c.args)
				c.opts.SampleID = "s1"
				if err := star.Import(t.Context(), dir, ours, c.opts); err != nil {
					t.Fatal(err)
				}
				equal(t, ours, theirs)
			})
		}
	}
}

// equal holds that two files have the same content but for the types of elements.
func equal(t *testing.T, a, b string) {
	t.Helper()
	first, second := open(t, a), open(t, b)
	differences, err := loom.Diff(t.Context(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		if d.Kind != loom.Types {
			t.Errorf("%v", d)
		}
	}
}

func open(t *testing.T, path string) *loom.Conn {
	t.Helper()
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

// TestCombinedCells holds that "combine" has the cells of all layers, each once, and that
// the layers are those of "star" and of each matrix where they have the cell, and zero
// elsewhere.
func TestCombinedCells(t *testing.T) {
	dir := t.TempDir()
	makeSolo(t, dir, false)
	out := filepath.Join(dir, "out.loom")
	err := star.Import(t.Context(), dir, out, star.Options{Cells: star.Combined, Layers: []string{"GeneFull"}})
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	if _, cols := ds.Shape(); cols != 70 {
		t.Errorf("%d cells, want 70: from 10 to 75 of Velocyto and from 5 to 70 of GeneFull", cols)
	}
	alone := filepath.Join(dir, "full.loom")
	if err := star.Import(t.Context(), dir, alone, star.Options{Cells: "GeneFull", Main: "GeneFull"}); err != nil {
		t.Fatal(err)
	}
	full := open(t, alone)
	valid, err := ds.ColAttrs().Int64s("Valid_GeneFull")
	if err != nil {
		t.Fatal(err)
	}
	ids, _ := ds.ColAttrs().Strings("CellID")
	want, _ := full.ColAttrs().Strings("CellID")
	place := map[string]int{}
	for k, id := range want {
		place[id] = k
	}
	layer, err := ds.Layer("GeneFull")
	if err != nil {
		t.Fatal(err)
	}
	for j, id := range ids {
		column, err := loom.CSCAs[int32](t.Context(), layer, loom.All(), loom.At(j))
		if err != nil {
			t.Fatal(err)
		}
		k, called := place[id]
		if called != (valid[j] == 1) {
			t.Errorf("cell %s: Valid_GeneFull is %d", id, valid[j])
		}
		if !called {
			if column.NNZ() != 0 {
				t.Errorf("cell %s, which was not called, has counts", id)
			}
			continue
		}
		same, err := loom.CSCAs[int32](t.Context(), full.Matrix(), loom.All(), loom.At(k))
		if err != nil {
			t.Fatal(err)
		}
		if !column.Equal(same) {
			t.Errorf("cell %s has other counts than GeneFull alone", id)
		}
	}
}

// TestAllBarcodes holds that "none" takes the matrices of raw: their text is the truth.
func TestAllBarcodes(t *testing.T) {
	dir := t.TempDir()
	makeSolo(t, dir, false)
	out := filepath.Join(dir, "out.loom")
	if err := star.Import(t.Context(), filepath.Join(dir, "Solo.out"), out, star.Options{Cells: star.Raw, Main: "Gene"}); err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	text, err := os.ReadFile(filepath.Join(dir, "Solo.out", "Gene", "raw", "matrix.mtx"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := loom.ReadAs[int32](t.Context(), ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines[3:] {
		var i, j int
		var v int32
		if _, err := fmt.Sscan(line, &i, &j, &v); err != nil {
			t.Fatal(err)
		}
		if got := m.Value(i-1, j-1); got != v {
			t.Fatalf("element (%d, %d) is %d, want %d", i-1, j-1, got, v)
		}
	}
	totals, err := ds.ColAttrs().Float64s("BarcodeTotalUMIs")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := ds.Map(t.Context(), loom.Columns, loom.Sum)
	if err != nil {
		t.Fatal(err)
	}
	for j := range totals {
		if totals[j] != sums[0][j] {
			t.Errorf("BarcodeTotalUMIs of cell %d is %v, want %v", j, totals[j], sums[0][j])
		}
	}
}

func TestAnnotations(t *testing.T) {
	dir := t.TempDir()
	makeSolo(t, dir, false)
	gtf := filepath.Join(dir, "genes.gtf")
	write(t, gtf, "#!genome-build X\n"+
		"1\thavana\tgene\t100\t200\t.\t+\t.\tgene_id \"ENSG000\"; gene_name \"Actb\"; gene_biotype \"protein_coding\";\n"+
		"1\thavana\ttranscript\t100\t200\t.\t+\t.\tgene_id \"ENSG001\"; gene_name \"No\";\n"+
		"X\thavana\tgene\t5\t6\t.\t-\t.\tgene_id \"ENSG002\"; gene_type \"lncRNA\";\n")
	out := filepath.Join(dir, "out.loom")
	if err := star.Import(t.Context(), dir, out, star.Options{GTF: gtf}); err != nil {
		t.Fatal(err)
	}
	attrs := open(t, out).RowAttrs()
	for name, want := range map[string][3]string{
		"Gene":       {"Actb", "Gene1", "ENSG002"},
		"Biotype":    {"protein_coding", "n/a", "lncRNA"},
		"Chromosome": {"1", "Un", "X"},
	} {
		got, err := attrs.Strings(name)
		if err != nil {
			t.Fatal(err)
		}
		if [3]string(got[:3]) != want {
			t.Errorf("%s is %q, want %q", name, got[:3], want)
		}
	}
	start, err := attrs.Int64s("Start")
	if err != nil {
		t.Fatal(err)
	}
	end, err := attrs.Int64s("End")
	if err != nil {
		t.Fatal(err)
	}
	if [3]int64(start[:3]) != [3]int64{100, 0, 5} || [3]int64(end[:3]) != [3]int64{200, 0, 6} {
		t.Errorf("Start %v, End %v", start[:3], end[:3])
	}
}

// TestMalformedOutputs holds that each way in which an output can be wrong gives one line
// that names the place, and leaves nothing behind.
func TestMalformedOutputs(t *testing.T) {
	remove := func(name string) func(t *testing.T, solo string) {
		return func(t *testing.T, solo string) {
			if err := os.RemoveAll(filepath.Join(solo, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(name, text string) func(t *testing.T, solo string) {
		return func(t *testing.T, solo string) { write(t, filepath.Join(solo, name), text) }
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, solo string)
		opts  star.Options
		want  string
		is    error
	}{
		"no matrices":           {remove("."), star.Options{}, "no folder Solo.out with", fs.ErrNotExist},
		"no cells called":       {remove("Velocyto/filtered"), star.Options{}, "there are all barcodes to take", fs.ErrNotExist},
		"no barcodes":           {remove("Velocyto/filtered/barcodes.tsv"), star.Options{}, "barcodes.tsv", fs.ErrNotExist},
		"no genes":              {remove("Velocyto/filtered/features.tsv"), star.Options{}, "features.tsv", fs.ErrNotExist},
		"no layer":              {remove("Velocyto/filtered/unspliced.mtx"), star.Options{}, "unspliced.mtx", fs.ErrNotExist},
		"no such matrix":        {nil, star.Options{Layers: []string{"SJ"}}, `no matrix "SJ"`, fs.ErrNotExist},
		"a matrix not counted":  {nil, star.Options{Main: "GeneFull_Ex50pAS"}, "GeneFull_Ex50pAS", fs.ErrNotExist},
		"no sum":                {remove("Velocyto"), star.Options{Main: star.VeloSum}, "no folder Velocyto", fs.ErrNotExist},
		"empty genes":           {replace("Velocyto/filtered/features.tsv", ""), star.Options{}, "features.tsv: no genes", star.ErrMalformed},
		"other genes":           {replace("Gene/filtered/features.tsv", "a\tb\n"), star.Options{Main: "Gene"}, "other genes in features.tsv", star.ErrMalformed},
		"fewer barcodes":        {replace("Velocyto/filtered/barcodes.tsv", "A\nB\n"), star.Options{}, "a matrix of 30 x 65, want the 30 genes and 2 barcodes", star.ErrMalformed},
		"a barcode twice":       {replace("Velocyto/filtered/barcodes.tsv", "A\nB\nA\n"), star.Options{}, `line 3: barcode "A", which is on line 1 already`, star.ErrMalformed},
		"one value for three":   {replace("Velocyto/filtered/matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n30 65 1\n1 1 1\n"), star.Options{}, "line 3: no value", star.ErrMalformed},
		"no cell in any folder": {replace("Gene/filtered/barcodes.tsv", ""), star.Options{Cells: "Gene"}, "0 barcodes", star.ErrMalformed},
		"ragged annotations":    {replace("../genes.gtf", "1\thavana\tgene\n"), star.Options{GTF: "genes.gtf"}, "genes.gtf: line 1: 3 tab-delimited fields", star.ErrMalformed},
		"a gene without name":   {replace("../genes.gtf", "1\th\tgene\t1\t2\t.\t+\t.\tx \"y\";\n"), star.Options{GTF: "genes.gtf"}, "line 1: a gene without gene_id", star.ErrMalformed},
		"a place of letters":    {replace("../genes.gtf", "1\th\tgene\tone\t2\t.\t+\t.\tgene_id \"y\";\n"), star.Options{GTF: "genes.gtf"}, `line 1: position "one", want a number`, star.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			in, out := t.TempDir(), t.TempDir()
			makeSolo(t, in, false)
			if c.spoil != nil {
				c.spoil(t, filepath.Join(in, "Solo.out"))
			}
			if c.opts.GTF != "" {
				c.opts.GTF = filepath.Join(in, c.opts.GTF)
			}
			err := star.Import(t.Context(), in, filepath.Join(out, "out.loom"), c.opts)
			if !errors.Is(err, c.is) {
				t.Fatalf("%v, want one that wraps %v", err, c.is)
			}
			if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
				t.Errorf("%q, want one line with %q", text, c.want)
			}
			if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
