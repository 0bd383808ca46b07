package parquet_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/parquet"
)

func ExampleExport() {
	ds, err := loom.Open("../../testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	dir, err := os.MkdirTemp("", "parquet")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// In DuckDB: SELECT Gene, sum(value) FROM 'cells.parquet' GROUP BY Gene
	out := filepath.Join(dir, "cells.parquet")
	notes, err := parquet.Export(context.Background(), ds, out, parquet.Options{Names: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(notes), "notes")
	// Output: 0 notes
}

func ExampleExportAttributes() {
	ds, err := loom.Open("../../testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	dir, err := os.MkdirTemp("", "parquet")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// In Python: pandas.read_parquet("attributes.parquet")
	out := filepath.Join(dir, "attributes.parquet")
	notes, err := parquet.ExportAttributes(context.Background(), ds, loom.Columns, out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(notes), "notes")
	// Output: 0 notes
}
