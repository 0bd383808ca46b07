package loom

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

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
// Lines of chunks of the matrix are read while the one before them is written out by as many
// goroutines as there are processors; w is called by the caller's, with a piece of text of
// about 64 KiB at a time. Memory is that of two such lines, or of 32 MiB of rows where they are
// longer, and of the attributes of 16,384 rows, not of the file. It is an error that wraps [ErrNotExist] if
// there is no such layer, and one that wraps [ErrShape] if the layer or a row attribute has fewer rows than
// the main matrix.
func (c *Conn) ExportTo(ctx context.Context, w io.Writer, opts ...ExportOption) error {
	var s exportSettings
	for _, opt := range opts {
		opt(&s)
	}
	e := exporter{contents: &c.now().contents}
	return e.export(ctx, w, s.layer)
}

// An exporter writes the text of a file.
type exporter struct {
	*contents
	out      *textWriter
	progress *progress.Tracker // of rows
}

func (e *exporter) export(ctx context.Context, w io.Writer, layer string) error {
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
	out := bufio.NewWriter(w) // for what is short; the rest passes by
	e.out = newTextWriter(func(text []byte) error {
		if _, err := out.Write(text); err != nil {
			return e.unwritten(err)
		}
		return ctx.Err()
	})
	defer e.out.stop()
	if err := e.allLines(ctx, matrix); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return e.unwritten(err)
	}
	return nil
}

func (e *exporter) unwritten(err error) error {
	return fmt.Errorf("%s: export: %w", e.filename, err)
}

// allLines writes the whole text.
func (e *exporter) allLines(ctx context.Context, matrix *Layer) error {
	for _, name := range e.colAttrs.names {
		if err := e.columnAttribute(ctx, name); err != nil {
			return err
		}
	}
	if err := e.rowAttributeNames(); err != nil {
		return err
	}
	if err := e.allRows(ctx, matrix); err != nil {
		return err
	}
	return e.out.finish()
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
	shape := e.colAttrs.source.stat(name).Shape
	if len(shape) == 0 {
		return e.colAttrs.failed(name, fmt.Errorf("shape %v for %d columns: %w", shape, e.cols, ErrShape))
	}
	if err := e.afford(shape[0], 1, "attribute"); err != nil {
		return e.colAttrs.failed(name, err)
	}
	if err := e.out.addText(strings.Repeat("\t", len(e.rowAttrs.names)) + name + "\t"); err != nil {
		return err
	}
	const atOnce = 1 << 16
	for first := 0; first < shape[0]; first += atOnce {
		values, err := e.colAttrs.source.readAt(ctx, name, Range(first, min(first+atOnce, shape[0])))
		if err != nil {
			return e.colAttrs.failed(name, err)
		}
		entry, err := numpytext.Entries(values)
		if err != nil {
			return e.colAttrs.failed(name, err)
		}
		if err := e.entries(entry, values.Shape()); err != nil {
			return err
		}
	}
	return e.out.addText("\n")
}

// entries writes the entries of values of the given shape.
func (e *exporter) entries(entry numpytext.Appender, shape []int) error {
	const elements = 1 << 12 // at a time, which take longer than those of a matrix
	for first, atOnce := 0, max(1, elements/entryElements(shape)); first < shape[0]; first += atOnce {
		end := min(first+atOnce, shape[0])
		err := e.out.add(textPart{text: func(dst []byte) []byte {
			for i := first; i < end; i++ {
				dst = append(entry(dst, i), '\t')
			}
			return dst
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// entryElements returns about how many elements are written out for an entry of values of some
// shape: of more than a thousand, numpy writes the first and the last ones only.
func entryElements(shape []int) int {
	const most = 1000
	elements := 1
	for _, n := range shape[1:] {
		elements = max(1, min(most, elements*min(most, n)))
	}
	return elements
}

// rowAttributeNames writes the line with the names of the row attributes.
func (e *exporter) rowAttributeNames() error {
	var line strings.Builder
	for _, name := range e.rowAttrs.names {
		line.WriteString(name + "\t")
	}
	line.WriteString(strings.Repeat("\t", e.cols+1) + "\n")
	return e.out.addText(line.String())
}
