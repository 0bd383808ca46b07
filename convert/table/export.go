package table

import (
	"context"
	"strconv"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/bands"
	"github.com/goloom/loom/convert/internal/columns"
	"github.com/goloom/loom/internal/progress"
)

// Export writes a layer of a file as a table in the plain layout: a header with the names
// of the columns, and a line for each row with its name and its elements. With a name that ends in
// .gz it is compressed. For the annotated layout see [loom.Conn.Export].
//
// Numbers are the shortest text that stands for the same value of their type.
// Attributes are written as tables of their own where options ask for them: a line for each row or
// column, those that name it first. Attributes of two dimensions become several fields, UMAP_1
// and UMAP_2. The notes say what of them cannot be in a table.
//
// The files appear, in place of those of the same names, when all are complete. Memory is a band of
// whole rows of chunks of up to 32 MiB of elements, or one row of chunks if that is more, and the
// attributes.
func Export(ctx context.Context, ds *loom.Conn, out string, o ExportOptions) (notes []string, err error) {
	layer, err := ds.Layers().Get(o.Layer)
	if err != nil {
		return nil, err
	}
	tables := []part{{path: out, delimiter: o.Delimiter, write: func(w *writer) error { return w.layer(ctx, ds, layer, o) }}}
	for _, m := range []struct {
		path, names string
		axis        loom.Axis
		attrs       *loom.Attributes
	}{
		{o.RowMetadata, o.RowNames, loom.Rows, ds.RowAttrs()},
		{o.ColMetadata, o.ColNames, loom.Columns, ds.ColAttrs()},
	} {
		if m.path == "" {
			continue
		}
		metadata, more, err := metadataPart(ds, m.path, m.axis, m.attrs, m.names)
		if err != nil {
			return nil, err
		}
		tables, notes = append(tables, metadata), append(notes, more...)
	}
	return notes, toFiles(tables)
}

// layer writes the elements with the names of rows and columns.
func (w *writer) layer(ctx context.Context, ds *loom.Conn, l *loom.Layer, o ExportOptions) error {
	rows, cols := l.Shape()
	corner, rowNames, err := columns.Names(ds.RowAttrs(), loom.Rows, o.RowNames, rows)
	if err != nil {
		return err
	}
	other, colNames, err := columns.Names(ds.ColAttrs(), loom.Columns, o.ColNames, cols)
	if err != nil {
		return err
	}
	axis, lines, lineNames, across, header := loom.Rows, rows, rowNames, cols, colNames
	if o.Transposed {
		axis, lines, lineNames, across, header, corner = loom.Columns, cols, colNames, rows, rowNames, other
	}
	if err := w.text(corner); err != nil {
		return err
	}
	for j := range across {
		if err := w.text(nameAt(header, j)); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	_, tracker := progress.Start(ctx, "write table", int64(lines), axis.String())
	for b, err := range bands.AllDense(ctx, l, axis) {
		if err != nil {
			return err
		}
		if err := w.band(b, lineNames, across, o.Transposed); err != nil {
			return err
		}
		tracker.Add(b.End - b.First)
	}
	return nil
}

// band writes the lines of a band of rows, or of columns of a transposed table.
func (w *writer) band(b bands.Dense, names []string, across int, transposed bool) error {
	text, err := textOf(b.Values)
	if err != nil {
		return err
	}
	lines := b.End - b.First
	for i := range lines {
		if err := w.text(nameAt(names, b.First+i)); err != nil {
			return err
		}
		at, step := i*across, 1
		if transposed {
			at, step = i, lines
		}
		for j := range across {
			w.number(text, at+j*step)
		}
		if err := w.end(); err != nil {
			return err
		}
	}
	return nil
}

// nameAt returns the i-th name, or where there are none the position.
func nameAt(names []string, i int) string {
	if names == nil {
		return strconv.Itoa(i)
	}
	return names[i]
}
