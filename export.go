package loom

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"

	"github.com/goloom/loom/internal/numpytext"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/internal/publish"
)

// An ExportOption changes what [Conn.Export] writes.
type ExportOption func(*exportSettings)

type exportSettings struct {
	layer string
}

// ExportLayer exports the named layer instead of the main matrix.
func ExportLayer(name string) ExportOption {
	return func(s *exportSettings) { s.layer = name }
}

// Export writes the main matrix, or a layer, with the row and column attributes
// as tab-delimited text to a file; [Conn.ExportTo] says how. The file appears
// when it is complete: if anything fails, what was at path before is still there,
// and nothing else.
func (c *Conn) Export(ctx context.Context, path string, opts ...ExportOption) error {
	return publish.File(path, func(w io.Writer) error { return c.ExportTo(ctx, w, opts...) })
}

// ExportTo writes the main matrix, or a layer, with the row and column
// attributes as tab-delimited text:
//
//   - a line for each column attribute: an empty field for each row attribute,
//     the name, and the values,
//   - a line with the names of the row attributes,
//   - a line for each row: the values of the row attributes, an empty field,
//     and the elements of the matrix.
//
// Every field, the last of a line too, is followed by a tab. Values are written
// as Python's str has them, so that the text is, to the byte, the one that loompy
// exports, except that loompy drops the characters of strings that are not ASCII.
// Tabs and line breaks in strings are written as they are.
//
// The matrix is read in batches of rows; memory is that of a batch, not of the
// file. It is an error that wraps [ErrNotExist] if there is no such layer, and one
// that wraps [ErrShape] if the layer or a row attribute has fewer rows than the main
// matrix.
func (c *Conn) ExportTo(ctx context.Context, w io.Writer, opts ...ExportOption) error {
	var s exportSettings
	for _, opt := range opts {
		opt(&s)
	}
	e := exporter{contents: &c.now().contents, out: bufio.NewWriterSize(w, 1<<16)}
	return e.export(ctx, s.layer)
}

// An exporter writes the text of a file, field by field. Errors of writing stay
// in the bufio.Writer until it is flushed.
type exporter struct {
	*contents
	out   *bufio.Writer
	field []byte // reused for each field

	progress *progress.Tracker // of rows
}

func (e *exporter) export(ctx context.Context, layer string) error {
	matrix, err := e.exported(layer)
	if err != nil {
		return err
	}
	ctx, e.progress = progress.Start(ctx, "export", int64(e.rows), Rows.String())
	if err := e.afford(max(e.rows, e.cols), 1, "matrix"); err != nil {
		return err
	}
	for _, name := range e.rowAttrs.names {
		if shape := e.rowAttrs.source.stat(name).Shape; len(shape) == 0 || shape[0] < e.rows {
			return e.rowAttrs.failed(name, fmt.Errorf("shape %v for %d rows: %w", shape, e.rows, ErrShape))
		}
	}
	for _, name := range e.colAttrs.names {
		if err := e.columnAttribute(ctx, name); err != nil {
			return e.colAttrs.failed(name, err)
		}
		if err := e.endLine(); err != nil {
			return err
		}
	}
	e.rowAttributeNames()
	if err := e.allRows(ctx, matrix); err != nil {
		return err
	}
	return e.written(e.out.Flush())
}

// exported returns the layer to export, nil if there is no main matrix: its
// rows are none.
func (e *exporter) exported(name string) (*Layer, error) {
	if name == "" && !e.layers.Has("") {
		return nil, nil
	}
	layer, err := e.layers.Get(name)
	if err != nil {
		return nil, err
	}
	if layer.rows < e.rows {
		return nil, layer.failed(fmt.Errorf("%d rows, expected %d as in the main matrix: %w", layer.rows, e.rows, ErrShape))
	}
	return layer, nil
}

// columnAttribute writes the line of one column attribute.
func (e *exporter) columnAttribute(ctx context.Context, name string) error {
	for range e.rowAttrs.names {
		e.out.WriteByte('\t')
	}
	e.text(name)
	shape := e.colAttrs.source.stat(name).Shape
	if len(shape) == 0 {
		return fmt.Errorf("shape %v for %d columns: %w", shape, e.cols, ErrShape)
	}
	if err := e.afford(shape[0], 1, "attribute"); err != nil {
		return err
	}
	const atOnce = 1 << 16
	for first := 0; first < shape[0]; first += atOnce {
		values, err := e.colAttrs.source.readAt(ctx, name, Range(first, min(first+atOnce, shape[0])))
		if err != nil {
			return err
		}
		entry, err := numpytext.Entries(values)
		if err != nil {
			return err
		}
		if err := e.entries(entry, values.Shape()); err != nil {
			return err
		}
	}
	return nil
}

// entries writes the entries of values of the given shape. So many are written out at a time that
// their text takes no more memory than that of rows does.
func (e *exporter) entries(entry numpytext.Appender, shape []int) error {
	width := 1
	for _, n := range shape[1:] {
		width *= n
	}
	atOnce := max(textEntries, textElements/max(1, width))
	for first := 0; first < shape[0]; first += atOnce {
		n := min(atOnce, shape[0]-first)
		some := func(dst []byte, i int) []byte { return entry(dst, first+i) }
		for _, text := range rowTexts(some, (n+textEntries-1)/textEntries, textEntries, n) {
			if _, err := e.out.Write(text); err != nil {
				return err // of writing
			}
		}
	}
	return nil
}

func (e *exporter) rowAttributeNames() {
	for _, name := range e.rowAttrs.names {
		e.text(name)
	}
	for range e.cols + 1 {
		e.out.WriteByte('\t')
	}
	e.out.WriteByte('\n')
}

// allRows writes the lines of the rows.
func (e *exporter) allRows(ctx context.Context, layer *Layer) error {
	if layer == nil || e.rows == 0 {
		return nil
	}
	atOnce := e.rowsAtOnce(layer)
	for first := 0; first < e.rows; first += atOnce {
		end := min(first+atOnce, e.rows)
		if err := e.someRows(ctx, layer, first, end); err != nil {
			return err
		}
		e.progress.Add(end - first)
	}
	return nil
}

func (e *exporter) someRows(ctx context.Context, layer *Layer, first, end int) error {
	var attributes []numpytext.Appender
	for _, name := range e.rowAttrs.names {
		values, err := e.rowAttrs.source.readAt(ctx, name, Range(first, end))
		if err != nil {
			return e.rowAttrs.failed(name, err)
		}
		entry, err := numpytext.Entries(values)
		if err != nil {
			return e.rowAttrs.failed(name, err)
		}
		attributes = append(attributes, entry)
	}
	values, err := layer.dataset.Read(ctx, Range(first, end), All())
	if err != nil {
		return layer.failed(err)
	}
	element, err := numpytext.Elements(values)
	if err != nil {
		return layer.failed(err)
	}
	for i, text := range rowTexts(element, end-first, layer.cols, (end-first)*layer.cols) {
		for _, entry := range attributes {
			e.value(entry, i)
		}
		e.out.WriteByte('\t')
		e.out.Write(text)
		if err := e.endLine(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

const (
	textElements = 1 << 16 // about how many elements one processor writes out at a time
	textEntries  = 1 << 6  // entries of an attribute that are taken for a row
)

// rowTexts yields the text of the elements of each of some rows of a matrix, which is valid
// until the next one is asked for. Some rows are written out at a time, on all processors.
// Of all rows there are so many elements: the last row may have fewer.
func rowTexts(element numpytext.Appender, rows, cols, elements int) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		workers := runtime.GOMAXPROCS(0)
		texts := make([][]byte, min(rows, workers*max(1, textElements/max(1, cols))))
		for first := 0; first < rows; first += len(texts) {
			texts := texts[:min(len(texts), rows-first)]
			var wait sync.WaitGroup
			for w := range min(workers, len(texts)) {
				wait.Go(func() {
					for k := w; k < len(texts); k += workers {
						text, start := texts[k][:0], (first+k)*cols
						for at := start; at < min(start+cols, elements); at++ {
							text = append(element(text, at), '\t')
						}
						texts[k] = text
					}
				})
			}
			wait.Wait()
			for k, text := range texts {
				if !yield(first+k, text) {
					return
				}
			}
		}
	}
}

// Bounds of the rows that are exported at a time.
const (
	exportedBytes = 32 << 20 // of the matrix and the attributes, decoded
	exportedRows  = 1 << 14
)

// rowsAtOnce returns how many rows to read at a time: whole chunks of the matrix
// if possible, since each is decoded anew for every batch that it is in, and at
// least a chunk if one alone takes more than the bound.
func (e *exporter) rowsAtOnce(layer *Layer) int {
	size := layer.dtype.Size()
	wide := layer.cols * size
	for _, name := range e.rowAttrs.names {
		info := e.rowAttrs.source.stat(name)
		wide += info.Type.Size()
		for _, n := range info.Shape[1:] {
			wide += n * info.Type.Size()
		}
	}
	chunk := layer.dataset.Chunks()
	if chunk == nil {
		return max(1, min(exportedRows, exportedBytes/max(1, wide)))
	}
	high, bound := min(chunk[0], e.rows), exportedBytes
	if one := high * min(chunk[1], layer.cols) * size; one > bound {
		bound = one
	}
	n := max(1, min(exportedRows, bound/max(1, wide)))
	if n > high {
		n -= n % high
	}
	return n
}

func (e *exporter) text(s string) {
	e.out.WriteString(s)
	e.out.WriteByte('\t')
}

func (e *exporter) value(value numpytext.Appender, i int) {
	e.field = append(value(e.field[:0], i), '\t')
	e.out.Write(e.field)
}

// endLine ends a line and reports what could not be written.
func (e *exporter) endLine() error {
	return e.written(e.out.WriteByte('\n'))
}

func (e *exporter) written(err error) error {
	if err != nil {
		return fmt.Errorf("%s: export: %w", e.filename, err)
	}
	return nil
}
