package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCellRangerAndBack holds that a folder is recognised, imported and written again in each
// format, from each of which it comes back as it was.
func TestCellRangerAndBack(t *testing.T) {
	dir := t.TempDir()
	sample := filepath.Join(dir, "sample1")
	matrix := filepath.Join(sample, "outs", "filtered_feature_bc_matrix")
	if err := os.MkdirAll(matrix, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"matrix.mtx":   "%%MatrixMarket matrix coordinate integer general\n3 2 2\n1 1 5\n3 2 7\n",
		"features.tsv": "E1\tActb\tGene Expression\nE2\tGapdh\tGene Expression\nAB\tCD3\tAntibody Capture\n",
		"barcodes.tsv": "AAA-1\nCCC-1\n",
	} {
		if err := os.WriteFile(filepath.Join(matrix, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "cells.loom")
	fine := func(args ...string) result {
		t.Helper()
		r := execute(args...)
		if r.code != 0 {
			t.Fatalf("loom %s: exit code %d, %s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
		}
		return r
	}
	r := fine("import", sample, "-o", out, "--json", "--attr", "Genome=hg38")
	var made struct {
		Kind  string
		Shape [2]int
		Notes []string
	}
	if err := json.Unmarshal([]byte(r.stdout), &made); err != nil {
		t.Fatal(err)
	}
	if made.Kind != "cellranger" || made.Shape != [2]int{2, 2} || len(made.Notes) != 1 || !strings.Contains(r.stderr, "Antibody Capture left out") {
		t.Errorf("%+v, %q", made, r.stderr)
	}
	if cells := fine("get", out, "col_attrs/CellID").stdout; cells != "sample1:AAA-1\nsample1:CCC-1\n" {
		t.Errorf("CellID: %q", cells)
	}
	for _, c := range []struct{ output, kind string }{{"cells/", "cellranger"}, {"cells.h5", "tenx-h5"}} {
		path, back := filepath.Join(dir, strings.TrimSuffix(c.output, "/")), filepath.Join(dir, c.kind+".loom")
		fine("convert", out, dir+"/"+c.output)
		if r := fine("import", path, "-o", back, "--attr", "Genome=hg38"); !strings.Contains(r.stdout, "("+c.kind+")") {
			t.Errorf("%s is taken for %q", c.output, r.stdout)
		}
		fine("diff", out, back)
	}
	// Of a sample of which only the HDF5 file was kept, too.
	kept := filepath.Join(dir, "kept", "sample1", "outs")
	if err := errors.Join(os.MkdirAll(kept, 0o755),
		os.Rename(filepath.Join(dir, "cells.h5"), filepath.Join(kept, "filtered_feature_bc_matrix.h5"))); err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "whole.loom")
	if r := fine("import", filepath.Dir(kept), "--attr", "Genome=hg38", "-o", whole); !strings.Contains(r.stdout, "(cellranger)") {
		t.Errorf("a folder of an HDF5 file is taken for %q", r.stdout)
	}
	plain := filepath.Join(dir, "cells.mtx.gz")
	fine("convert", out, plain)
	back := filepath.Join(dir, "mtx.loom")
	fine("import", "mtx", plain, "--rows", filepath.Join(dir, "cells", "features.tsv.gz"),
		"--cols", filepath.Join(dir, "cells", "barcodes.tsv.gz"), "-o", back, "--attr", "Genome=hg38")
	fine("diff", out, back)
}

// TestSolo holds that an output of STARsolo is recognised.
func TestSolo(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "run1Solo.out", "GeneFull", "raw")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"matrix.mtx":   "%%MatrixMarket matrix coordinate integer general\n%\n2 1 1\n2 1 9\n",
		"features.tsv": "E1\tActb\nE2\tGapdh\n",
		"barcodes.tsv": "AAA\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out.loom")
	if r := execute("import", dir, "-o", out); r.code != exitFailed || !strings.Contains(r.stderr, "filtered: no such folder") {
		t.Errorf("exit code %d, %q; want an error about the folder filtered", r.code, r.stderr)
	}
	r := execute("import", "star", dir, "--cells", "none", "--sample", "s", "-o", out)
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	if got := execute("get", out, "matrix").stdout; got != "0\n9\n" {
		t.Errorf("matrix: %q", got)
	}
	table := filepath.Join(dir, "samples.tsv")
	if err := os.WriteFile(table, []byte("Name\tTissue\nr\tliver\ns\tcortex\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"import", "star", dir, "--cells", "emptydrops", "--certain-umis", "5", "--metadata", table, "-o", out}
	if r := execute(args...); r.code != exitFailed || !strings.Contains(r.stderr, "--sample NAME") {
		t.Errorf("exit code %d, %q; want an error about --sample", r.code, r.stderr)
	}
	r = execute(append(args, "--sample", "s")...)
	if r.code != 0 || !strings.Contains(r.stderr, "cells are those of many molecules alone") {
		t.Errorf("exit code %d, %q; want a note that nothing was tested", r.code, r.stderr)
	}
	if r := execute("get", out, "col_attrs/tissue"); r.stdout != "cortex\n" {
		t.Errorf("tissue: %q, %s", r.stdout, r.stderr)
	}
}
