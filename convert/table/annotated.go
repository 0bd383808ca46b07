package table

import (
	"context"
	"errors"
	"io"
	"slices"
)

// readAnnotated reads the lines in front of the elements in the annotated layout, or
// returns nil if the table is not of it. The lines are:
//
//	one for each attribute of columns: an empty field for each attribute of rows,
//	the name, and the values
//	the names of the attributes of rows
//
// and every line ends with a delimiter.
func readAnnotated(ctx context.Context, from origin, o ImportOptions) (h *head, err error) {
	s, err := openSource(ctx, from, o.Skip, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.delimiter = '\t'
	h = &head{annotated: true, delimiter: '\t', labels: -1, gap: 1, trailing: true, width: -1}
	for {
		record, err := s.next()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		fields := s.fields(record, nil)
		if !h.likely(fields) {
			return nil, nil
		}
		h.records++
		fields = fields[:len(fields)-1]
		if h.isNames(fields) {
			return h, h.takeNames(s, fields)
		}
		if err := h.takeColumnAttribute(s, fields); err != nil {
			return nil, err
		}
	}
}

// likely reports whether a line may be one of those in front of the elements, and
// learns from the first how long they are.
func (h *head) likely(fields [][]byte) bool {
	n := len(fields)
	if n < 3 || len(fields[n-1]) > 0 {
		return false
	}
	empty := leading(fields[:n-1], isEmpty)
	if h.width < 0 {
		h.width = n
		if h.labels = empty; empty == n-1 {
			h.labels = 0
		}
		if named := leading(fields, isNotEmpty); empty == 0 && leading(fields[named:], isEmpty) == n-named && n-named >= 3 {
			h.labels = named // there are no attributes of columns
		}
	}
	return n == h.width && n >= h.labels+3 && (h.isNames(fields[:n-1]) || empty >= h.labels && !isEmpty(fields[h.labels]))
}

// isNames reports whether a line has the names of the attributes of rows.
func (h *head) isNames(fields [][]byte) bool {
	return leading(fields, isNotEmpty) >= h.labels && leading(fields[h.labels:], isEmpty) == len(fields)-h.labels
}

// leading counts the fields in front for which is is true.
func leading(fields [][]byte, is func([]byte) bool) int {
	if n := slices.IndexFunc(fields, func(f []byte) bool { return !is(f) }); n >= 0 {
		return n
	}
	return len(fields)
}

func isEmpty(field []byte) bool    { return len(field) == 0 }
func isNotEmpty(field []byte) bool { return len(field) > 0 }

// takeNames takes the names of the attributes of rows.
func (h *head) takeNames(s *source, fields [][]byte) error {
	h.values = len(fields) - h.labels - 1
	for _, field := range fields[:h.labels] {
		name, err := s.attributeName(field)
		if err != nil {
			return err
		}
		if slices.Contains(h.labelNames, name) {
			return s.failed("the row attribute %q is there twice", name)
		}
		h.labelNames = append(h.labelNames, name)
	}
	return nil
}

// takeColumnAttribute takes an attribute of columns.
func (h *head) takeColumnAttribute(s *source, fields [][]byte) error {
	name, err := s.attributeName(fields[h.labels])
	if err != nil {
		return err
	}
	a := textAttribute{name: name, line: s.first}
	for _, field := range fields[h.labels+1:] {
		text, err := s.text(field)
		if err != nil {
			return err
		}
		a.texts = append(a.texts, text)
	}
	for _, other := range h.across {
		if other.name == a.name {
			return s.failed("the column attribute %q is there twice, first in line %d", a.name, other.line)
		}
	}
	h.across = append(h.across, a)
	return nil
}
