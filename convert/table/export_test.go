package table_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/table"
	"github.com/goloom/loom/demo"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
	"github.com/google/go-cmp/cmp"
)

// odd makes a file whose names have all sorts of characters in them.
func odd(t *testing.T, values *loom.Array, m loom.Matrix) *loom.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "odd.loom")
	genes, err := hdf5.NewArray([]string{`5" A`, `"B"`, "C,D"})
	if err != nil {
		t.Fatal(err)
	}
	cells, err := hdf5.NewArray([]string{"x y", "z;"})
	if err != nil {
		t.Fatal(err)
	}
	err = loom.Create(context.Background(), path, map[string]loom.Matrix{"": m},
		map[string]*loom.Array{"Gene": genes}, map[string]*loom.Array{"CellID": cells, "More": values}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

func oddMatrix(t *testing.T) loom.Matrix {
	t.Helper()
	m, err := sparse.NewDense(3, 2, []float64{0, 1.5, -2, 1e20, 1234567, 0.1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestExport(t *testing.T) {
	more, err := hdf5.NewArray([]float32{0.5, 2, -1, 7}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	ds := odd(t, more, oddMatrix(t))
	dir := t.TempDir()
	for name, c := range map[string]struct {
		out       string
		o         table.ExportOptions
		want      string
		cols      string
		wantInCol string
	}{
		"tabs":       {"t.tsv", table.ExportOptions{}, "Gene\tx y\tz;\n5\" A\t0\t1.5\n\"\"\"B\"\"\"\t-2\t1e+20\nC,D\t1234567\t0.1\n", "", ""},
		"commas":     {"t.csv", table.ExportOptions{}, "Gene,x y,z;\n\"5\"\" A\",0,1.5\n\"\"\"B\"\"\",-2,1e+20\n\"C,D\",1234567,0.1\n", "", ""},
		"transposed": {"t.tsv", table.ExportOptions{Transposed: true}, "CellID\t5\" A\t\"\"\"B\"\"\"\tC,D\nx y\t0\t-2\t1234567\nz;\t1.5\t1e+20\t0.1\n", "", ""},
		"metadata":   {"t.tsv", table.ExportOptions{}, "", "cells.csv", "CellID,More_1,More_2\nx y,0.5,2\nz;,-1,7\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(dir, c.out)
			if c.cols != "" {
				c.o.ColMetadata = filepath.Join(dir, c.cols)
			}
			if _, err := table.Export(context.Background(), ds, out, c.o); err != nil {
				t.Fatal(err)
			}
			if got := text(t, out); c.want != "" && got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if c.cols != "" {
				if got := text(t, c.o.ColMetadata); got != c.wantInCol {
					t.Errorf("%q, want %q", got, c.wantInCol)
				}
			}
		})
	}
}

// TestRoundTrip imports what was exported.
func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "demo.loom")
	if _, err := demo.Write(ctx, path, demo.Options{Cells: 129, Genes: 65, UMIs: 300}); err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	want := read(t, path)
	for _, name := range []string{"t.tsv", "t.csv", "t.tsv.gz", "t.csv.gz"} {
		for _, transposed := range []bool{false, true} {
			out, back := filepath.Join(dir, name), filepath.Join(dir, "back.loom")
			rows, cols := filepath.Join(dir, "rows.tsv"), filepath.Join(dir, "cols.csv.gz")
			notes, err := table.Export(ctx, ds, out, table.ExportOptions{Transposed: transposed, RowMetadata: rows, ColMetadata: cols})
			if err != nil || len(notes) > 0 {
				t.Fatal(err, notes)
			}
			if _, err := table.Import(ctx, out, back, table.ImportOptions{Transposed: transposed, RowMetadata: rows, ColMetadata: cols}); err != nil {
				t.Fatal(err)
			}
			got := read(t, back)
			if diff := cmp.Diff(want.Matrix, got.Matrix); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			for _, attr := range []string{"CellID", "ClusterName", "ClusterID", "TotalUMI"} {
				if diff := cmp.Diff(want.Cols[attr], got.Cols[attr]); diff != "" {
					t.Errorf("%s: column attribute %s: %s", name, attr, diff)
				}
			}
			for _, attr := range []string{"Gene", "Accession", "MarkerOf"} {
				if diff := cmp.Diff(want.Rows[attr], got.Rows[attr]); diff != "" {
					t.Errorf("%s: row attribute %s: %s", name, attr, diff)
				}
			}
		}
	}
}

func TestExportRefused(t *testing.T) {
	breaks, err := hdf5.NewArray([]string{"a\tb", "c"})
	if err != nil {
		t.Fatal(err)
	}
	ds := odd(t, breaks, oddMatrix(t))
	dir := t.TempDir()
	out := filepath.Join(dir, "t.tsv")
	for name, c := range map[string]struct {
		o    table.ExportOptions
		want error
	}{
		"no such layer":     {table.ExportOptions{Layer: "spliced"}, loom.ErrNotExist},
		"no such attribute": {table.ExportOptions{RowNames: "Accession"}, loom.ErrNotExist},
		"not of strings":    {table.ExportOptions{ColNames: "Age"}, loom.ErrNotExist},
		"a tab in a name":   {table.ExportOptions{ColMetadata: filepath.Join(dir, "c.tsv")}, table.ErrTable},
	} {
		if _, err := table.Export(context.Background(), ds, out, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Fatalf("%s: left behind: %v", name, left)
		}
	}
	commas := filepath.Join(dir, "c.csv")
	if _, err := table.Export(context.Background(), ds, out, table.ExportOptions{ColMetadata: commas}); err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, commas), "CellID,More\nx y,a\tb\nz;,c\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPandas lets pandas write tables that are imported, and read those that are
// exported.
func TestPandas(t *testing.T) {
	python := oracle.Start(t)
	ctx := context.Background()
	dir := t.TempDir()
	python.Must("import pandas as pd, numpy as np, json; r = np.random.default_rng(3); "+
		"m = np.where(r.random((70, 33)) < 0.8, 0, r.integers(0, 9, (70, 33))); "+
		"f = np.where(m > 0, r.random((70, 33)).astype('f4'), 0).astype('f4'); "+
		"genes = ['g,%%d' %% i for i in range(70)]; cells = ['c \"%%d\"' %% i for i in range(33)]; "+
		"d = pd.DataFrame(m, genes, cells); e = pd.DataFrame(f, genes, cells); "+
		"d.to_csv(%[1]q + '/d.tsv', sep='\\t'); d.to_csv(%[1]q + '/d.csv.gz'); d.T.to_csv(%[1]q + '/dt.csv'); e.to_csv(%[1]q + '/e.csv'); "+
		"d.to_csv(%[1]q + '/quoted.csv', quoting=1, index_label='Gene'); d.to_csv(%[1]q + '/bare.csv', header=False, index=False)", dir)
	for _, c := range []struct {
		file   string
		o      table.ImportOptions
		matrix string
		dtype  string
		named  bool
	}{
		{"d.tsv", table.ImportOptions{}, "m", "int32", false},
		{"d.csv.gz", table.ImportOptions{}, "m", "int32", true},
		{"dt.csv", table.ImportOptions{Transposed: true}, "m", "int32", true},
		{"quoted.csv", table.ImportOptions{}, "m", "int32", true},
		{"bare.csv", table.ImportOptions{}, "m", "int32", false},
		{"e.csv", table.ImportOptions{}, "f", "float32", true},
	} {
		out := filepath.Join(dir, "out.loom")
		if _, err := table.Import(ctx, filepath.Join(dir, c.file), out, c.o); err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		ask := "h = h5py.File(%q); answer = str(h['matrix'].dtype) + ' ' + str(bool((h['matrix'][:] == " + c.matrix + ").all()))"
		if c.named {
			ask += " + ' ' + str([s.decode() for s in h['row_attrs/Gene']] == genes and [s.decode() for s in h['col_attrs/CellID']] == cells)"
		}
		want := c.dtype + " True"
		if c.named {
			want += " True"
		}
		if got := python.Must(ask, out); got != want {
			t.Errorf("%s: %s, want %s", c.file, got, want)
		}
		python.Must("h.close()")
		if c.file != "e.csv" && c.file != "d.csv.gz" {
			continue
		}
		ds, err := loom.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"x.csv", "x.tsv.gz", "xt.csv"} {
			path := filepath.Join(dir, name)
			if _, err := table.Export(ctx, ds, path, table.ExportOptions{Transposed: name == "xt.csv"}); err != nil {
				t.Fatal(err)
			}
			turn := ""
			if name == "xt.csv" {
				turn = ".T"
			}
			got := python.Must("x = pd.read_csv(%q, sep=%q, index_col=0)%s; "+
				"answer = str(bool((x.to_numpy().astype(%s.dtype) == %s).all()) and list(x.index) == genes and list(x.columns) == cells)",
				path, map[bool]string{true: "\t", false: ","}[strings.Contains(name, ".tsv")], turn, c.matrix, c.matrix)
			if got != "True" {
				t.Errorf("%s from %s: %s", name, c.file, got)
			}
		}
		ds.Close()
	}
}

// TestCompressed makes sure that what is named so is gzip.
func TestCompressed(t *testing.T) {
	more, err := hdf5.NewArray([]int64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "t.TSV.GZ")
	if _, err := table.Export(context.Background(), odd(t, more, oddMatrix(t)), out, table.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(plain); err != nil || !strings.HasPrefix(string(content), "Gene\tx y") {
		t.Errorf("%q, %v", content, err)
	}
}
