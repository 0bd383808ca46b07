package tenx_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/convert/tenx"
	"github.com/goloom/loom/hdf5"
)

// A folder is the files of an input by name.
type folder map[string]string

// sound returns a folder as Cell Ranger 3 makes it, but not compressed, changed by some files;
// "-" stands for none.
func sound(changes folder) folder {
	f := folder{
		"matrix.mtx":   "%%MatrixMarket matrix coordinate integer general\n3 2 2\n1 1 5\n3 2 7\n",
		"features.tsv": "E1\tActb\tGene Expression\nE2\tGapdh\tGene Expression\nAB\tCD3\tAntibody Capture\n",
		"barcodes.tsv": "AAA-1\nCCC-1\n",
	}
	for name, text := range changes {
		f[name] = text
	}
	return f
}

func (f folder) write(t testing.TB, dir string) {
	t.Helper()
	for name, text := range f {
		if text == "-" {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// refused holds that an input is refused with one line, and that nothing is left behind.
func refused(t *testing.T, input string, opts tenx.Options, want string, is error) {
	t.Helper()
	out := t.TempDir()
	_, err := tenx.Import(t.Context(), input, filepath.Join(out, "out.loom"), opts)
	if !errors.Is(err, is) {
		t.Fatalf("%v, want one that wraps %v", err, is)
	}
	if text := err.Error(); !strings.Contains(text, want) || strings.Contains(text, "\n") || len(text) > 1000 {
		t.Errorf("%q, want one line with %q", text, want)
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestMalformedFolders(t *testing.T) {
	const header = "%%MatrixMarket matrix coordinate integer general\n"
	genomes := folder{}
	for _, genome := range []string{"hg19", "mm10"} {
		for name, text := range sound(nil) {
			genomes["outs/filtered_gene_bc_matrices/"+genome+"/"+name] = text
		}
	}
	samples := folder{"outs/per_sample_outs/a/x": "", "outs/per_sample_outs/b/x": ""}
	analysed := folder{}
	for name, text := range sound(nil) {
		analysed["outs/filtered_feature_bc_matrix/"+name] = text
	}
	with := func(name, text string) folder {
		f := folder{name: text}
		for name, text := range analysed {
			f[name] = text
		}
		return f
	}
	const tsne, clusters = "outs/analysis/tsne/2_components/projection.csv", "outs/analysis/clustering/graphclust/clusters.csv"
	for name, c := range map[string]struct {
		input folder
		opts  tenx.Options
		want  string
		is    error
	}{
		"empty folder":          {folder{}, tenx.Options{}, "no folder with matrix.mtx, among filtered_feature_bc_matrix, ", fs.ErrNotExist},
		"raw folder alone":      {folder{"outs/raw_feature_bc_matrix/matrix.mtx": "x"}, tenx.Options{}, "there is raw_feature_bc_matrix, of all barcodes", fs.ErrNotExist},
		"no matrix":             {sound(folder{"matrix.mtx": "-"}), tenx.Options{}, "no folder with matrix.mtx", fs.ErrNotExist},
		"no features":           {sound(folder{"features.tsv": "-"}), tenx.Options{}, "genes.tsv.gz: file does not exist, nor features.tsv", fs.ErrNotExist},
		"no barcodes":           {sound(folder{"barcodes.tsv": "-"}), tenx.Options{}, "barcodes.tsv, or barcodes.tsv.gz", fs.ErrNotExist},
		"empty features":        {sound(folder{"features.tsv": ""}), tenx.Options{}, "features.tsv: 0 features, but the matrix of", tenx.ErrMalformed},
		"fewer features":        {sound(folder{"features.tsv": "a\tb\n"}), tenx.Options{}, "has 3 rows", tenx.ErrMalformed},
		"features of one field": {sound(folder{"features.tsv": "a\nb\nc\n"}), tenx.Options{}, "features.tsv: line 1: 1 tab-delimited fields of a feature, want at least 2", tenx.ErrMalformed},
		"ragged features":       {sound(folder{"features.tsv": "a\tA\tGene Expression\nb\tB\nc\tC\tx\n"}), tenx.Options{}, "features.tsv: line 2: 2 tab-delimited fields", tenx.ErrMalformed},
		"more barcodes":         {sound(folder{"barcodes.tsv": "A\nB\nC\n"}), tenx.Options{}, "barcodes.tsv: 3 barcodes, but the matrix of", tenx.ErrMalformed},
		"a barcode twice":       {sound(folder{"barcodes.tsv": "A\nA\n"}), tenx.Options{}, `barcodes.tsv: line 2: barcode "A", which is on line 1 already`, tenx.ErrMalformed},
		"an empty barcode":      {sound(folder{"barcodes.tsv": "\nA\n"}), tenx.Options{}, "barcodes.tsv: line 1: empty, want a barcode", tenx.ErrMalformed},
		"truncated barcodes":    {sound(folder{"barcodes.tsv.gz": gzipped("A\nB\n")[:15]}), tenx.Options{}, "barcodes.tsv.gz: after line", tenx.ErrMalformed},
		"truncated matrix":      {sound(folder{"matrix.mtx.gz": gzipped(header + "3 2 2\n1 1 1\n2 2 2\n")[:40]}), tenx.Options{}, "matrix.mtx.gz: after line", tenx.ErrMalformed},
		"not gzip":              {sound(folder{"matrix.mtx.gz": "\x1f\x8bnot"}), tenx.Options{}, "matrix.mtx.gz: after line 0", tenx.ErrMalformed},
		"fewer elements":        {sound(folder{"matrix.mtx": header + "3 2 2\n1 1 1\n"}), tenx.Options{}, "matrix.mtx: line 3: the file ends after 1 entries, the header declares 2", tenx.ErrMalformed},
		"row beyond":            {sound(folder{"matrix.mtx": header + "3 2 1\n4 1 1\n"}), tenx.Options{}, `matrix.mtx: line 3: row "4", want a number from 1 to 3`, tenx.ErrMalformed},
		"element twice":         {sound(folder{"matrix.mtx": header + "3 2 2\n1 1 1\n1 1 2\n"}), tenx.Options{}, "matrix.mtx: line 4: element (1, 1) is on line 3 already", tenx.ErrMalformed},
		"no cells":              {sound(folder{"matrix.mtx": header + "3 0 0\n", "barcodes.tsv": ""}), tenx.Options{}, "want at least one row and one column", tenx.ErrMalformed},
		"a matrix that is one":  {sound(folder{"matrix.mtx": "%%MatrixMarket\n"}), tenx.Options{}, "matrix.mtx: line 1", tenx.ErrMalformed},
		"no such type":          {sound(nil), tenx.Options{FeatureTypes: []string{"Peaks"}}, "no features of type Peaks, there is Antibody Capture, Gene Expression", tenx.ErrMalformed},
		"no genes":              {sound(folder{"features.tsv": "a\ta\tPeaks\nb\tb\tPeaks\nc\tc\tPeaks\n"}), tenx.Options{}, "no features of type Gene Expression, there is Peaks", tenx.ErrMalformed},
		"two genomes":           {genomes, tenx.Options{}, "genomes hg19, mm10: choose one of several", tenx.ErrAmbiguous},
		"no such genome":        {genomes, tenx.Options{Genome: "dm6"}, `no genome "dm6", there is hg19, mm10`, fs.ErrNotExist},
		"two samples":           {samples, tenx.Options{}, "samples a, b, import the folder of each: choose one of several", tenx.ErrAmbiguous},
		"no sample":             {folder{"outs/per_sample_outs/x": ""}, tenx.Options{}, "no folder of a sample", fs.ErrNotExist},
		"empty t-SNE":           {with(tsne, ""), tenx.Options{}, "projection.csv: line 0: no header", tenx.ErrMalformed},
		"ragged t-SNE":          {with(tsne, "Barcode,1,2\nAAA-1,3\n"), tenx.Options{}, "projection.csv: line 2: 2 fields, want a barcode and 2 numbers", tenx.ErrMalformed},
		"t-SNE of letters":      {with(tsne, "Barcode,1,2\nAAA-1,x,1\n"), tenx.Options{}, `projection.csv: line 2: "x", want a number`, tenx.ErrMalformed},
		"clusters of letters":   {with(clusters, "Barcode,Cluster\nAAA-1,one\n"), tenx.Options{}, `clusters.csv: line 2: "one", want a number`, tenx.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.input.write(t, dir)
			refused(t, dir, c.opts, c.want, c.is)
		})
	}
}

// A file is what an HDF5 file of version 3 has, by path.
type file map[string]*hdf5.Array

// soundFile returns a matrix of 3 features and 2 barcodes, changed in some parts; nil
// stands for none.
func soundFile(t testing.TB, changes file) file {
	f := file{
		"matrix/shape":                 array(t, []int32{3, 2}),
		"matrix/indptr":                array(t, []int64{0, 2, 3}),
		"matrix/indices":               array(t, []int64{0, 2, 1}),
		"matrix/data":                  array(t, []int32{5, 7, 9}),
		"matrix/barcodes":              array(t, []string{"AAA-1", "CCC-1"}),
		"matrix/features/id":           array(t, []string{"E1", "E2", "E3"}),
		"matrix/features/name":         array(t, []string{"Actb", "Gapdh", "Ptprc"}),
		"matrix/features/genome":       array(t, []string{"hg19", "hg19", "mm10"}),
		"matrix/features/feature_type": array(t, []string{tenx.GeneExpression, tenx.GeneExpression, tenx.GeneExpression}),
	}
	for name, values := range changes {
		f[name] = values
	}
	return f
}

// write makes the file.
func (f file) write(t testing.TB, path string) {
	t.Helper()
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		for name, values := range f {
			if values == nil {
				continue
			}
			if err := tx.CreateDataset(name, hdf5.DatasetSpec{Type: values.Type(), Shape: values.Shape()}); err != nil {
				return err
			}
			if err := tx.Write(t.Context(), name, values); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMalformedFiles(t *testing.T) {
	square, err := hdf5.NewArray([]int64{0, 2, 3, 3}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		changes file
		opts    tenx.Options
		want    string
		is      error
	}{
		"no shape":               {file{"matrix/shape": nil}, tenx.Options{}, "shape", fs.ErrNotExist},
		"shape of one":           {file{"matrix/shape": array(t, []int32{3})}, tenx.Options{}, "/matrix/shape: [3], want the numbers of features and barcodes", tenx.ErrMalformed},
		"negative shape":         {file{"matrix/shape": array(t, []int32{3, -2})}, tenx.Options{}, "/matrix/shape: [3 -2]", tenx.ErrMalformed},
		"shape of text":          {file{"matrix/shape": array(t, []string{"3", "2"})}, tenx.Options{}, "/matrix/shape", tenx.ErrMalformed},
		"huge shape":             {file{"matrix/shape": array(t, []int64{3, 1 << 40})}, tenx.Options{}, "/matrix/shape", tenx.ErrMalformed},
		"no starts":              {file{"matrix/indptr": nil}, tenx.Options{}, "indptr", fs.ErrNotExist},
		"too few starts":         {file{"matrix/indptr": array(t, []int64{0, 3})}, tenx.Options{}, "/matrix/indptr: 2 positions, want 3", tenx.ErrMalformed},
		"starts not from 0":      {file{"matrix/indptr": array(t, []int64{1, 2, 3})}, tenx.Options{}, "/matrix/indptr", tenx.ErrMalformed},
		"starts that fall":       {file{"matrix/indptr": array(t, []int64{0, 3, 2})}, tenx.Options{}, "/matrix/indptr: column 1 from 3 to 2", tenx.ErrMalformed},
		"a column too long":      {file{"matrix/indptr": array(t, []int64{0, 4, 4})}, tenx.Options{}, "/matrix/indptr: column 0 from 0 to 4, want 0 to 3 elements", tenx.ErrMalformed},
		"starts of another kind": {file{"matrix/indptr": array(t, []float64{0, 2, 3})}, tenx.Options{}, "/matrix/indptr", tenx.ErrMalformed},
		"starts in a square":     {file{"matrix/indptr": square}, tenx.Options{}, "/matrix/indptr: shape [2 2], want one dimension", tenx.ErrMalformed},
		"fewer places":           {file{"matrix/indices": array(t, []int64{0, 2})}, tenx.Options{}, "/matrix/indices: int64 of shape [2], want 3 numbers", tenx.ErrMalformed},
		"fewer values":           {file{"matrix/data": array(t, []int32{0, 2})}, tenx.Options{}, "/matrix/data: int32 of shape [2], want 3 numbers", tenx.ErrMalformed},
		"no values":              {file{"matrix/data": nil}, tenx.Options{}, "data", fs.ErrNotExist},
		"values of text":         {file{"matrix/data": array(t, []string{"1", "2", "3"})}, tenx.Options{}, "/matrix/data: string of shape [3]", tenx.ErrMalformed},
		"a row beyond":           {file{"matrix/indices": array(t, []int64{0, 3, 1})}, tenx.Options{}, "/matrix/indices: element 1 is row 3, want one from 0 to 2", tenx.ErrMalformed},
		"a negative row":         {file{"matrix/indices": array(t, []int64{0, -1, 1})}, tenx.Options{}, "/matrix/indices: element 1 is row -1", tenx.ErrMalformed},
		"a row twice":            {file{"matrix/indices": array(t, []int64{2, 2, 1})}, tenx.Options{}, "/matrix/indices: element 1 is row 2, which column 0 has already", tenx.ErrMalformed},
		"no barcodes":            {file{"matrix/barcodes": nil}, tenx.Options{}, "barcodes", fs.ErrNotExist},
		"fewer barcodes":         {file{"matrix/barcodes": array(t, []string{"A"})}, tenx.Options{}, "/matrix/barcodes: 1 barcodes, but the matrix of", tenx.ErrMalformed},
		"a barcode twice":        {file{"matrix/barcodes": array(t, []string{"A", "A"})}, tenx.Options{}, `/matrix/barcodes: element 1 is "A", which is element 0 already`, tenx.ErrMalformed},
		"barcodes of numbers":    {file{"matrix/barcodes": array(t, []int32{1, 2})}, tenx.Options{}, "/matrix/barcodes", tenx.ErrMalformed},
		"fewer names":            {file{"matrix/features/name": array(t, []string{"A"})}, tenx.Options{}, "/matrix/features/name: 1 elements, but the shape has 3 rows", tenx.ErrMalformed},
		"no features":            {file{"matrix/features/id": nil}, tenx.Options{}, "features/id", fs.ErrNotExist},
		"no such genome":         {nil, tenx.Options{Genome: "dm6"}, `no genome "dm6", there is hg19, mm10`, fs.ErrNotExist},
		"no such type":           {nil, tenx.Options{FeatureTypes: []string{"Peaks"}}, "no features of type Peaks", tenx.ErrMalformed},
		"not finite":             {file{"matrix/data": array(t, []float64{1, math.NaN(), 2})}, tenx.Options{}, "/matrix/data: element 1 is NaN, want a finite number", tenx.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "cells.h5")
			soundFile(t, c.changes).write(t, path)
			refused(t, path, c.opts, c.want, c.is)
		})
	}
	t.Run("truncated", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "cells.h5")
		soundFile(t, nil).write(t, path)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, info.Size()/3); err != nil {
			t.Fatal(err)
		}
		refused(t, path, tenx.Options{}, path, hdf5.ErrCorrupt)
	})
	t.Run("of another kind", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "cells.h5")
		file{"X": array(t, []int32{1})}.write(t, path)
		refused(t, path, tenx.Options{}, "neither a group matrix nor one of a genome", tenx.ErrMalformed)
	})
	t.Run("not HDF5", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "cells.h5")
		if err := os.WriteFile(path, []byte("no"), 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, path, tenx.Options{}, path, hdf5.ErrNotHDF5)
	})
}
