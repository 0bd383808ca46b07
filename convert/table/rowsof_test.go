package table_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/table"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// writeGenes makes a Loom file of some genes, whose row attributes are Accession, Gene,
// Chromosome and Mean, and returns its path.
func writeGenes(t testing.TB, ids []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "genes.loom")
	names, chromosomes, means := make([]string, len(ids)), make([]int32, len(ids)), make([]float64, len(ids))
	for i, id := range ids {
		names[i], chromosomes[i] = "g"+id, int32(i)
	}
	m, err := sparse.NewDense(len(ids), 1, make([]float32, len(ids)))
	if err != nil {
		t.Fatal(err)
	}
	genes := map[string]*loom.Array{"Accession": array(t, ids), "Gene": array(t, names), "Chromosome": array(t, chromosomes), "Mean": array(t, means)}
	cells := map[string]*loom.Array{"CellID": array(t, []string{"x"})}
	if err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, genes, cells, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func array[T hdf5.Element](t testing.TB, values []T) *loom.Array {
	t.Helper()
	a, err := hdf5.NewArray(values)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestRowsOf holds that each row of a table is where the other file has its gene, whatever
// the order and whichever of both lacks some, and that the rest is zero.
func TestRowsOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []struct{ given, rows, cols int }{{1, 1, 1}, {64, 64, 3}, {65, 40, 65}, {63, 130, 7}, {200, 150, 64}} {
		ids := make([]string, size.given+size.rows)
		for i := range ids {
			ids[i] = fmt.Sprintf("E%d", i)
		}
		given := slices.Clone(ids[:size.given])
		r.Shuffle(len(given), func(i, j int) { given[i], given[j] = given[j], given[i] })
		of := slices.Clone(ids[:size.rows]) // the rows of the table
		if size.rows < size.given {
			of = slices.Clone(given[:size.rows])
		}
		r.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		elements := make(map[string][]float64)
		for _, id := range of {
			row := make([]float64, size.cols)
			for j := range row {
				row[j] = float64(max(0, r.IntN(5)-2)) / 2
			}
			elements[id] = row
		}
		for _, key := range []string{"Accession", "Gene"} {
			for _, transposed := range []bool{false, true} {
				prefix := map[string]string{"Accession": "", "Gene": "g"}[key]
				text := tableOf(of, prefix, elements, size.cols, transposed)
				out := filepath.Join(t.TempDir(), "out.loom")
				genes := writeGenes(t, given)
				o := table.ImportOptions{RowsOf: genes, Transposed: transposed}
				if key != "Accession" {
					o.RowsOfKey = key
				}
				made, err := table.Import(t.Context(), write(t, "t.tsv", text), out, o)
				if err != nil {
					t.Fatal(err)
				}
				got, want := read(t, out), read(t, genes)
				delete(want.Rows, "Mean")
				if fmt.Sprint(got.Rows) != fmt.Sprint(want.Rows) {
					t.Errorf("%v: row attributes %v, want %v", size, got.Rows, want.Rows)
				}
				if made.Rows != len(given) || made.Cols != size.cols || len(got.Matrix) != len(given) {
					t.Fatalf("%v: made %+v", size, made)
				}
				zero := make([]float64, size.cols)
				for i, id := range given {
					row, ok := elements[id]
					if !ok {
						row = zero
					}
					if !slices.Equal(got.Matrix[i], row) {
						t.Errorf("%v %s, transposed %v: row %d, %s: %v, want %v", size, key, transposed, i, id, got.Matrix[i], row)
					}
				}
				left, empty := max(0, size.rows-size.given), max(0, size.given-size.rows)
				notes := "\n" + strings.Join(made.Notes, "\n")
				if (left > 0) != strings.Contains(notes, fmt.Sprintf("\n%d row", left)) || (empty > 0) != strings.Contains(notes, fmt.Sprintf("\n%d row", empty)) {
					t.Errorf("%v: notes %q", size, notes)
				}
			}
		}
	}
}

// tableOf writes a table of genes.
func tableOf(ids []string, prefix string, elements map[string][]float64, cols int, transposed bool) string {
	var b strings.Builder
	if transposed {
		for _, id := range ids {
			b.WriteString("\t" + prefix + id)
		}
		for j := range cols {
			fmt.Fprintf(&b, "\nc%d", j)
			for _, id := range ids {
				fmt.Fprintf(&b, "\t%v", elements[id][j])
			}
		}
		return b.String()
	}
	for j := range cols {
		fmt.Fprintf(&b, "\tc%d", j)
	}
	for _, id := range ids {
		b.WriteString("\n" + prefix + id)
		for _, v := range elements[id] {
			fmt.Fprintf(&b, "\t%v", v)
		}
	}
	return b.String()
}

func TestRowsOfRefused(t *testing.T) {
	genes, doubled := writeGenes(t, []string{"E1", "E2", "E3"}), writeGenes(t, []string{"E1", "E2", "E1"})
	for name, c := range map[string]struct {
		text string
		o    table.ImportOptions
		want string
	}{
		"none known":     {"\tx\ngE1\t0\n", table.ImportOptions{RowsOf: genes}, `none of its rows, "gE1", is in Accession`},
		"a row twice":    {"\tx\nE1\t0\nE2\t1\nE1\t1\n", table.ImportOptions{RowsOf: genes}, `rows 1 and 3, from 1 on, are both "E1"`},
		"a gene twice":   {"\tx\nE2\t0\nE1\t1\n", table.ImportOptions{RowsOf: doubled}, `row "E1" of`},
		"no names":       {"0,1\n2,3\n", table.ImportOptions{RowsOf: genes}, "no names of rows"},
		"no such key":    {"\tx\nE1\t0\n", table.ImportOptions{RowsOf: genes, RowsOfKey: "Symbol"}, "Symbol"},
		"no such file":   {"\tx\nE1\t0\n", table.ImportOptions{RowsOf: genes + "x"}, "no such file"},
		"and attributes": {"\tx\nE1\t0\n", table.ImportOptions{RowsOf: genes, RowMetadata: "genes.tsv"}, "want one of both"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := table.Import(t.Context(), write(t, "t.tsv", c.text), filepath.Join(dir, "out.loom"), c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %q", err, c.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestImportReader holds that a table that is not in a file gives the same file, and that what is
// wrong with it is said by its name.
func TestImportReader(t *testing.T) {
	const text = "\tx\ty\nE1\t0\t1\nE2\t2\t0\n"
	for name, text := range map[string]string{"plain": text, "compressed": zipped(text)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "out.loom")
			made, err := table.ImportReader(t.Context(), "standard input", strings.NewReader(text), out, table.ImportOptions{})
			if err != nil || made.Rows != 2 || made.Cols != 2 {
				t.Fatalf("%+v, %v", made, err)
			}
			if got := read(t, out).Matrix; fmt.Sprint(got) != "[[0 1] [2 0]]" {
				t.Errorf("%v", got)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":   {"", "standard input:1: bad table: the file is empty"},
		"ragged":  {text + "E3\t1\n", "standard input:4: bad table: 2 fields, want 3"},
		"cut off": {zipped(text)[:20], "standard input:2: bad table: the compressed text is cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := table.ImportReader(t.Context(), "standard input", strings.NewReader(c.text), filepath.Join(dir, "out.loom"), table.ImportOptions{})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.Is(err, table.ErrTable) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Run("stopped", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		dir := t.TempDir()
		_, err := table.ImportReader(ctx, "standard input", strings.NewReader(text), filepath.Join(dir, "out.loom"), table.ImportOptions{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}
