package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/bus"
)

func ExampleEncode() {
	code, err := bus.Encode("GCCA")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(code, bus.Decode(code, 4))
	// Output: 148 GCCA
}

func ExampleDecode() {
	fmt.Println(bus.Decode(0, 3), bus.Decode(148, 6))
	// Output: AAA AAGCCA
}

func ExampleReader() {
	var file bytes.Buffer
	w, err := bus.NewWriter(&file, bus.Header{BarcodeLength: 4, UMILength: 3})
	if err != nil {
		log.Fatal(err)
	}
	if err := w.Write(bus.Record{Barcode: 148, UMI: 6, Class: 2, Count: 1}); err != nil {
		log.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}

	r, err := bus.NewReader(&file, "output.bus")
	if err != nil {
		log.Fatal(err)
	}
	h := r.Header()
	for record, err := range r.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(bus.Decode(record.Barcode, h.BarcodeLength), bus.Decode(record.UMI, h.UMILength), record.Class, record.Count)
	}
	// Output: GCCA ACG 2 1
}

func ExampleNewWriter() {
	var file bytes.Buffer
	w, err := bus.NewWriter(&file, bus.Header{BarcodeLength: 16, UMILength: 12})
	if err != nil {
		log.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q and %d bytes\n", file.Bytes()[:4], file.Len()-4)
	// Output: "BUS\x00" and 16 bytes
}

func ExampleClasses() {
	for class, err := range bus.Classes(strings.NewReader("0\t0\n1\t1\n2\t0,1\n"), "matrix.ec", 2) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(class)
	}
	// Output:
	// [0]
	// [1]
	// [0 1]
}

func ExampleReadWhitelist() {
	dir := temporary()
	defer os.RemoveAll(dir)
	w, err := bus.ReadWhitelist(context.Background(), put(dir, "10xv3_whitelist.txt", "AAAA\nGGGG\n"))
	if err != nil {
		log.Fatal(err)
	}
	for _, barcode := range []string{"GGGG", "GGTG", "TTGG"} {
		code, err := bus.Encode(barcode)
		if err != nil {
			log.Fatal(err)
		}
		corrected, ok := w.Correct(code)
		fmt.Println(barcode, bus.Decode(corrected, 4), ok)
	}
	// Output:
	// GGGG GGGG true
	// GGTG GGGG true
	// TTGG AAAA false
}

func ExampleReadManifest() {
	dir := temporary()
	defer os.RemoveAll(dir)
	put(dir, "manifest.json", `{
		"species": "Homo sapiens",
		"index_file": "gencode.v31.fragments.idx",
		"gene_metadata_file": "gencode.v31.metadata.tab",
		"gene_metadata_key": "Accession",
		"fragments_to_genes_file": "fragments2genes.txt",
		"layers": {"spliced": "spliced_fragments.txt", "unspliced": "unspliced_fragments.txt"}
	}`)
	m, err := bus.ReadManifest(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Species, filepath.Base(m.Index), len(m.Layers))
	fmt.Printf("%q\n", m.Whitelist("10xv3"))
	// Output:
	// Homo sapiens gencode.v31.fragments.idx 2
	// ""
}

func ExampleImport() {
	dir := temporary()
	defer os.RemoveAll(dir)
	put(dir, "transcripts.txt", "T1\nT2\n")
	put(dir, "matrix.ec", "0\t0\n1\t1\n2\t0,1\n")
	var reads bytes.Buffer
	w, err := bus.NewWriter(&reads, bus.Header{BarcodeLength: 4, UMILength: 3})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range []bus.Record{
		{Barcode: 148, UMI: 1, Class: 0, Count: 1},
		{Barcode: 148, UMI: 1, Class: 0, Count: 1}, // the same molecule
		{Barcode: 148, UMI: 2, Class: 1, Count: 1},
		{Barcode: 148, UMI: 3, Class: 2, Count: 1}, // of which gene?
	} {
		if err := w.Write(r); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
	put(dir, "output.bus", reads.String())

	out := filepath.Join(dir, "cells.loom")
	summary, err := bus.Import(context.Background(), dir, out, bus.Options{
		TranscriptsToGenes: put(dir, "t2g.txt", "T1\tENSG1\tActb\nT2\tENSG2\tGapdh\n"),
		Sample:             "S1",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Reads, "reads,", summary.UMIs, "molecules")
	ds, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	cells, err := ds.ColAttrs().Strings("CellID")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cells)
	// Output:
	// 4 reads, 2 molecules
	// [S1_GCCA]
}

func temporary() string {
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		log.Fatal(err)
	}
	return dir
}

func put(dir, name, text string) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		log.Fatal(err)
	}
	return path
}
