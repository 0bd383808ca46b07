package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/internal/progress"
)

// The files of a kallisto bus folder.
const (
	busName         = "output.bus"
	classesName     = "matrix.ec"
	transcriptsName = "transcripts.txt"
)

// What is a cell, as loompy has it.
const (
	cellFDR     = 0.01
	certainUMIs = 1500
)

// A Summary says what became of the reads.
type Summary struct {
	Records      int64 // of the BUS file
	Reads        int64 // in them
	SeveralGenes int64 // reads that do not count, for their classes are of several genes
	Uncorrected  int64 // and those whose barcode is not on the whitelist, nor near to one barcode of it
	Corrected    int64 // reads whose barcode was corrected; they count
	UMIs         int64 // molecules
	Barcodes     int   // that have molecules
	Cells        int   // columns of the file
	Genes        int   // rows
	Layers       []string
	Whitelisted  bool // barcodes were corrected

	AmbientUMIs float64 // of [cellcalling.Calls], if cells were called
	Untested    string  // of the same
}

// Counted returns the number of reads that molecules are made of.
func (s *Summary) Counted() int64 { return s.Reads - s.SeveralGenes - s.Uncorrected }

// Saturation returns the share of counted reads that are of a molecule of
// another read. It is 0 if there are none.
func (s *Summary) Saturation() float64 {
	if s.Counted() == 0 {
		return 0
	}
	return 1 - float64(s.UMIs)/float64(s.Counted())
}

// Import makes the Loom file out of the folder that kallisto bus has written: of output.bus, sorted
// or not, matrix.ec and transcripts.txt. The main matrix has all molecules, a layer those of its
// transcripts; elements are uint32. Rows are genes, columns barcodes in alphabetical order, with
// the attributes "CellID" and "TotalUMIs". Global attributes are "Saturation",
// "RedundantReadFraction" (the share of all reads that add no molecule, those among them that do
// not count), "SampleID" if there is a sample, and if cells are called "AmbientUMIs", and of all
// barcodes before, in this order, "AmbientPValue", "BarcodeTotalUMIs" and "CellBarcodes".
//
// What is not as it should be is a [*FormatError]. The file appears when it is complete; if
// anything fails there is none, or the one from before.
//
// Reads are streamed. In memory are up to 120 MiB of those that are being sorted, the whitelist,
// the names of transcripts, 8 bytes an equivalence class, 34 bytes a barcode and a stripe of the
// matrix. Scratch files take up to 24 bytes a read, and a few bytes for each element of the matrix
// that is not 0.
func Import(ctx context.Context, dir, out string, opts Options) (*Summary, error) {
	i := importing{dir: dir, out: out, opts: opts, summary: &Summary{}}
	if i.opts.ScratchDir == "" {
		i.opts.ScratchDir = filepath.Dir(out)
	}
	if i.opts.batch == 0 {
		i.opts.batch = sortedAtOnce
	}
	if err := i.run(ctx); err != nil {
		return nil, fmt.Errorf("import bus: %w", err)
	}
	return i.summary, nil
}

// An importing is a call of Import.
type importing struct {
	dir, out string
	opts     Options
	summary  *Summary

	transcripts *transcripts
	targets     []target // of each equivalence class
	whitelist   *Whitelist
	header      Header
	keep        []bool // barcodes; nil for all
	calls       *cellcalling.Calls
}

func (i *importing) run(ctx context.Context) (err error) {
	if err := i.opts.check(); err != nil {
		return err
	}
	if err := i.prepare(ctx); err != nil {
		return err
	}
	counts, err := i.count(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counts.close()) }()
	if err := i.choose(ctx, counts); err != nil {
		return err
	}
	return i.write(ctx, counts)
}

// prepare reads everything but the reads.
func (i *importing) prepare(ctx context.Context) error {
	path := filepath.Join(i.dir, transcriptsName)
	t, err := readTranscripts(ctx, path, &i.opts)
	if err != nil {
		return err
	}
	i.transcripts = t
	i.summary.Genes, i.summary.Layers = len(t.genes.row), t.names
	if i.opts.Whitelist != "" {
		if i.whitelist, err = ReadWhitelist(ctx, i.opts.Whitelist); err != nil {
			return err
		}
		i.summary.Whitelisted = true
	}
	path = filepath.Join(i.dir, classesName)
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for class, err := range Classes(file, path, len(t.gene)) {
		if err != nil {
			return err
		}
		i.targets = append(i.targets, t.of(class))
	}
	return nil
}

// count makes molecules of the reads, and counts them.
func (i *importing) count(ctx context.Context) (c *counts, err error) {
	path := filepath.Join(i.dir, cmp.Or(i.opts.File, busName))
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	reader, err := NewReader(file, path)
	if err != nil {
		return nil, err
	}
	i.header = reader.Header()
	if w := i.whitelist; w != nil && w.BarcodeLength() != i.header.BarcodeLength {
		return nil, &FormatError{i.opts.Whitelist, "line 1", fmt.Sprintf("a barcode of %d bases as in %s", i.header.BarcodeLength, path), fmt.Sprintf("%d", w.BarcodeLength())}
	}
	scratch, err := newScratch(i.opts.ScratchDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, scratch.close()) }()
	sorter := newSorter(ctx, scratch, i.opts.batch)
	defer sorter.stop()
	_, done := progress.Start(ctx, "count reads", info.Size()/recordSize, "records")
	if err := i.collect(ctx, reader, sorter, done.Add); err != nil {
		return nil, err
	}
	if i.summary.Counted() == 0 {
		return nil, &FormatError{File: path, Want: "reads that count for a gene", Got: fmt.Sprintf("none among %d", i.summary.Reads)}
	}
	return countMolecules(sorter.molecules(), i.summary.Genes, len(i.transcripts.names), i.opts.ScratchDir)
}

// reportEvery is how many records are read between two reports.
const reportEvery = 1 << 16

// collect gives the sorter the reads that count.
func (i *importing) collect(ctx context.Context, reader *Reader, sorter *sorter, report func(int)) error {
	s := i.summary
	for record, err := range reader.All() {
		if err != nil {
			return err
		}
		if s.Records++; s.Records%reportEvery == 0 {
			report(reportEvery)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if int(record.Class) >= len(i.targets) {
			return &FormatError{reader.name, fmt.Sprintf("record %d", s.Records), fmt.Sprintf("an equivalence class below %d as in %s", len(i.targets), classesName), fmt.Sprint(record.Class)}
		}
		m, ok := i.molecule(record)
		if !ok {
			continue
		}
		if err := sorter.add(m); err != nil {
			return err
		}
	}
	report(int(s.Records % reportEvery))
	return nil
}

// molecule returns the molecule of a record's reads, and false if they do not count.
func (i *importing) molecule(r Record) (molecule, bool) {
	s, reads := i.summary, int64(r.Count)
	s.Reads += reads
	to := i.targets[r.Class]
	if to.gene == noGene {
		s.SeveralGenes += reads
		return molecule{}, false
	}
	barcode := r.Barcode
	if i.whitelist != nil {
		corrected, ok := i.whitelist.Correct(barcode)
		if !ok {
			s.Uncorrected += reads
			return molecule{}, false
		}
		if corrected != barcode {
			s.Corrected += reads
		}
		barcode = corrected
	}
	return molecule{barcode, r.UMI, to.gene, to.layers}, true
}

// choose decides which barcodes are columns of the file.
func (i *importing) choose(ctx context.Context, c *counts) error {
	i.summary.Barcodes = len(c.barcodes)
	i.keep = slices.Repeat([]bool{true}, len(c.barcodes))
	if i.opts.CallCells != nil {
		calls, err := cellcalling.Call(ctx, c.genes, c.columns(ctx, allMolecules, nil), *i.opts.CallCells)
		if err != nil {
			return err
		}
		i.calls, i.keep = calls, calls.Cells(cellFDR, certainUMIs)
		i.summary.AmbientUMIs, i.summary.Untested = calls.AmbientUMIs, calls.Untested
	}
	for k, umis := range c.umis {
		i.summary.UMIs += umis
		i.keep[k] = i.keep[k] && umis >= i.opts.MinUMIs
		if i.keep[k] {
			i.summary.Cells++
		}
	}
	if i.summary.Cells == 0 {
		return fmt.Errorf("%s: want cells, got %d barcodes of which none is one", i.dir, len(c.barcodes))
	}
	return nil
}
