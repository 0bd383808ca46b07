package loom_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"gonum.org/v1/gonum/mat"
)

// Cells with enough molecules, out of many files whose genes may be in another
// order, in one file. Nothing is held of the matrices but what is being copied.
func Example_cellsOfManyFiles() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	var sources []loom.Source
	for _, file := range []string{"testdata/mouse_cortex_tiny.loom", "testdata/mouse_cortex_tiny.loom"} {
		ds, err := loom.Open(file)
		if err != nil {
			log.Fatal(err)
		}
		defer ds.Close()
		results, err := ds.Map(ctx, loom.Columns, loom.Sum)
		if err != nil {
			log.Fatal(err)
		}
		var good []int
		for cell, total := range results[0] {
			if total > 100 {
				good = append(good, cell)
			}
		}
		sources = append(sources, loom.Source{Conn: ds, Cols: loom.Indices(good)})
	}
	all, err := loom.Combine(ctx, filepath.Join(dir, "good.loom"), sources, loom.ByKey("Accession"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all.Rows, "genes,", all.Cols, "cells")
	// Output:
	// 60 genes, 60 cells
}

// Principal components of all cells, in two scans that hold a batch each: one
// adds up how the selected genes vary together, the other finds where each cell is,
// which becomes an attribute.
func Example_principalComponents() {
	ctx := context.Background()
	ds, done := copyOfTiny()
	defer done()
	markers, err := ds.RowAttrs().Int64s("Marker")
	if err != nil {
		log.Fatal(err)
	}
	var genes []int
	for gene, marker := range markers {
		if marker == 1 {
			genes = append(genes, gene)
		}
	}
	means, err := ds.Map(ctx, loom.Rows, loom.Mean)
	if err != nil {
		log.Fatal(err)
	}
	centred := func(b *loom.Batch) *mat.Dense {
		values, err := b.Matrix().Read(ctx, loom.Indices(genes), loom.All())
		if err != nil {
			log.Fatal(err)
		}
		m := mat.DenseCopyOf(values)
		m.Apply(func(i, _ int, v float64) float64 { return v - means[0][genes[i]] }, m)
		return m
	}

	covariance := mat.NewSymDense(len(genes), nil)
	for b, err := range ds.Scan(ctx, loom.Columns, loom.BatchSize(50), loom.OnlyLayers(""), loom.Carry()) {
		if err != nil {
			log.Fatal(err)
		}
		var part mat.SymDense
		part.SymOuterK(1, centred(b))
		covariance.AddSym(covariance, &part)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		log.Fatal("no eigenvectors")
	}
	variances := eigen.Values(nil) // ascending
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	const components = 2
	axes := vectors.Slice(0, len(genes), len(genes)-components, len(genes))

	_, cells := ds.Shape()
	places := make([]float64, 0, cells*components)
	for b, err := range ds.Scan(ctx, loom.Columns, loom.BatchSize(50), loom.OnlyLayers(""), loom.Carry()) {
		if err != nil {
			log.Fatal(err)
		}
		var at mat.Dense
		at.Mul(centred(b).T(), axes)
		places = append(places, at.RawMatrix().Data...)
	}
	pca, err := hdf5.NewArray(places, cells, components)
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.ColAttrs().Set("PCA", pca); err != nil {
		log.Fatal(err)
	}

	total := mat.Trace(covariance)
	fmt.Printf("%d genes; the first component has %.0f %% of the variance, the second %.0f %%\n", len(genes),
		100*variances[len(genes)-1]/total, 100*variances[len(genes)-2]/total)
	info, err := ds.ColAttrs().Stat("PCA")
	fmt.Println(info.Shape, err)
	// Output:
	// 30 genes; the first component has 36 % of the variance, the second 23 %
	// [120 2] <nil>
}

// copyOfTiny connects to a copy of the file that the examples read.
func copyOfTiny() (ds *loom.Conn, done func()) {
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	content, err := os.ReadFile("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "cells.loom")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		log.Fatal(err)
	}
	if ds, err = loom.Connect(path); err != nil {
		log.Fatal(err)
	}
	return ds, func() {
		ds.Close()
		os.RemoveAll(dir)
	}
}
