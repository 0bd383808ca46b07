package experiment

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goloom/loom/convert/bus"
)

// WriteBUS writes into a folder what kallisto bus makes of the reads: output.bus, matrix.ec and
// transcripts.txt.
func (e *Experiment) WriteBUS(dir string) error {
	var classes, transcripts strings.Builder
	n := len(e.Genes)
	for i, g := range e.Genes {
		fmt.Fprintf(&transcripts, "%s\n%s\n", g.Spliced(), g.Unspliced())
		fmt.Fprintf(&classes, "%d\t%d\n%d\t%d\n", 2*i, 2*i, 2*i+1, 2*i+1)
	}
	for i := range n {
		fmt.Fprintf(&classes, "%d\t%d,%d\n", 2*n+i, 2*i, 2*i+1)
	}
	fmt.Fprintf(&classes, "%d\t%d,%d\n", 3*n, 2*(n-2), 2*(n-1))
	for name, text := range map[string]string{"matrix.ec": classes.String(), "transcripts.txt": transcripts.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return err
		}
	}
	file, err := os.Create(filepath.Join(dir, "output.bus"))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := e.writeRecords(file); err != nil {
		return err
	}
	return file.Close()
}

func (e *Experiment) writeRecords(file *os.File) error {
	w, err := bus.NewWriter(file, bus.Header{BarcodeLength: e.Chemistry.Barcode, UMILength: e.Chemistry.UMI})
	if err != nil {
		return err
	}
	for _, read := range e.Reads {
		barcode, err := bus.Encode(read.Barcode)
		if err != nil {
			return err
		}
		umi, err := bus.Encode(read.UMI)
		if err != nil {
			return err
		}
		if err := w.Write(bus.Record{Barcode: barcode, UMI: umi, Class: e.class(read), Count: 1}); err != nil {
			return err
		}
	}
	return w.Flush()
}

// class returns the equivalence class of a read.
func (e *Experiment) class(read Read) int32 {
	n, i := len(e.Genes), read.gene.number
	switch read.kind {
	case Intronic:
		return int32(2*i + 1)
	case Ambiguous:
		return int32(2*n + i)
	case Shared:
		if i >= n-2 {
			return int32(3 * n)
		}
	}
	return int32(2 * i)
}
