package tenx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/mtx"
	"github.com/goloom/loom/convert/tenx"
	"github.com/goloom/loom/internal/oracle"
)

// TestOracles holds imports against what loompy, scipy and h5py make of the same input, and
// what is exported against what they read. One Python process serves all.
func TestOracles(t *testing.T) {
	python := oracle.Start(t)
	python.Must("import loompy, os, gzip, shutil, scipy.io, scipy.sparse as sp")
	t.Run("Matrix Market", func(t *testing.T) { importsOfScipy(t, python) })
	t.Run("folder of a sample", func(t *testing.T) { importsOfLoompy(t, python) })
	t.Run("exports", func(t *testing.T) { exportsAreRead(t, python) })
	t.Run("real files", func(t *testing.T) { realFiles(t, python) })
}

// importsOfScipy holds the import of files that scipy wrote, or others, against scipy's.
func importsOfScipy(t *testing.T, python *oracle.Session) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "m.mtx"), filepath.Join(dir, "m.loom")
	const random = "sp.random(90, 130, %s, random_state=7)"
	python.Must("m = %s", fmt.Sprintf(random, "0.1"))
	python.Must("counts = (m * 100).astype(int)")
	for name, statement := range map[string]string{
		"real, by row":    "scipy.io.mmwrite(%q, m.tocsr())",
		"real, by column": "scipy.io.mmwrite(%q, m.tocsc())",
		"integer":         "scipy.io.mmwrite(%q, counts.tocsc())",
		"wide":            "scipy.io.mmwrite(%q, counts.tocsr() * 10**10)",
		"negative":        "scipy.io.mmwrite(%q, -counts.tocoo())",
		"pattern":         "scipy.io.mmwrite(%q, m, field='pattern')",
		"array":           "scipy.io.mmwrite(%q, m.toarray())",
		"symmetric":       "scipy.io.mmwrite(%q, sp.coo_matrix(np.tri(70) @ np.tri(70).T), symmetry='symmetric')",
		"skew":            "scipy.io.mmwrite(%q, sp.coo_matrix(np.tri(9, k=-1) - np.tri(9, k=-1).T), symmetry='skew-symmetric')",
		"one element":     "scipy.io.mmwrite(%q, sp.coo_matrix([[3]]))",
		"none":            "scipy.io.mmwrite(%q, sp.coo_matrix((64, 65), dtype=int))",
	} {
		t.Run(name, func(t *testing.T) {
			python.Must(statement, path)
			if err := mtx.Import(t.Context(), path, out, mtx.Options{}); err != nil {
				t.Fatal(err)
			}
			python.Must("want = scipy.io.mmread(%q)", path)
			python.Must("want = want.toarray() if sp.issparse(want) else want")
			python.Must("f = h5py.File(%q, 'r'); np.testing.assert_array_equal(f['matrix'][:], want); f.close()", out)
			if err := mtx.Import(t.Context(), path, out, mtx.Options{Transposed: true}); err != nil {
				t.Fatal(err)
			}
			python.Must("f = h5py.File(%q, 'r'); np.testing.assert_array_equal(f['matrix'][:], want.T); f.close()", out)
		})
	}
}

// sample writes the folder of a sample, with an analysis, in the layout of version 2 or 3.
func sample(t *testing.T, dir string, version int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, uint64(version)))
	const rows, cols = 70, 130
	features, barcodes, tsne, clusters, entries := "", "", "Barcode,TSNE-1,TSNE-2\n", "Barcode,Cluster\n", ""
	n := 0
	for i := range rows {
		features += fmt.Sprintf("ENSG%d\tGene %d", i, i%50)
		if version == 3 {
			features += "\tGene Expression"
		}
		features += "\n"
	}
	for j := range cols {
		barcodes += fmt.Sprintf("ACGT%d-1\n", j)
		tsne += fmt.Sprintf("ACGT%d-1,%g,%g\n", j, r.NormFloat64(), r.NormFloat64())
		clusters += fmt.Sprintf("ACGT%d-1,%d\n", j, 1+r.IntN(5))
		for i := range rows {
			if r.IntN(5) == 0 {
				entries += fmt.Sprintf("%d %d %d\n", i+1, j+1, r.IntN(1000))
				n++
			}
		}
	}
	matrix := fmt.Sprintf("%%%%MatrixMarket matrix coordinate integer general\n%%\n%d %d %d\n%s", rows, cols, n, entries)
	f := folder{"outs/analysis/clustering/graphclust/clusters.csv": clusters}
	if version == 2 {
		at := "outs/filtered_gene_bc_matrices/mm10/"
		f[at+"matrix.mtx"], f[at+"genes.tsv"], f[at+"barcodes.tsv"] = matrix, features, barcodes
		f["outs/analysis/tsne/2_components/projection.csv"] = tsne
	} else {
		at := "outs/filtered_feature_bc_matrix/"
		f[at+"matrix.mtx.gz"], f[at+"features.tsv.gz"], f[at+"barcodes.tsv.gz"] = gzipped(matrix), gzipped(features), gzipped(barcodes)
		f["outs/analysis/tsne/projection.csv"] = tsne
	}
	f.write(t, dir)
}

// importsOfLoompy holds imports against loompy's create_from_cellranger, whose counts
// are int64.
func importsOfLoompy(t *testing.T, python *oracle.Session) {
	for _, version := range []int{2, 3} {
		dir := filepath.Join(t.TempDir(), "sample1")
		sample(t, dir, version)
		theirs := t.TempDir()
		python.Must("loompy.create_from_cellranger(%q, %q)", dir, theirs)
		ours := filepath.Join(t.TempDir(), "ours.loom")
		made, err := tenx.Import(t.Context(), dir, ours, tenx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if made.Sample != "sample1" || made.Genome != map[int]string{2: "mm10"}[version] {
			t.Errorf("version %d: %+v", version, made)
		}
		equal(t, ours, filepath.Join(theirs, "sample1.loom"), false)
	}
}

// exportsAreRead holds that scipy and h5py find in exported files what is in the layer.
func exportsAreRead(t *testing.T, python *oracle.Session) {
	dir := filepath.Join(t.TempDir(), "s")
	sample(t, dir, 3)
	path := filepath.Join(dir, "cells.loom")
	if _, err := tenx.Import(t.Context(), dir, path, tenx.Options{}); err != nil {
		t.Fatal(err)
	}
	folder, h5, plain := filepath.Join(dir, "folder"), filepath.Join(dir, "cells.h5"), filepath.Join(dir, "cells.mtx")
	export(t, path, func(ds *loom.Conn) error {
		if err := tenx.ExportFolder(t.Context(), ds, folder, tenx.ExportOptions{}); err != nil {
			return err
		}
		if err := tenx.ExportHDF5(t.Context(), ds, h5, tenx.ExportOptions{}); err != nil {
			return err
		}
		return mtx.Export(t.Context(), ds, plain, mtx.ExportOptions{})
	})
	python.Must("f = h5py.File(%q, 'r'); want = f['matrix'][:]; cells = list(f['col_attrs/CellID'].asstr()); ids = list(f['row_attrs/Accession'].asstr()); genes = list(f['row_attrs/Gene'].asstr()); f.close()", path)
	python.Must("np.testing.assert_array_equal(scipy.io.mmread(%q).toarray(), want)", plain)
	python.Must("np.testing.assert_array_equal(scipy.io.mmread(%q).toarray(), want)", filepath.Join(folder, "matrix.mtx.gz"))
	python.Must("assert gzip.open(%q, 'rt').read().split('\\n')[:-1] == cells", filepath.Join(folder, "barcodes.tsv.gz"))
	python.Must("assert [l.rstrip('\\n').split('\\t') for l in gzip.open(%q, 'rt')] == [[i, g, 'Gene Expression'] for i, g in zip(ids, genes)]",
		filepath.Join(folder, "features.tsv.gz"))
	python.Must("g = h5py.File(%q, 'r'); m = g['matrix']; rows, cols = m['shape'][:]", h5)
	python.Must("np.testing.assert_array_equal(sp.csc_matrix((m['data'][:], m['indices'][:], m['indptr'][:]), shape=(rows, cols)).toarray(), want)")
	python.Must("assert [b.decode() for b in m['barcodes']] == cells and [b.decode() for b in m['features/id']] == ids and [b.decode() for b in m['features/name']] == genes")
	python.Must("assert set(m['features/feature_type'][:]) == {b'Gene Expression'}; g.close()")
}

// realFiles holds imports of what Cell Ranger has written against scipy and h5py.
func realFiles(t *testing.T, python *oracle.Session) {
	files := oracle.Fixtures(t, "tenx")
	out := filepath.Join(t.TempDir(), "out.loom")
	read := func(input string, opts tenx.Options) {
		t.Helper()
		if _, err := tenx.Import(t.Context(), input, out, opts); err != nil {
			t.Fatal(err)
		}
		python.Must("f = h5py.File(%q, 'r'); got = f['matrix'][:]; cells = list(f['col_attrs/CellID'].asstr()); ids = list(f['row_attrs/Accession'].asstr()); genes = list(f['row_attrs/Gene'].asstr()); f.close()", out)
	}
	dir := filepath.Dir(files[0])
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch {
		case entry.IsDir():
			read(path, tenx.Options{})
			python.Must("d = %q; zipped = os.path.exists(d + '/features.tsv.gz'); z = '.gz' if zipped else ''; op = gzip.open if zipped else open", path)
			python.Must("np.testing.assert_array_equal(got, scipy.io.mmread(d + '/matrix.mtx' + z).toarray())")
			python.Must("assert cells == op(d + '/barcodes.tsv' + z, 'rt').read().split()")
			python.Must("lines = [l.rstrip('\\n').split('\\t') for l in op(d + ('/features.tsv.gz' if zipped else '/genes.tsv'), 'rt')]; assert ids == [l[0] for l in lines] and genes == [l[1] for l in lines]")
		case strings.Contains(entry.Name(), "cellranger3"):
			read(path, tenx.Options{})
			compareHDF5(python, path, "matrix", "features/id", "features/name")
		case strings.Contains(entry.Name(), "multiple_genomes"):
			for _, genome := range []string{"hg19_chr21", "another_genome"} {
				read(path, tenx.Options{Genome: genome})
				compareHDF5(python, path, genome, "genes", "gene_names")
			}
		default:
			t.Errorf("what is %s?", entry.Name())
		}
	}
}

// compareHDF5 holds what was imported against what h5py reads.
func compareHDF5(python *oracle.Session, path, group, ids, names string) {
	python.Must("g = h5py.File(%q, 'r'); m = g[%q]; want = sp.csc_matrix((m['data'][:], m['indices'][:], m['indptr'][:]), shape=m['shape'][:]).toarray()", path, group)
	python.Must("np.testing.assert_array_equal(got, want)")
	python.Must("assert cells == [b.decode() for b in m['barcodes']] and ids == [b.decode() for b in m[%q]] and genes == [b.decode() for b in m[%q]]; g.close()", ids, names)
}
