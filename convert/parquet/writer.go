package parquet

import (
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
	"github.com/goloom/loom/internal/publish"
)

// A part is one of the files that an export writes.
type part struct {
	path  string
	write func(w io.Writer) error
}

// toFiles makes files, all of them or none: each is complete before the next is begun, and
// has its name only when the next has.
func toFiles(parts []part) error {
	p, rest := parts[0], parts[1:]
	return publish.File(p.path, func(w io.Writer) error {
		if err := p.write(w); err != nil || len(rest) == 0 {
			return err
		}
		return toFiles(rest)
	})
}

// A writer writes a table in groups of lines.
type writer struct {
	file *file.Writer
}

// newWriter begins a table whose columns are like the given ones, which need not have
// values.
func newWriter(w io.Writer, columns []column) (*writer, error) {
	fields := make(schema.FieldList, len(columns))
	for i, c := range columns {
		node, err := c.node()
		if err != nil {
			return nil, err
		}
		fields[i] = node
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return nil, err
	}
	// The writer closes what it writes to, if that can be closed.
	f, err := file.NewParquetWriterWithError(struct{ io.Writer }{w}, root, file.WithWriterProps(parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("Loom for Go"))))
	if err != nil {
		return nil, err
	}
	return &writer{file: f}, nil
}

// group writes a group of lines.
func (w *writer) group(columns []column) error {
	group, err := w.file.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for _, c := range columns {
		chunk, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := errors.Join(c.write(chunk), chunk.Close()); err != nil {
			return err
		}
	}
	return group.Close()
}

func (w *writer) close() error { return w.file.Close() }
