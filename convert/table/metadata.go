package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A metadata is a table of attributes, with names in its first line.
type metadata struct {
	path       string
	attributes []textAttribute // of which the first is the key
	unnamed    bool            // the key has no name
	lines      []int           // where each entry is
}

// readMetadata reads a table of attributes. All of it is held in memory.
func readMetadata(ctx context.Context, path string) (m *metadata, err error) {
	s, err := openSource(ctx, fileAt(path), 0, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	line, err := s.next()
	if err != nil {
		return nil, s.unexpected(err, "the file is empty, want a table with names in its first line")
	}
	if s.delimiter, err = delimiterOf(s, line, 0); err != nil {
		s.delimiter = '\t' // of one attribute, there is none
	}
	s.quotes = quotesOf(s.delimiter)
	header, err := s.texts(line)
	if err != nil {
		return nil, err
	}
	m = &metadata{path: path}
	for {
		record, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		fields, err := s.texts(record)
		if err != nil {
			return nil, err
		}
		if m.attributes == nil {
			if err := m.begin(s, header, len(fields)); err != nil {
				return nil, err
			}
		}
		if len(fields) != len(m.attributes) {
			return nil, s.failed("%s, want %d", plural(len(fields), "field"), len(m.attributes))
		}
		for i, field := range fields {
			m.attributes[i].texts = append(m.attributes[i].texts, field)
		}
		m.lines = append(m.lines, s.first)
	}
	if m.attributes == nil {
		return nil, s.failed("a header and no line after it")
	}
	return m, nil
}

// begin takes the names of the attributes, of which that of the first may be
// missing.
func (m *metadata) begin(s *source, header []string, fields int) error {
	names := header
	switch {
	case len(header) == fields-1:
		names = append([]string{""}, header...)
	case len(header) != fields:
		return s.failed("%s after a header of %d, want as many or one more", plural(fields, "field"), len(header))
	}
	m.unnamed = names[0] == ""
	for i, name := range names {
		if i > 0 || name != "" {
			if _, err := s.attributeName([]byte(name)); err != nil {
				return fmt.Errorf("%w (field %d of the header)", err, i+1)
			}
		}
		name = canonical(name)
		for k, other := range m.attributes {
			if other.name == name {
				return s.failed("fields %d and %d of the header are both %q", k+1, i+1, name)
			}
		}
		m.attributes = append(m.attributes, textAttribute{name: name})
	}
	return nil
}

// order returns which entry each of the names has. Names may have a prefix in the
// metadata.
func (m *metadata) order(names *textAttribute, prefix, table string) ([]int, error) {
	keys := m.attributes[0].texts
	at := make(map[string]int, len(keys))
	for i, key := range keys {
		if before, twice := at[key]; twice {
			return nil, m.failed(i, "%q is in line %d already", key, m.lines[before])
		}
		at[key] = i
	}
	order := make([]int, len(names.texts))
	used := make(map[int]string, len(order))
	for i, name := range names.texts {
		k, ok := at[name]
		if !ok && prefix != "" {
			k, ok = at[prefix+name]
		}
		if !ok {
			return nil, fmt.Errorf("%s: %w: no line for %q, which %s has; its first fields are %s",
				m.path, ErrTable, name, table, some(keys))
		}
		if other, twice := used[k]; twice {
			return nil, m.failed(k, "%q stands for %q and for %q of %s, want one name each", keys[k], other, name, table)
		}
		used[k], order[i] = name, k
	}
	return order, nil
}

// failed says what is wrong with an entry.
func (m *metadata) failed(i int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w: %w", m.path, m.lines[i], ErrTable, fmt.Errorf(format, args...))
}

// picked returns the attributes of the entries of an order.
func (m *metadata) picked(order []int) []textAttribute {
	attributes := slices.Clone(m.attributes)
	for k := range attributes {
		texts := make([]string, len(order))
		for i, at := range order {
			texts[i] = attributes[k].texts[at]
		}
		attributes[k].texts = texts
	}
	return attributes
}

// some lists the first of some names.
func some(names []string) string {
	const most = 3
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	if len(names) > most {
		quoted = append(quoted, "...")
	}
	return strings.Join(quoted, ", ")
}

// plural is a number of things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
