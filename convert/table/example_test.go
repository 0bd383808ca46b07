package table_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/table"
)

func ExampleImport() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	counts, cells := filepath.Join(dir, "counts.csv"), filepath.Join(dir, "cells.csv")
	for path, text := range map[string]string{
		counts: "gene,AAAC,AAAG,AAAT\nActb,7,0,3\nGad1,0,12,0\n",
		cells:  "CellID,Age,Sex\nAAAT,30,F\nAAAC,12.5,M\nAAAG,28,F\n", // in another order
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			log.Fatal(err)
		}
	}

	out := filepath.Join(dir, "cells.loom")
	made, err := table.Import(ctx, counts, out, table.ImportOptions{ColMetadata: cells})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Rows, "genes,", made.Cols, "cells of", made.Type)

	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	ages, err := ds.ColAttrs().Float64s("Age")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ages)
	// Output:
	// 2 genes, 3 cells of int32
	// [12.5 28 30]
}

func ExampleExport() {
	ctx := context.Background()
	ds, err := loom.Open("../../testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	out, genes := filepath.Join(dir, "cells.csv"), filepath.Join(dir, "genes.tsv")
	notes, err := table.Export(ctx, ds, out, table.ExportOptions{RowMetadata: genes})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(notes), "notes")
	text, err := os.ReadFile(out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.29s...\n", text)
	// Output:
	// 0 notes
	// Gene,10X01_TCGATTTCGCTCGCAT-1...
}
