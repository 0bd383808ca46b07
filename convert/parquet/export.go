package parquet

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/bands"
	"github.com/goloom/loom/convert/internal/columns"
	"github.com/goloom/loom/internal/progress"
)

// Export writes the elements of a layer that are not zero as a Parquet file, with the columns
// row and column, which count from 0 on, and value; [Options.Names] adds names. Lines come row by
// row, and in the order of columns within a row. NaN is not zero.
//
// The files, with those of metadata that options ask for, appear in place of those of the
// same names when all are complete. The notes say what of the attributes is left out. Memory is a
// group of lines that is being written, of 24 MB or with names 72 MB, and a band of whole rows of
// chunks of up to 32 MiB of elements, or one row of chunks if that is more, of which what is not zero
// takes three times its size.
func Export(ctx context.Context, ds *loom.Conn, out string, o Options) (notes []string, err error) {
	layer, err := ds.Layers().Get(o.Layer)
	if err != nil {
		return nil, err
	}
	long := longTable{layer: layer}
	if o.Names {
		if err := long.findNames(ds, o); err != nil {
			return nil, err
		}
	}
	parts := []part{{out, func(w io.Writer) error { return long.write(ctx, w) }}}
	for _, m := range []struct {
		path string
		axis loom.Axis
	}{{o.RowMetadata, loom.Rows}, {o.ColMetadata, loom.Columns}} {
		if m.path == "" {
			continue
		}
		p, more, err := attributesPart(ctx, ds, m.axis, m.path)
		if err != nil {
			return nil, err
		}
		parts, notes = append(parts, p), append(notes, more...)
	}
	return notes, toFiles(parts)
}

// groupEntries is how many elements make a group, if a band does not end before.
const groupEntries = 1 << 19

// A longTable is a table with a line for each element that is not zero.
type longTable struct {
	layer              *loom.Layer
	rowName, colName   string // of columns with names; "" for none
	rowNames, colNames []parquet.ByteArray
}

// findNames finds the names of rows and columns.
func (l *longTable) findNames(ds *loom.Conn, o Options) error {
	rows, cols := l.layer.Shape()
	for _, n := range []struct {
		axis   loom.Axis
		attrs  *loom.Attributes
		wanted string
		length int
		name   *string
		names  *[]parquet.ByteArray
	}{
		{loom.Rows, ds.RowAttrs(), o.RowNames, rows, &l.rowName, &l.rowNames},
		{loom.Columns, ds.ColAttrs(), o.ColNames, cols, &l.colName, &l.colNames},
	} {
		name, names, err := columns.Names(n.attrs, n.axis, n.wanted, n.length)
		if err != nil {
			return err
		}
		if names == nil {
			return fmt.Errorf("%s: no attribute that names the %s: %w", ds.Filename(), n.axis, loom.ErrNotExist)
		}
		*n.name, *n.names = name, byteArrays(names)
	}
	taken := map[string]bool{"row": true, "column": true, "value": true}
	for _, name := range []*string{&l.rowName, &l.colName} {
		for taken[*name] {
			*name += "_name"
		}
		taken[*name] = true
	}
	return nil
}

func (l *longTable) write(ctx context.Context, w io.Writer) error {
	rows, _ := l.layer.Shape()
	ctx, tracker := progress.Start(ctx, "write parquet", int64(rows), loom.Rows.String())
	var to *writer
	for b, err := range bands.AllSparse(ctx, l.layer, loom.Rows) {
		if err != nil {
			return err
		}
		if to == nil {
			if to, err = newWriter(w, l.lines(b, 0, 0)); err != nil {
				return err
			}
		}
		for first := 0; first < len(b.Idx); first += groupEntries {
			if err := to.group(l.lines(b, first, min(first+groupEntries, len(b.Idx)))); err != nil {
				return err
			}
		}
		tracker.Add(b.End - b.First)
	}
	if to == nil {
		return fmt.Errorf("a layer without rows: %w", loom.ErrShape)
	}
	return to.close()
}

// lines returns the columns of some entries of a band.
func (l *longTable) lines(b bands.Sparse, first, end int) []column {
	rows, cols := rowsOf(b, first, end), b.Idx[first:end]
	table := []column{{"row", rows}, {"column", cols}, column{"value", b.Values.Data()}.slice(first, end)}
	for _, n := range []struct {
		name  string
		names []parquet.ByteArray
		at    []int32
	}{{l.rowName, l.rowNames, rows}, {l.colName, l.colNames, cols}} {
		if n.names == nil {
			continue
		}
		texts := make([]parquet.ByteArray, len(n.at))
		for i, at := range n.at {
			texts[i] = n.names[at]
		}
		table = append(table, column{n.name, texts})
	}
	return table
}

// rowsOf returns the row of each of some entries of a band.
func rowsOf(b bands.Sparse, first, end int) []int32 {
	rows := make([]int32, 0, end-first)
	for i := range b.End - b.First {
		from, to := max(b.Ptr[i], first), min(b.Ptr[i+1], end)
		for range to - from {
			rows = append(rows, int32(b.First+i))
		}
	}
	return rows
}
