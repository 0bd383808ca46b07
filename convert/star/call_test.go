package star_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/convert/star"
	"github.com/goloom/loom/hdf5"
)

// makeDroplets makes an output of STARsolo of which only the folder raw has been counted: droplets
// with ambient molecules, of which a few have as many as cells do; cells of other genes; and large cells
// with the ambient genes. It returns the barcodes of the cells.
func makeDroplets(t *testing.T, dir string) (cells []string) {
	t.Helper()
	const genes = 600
	r := rand.New(rand.NewPCG(3, 4))
	ambient := func() int { return int(genes * math.Pow(r.Float64(), 4)) } // few genes have most molecules
	other := func() int { return genes - 1 - ambient() }
	var features, barcodes, lines strings.Builder
	for i := range genes {
		fmt.Fprintf(&features, "ENSG%03d\tGene%d\tGene Expression\n", i, i)
	}
	columns, entries := 0, 0
	droplets := func(n, molecules int, gene func() int, cell bool) {
		for range n {
			barcode := fmt.Sprintf("ACGT%05d", columns)
			columns++
			fmt.Fprintln(&barcodes, barcode)
			if cell {
				cells = append(cells, barcode)
			}
			counts := make([]int, genes)
			for range molecules {
				counts[gene()]++
			}
			for i, count := range counts {
				if count > 0 {
					fmt.Fprintf(&lines, "%d %d %d\n", i+1, columns, count)
					entries++
				}
			}
		}
	}
	for range 4000 {
		droplets(1, 25+r.IntN(35), ambient, false)
	}
	droplets(12, 900, other, true)
	droplets(4, 900, ambient, false)
	droplets(15, 3000, ambient, true)
	head := "%%MatrixMarket matrix coordinate integer general\n%\n"
	folder := filepath.Join(dir, "Solo.out", "Velocyto", "raw")
	write(t, filepath.Join(folder, "features.tsv"), features.String())
	write(t, filepath.Join(folder, "barcodes.tsv"), barcodes.String())
	write(t, filepath.Join(folder, "spliced.mtx"), fmt.Sprintf("%s%d %d %d\n%s", head, genes, columns, entries, lines.String()))
	for _, name := range []string{"unspliced.mtx", "ambiguous.mtx"} {
		write(t, filepath.Join(folder, name), fmt.Sprintf("%s%d %d 1\n1 1 7\n", head, genes, columns))
	}
	return cells
}

// Cells are told from droplets with ambient molecules, however many these have, and carry what is
// known of their sample.
func TestCalledCells(t *testing.T) {
	dir := t.TempDir()
	want := makeDroplets(t, dir)
	out := filepath.Join(dir, "out.loom")
	err := star.Import(t.Context(), dir, out, star.Options{
		Cells:   star.EmptyDrops,
		Calling: star.Calling{Options: cellcalling.Options{ExpectedCells: len(want)}},
		Sample:  map[string]*loom.Array{"Tissue": hdf5.NewScalar("cortex"), "Age": hdf5.NewScalar(int64(21))},
		Notes:   func(text string) { t.Errorf("note: %s", text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	if got, err := ds.ColAttrs().Strings("CellID"); err != nil || !slices.Equal(got, want) {
		t.Errorf("cells are %v, %v, want %v", got, err, want)
	}
	rates, err := ds.ColAttrs().Float64s("AmbientPValue")
	if err != nil || len(rates) != len(want) || slices.Max(rates[:12]) >= 0.01 {
		t.Errorf("AmbientPValue is %v, %v, want less than 0.01 for the first 12", rates, err)
	}
	if ambient, err := ds.ColAttrs().Float64s("AmbientUMIs"); err != nil || len(ambient) != len(want) {
		t.Errorf("AmbientUMIs is %v, %v", ambient, err)
	}
	if tissues, err := ds.ColAttrs().Strings("Tissue"); err != nil || !slices.Equal(tissues, slices.Repeat([]string{"cortex"}, len(want))) {
		t.Errorf("Tissue is %v, %v", tissues, err)
	}
	if ages, err := ds.ColAttrs().Int64s("Age"); err != nil || !slices.Equal(ages, slices.Repeat([]int64{21}, len(want))) {
		t.Errorf("Age is %v, %v", ages, err)
	}
	if totals, err := ds.ColAttrs().Float64s("BarcodeTotalUMIs"); err != nil || totals[0] != 900 || totals[len(totals)-1] != 3000 {
		t.Errorf("BarcodeTotalUMIs is %v, %v", totals, err)
	}
}

func TestCallingRefused(t *testing.T) {
	for name, c := range map[string]struct {
		opts  star.Options
		spoil string // text of the spliced counts
		want  string
		is    error
	}{
		"a negative count": {star.Options{}, "600 4031 1\n1 1 -5\n", "a count of -5, want 0 to 4294967295", star.ErrMalformed},
		"a fraction":       {star.Options{}, "600 4031 1\n1 1 0.5\n", "0.5", star.ErrMalformed},
		"two samples":      {star.Options{Sample: map[string]*loom.Array{"Age": hdf5.NewScalar("p21"), "CellID": hdf5.NewScalar("x")}}, "", `"CellID" has the name`, star.ErrMalformed},
		"records":          {star.Options{Sample: map[string]*loom.Array{"Age": hdf5.NewScalar(true)}}, "", `sample metadata "Age"`, loom.ErrType},
	} {
		t.Run(name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			makeDroplets(t, dir)
			if c.spoil != "" {
				write(t, filepath.Join(dir, "Solo.out", "Velocyto", "raw", "spliced.mtx"), "%%MatrixMarket matrix coordinate integer general\n"+c.spoil)
			}
			c.opts.Cells = star.EmptyDrops
			err := star.Import(t.Context(), dir, filepath.Join(out, "out.loom"), c.opts)
			if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.want) || strings.Contains(fmt.Sprint(err), "\n") {
				t.Errorf("%v; want one line with %q", err, c.want)
			}
			if left, err := os.ReadDir(out); err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
