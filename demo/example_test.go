package demo_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/demo"
)

func ExampleWrite() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "demo")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "demo.loom")

	made, err := demo.Write(ctx, path, demo.Options{Cells: 500, Genes: 1000})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Rows, "genes,", made.Cols, "cells of", len(made.Clusters), "clusters")

	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	fmt.Println(ds.ColAttrs().Names())
	// Output:
	// 1000 genes, 500 cells of 8 clusters
	// [CellID ClusterID ClusterName DetectedGenes Donor MitoFraction TotalUMI UMAP]
}
