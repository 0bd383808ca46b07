package star_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/star"
)

func ExampleImport() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	const header = "%%MatrixMarket matrix coordinate integer general\n%\n2 1 1\n"
	folder := filepath.Join(dir, "Solo.out", "Velocyto", "filtered")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		log.Fatal(err)
	}
	for name, text := range map[string]string{
		"features.tsv":  "ENSG1\tActb\nENSG2\tGapdh\n",
		"barcodes.tsv":  "AAAC\n",
		"spliced.mtx":   header + "1 1 4\n",
		"unspliced.mtx": header + "2 1 3\n",
		"ambiguous.mtx": header + "1 1 1\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}

	out := filepath.Join(dir, "cells.loom")
	if err := star.Import(context.Background(), dir, out, star.Options{SampleID: "run1"}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	cells, _ := ds.ColAttrs().Strings("CellID")
	totals, _ := ds.ColAttrs().Float64s("BarcodeTotalUMIs")
	fmt.Printf("%q %q %v\n", ds.Layers().Names(), cells, totals)
	// Output: ["" "ambiguous" "spliced" "unspliced"] ["run1:AAAC"] [8]
}

func ExampleFind() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(filepath.Join(dir, "run1_Solo.out", "Gene", "raw"), 0o755); err != nil {
		log.Fatal(err)
	}
	solo, err := star.Find(dir)
	fmt.Println(filepath.Base(solo), err)
	// Output: run1_Solo.out <nil>
}
