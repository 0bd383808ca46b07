package mtx_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/mtx"
)

// exampleFolder returns a folder with a matrix of three genes in two cells, and what to do
// with it in the end.
func exampleFolder() (string, func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range map[string]string{
		"counts.mtx":   "%%MatrixMarket matrix coordinate integer general\n3 2 3\n1 1 5\n3 1 1\n2 2 7\n",
		"genes.tsv":    "ENSG1\tActb\nENSG2\tGapdh\nENSG3\tPtprc\n",
		"barcodes.tsv": "AAAC\nCCCG\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleImport() {
	dir, remove := exampleFolder()
	defer remove()
	out := filepath.Join(dir, "cells.loom")
	err := mtx.Import(context.Background(), filepath.Join(dir, "counts.mtx"), out, mtx.Options{
		RowNames: filepath.Join(dir, "genes.tsv"),
		ColNames: filepath.Join(dir, "barcodes.tsv"),
		SampleID: "sample1",
	})
	if err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	genes, _ := ds.RowAttrs().Strings("Gene")
	cells, _ := ds.ColAttrs().Strings("CellID")
	fmt.Println(ds.Matrix().Type(), genes, cells)
	// Output: int32 [Actb Gapdh Ptprc] [sample1:AAAC sample1:CCCG]
}

func ExampleExport() {
	dir, remove := exampleFolder()
	defer remove()
	ctx := context.Background()
	path, out := filepath.Join(dir, "cells.loom"), filepath.Join(dir, "out.mtx")
	if err := mtx.Import(ctx, filepath.Join(dir, "counts.mtx"), path, mtx.Options{}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	if err := mtx.Export(ctx, ds, out, mtx.ExportOptions{}); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(out)
	fmt.Print(string(text), err)
	// Output:
	// %%MatrixMarket matrix coordinate integer general
	// 3 2 3
	// 1 1 5
	// 3 1 1
	// 2 2 7
	// <nil>
}

func ExampleWrite() {
	dir, remove := exampleFolder()
	defer remove()
	ctx := context.Background()
	path := filepath.Join(dir, "cells.loom")
	if err := mtx.Import(ctx, filepath.Join(dir, "counts.mtx"), path, mtx.Options{Transposed: true}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	if err := mtx.Write(ctx, os.Stdout, ds.Matrix(), "cells are rows"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// %%MatrixMarket matrix coordinate integer general
	// %cells are rows
	// 2 3 3
	// 1 1 5
	// 2 2 7
	// 1 3 1
}

// Layers can be files, and the main matrix their sum.
func ExampleImport_layers() {
	dir, remove := exampleFolder()
	defer remove()
	counts, out := filepath.Join(dir, "counts.mtx"), filepath.Join(dir, "cells.loom")
	layers := map[string]string{"spliced": counts, "unspliced": counts}
	if err := mtx.Import(context.Background(), "", out, mtx.Options{Layers: layers}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	sums, err := ds.Map(context.Background(), loom.Columns, loom.Sum)
	fmt.Printf("%q %v %v\n", ds.Layers().Names(), sums, err)
	// Output: ["" "spliced" "unspliced"] [[12 14]] <nil>
}

// An input that is damaged is an error that says where.
func ExampleImport_malformed() {
	dir, remove := exampleFolder()
	defer remove()
	path := filepath.Join(dir, "short.mtx")
	text := "%%MatrixMarket matrix coordinate integer general\n3 2 3\n1 1 5\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
	err := mtx.Import(context.Background(), path, filepath.Join(dir, "cells.loom"), mtx.Options{})
	fmt.Println(errors.Is(err, mtx.ErrMalformed), err.Error()[len(dir)+1:])
	// Output: true short.mtx: line 3: the file ends after 1 entries, the header declares 3: malformed input
}
