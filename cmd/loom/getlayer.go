package main

import (
	"context"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// What is held of a layer at a time. A band of chunks that is larger than
// leastPiece is still read as one, up to mostPiece and the size of the file, rather
// than decoded again for each piece.
const (
	leastPiece = 8 << 20
	mostPiece  = 256 << 20
)

// layer prints the main matrix, if the name is empty, or another layer.
func (g *getter) layer(ctx context.Context, name string) error {
	layer, err := g.conn.Layer(name)
	if err != nil {
		return noLayer(g.conn, name)
	}
	height, width := layer.Shape()
	rows, err := g.selection(loom.Rows, height)
	if err != nil {
		return err
	}
	cols, err := g.selection(loom.Columns, width)
	if err != nil {
		return err
	}
	if err := g.checkLayer(ctx, layer, rows.n, cols.n); err != nil {
		return err
	}
	if g.header {
		if err := g.columnNames(width, cols); err != nil {
			return err
		}
	}
	dataset := layer.Dataset()
	return g.pieces(ctx, dataset, rows, cols, pieceSize(dataset, g.conn.File().Size()))
}

// pieces reads and prints the selected part of a layer in pieces of up to size
// bytes: as many whole rows as fit, or else parts of one row.
func (g *getter) pieces(ctx context.Context, dataset *hdf5.Dataset, rows, cols selection, size int) error {
	elements := size / max(1, dataset.Type().Size())
	high, wide := max(1, elements/max(1, cols.n)), max(1, elements)
	for first := 0; first < rows.n; {
		count := min(high, rows.n-first)
		if rows.list == nil && rows.step == 1 {
			count = toChunkEnd(dataset, rows.start+first, count)
		}
		if err := g.piece(ctx, dataset, rows.part(first, count), count, cols, wide); err != nil {
			return err
		}
		first += count
	}
	return nil
}

// piece prints count rows, reading up to wide columns at a time; these are all
// unless the rows are but one.
func (g *getter) piece(ctx context.Context, dataset *hdf5.Dataset, rows loom.Selector, count int, cols selection, wide int) error {
	if cols.n <= wide {
		if cols.n == 0 {
			return g.emptyLines(ctx, count)
		}
		values, err := dataset.Read(ctx, rows, cols.part(0, cols.n))
		if err != nil {
			return err
		}
		return g.lines.array(values)
	}
	for first := 0; first < cols.n; first += wide {
		values, err := dataset.Read(ctx, rows, cols.part(first, min(wide, cols.n-first)))
		if err != nil {
			return err
		}
		if first > 0 {
			g.lines.tab()
		}
		if err := g.lines.fields(textOf(values), 0, values.Len()); err != nil {
			return err
		}
	}
	return g.lines.end()
}

// emptyLines prints rows without columns.
func (g *getter) emptyLines(ctx context.Context, n int) error {
	for range n {
		if err := g.lines.end(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// pieceSize returns how many bytes of a layer to hold at a time.
func pieceSize(dataset *hdf5.Dataset, fileSize int64) int {
	chunks, shape := dataset.Chunks(), dataset.Shape()
	if chunks == nil {
		return leastPiece
	}
	band := min(chunks[0], shape[0]) * shape[1] * dataset.Type().Size()
	return max(leastPiece, min(band, mostPiece, int(min(fileSize, mostPiece))))
}

// toChunkEnd shortens count rows from start on to end with a chunk, if that
// leaves any.
func toChunkEnd(dataset *hdf5.Dataset, start, count int) int {
	chunks := dataset.Chunks()
	if chunks == nil {
		return count
	}
	if beyond := (start + count) % chunks[0]; beyond < count && start+count < dataset.Shape()[0] {
		return count - beyond
	}
	return count
}

// columnNames prints the header of a layer: the names of the cells.
func (g *getter) columnNames(width int, cols selection) error {
	names := g.cellNames(width)
	for k := range cols.n {
		if k > 0 {
			g.lines.tab()
		}
		position := cols.start + k*cols.step
		if cols.list != nil {
			position = cols.list[k]
		}
		g.lines.buf = names(g.lines.buf, position)
		if len(g.lines.buf) >= flushAt {
			if err := g.lines.flush(); err != nil {
				return err
			}
		}
	}
	return g.lines.end()
}

// cellNames returns the names of the columns: those of the attribute CellID, or
// of what others call it, or else their positions.
func (g *getter) cellNames(width int) appender {
	attrs := g.conn.ColAttrs()
	for _, name := range []string{"CellID", "Cell_ID", "cell_id", "cellID", "obs_names"} {
		if !attrs.Has(name) {
			continue
		}
		values, err := attrs.Get(name)
		if err != nil {
			note(g.cmd, "%v", err)
			continue
		}
		if shape := values.Shape(); len(shape) == 1 && shape[0] == width {
			return textOf(values)
		}
	}
	return positionText
}
