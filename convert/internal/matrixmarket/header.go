package matrixmarket

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/sparse"
)

// A Header is what a file says of itself.
type Header struct {
	Format   string // "coordinate" or "array"
	Field    string // "integer", "real" or "pattern"
	Symmetry string // "general", "symmetric" or "skew-symmetric"

	Rows, Cols int
	Entries    int64 // lines after the header; more elements of the matrix if it is symmetric
}

// Banner begins every file.
const Banner = "%%MatrixMarket"

// readHeader reads the lines up to the one with the size.
func readHeader(r *textfile.Reader) (Header, error) {
	if !r.Next() {
		if err := r.Err(); err != nil {
			return Header{}, err
		}
		return Header{}, fmt.Errorf("%w: the file is empty, want %s", r.Errorf("no first line"), Banner)
	}
	h, err := parseBanner(r)
	if err != nil {
		return h, err
	}
	for r.Next() {
		line := bytes.TrimSpace(r.Line())
		if len(line) > 0 && line[0] != '%' {
			return h, h.parseSize(r)
		}
	}
	if err := r.Err(); err != nil {
		return h, err
	}
	return h, r.Errorf("the file ends before the line with the size")
}

// parseBanner reads the first line.
func parseBanner(r *textfile.Reader) (h Header, err error) {
	words := strings.Fields(strings.ToLower(string(r.Line())))
	if len(words) == 0 || words[0] != strings.ToLower(Banner) {
		return h, r.Errorf("begins with %.40q, want %s", r.Line(), Banner)
	}
	if len(words) != 5 || words[1] != "matrix" {
		return h, r.Errorf("%.100q, want %s matrix FORMAT FIELD SYMMETRY", r.Line(), Banner)
	}
	h = Header{Format: words[2], Field: words[3], Symmetry: words[4]}
	switch h.Field {
	case "unsigned-integer":
		h.Field = "integer"
	case "double":
		h.Field = "real"
	}
	if err := h.check(); err != nil {
		return h, r.Errorf("%v", err)
	}
	return h, nil
}

// check refuses what this package does not read.
func (h Header) check() error {
	for _, c := range []struct {
		what, is string
		known    []string
	}{
		{"format", h.Format, []string{"coordinate", "array"}},
		{"field", h.Field, []string{"integer", "real", "pattern"}},
		{"symmetry", h.Symmetry, []string{"general", "symmetric", "skew-symmetric"}},
	} {
		known := false
		for _, name := range c.known {
			known = known || name == c.is
		}
		if !known {
			return fmt.Errorf("%s %.40q, want %s", c.what, c.is, strings.Join(c.known, ", "))
		}
	}
	if h.Format == "array" && (h.Field == "pattern" || h.Symmetry != "general") {
		return fmt.Errorf("array that is %s and %s, want integer or real, and general", h.Field, h.Symmetry)
	}
	return nil
}

// parseSize reads the line with the size.
func (h *Header) parseSize(r *textfile.Reader) error {
	words := strings.Fields(string(r.Line()))
	want := []string{"rows", "columns", "entries"}
	if h.Format == "array" {
		want = want[:2]
	}
	if len(words) != len(want) {
		return r.Errorf("%.100q, want the numbers of %s", r.Line(), strings.Join(want, ", "))
	}
	numbers := make([]int64, len(want))
	for i, word := range words {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n < 0 {
			return r.Errorf("%.40q %s, want a number", word, want[i])
		}
		if i < 2 && n > sparse.MaxDim {
			return r.Errorf("%d %s, want at most %d", n, want[i], sparse.MaxDim)
		}
		numbers[i] = n
	}
	h.Rows, h.Cols = int(numbers[0]), int(numbers[1])
	if h.Format == "array" {
		h.Entries = numbers[0] * numbers[1]
	} else {
		h.Entries = numbers[2]
	}
	if h.Symmetry != "general" && h.Rows != h.Cols {
		return r.Errorf("%d rows and %d columns of a %s matrix, want equally many", h.Rows, h.Cols, h.Symmetry)
	}
	return nil
}
