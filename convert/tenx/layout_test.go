package tenx_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/tenx"
)

// TestFoldersOfHDF5 holds that a folder is enough where there is an HDF5 file in it and
// no folder of a matrix, and that a folder of a matrix is taken where there is one.
func TestFoldersOfHDF5(t *testing.T) {
	cells, all := soundFile(t, nil), soundFile(t, file{"matrix/barcodes": array(t, []string{"RAW-1", "RAW-2"})})
	for _, c := range []struct {
		name, cells, all string // paths of the HDF5 files
		input            string
		sample           string
	}{
		{"of a sample", "S1/outs/filtered_feature_bc_matrix.h5", "S1/outs/raw_feature_bc_matrix.h5", "S1", "S1"},
		{"outs", "S1/outs/filtered_feature_bc_matrix.h5", "S1/outs/raw_feature_bc_matrix.h5", "S1/outs", "S1"},
		{"version 2", "S1/outs/filtered_gene_bc_matrices_h5.h5", "S1/outs/raw_gene_bc_matrices_h5.h5", "S1", "S1"},
		{"aggr", "S1/outs/count/filtered_feature_bc_matrix.h5", "S1/outs/count/raw_feature_bc_matrix.h5", "S1", "S1"},
		{"multi", "R/outs/per_sample_outs/S1/count/sample_filtered_feature_bc_matrix.h5", "R/outs/multi/count/raw_feature_bc_matrix.h5", "R", ""},
		{"any folder", "download/filtered_feature_bc_matrix.h5", "download/raw_feature_bc_matrix.h5", "download", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			folder{filepath.Join(filepath.Dir(c.cells), "web_summary.html"): "", filepath.Join(filepath.Dir(c.all), "web_summary.html"): ""}.write(t, dir)
			cells.write(t, filepath.Join(dir, c.cells))
			all.write(t, filepath.Join(dir, c.all))
			input, out := filepath.Join(dir, c.input), filepath.Join(t.TempDir(), "out.loom")
			for _, raw := range []bool{false, true} {
				made, err := tenx.Import(t.Context(), input, out, tenx.Options{Raw: raw})
				if err != nil {
					t.Fatal(err)
				}
				want := map[bool]string{false: "AAA-1", true: "RAW-1"}[raw]
				if c.sample != "" {
					want = c.sample + ":" + want
					if made.Sample != c.sample {
						t.Errorf("sample %q, want %q", made.Sample, c.sample)
					}
				}
				if got := firstCell(t, out); !strings.HasSuffix(got, want) {
					t.Errorf("raw %v: first cell %q, want %q", raw, got, want)
				}
			}
			// A folder of a matrix comes first.
			at := filepath.Join(filepath.Dir(c.cells), strings.TrimSuffix(filepath.Base(c.cells), ".h5"))
			if strings.HasSuffix(at, "_bc_matrix") {
				folder{
					filepath.Join(at, "matrix.mtx"):   sound(nil)["matrix.mtx"],
					filepath.Join(at, "features.tsv"): sound(nil)["features.tsv"],
					filepath.Join(at, "barcodes.tsv"): "FOLDER-1\nFOLDER-2\n",
				}.write(t, dir)
				if _, err := tenx.Import(t.Context(), input, out, tenx.Options{}); err != nil {
					t.Fatal(err)
				}
				if got := firstCell(t, out); !strings.HasSuffix(got, "FOLDER-1") {
					t.Errorf("first cell %q, want that of the folder", got)
				}
			}
		})
	}
	t.Run("raw alone", func(t *testing.T) {
		dir := t.TempDir()
		all.write(t, filepath.Join(dir, "raw_feature_bc_matrix.h5"))
		refused(t, dir, tenx.Options{}, "raw_feature_bc_matrix.h5", fs.ErrNotExist)
	})
}

// firstCell returns the name of the first cell of a file.
func firstCell(t *testing.T, path string) string {
	t.Helper()
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	names, err := ds.ColAttrs().Strings("CellID")
	if err := errors.Join(err, ds.Close()); err != nil {
		t.Fatal(err)
	}
	return names[0]
}
