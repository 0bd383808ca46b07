package table

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/goloom/loom/internal/publish"
	"github.com/klauspost/compress/gzip"
)

// A writer writes fields. Errors of writing stay in the bufio.Writer until it is
// flushed.
type writer struct {
	out       *bufio.Writer
	name      string
	delimiter byte
	begun     bool // the line has fields
	field     []byte
}

// A part is one of the tables that an export writes.
type part struct {
	path      string
	delimiter byte // 0 for the one that the path stands for
	write     func(w *writer) error
}

// toFiles makes tables, all of them or none: each is complete before the next is begun, and
// has its name only when the next has.
func toFiles(parts []part) error {
	p, rest := parts[0], parts[1:]
	return publish.File(p.path, func(file io.Writer) error {
		if err := p.writeTo(file); err != nil || len(rest) == 0 {
			return err
		}
		return toFiles(rest)
	})
}

// writeTo writes a table, compressed if its name says so.
func (p *part) writeTo(file io.Writer) (err error) {
	name := strings.ToLower(p.path)
	plain := strings.TrimSuffix(name, ".gz")
	if plain != name {
		packed := gzip.NewWriter(file)
		defer func() { err = errors.Join(err, packed.Close()) }()
		file = packed
	}
	w := &writer{out: bufio.NewWriterSize(file, 1<<16), name: p.path, delimiter: p.delimiter}
	if w.delimiter == 0 {
		w.delimiter = '\t'
		if filepath.Ext(plain) == ".csv" {
			w.delimiter = ','
		}
	}
	if err := p.write(w); err != nil {
		return err
	}
	return w.out.Flush()
}

func (w *writer) next() {
	if w.begun {
		w.out.WriteByte(w.delimiter)
	}
	w.begun = true
}

func (w *writer) end() error {
	w.begun = false
	return w.out.WriteByte('\n')
}

// text writes a string, in quotation marks where it would be read as something else.
// Between tabs there is nothing that makes a tab or a line break part of a field.
func (w *writer) text(s string) error {
	w.next()
	breaks := strings.ContainsAny(s, "\r\n") || strings.IndexByte(s, w.delimiter) >= 0
	if breaks && quotesOf(w.delimiter) != strict {
		return fmt.Errorf("%s: %q has a tab or a line break in it, which only a table with commas can have: %w", w.name, s, ErrTable)
	}
	quoted := len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' || quotesOf(w.delimiter) == strict && strings.Contains(s, `"`)
	if breaks || quoted {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	_, err := w.out.WriteString(s)
	return err
}

// number writes the i-th of some values.
func (w *writer) number(text appender, i int) {
	w.next()
	w.field = text(w.field[:0], i)
	w.out.Write(w.field)
}
