package parquet

import (
	"context"
	"io"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/columns"
)

// ExportAttributes writes the attributes of rows or columns as a Parquet file, with a line
// for each row or column and a column for each attribute. Attributes of two dimensions become several
// columns, UMAP_1 and UMAP_2. The notes say which are of a kind that no column holds, and left
// out.
//
// The file appears, in place of one of the same name, when it is complete. Memory is that of the
// attributes, and of a group of 131,072 lines that is being written.
func ExportAttributes(ctx context.Context, ds *loom.Conn, axis loom.Axis, out string) (notes []string, err error) {
	p, notes, err := attributesPart(ctx, ds, axis, out)
	if err != nil {
		return nil, err
	}
	return notes, toFiles([]part{p})
}

// groupLines is how many lines of attributes make a group.
const groupLines = 1 << 17

// attributesPart returns what writes the attributes of an axis.
func attributesPart(ctx context.Context, ds *loom.Conn, axis loom.Axis, out string) (part, []string, error) {
	length, cols := ds.Shape()
	attrs := ds.RowAttrs()
	if axis == loom.Columns {
		length, attrs = cols, ds.ColAttrs()
	}
	all, notes, err := columns.Of(attrs, length)
	if err != nil {
		return part{}, nil, err
	}
	table := make([]column, len(all))
	for i, c := range all {
		table[i] = column{c.Name, c.Values.Data()}
		if texts, err := c.Values.Strings(); err == nil {
			table[i].data = byteArrays(texts)
		}
	}
	return part{out, func(w io.Writer) error { return writeTable(ctx, w, table, length) }}, notes, nil
}

// writeTable writes columns that are in memory.
func writeTable(ctx context.Context, w io.Writer, table []column, length int) error {
	to, err := newWriter(w, table)
	if err != nil {
		return err
	}
	for first := 0; first < length && len(table) > 0; first += groupLines {
		if err := ctx.Err(); err != nil {
			return err
		}
		some := make([]column, len(table))
		for i, c := range table {
			some[i] = c.slice(first, min(first+groupLines, length))
		}
		if err := to.group(some); err != nil {
			return err
		}
	}
	return to.close()
}
