package textfile

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// A Layout says what the lines of a tab-delimited table have to be.
type Layout struct {
	What   string // one line stands for: "barcode"
	Least  int    // fields that each line must have
	Most   int    // fields that are kept, if the first line has them
	Header bool   // the first line is none of the table's
	Unique bool   // no two lines may have the same first field
}

// ReadTable reads a table whole, field by field: the k-th slice has the k-th field of
// each line. Every line must have all fields that are kept; there is at least Least of
// them, and none is kept of a table without lines. Empty lines are allowed at the end.
//
// It holds the fields that are kept. Errors about the content wrap [ErrMalformed].
func ReadTable(ctx context.Context, path string, layout Layout, read func(n int)) (fields [][]string, err error) {
	r, err := Open(ctx, path, read)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if layout.Header && !r.Next() {
		return nil, errors.Join(r.Err(), r.Errorf("no header"))
	}
	t := table{Layout: layout, Reader: r, lines: map[string]int64{}}
	for r.Next() {
		if err := t.add(r.Line()); err != nil {
			return nil, err
		}
	}
	return t.fields, r.Err()
}

// A table is one that is being read.
type table struct {
	Layout
	*Reader
	fields [][]string
	lines  map[string]int64 // on which each first field is, if they are Unique
	empty  int64            // the first of the last empty lines, 0 if there are none
}

func (t *table) add(line []byte) error {
	if t.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if len(line) == 0 {
		if t.empty == 0 {
			t.empty = t.number
		}
		return nil
	}
	if t.empty > 0 {
		t.number = t.empty
		return t.Errorf("empty, want a %s", t.What)
	}
	if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
		return t.Errorf("not text in UTF-8")
	}
	if t.fields == nil {
		n := min(t.Most, max(t.Least, bytes.Count(line, []byte{'\t'})+1))
		t.fields = make([][]string, n)
	}
	return t.split(string(line))
}

// split adds the fields of a line.
func (t *table) split(line string) error {
	rest, more := line, true
	for k := range t.fields {
		if !more {
			return t.Errorf("%d tab-delimited fields of a %s, want at least %d", k, t.What, len(t.fields))
		}
		var field string
		field, rest, more = strings.Cut(rest, "\t")
		t.fields[k] = append(t.fields[k], field)
	}
	if !t.Unique {
		return nil
	}
	name := t.fields[0][len(t.fields[0])-1]
	if first, ok := t.lines[name]; ok {
		return t.Errorf("%s %q, which is on line %d already", t.What, name, first)
	}
	t.lines[name] = t.number
	return nil
}
