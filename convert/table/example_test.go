package table_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

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

// A table that comes from elsewhere than a file gets the rows of a file that is there, so that
// both can be combined.
func ExampleImportReader() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	text := strings.NewReader("\tcell1\tcell2\nXist\t3\t0\nERCC-00002\t9\t8\n")
	made, err := table.ImportReader(ctx, "the table", text, filepath.Join(dir, "cells.loom"), table.ImportOptions{
		RowsOf: "../../testdata/mouse_cortex_tiny.loom", RowsOfKey: "Gene",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Rows, "genes,", made.Cols, "cells")
	for _, note := range made.Notes {
		fmt.Println(note)
	}
	// Output:
	// 60 genes, 2 cells
	// 1 row of the table not in ../../testdata/mouse_cortex_tiny.loom and left out
	// 59 rows of ../../testdata/mouse_cortex_tiny.loom not in the table and zero
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
