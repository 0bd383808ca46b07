package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// A head is what the beginning of a table says about the rest.
type head struct {
	annotated bool
	delimiter byte
	quotes    quoting
	records   int // before the first line with elements

	labels   int  // fields in front of the elements
	gap      int  // empty fields after them
	values   int  // elements in a line
	trailing bool // an empty field ends each line
	guessed  int  // line that says how many labels there are; 0 if options do
	width    int  // fields of a line with elements, all of these together

	labelNames []string        // of the attributes that the labels are
	across     []textAttribute // of the axis that crosses the lines
	names      *textAttribute  // that of them that the header names, if there is one
}

// A textAttribute is an attribute of which the values are known as texts.
type textAttribute struct {
	name  string
	texts []string
	line  int // where it comes from
}

// readHead finds out about a table.
func readHead(ctx context.Context, from origin, o ImportOptions) (*head, error) {
	if o.Header == Guess && o.Labels == Guess && o.LabelCount == 0 && !o.Transposed && (o.Delimiter == 0 || o.Delimiter == '\t') {
		if h, err := readAnnotated(ctx, from, o); h != nil || err != nil {
			return h, err
		}
	}
	return readPlain(ctx, from, o)
}

// readPlain reads the header, if there is one, and the first line with elements.
func readPlain(ctx context.Context, from origin, o ImportOptions) (h *head, err error) {
	s, err := openSource(ctx, from, o.Skip, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	h = &head{}
	line, err := s.next()
	if err != nil {
		return nil, s.unexpected(err, "the file is empty, want a table")
	}
	if h.delimiter, err = delimiterOf(s, line, o.Delimiter); err != nil {
		return nil, err
	}
	h.quotes = quotesOf(h.delimiter)
	s.delimiter, s.quotes = h.delimiter, h.quotes
	// The first line may go on, now that it is known what quotes mean.
	if s.quotes == strict && strings.Count(string(line), `"`)%2 == 1 {
		if line, err = s.join(line); err != nil {
			return nil, err
		}
	}
	first, err := s.texts(line)
	if err != nil {
		return nil, err
	}
	at := s.first
	second, err := s.next()
	if err != nil && err != io.EOF {
		return nil, err
	}
	var fields [][]byte
	if err == nil {
		fields = s.fields(second, nil)
	}
	if !hasHeader(first, fields, o) {
		return h, h.plain(s, nil, fieldsOf(first), o)
	}
	if fields == nil {
		return nil, s.failed("a header and no line after it")
	}
	h.records = 1
	if err := h.plain(s, first, fields, o); err != nil {
		return nil, err
	}
	return h, h.takeHeader(s, first, at, o)
}

// delimiterOf returns what a line's fields are separated by.
func delimiterOf(s *source, line []byte, wanted byte) (byte, error) {
	if wanted != 0 {
		return wanted, nil
	}
	order := "\t,; "
	if name := strings.TrimSuffix(strings.ToLower(s.name), ".gz"); filepath.Ext(name) == ".csv" {
		order = ",;\t "
	}
	for _, delimiter := range []byte(order) {
		if strings.IndexByte(string(line), delimiter) >= 0 {
			return delimiter, nil
		}
	}
	return 0, s.failed("one field without a tab, a comma, a semicolon or a blank, want a table")
}

// quotesOf returns what quotation marks mean where fields are delimited like that. Among tabs
// they are too often part of a name to hide a line break.
func quotesOf(delimiter byte) quoting {
	if delimiter == '\t' {
		return stripped
	}
	return strict
}

// The names that the field in the corner, above the names of rows, goes by.
var cornerNames = []string{
	"gene", "genes", "geneid", "gene_id", "gene_name", "genename", "symbol", "accession", "id", "ids", "name", "names",
	"index", "cell", "cells", "cellid", "cell_id", "barcode", "barcodes",
}

// hasHeader reports whether the first line has names, not elements.
func hasHeader(first []string, second [][]byte, o ImportOptions) bool {
	switch {
	case o.Header != Guess:
		return o.Header == Present
	case second != nil && len(first) == len(second)-1, first[0] == "":
		return true
	}
	labels := max(1, o.LabelCount)
	for i, field := range first {
		if i >= labels && !isNumber([]byte(field)) && (second == nil || i >= len(second) || isNumber(second[i])) {
			return true
		}
	}
	for _, name := range cornerNames {
		if strings.EqualFold(first[0], name) {
			return true
		}
	}
	return false
}

// plain learns from the first line with elements what every such line has.
func (h *head) plain(s *source, header []string, fields [][]byte, o ImportOptions) error {
	h.width = len(fields)
	switch {
	case o.LabelCount > 0:
		h.labels = o.LabelCount
	case o.Labels == Absent:
	default:
		h.labels, h.guessed = leading(fields, func(f []byte) bool { return !isNumber(f) }), s.first
		if h.labels == 0 && (o.Labels == Present || header != nil) {
			h.labels = 1
		}
	}
	if h.labels >= h.width {
		for i, field := range fields {
			if i > 0 && !isNumber(field) {
				return s.failed("field %d: %w", i+1, elementError(field, errNoNumber))
			}
		}
		return s.failed("%d fields, of which %d are labels, and no elements", h.width, h.labels)
	}
	h.values = h.width - h.labels
	if header != nil && len(header) != h.width && (len(header) != h.width-1 || h.labels == 0) {
		return s.failed("%d fields after a header of %d, want as many or one more", h.width, len(header))
	}
	h.labelNames = make([]string, h.labels)
	h.nameLabels(header, o)
	return nil
}

// nameLabels names the attributes that the labels are.
func (h *head) nameLabels(header []string, o ImportOptions) {
	missing := h.width - len(header) // names, in front
	for i := range h.labelNames {
		if header != nil && i >= missing {
			h.labelNames[i] = canonical(header[i-missing])
		}
		if h.labelNames[i] == "" && i > 0 {
			h.labelNames[i] = fmt.Sprintf("Label%d", i+1)
		}
	}
	if h.labels == 0 {
		return
	}
	wanted, otherwise := o.RowNames, "Gene"
	if o.Transposed {
		wanted, otherwise = o.ColNames, "CellID"
	}
	if wanted != "" {
		h.labelNames[0] = wanted
	}
	if h.labelNames[0] == "" {
		h.labelNames[0] = otherwise
	}
}

// canonical returns a name as Loom's conventions have it.
func canonical(name string) string {
	for _, usual := range []string{"Gene", "Accession", "CellID"} {
		if strings.EqualFold(name, usual) || strings.EqualFold(name, strings.Replace(usual, "ID", "_ID", 1)) {
			return usual
		}
	}
	return name
}

// takeHeader takes the names of what crosses the lines: the columns, or of a
// transposed table the rows.
func (h *head) takeHeader(s *source, header []string, line int, o ImportOptions) error {
	names := textAttribute{name: "CellID", texts: header[len(header)-h.values:], line: line}
	if o.ColNames != "" {
		names.name = o.ColNames
	}
	if o.Transposed {
		if names.name = "Gene"; o.RowNames != "" {
			names.name = o.RowNames
		}
	}
	s.first = line
	seen := map[string]int{}
	for i, name := range names.texts {
		at := i + len(header) - h.values + 1
		if before, twice := seen[name]; twice && !o.Transposed {
			return s.failed("fields %d and %d are both %q, want a different name for each column", before, at, name)
		}
		seen[name] = at
	}
	h.across = append(h.across, names)
	h.names = &h.across[0]
	for i, label := range h.labelNames {
		for _, other := range h.labelNames[:i] {
			if label == other {
				return s.failed("two labels are called %q", label)
			}
		}
	}
	return nil
}

// text returns a field, which must be UTF-8 and can be stored.
func (s *source) text(field []byte) (string, error) {
	text := string(field)
	if !utf8.ValidString(text) {
		return "", s.failed("%q is not UTF-8", text)
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", s.failed("%q has a zero byte in it", text)
	}
	return text, nil
}

// attributeName returns a field as the name of an attribute.
func (s *source) attributeName(field []byte) (string, error) {
	name, err := s.text(field)
	if err == nil && (name == "" || name == "." || strings.Contains(name, "/")) {
		err = s.failed("%q is no name for an attribute", name)
	}
	return name, err
}

// texts returns the fields of a record, not sharing memory with it.
func (s *source) texts(record []byte) ([]string, error) {
	fields := s.fields(record, nil)
	texts := make([]string, len(fields))
	for i, field := range fields {
		text, err := s.text(field)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	return texts, nil
}

func fieldsOf(texts []string) [][]byte {
	fields := make([][]byte, len(texts))
	for i, text := range texts {
		fields[i] = []byte(text)
	}
	return fields
}

// elementError says that a field is no element.
func elementError(field []byte, err error) error {
	text := string(field)
	if len(text) > 40 {
		text = text[:40] + "..."
	}
	return fmt.Errorf("%q %w", text, err)
}
