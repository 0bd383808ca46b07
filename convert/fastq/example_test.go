package fastq_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom/convert/fastq"
)

func ExampleCreate() {
	summary, err := fastq.Create(context.Background(), "10X05_1.loom", "10X05_1", "human_index", "samples.tab",
		[]string{"10X05_1_R1.fastq.gz", "10X05_1_R2.fastq.gz"}, fastq.Options{Log: os.Stderr})
	switch {
	case errors.Is(err, fastq.ErrNoKallisto):
		fmt.Println("install kallisto first")
	case errors.Is(err, os.ErrNotExist):
		fmt.Println("a file is missing")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Printf("%d cells, saturation %.2f\n", summary.Cells, summary.Saturation())
	}
	// Output: a file is missing
}

func ExampleReadSample() {
	dir, err := os.MkdirTemp("", "samples")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "samples.tab")
	table := "SampleID\tChemistry\tTargetNumCells\tTissue\n10X05_1\tv2\t6000\tcortex\n10X06_2\tv3\t5000\tretina\n"
	if err := os.WriteFile(path, []byte(table), 0o666); err != nil {
		log.Fatal(err)
	}
	s, err := fastq.ReadSample(context.Background(), path, "10X06_2")
	if err != nil {
		log.Fatal(err)
	}
	technology, err := s.Technology()
	if err != nil {
		log.Fatal(err)
	}
	cells, err := s.ExpectedCells()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(technology, cells, s.Names)
	// Output: 10xv3 5000 [sampleid chemistry targetnumcells tissue]
}
