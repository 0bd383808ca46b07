package h5ad_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/h5ad"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// exampleFile makes a Loom file of 3 genes and 2 cells in a folder.
func exampleFile(dir string) string {
	path := filepath.Join(dir, "cells.loom")
	counts := must(sparse.NewDense(3, 2, []int32{1, 0, 0, 2, 3, 0}))
	err := loom.Create(context.Background(), path, map[string]loom.Matrix{"": counts},
		map[string]*loom.Array{"Gene": must(hdf5.NewArray([]string{"Actb", "Gad1", "Gad1"}))},
		map[string]*loom.Array{"CellID": must(hdf5.NewArray([]string{"cell 1", "cell 2"})), "X_umap": must(hdf5.NewArray([]float32{1, 2, 3, 4}, 2, 2))},
		nil)
	if err != nil {
		log.Fatal(err)
	}
	return path
}

func ExampleExport() {
	dir, err := os.MkdirTemp("", "h5ad")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ds, err := loom.Open(exampleFile(dir))
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()

	out := filepath.Join(dir, "cells.h5ad")
	report, err := h5ad.Export(context.Background(), ds, out, h5ad.ExportOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, note := range report.Notes() {
		fmt.Println(note)
	}
	f, err := hdf5.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	for _, path := range []string{"/var/_index", "/X/indptr", "/obsm/X_umap"} {
		d, err := f.Dataset(path)
		if err != nil {
			log.Fatal(err)
		}
		values, err := d.Read(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(path, values.Data())
	}
	// Output:
	// var: names that occur more than once have numbers; the column "Gene" has those of the Loom file
	// /var/_index [Actb Gad1 Gad1-1]
	// /X/indptr [0 2 3]
	// /obsm/X_umap [1 2 3 4]
}

func ExampleImport() {
	dir, err := os.MkdirTemp("", "h5ad")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	from, err := loom.Open(exampleFile(dir))
	if err != nil {
		log.Fatal(err)
	}
	defer from.Close()
	input, out := filepath.Join(dir, "cells.h5ad"), filepath.Join(dir, "imported.loom")
	if _, err := h5ad.Export(context.Background(), from, input, h5ad.ExportOptions{}); err != nil {
		log.Fatal(err)
	}

	if _, err := h5ad.Import(context.Background(), input, out, h5ad.ImportOptions{}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	rows, cols := ds.Shape()
	fmt.Println(rows, "genes,", cols, "cells")
	fmt.Println(ds.RowAttrs().Names(), ds.ColAttrs().Names())
	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(genes)
	// Output:
	// 3 genes, 2 cells
	// [Gene] [CellID X_umap]
	// [Actb Gad1 Gad1]
}
