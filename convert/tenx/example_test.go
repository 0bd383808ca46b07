package tenx_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/tenx"
)

// exampleSample returns the folder of a sample of two genes and an antibody in two cells, as
// Cell Ranger 3 makes it, and what to do with it in the end.
func exampleSample() (string, func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	matrix := filepath.Join(dir, "sample1", "outs", "filtered_feature_bc_matrix")
	if err := os.MkdirAll(matrix, 0o755); err != nil {
		log.Fatal(err)
	}
	for name, text := range sound(nil) {
		if err := os.WriteFile(filepath.Join(matrix, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	return filepath.Join(dir, "sample1"), func() { os.RemoveAll(dir) }
}

func ExampleImport() {
	sample, remove := exampleSample()
	defer remove()
	out := filepath.Join(sample, "cells.loom")
	made, err := tenx.Import(context.Background(), sample, out, tenx.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("left out:", made.Left)
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	genes, _ := ds.RowAttrs().Strings("Gene")
	cells, _ := ds.ColAttrs().Strings("CellID")
	fmt.Println(genes, cells)
	// Output:
	// left out: map[Antibody Capture:1]
	// [Actb Gapdh] [sample1:AAA-1 sample1:CCC-1]
}

func ExampleExportFolder() {
	sample, remove := exampleSample()
	defer remove()
	ctx := context.Background()
	path, folder := filepath.Join(sample, "cells.loom"), filepath.Join(sample, "genes_only")
	if _, err := tenx.Import(ctx, sample, path, tenx.Options{}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	if err := tenx.ExportFolder(ctx, ds, folder, tenx.ExportOptions{}); err != nil {
		log.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	fmt.Println(files, err)
	// Output: [- barcodes.tsv.gz - features.tsv.gz - matrix.mtx.gz] <nil>
}

func ExampleExportHDF5() {
	sample, remove := exampleSample()
	defer remove()
	ctx := context.Background()
	path, h5, again := filepath.Join(sample, "cells.loom"), filepath.Join(sample, "cells.h5"), filepath.Join(sample, "again.loom")
	if _, err := tenx.Import(ctx, sample, path, tenx.Options{}); err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	if err := tenx.ExportHDF5(ctx, ds, h5, tenx.ExportOptions{}); err != nil {
		log.Fatal(err)
	}
	if _, err := tenx.Import(ctx, h5, again, tenx.Options{NoSampleID: true}); err != nil {
		log.Fatal(err)
	}
	back, err := loom.Open(again)
	if err != nil {
		log.Fatal(err)
	}
	defer back.Close()
	differences, err := loom.Diff(ctx, ds, back)
	fmt.Println(len(differences), err)
	// Output: 0 <nil>
}
