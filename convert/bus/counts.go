package bus

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"slices"

	"github.com/goloom/loom/sparse"
)

// counts are the molecules of each gene in each barcode, in all and in each layer:
// a matrix of which the columns are in a scratch file. In memory are 24 bytes a barcode.
type counts struct {
	genes, layers int
	barcodes      []uint64 // ascending
	umis          []int64  // molecules of each
	ends          []int64  // where the column of each ends
	scratch       *scratch
}

// countMolecules counts molecules, which come in order, by barcode and gene.
func countMolecules(molecules iter.Seq2[molecule, error], genes, layers int, dir string) (*counts, error) {
	s, err := newScratch(dir)
	if err != nil {
		return nil, err
	}
	c := &counts{genes: genes, layers: layers, scratch: s}
	w := columnWriter{counts: c, dst: bufio.NewWriterSize(s.file, 1<<18), tally: make([]uint32, genes*(layers+1))}
	if err := w.addAll(molecules); err != nil {
		s.close()
		return nil, err
	}
	return c, nil
}

// A columnWriter counts the molecules of one barcode after the other. A column in
// the file is its number of genes, and for each, ascending, the distance to the one before, its
// count, and that in each layer, all as varints.
type columnWriter struct {
	counts *counts
	dst    *bufio.Writer
	tally  []uint32 // of the last barcode: for each gene all molecules, and those in each layer
	found  []int32  // its genes
	umis   int64
	end    int64 // bytes written
}

// addAll counts all molecules there are.
func (w *columnWriter) addAll(molecules iter.Seq2[molecule, error]) error {
	for m, err := range molecules {
		if err == nil {
			err = w.add(m)
		}
		if err != nil {
			return err
		}
	}
	if err := w.finish(); err != nil {
		return err
	}
	return w.dst.Flush()
}

// add counts a molecule.
func (w *columnWriter) add(m molecule) error {
	c := w.counts
	if n := len(c.barcodes); n == 0 || c.barcodes[n-1] != m.barcode {
		if err := w.finish(); err != nil {
			return err
		}
		c.barcodes = append(c.barcodes, m.barcode)
	}
	tally := w.tally[int(m.gene)*(c.layers+1):]
	if tally[0] == 0 {
		w.found = append(w.found, m.gene)
	}
	tally[0]++
	for layer := range c.layers {
		tally[layer+1] += m.layers >> layer & 1
	}
	w.umis++
	return nil
}

// finish writes the column of the last barcode, if there is one.
func (w *columnWriter) finish() error {
	if w.umis == 0 {
		return nil
	}
	slices.Sort(w.found)
	column := binary.AppendUvarint(w.dst.AvailableBuffer(), uint64(len(w.found)))
	before := int32(0)
	width := w.counts.layers + 1
	for _, gene := range w.found {
		column = binary.AppendUvarint(column, uint64(gene-before))
		before = gene
		tally := w.tally[int(gene)*width:][:width]
		for _, n := range tally {
			column = binary.AppendUvarint(column, uint64(n))
		}
		clear(tally)
	}
	_, err := w.dst.Write(column)
	w.end += int64(len(column))
	w.counts.umis, w.counts.ends = append(w.counts.umis, w.umis), append(w.counts.ends, w.end)
	w.found, w.umis = w.found[:0], 0
	return err
}

// A batch of columns ends with the column that fills either.
const (
	batchColumns = 1024
	batchEntries = 1 << 18
)

// allMolecules is what a column counts that is not that of a layer; those are from 1 on.
const allMolecules = 0

// columns returns the columns of the barcodes that are kept, in order, in batches, of
// what pick says. keep is nil for all.
func (c *counts) columns(ctx context.Context, pick int, keep []bool) iter.Seq2[*sparse.CSC[uint32], error] {
	return func(yield func(*sparse.CSC[uint32], error) bool) {
		r := columnReader{counts: c, src: bufio.NewReaderSize(io.NewSectionReader(c.scratch.file, 0, c.size()), 1<<18), pick: pick}
		b := newColumnBatch()
		flush := func() bool {
			m, err := sparse.NewCSC(c.genes, len(b.ptr)-1, b.ptr, b.rows, b.values)
			b = newColumnBatch()
			return yield(m, err) && err == nil
		}
		for i := range c.barcodes {
			var err error
			if keep == nil || keep[i] {
				err = r.read(&b)
			} else {
				err = r.skip(i)
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if (len(b.ptr) > batchColumns || len(b.rows) >= batchEntries) && !flush() {
				return
			}
		}
		if len(b.ptr) > 1 {
			flush()
		}
	}
}

// size returns the number of bytes in the file.
func (c *counts) size() int64 {
	if len(c.ends) == 0 {
		return 0
	}
	return c.ends[len(c.ends)-1]
}

// close removes the scratch file.
func (c *counts) close() error { return c.scratch.close() }

// A columnBatch is some columns, compressed.
type columnBatch struct {
	ptr    []int
	rows   []int32
	values []uint32
}

func newColumnBatch() columnBatch { return columnBatch{ptr: []int{0}} }

// A columnReader reads one column after the other.
type columnReader struct {
	counts *counts
	src    *bufio.Reader
	pick   int // of a gene's counts
}

// skip passes over column i.
func (r *columnReader) skip(i int) error {
	from := int64(0)
	if i > 0 {
		from = r.counts.ends[i-1]
	}
	for left := r.counts.ends[i] - from; left > 0; {
		n, err := r.src.Discard(int(min(left, 1<<20)))
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// read appends the next column to a batch, without what is zero.
func (r *columnReader) read(b *columnBatch) error {
	n, err := binary.ReadUvarint(r.src)
	if err != nil {
		return err
	}
	gene := int32(0)
	for range n {
		distance, err := binary.ReadUvarint(r.src)
		if err != nil {
			return err
		}
		gene += int32(distance)
		for k := range r.counts.layers + 1 {
			value, err := binary.ReadUvarint(r.src)
			if err != nil {
				return err
			}
			if k == r.pick && value > 0 {
				b.rows, b.values = append(b.rows, gene), append(b.values, uint32(value))
			}
		}
	}
	b.ptr = append(b.ptr, len(b.rows))
	return nil
}
