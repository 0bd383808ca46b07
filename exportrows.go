package loom

import (
	"context"
	"iter"

	"github.com/goloom/loom/internal/numpytext"
)

// rowLines are some rows, which have been read.
type rowLines struct {
	first, end int // of the rows
	cols       int
	elements   numpytext.FieldsAppender // of these rows
	release    func()                   // is called when elements is not needed any more
	attributes rowAttributeTexts
}

// rowAttributeTexts are the row attributes of some rows.
type rowAttributeTexts struct {
	first int // of the rows
	of    []numpytext.Appender
}

// allRows writes the lines of the rows, while those after them are read.
func (e *exporter) allRows(ctx context.Context, layer *Layer) error {
	if layer == nil || e.rows == 0 {
		return nil
	}
	batches := func(ctx context.Context) iter.Seq2[*rowLines, error] { return e.readRows(ctx, layer) }
	for rows, err := range prefetched(ctx, batches) {
		if err != nil {
			return err
		}
		if err := e.someRows(rows); err != nil {
			return err
		}
	}
	return nil
}

// readRows yields all rows, some at a time.
func (e *exporter) readRows(ctx context.Context, layer *Layer) iter.Seq2[*rowLines, error] {
	return func(yield func(*rowLines, error) bool) {
		attributed := e.attributedAtOnce()
		atOnce := min(e.rowsAtOnce(layer), attributed)
		attributed -= attributed % atOnce
		read := e.elementReader(layer, atOnce)
		var attributes rowAttributeTexts
		for first := 0; first < e.rows; first += atOnce {
			var err error
			if first%attributed == 0 {
				attributes, err = e.readAttributes(ctx, first, min(first+attributed, e.rows))
			}
			rows := &rowLines{first: first, end: min(first+atOnce, e.rows), cols: layer.cols, attributes: attributes}
			if err == nil {
				rows.elements, rows.release, err = read(ctx, rows.first, rows.end)
			}
			if !yield(rows, err) || err != nil {
				return
			}
		}
	}
}

// readAttributes reads the row attributes of some rows.
func (e *exporter) readAttributes(ctx context.Context, first, end int) (rowAttributeTexts, error) {
	attributes := rowAttributeTexts{first: first}
	for _, name := range e.rowAttrs.names {
		values, err := e.rowAttrs.source.readAt(ctx, name, Range(first, end))
		if err != nil {
			return attributes, e.rowAttrs.failed(name, err)
		}
		entry, err := numpytext.Entries(values)
		if err != nil {
			return attributes, e.rowAttrs.failed(name, err)
		}
		attributes.of = append(attributes.of, entry)
	}
	return attributes, nil
}

// someRows writes the lines of some rows: several at a time, or parts of one where rows are long.
func (e *exporter) someRows(r *rowLines) error {
	const elements = 1 << 14 // at a time
	width := r.cols
	for _, name := range e.rowAttrs.names {
		width += entryElements(e.rowAttrs.source.stat(name).Shape)
	}
	if width > elements {
		return e.longRows(r, elements)
	}
	for first, atOnce := r.first, max(1, elements/max(1, width)); first < r.end; first += atOnce {
		end := min(first+atOnce, r.end)
		lines := func(dst []byte) []byte {
			for i := first; i < end; i++ {
				dst = r.appendPart(dst, i, 0, r.cols)
			}
			return dst
		}
		if err := e.out.add(textPart{text: lines, written: func() { e.rowsWritten(r, first, end) }}); err != nil {
			return err
		}
	}
	return nil
}

// longRows writes the lines of rows in parts with so many elements.
func (e *exporter) longRows(r *rowLines, elements int) error {
	for i := r.first; i < r.end; i++ {
		for col := 0; ; col += elements {
			end := min(col+elements, r.cols)
			part := textPart{text: func(dst []byte) []byte { return r.appendPart(dst, i, col, end) }}
			if end == r.cols {
				part.written = func() { e.rowsWritten(r, i, i+1) }
			}
			if err := e.out.add(part); err != nil {
				return err
			}
			if end == r.cols {
				break
			}
		}
	}
	return nil
}

// rowsWritten takes note that rows have been written.
func (e *exporter) rowsWritten(r *rowLines, first, end int) {
	e.progress.Add(end - first)
	if end == r.end {
		r.release()
	}
}

// appendPart appends the elements of a row in the columns from one up to another, with what is
// before and behind them at the ends of the line.
func (r *rowLines) appendPart(dst []byte, row, col, end int) []byte {
	if col == 0 {
		for _, entry := range r.attributes.of {
			dst = append(entry(dst, row-r.attributes.first), '\t')
		}
		dst = append(dst, '\t')
	}
	start := (row - r.first) * r.cols
	dst = r.elements(dst, start+col, start+end)
	if end == r.cols {
		dst = append(dst, '\n')
	}
	return dst
}

// Bounds of what is exported at a time.
const (
	exportedBytes  = 32 << 20 // of the attributes, decoded, and of the matrix
	exportedMatrix = 1 << 19  // of the matrix where its chunks allow it: that stays in the cache
	exportedRows   = 1 << 14
)

// rowsAtOnce returns how many rows of the matrix to read at a time: lines of whole chunks
// if possible, since each chunk is decoded anew for every batch that it is in, and at
// least a chunk if one alone takes more than the bound.
func (e *exporter) rowsAtOnce(layer *Layer) int {
	size := layer.dtype.Size()
	wide := max(1, layer.cols*size)
	few := max(1, exportedMatrix/wide)
	chunk := layer.dataset.Chunks()
	if chunk == nil {
		return few
	}
	high := min(chunk[0], e.rows)
	if few >= high {
		return few - few%high
	}
	return max(1, min(high, max(exportedBytes, high*min(chunk[1], layer.cols)*size)/wide))
}

// attributedAtOnce returns of how many rows to read the attributes at a time.
func (e *exporter) attributedAtOnce() int {
	wide := 0
	for _, name := range e.rowAttrs.names {
		info := e.rowAttrs.source.stat(name)
		size := info.Type.Size()
		for _, n := range info.Shape[1:] {
			size *= n
		}
		wide += size
	}
	return max(1, min(exportedRows, exportedBytes/max(1, wide)))
}
