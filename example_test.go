package loom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/goloom/loom"
)

func Example() {
	ctx := context.Background()
	ds, err := loom.Open("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()

	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		log.Fatal(err)
	}
	results, err := ds.Map(ctx, loom.Rows, loom.Mean, loom.Max)
	if err != nil {
		log.Fatal(err)
	}
	means, maxima := results[0], results[1]
	for i := range 3 {
		fmt.Printf("%s: mean %.3f, at most %g\n", genes[i], means[i], maxima[i])
	}
	// Output:
	// Calb1: mean 3.633, at most 22
	// Cux2: mean 0.892, at most 10
	// Lamp5: mean 3.200, at most 22
}

// tiny opens the file that the examples read.
func tiny() *loom.Conn {
	ds, err := loom.Open("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	return ds
}

func ExampleOpen() {
	ds, err := loom.Open("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()

	rows, cols := ds.Shape()
	fmt.Println(rows, "genes,", cols, "cells, spec", ds.SpecVersion())
	fmt.Printf("layers %q\n", ds.Layers().Names())
	fmt.Println("column attributes", ds.ColAttrs().Names())
	// Output:
	// 60 genes, 120 cells, spec 3.0.0
	// layers ["" "spliced" "unspliced"]
	// column attributes [Age CellID ClusterID ClusterName Sex TotalUMI UMAP Valid]
}

// An invalid file is refused with a list of everything that is wrong with it, and
// can be opened regardless.
func ExampleOpen_invalid() {
	_, err := loom.Open("testdata/broken.loom")
	var invalid *loom.ValidationError
	if errors.As(err, &invalid) {
		fmt.Println(len(invalid.Report.Errors) > 1, errors.Is(err, loom.ErrInvalid))
	}

	ds, err := loom.Open("testdata/broken.loom", loom.SkipValidation())
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	fmt.Println(ds.ColAttrs().Names())
	// Output:
	// true true
	// [CellID position]
}

func ExampleConnect() {
	ds, err := loom.Connect("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Mode(), ds.Filename())
	fmt.Println(ds.Close(), ds.Closed())
	fmt.Println(errors.Is(ds.Close(), loom.ErrClosed))
	// Output:
	// r+ testdata/mouse_cortex_tiny.loom
	// <nil> true
	// true
}

// A file need not be on disk.
func ExampleOpenReader() {
	content, err := os.ReadFile("testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	ds, err := loom.OpenReader(bytes.NewReader(content), int64(len(content)), "cortex")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	fmt.Println(ds.Attrs().Text("title"))
	// Output: A tiny mouse cortex <nil>
}

func ExampleAttributes_Strings() {
	ds := tiny()
	defer ds.Close()
	ages, err := ds.ColAttrs().Strings("Age")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ages[:4])

	_, err = ds.ColAttrs().Strings("ClusterID")
	fmt.Println(err)
	// Output:
	// [p23 p28 p23 p23]
	// testdata/mouse_cortex_tiny.loom: column attribute "ClusterID": int64 values, not string: values are of another type
}

func ExampleAttributes_First() {
	ds := tiny()
	defer ds.Close()
	names, err := ds.ColAttrs().First("obs_names", "Cell_ID", "CellID")
	if err != nil {
		log.Fatal(err)
	}
	texts, err := names.Strings()
	fmt.Println(texts[0], err)
	// Output: 10X01_TCGATTTCGCTCGCAT-1 <nil>
}

func ExampleAttributes_Stack() {
	ds := tiny()
	defer ds.Close()
	places, err := ds.RowAttrs().Stack("Start", "Length")
	if err != nil {
		log.Fatal(err)
	}
	values, err := places.Int64s()
	fmt.Println(places.Shape(), values[:4], err)
	// Output: [60 2] [3630146 14720 9902764 38625] <nil>
}

func ExampleAttributes_All() {
	ds := tiny()
	defer ds.Close()
	for a, err := range ds.RowAttrs().All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(a.Name, a.Values.Type(), a.Values.Shape())
	}
	// Output:
	// Accession string [60]
	// Chromosome string [60]
	// Gene string [60]
	// Length int64 [60]
	// Marker int64 [60]
	// Start int64 [60]
	// Valid int64 [60]
}

func ExampleAttributes_Select() {
	ds := tiny()
	defer ds.Close()
	some, err := ds.RowAttrs().Select(loom.Range(10, 13))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(some.Strings("Gene"))
	// Output: [Sst Gad1 Gad2] <nil>
}

func ExampleGlobalAttributes_Get() {
	ds := tiny()
	defer ds.Close()
	species, err := ds.Attrs().Get("species")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(species.Type(), species.Shape(), species.Data())
	// Output: string [] [Mus musculus]
}

func ExampleLayer_Read() {
	ds := tiny()
	defer ds.Close()
	spliced, err := ds.Layer("spliced")
	if err != nil {
		log.Fatal(err)
	}
	block, err := spliced.Read(context.Background(), loom.Indices([]int{2, 0}), loom.Range(0, 6))
	if err != nil {
		log.Fatal(err)
	}
	rows, cols := block.Dims()
	fmt.Println(spliced.Type(), rows, cols, block.At(0, 1))
	// Output: uint16 2 6 16
}

func ExampleReadAs() {
	ds := tiny()
	defer ds.Close()
	corner, err := loom.ReadAs[int32](context.Background(), ds.Matrix(), loom.Range(0, 2), loom.Range(0, 6))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(corner.Row(0))
	fmt.Println(corner.Row(1))
	// Output:
	// [10 22 10 12 0 20]
	// [1 5 1 0 0 4]
}

func ExampleConn_View() {
	ctx := context.Background()
	ds := tiny()
	defer ds.Close()
	clusters, err := ds.ColAttrs().Strings("ClusterName")
	if err != nil {
		log.Fatal(err)
	}
	layer5 := make([]bool, len(clusters))
	for i, name := range clusters {
		layer5[i] = name == "Pyramidal L5"
	}
	view, err := ds.View(ctx, loom.Range(0, 20), loom.Mask(layer5))
	if err != nil {
		log.Fatal(err)
	}
	rows, cols := view.Shape()
	graph, err := view.ColGraphs().Get("KNN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rows, "genes,", cols, "cells,", graph.Len(), "edges between them")

	smaller, err := view.View(ctx, loom.At(0), loom.Range(0, 2))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(smaller.RowAttrs().Strings("Gene"))
	// Output:
	// 20 genes, 26 cells, 130 edges between them
	// [Calb1] <nil>
}

func ExampleConn_Scan() {
	ds := tiny()
	defer ds.Close()
	for b, err := range ds.Scan(context.Background(), loom.Columns, loom.BatchSize(50), loom.OnlyLayers("")) {
		if err != nil {
			log.Fatal(err)
		}
		rows, cols := b.Shape()
		ids, err := b.ColAttrs().Strings("CellID")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("from %d: %d x %d, first %s\n", b.Start, rows, cols, ids[0])
	}
	// Output:
	// from 0: 60 x 50, first 10X01_TCGATTTCGCTCGCAT-1
	// from 50: 60 x 50, first 10X01_CATCAATAAGTCGAGA-1
	// from 100: 60 x 20, first 10X01_GTTTTCCCGAAGATAA-1
}

// Selected cells, with the genes in the order of their names.
func ExampleOrderBy() {
	ds := tiny()
	defer ds.Close()
	options := []loom.ScanOption{loom.Items(loom.Strided(0, 120, 40)), loom.OrderBy("Gene"), loom.Carry(loom.RowAttrsPart)}
	for b, err := range ds.Scan(context.Background(), loom.Columns, options...) {
		if err != nil {
			log.Fatal(err)
		}
		genes, err := b.RowAttrs().Strings("Gene")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(b.Positions, genes[:3])
	}
	// Output: [0 40 80] [Actb Aldoc Apoe]
}

// Reducers stream over the elements that are not zero; any other function gets
// every row or column whole.
func ExampleLayer_Map() {
	ctx := context.Background()
	ds := tiny()
	defer ds.Close()
	span := loom.Apply(func(line []float64) float64 {
		first, last := -1, -1
		for i, v := range line {
			if v != 0 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		return float64(last - first)
	})
	results, err := ds.Matrix().Map(ctx, loom.Columns, loom.Range(0, 30), loom.Sum, loom.NonZeros, span)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("cell 0: sum, expressed genes, span:", results[0][0], results[1][0], results[2][0])
	// Output: cell 0: sum, expressed genes, span: 28 6 16
}

func ExampleConn_Sparse() {
	ds := tiny()
	defer ds.Close()
	m, err := ds.Sparse(context.Background(), loom.All(), loom.Range(0, 60), "unspliced")
	if err != nil {
		log.Fatal(err)
	}
	rows, cols := m.Dims()
	fmt.Printf("%T of %d x %d with %d entries\n", m, rows, cols, m.NNZ())
	// Output: *sparse.COO[uint16] of 60 x 60 with 657 entries
}

func ExampleSparseAs() {
	ds := tiny()
	defer ds.Close()
	coo, err := loom.SparseAs[float64](context.Background(), ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	for gene, count := range coo.ToCSC().Col(4) {
		fmt.Println("gene", gene, "count", count)
		break
	}
	// Output: gene 5 count 3
}

func ExampleGraphs_Get() {
	ds := tiny()
	defer ds.Close()
	knn, err := ds.ColGraphs().Get("KNN")
	if err != nil {
		log.Fatal(err)
	}
	a, b, w := knn.Edges()
	weights, err := w.Float64s()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d edges of %s; first from %d to %d, weight %.2f\n", knn.Len(), w.Type(), a[0], b[0], weights[0])
	// Output: 600 edges of float64; first from 0 to 104, weight 0.74
}

func ExampleConn_ChangesSince() {
	ds := tiny()
	defer ds.Close()
	last, err := ds.LastModified()
	if err != nil {
		log.Fatal(err)
	}
	changes, err := ds.ChangesSince(last.Add(-time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(last.Format(time.RFC3339), changes.ColGraphs)
	// Output: 2020-01-02T03:04:05Z [KNN]
}
