package table

import (
	"context"
	"errors"
	"io"
)

// eachLine passes the lines with elements to take, cut into fields, and checks how
// many there are. The fields are valid until take returns; read is that of openSource.
func (h *head) eachLine(ctx context.Context, from origin, o ImportOptions, read func(n int), take func(s *source, fields [][]byte) error) (err error) {
	s, err := openSource(ctx, from, o.Skip, read)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.delimiter, s.quotes = h.delimiter, h.quotes
	for range h.records {
		if _, err := s.next(); err != nil {
			return s.unexpected(err, "the file is shorter than it was")
		}
	}
	var fields [][]byte
	for {
		record, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		fields = s.fields(record, fields)
		if err := h.checkLine(s, fields); err != nil {
			return err
		}
		if err := take(s, fields); err != nil {
			return err
		}
	}
}

// checkLine holds what is not elements of a line against the layout.
func (h *head) checkLine(s *source, fields [][]byte) error {
	if len(fields) != h.width {
		return s.failed("%s, want %d", plural(len(fields), "field"), h.width)
	}
	if h.gap > 0 && !isEmpty(fields[h.labels]) {
		return s.failed("field %d: %q, want nothing between attributes and elements", h.labels+1, fields[h.labels])
	}
	if h.trailing && !isEmpty(fields[len(fields)-1]) {
		return s.failed("no tab at the end of the line, want one as in the lines before")
	}
	if h.guessed == 0 {
		return nil
	}
	for i := 1; i < h.labels; i++ {
		if isNumber(fields[i]) {
			return s.failed("field %d: %q is a number where line %d has none; say how many fields are labels", i+1, fields[i], h.guessed)
		}
	}
	return nil
}

// elements returns the fields of a line that are elements.
func (h *head) elements(fields [][]byte) [][]byte {
	first := h.labels + h.gap
	return fields[first : first+h.values]
}
