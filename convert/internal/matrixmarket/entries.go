package matrixmarket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/goloom/loom/convert/internal/textfile"
)

// A Number is a type that elements are read as.
type Number interface{ int32 | int64 | float64 }

// An entry is one element: its place, counted from 0, and its values.
type entry[T Number] struct {
	row, col int
	values   []T
}

// eachEntry calls visit with every entry of a file, in its order, and checks their
// number. The entry is valid until visit returns; of symmetric matrices, the mirrored
// ones come right after those that they mirror.
func eachEntry[T Number](ctx context.Context, f *File, visit func(r *textfile.Reader, e entry[T]) error) (err error) {
	r, err := textfile.Open(ctx, f.path, f.read)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	h, err := readHeader(r)
	if err != nil {
		return err
	}
	if h != f.header {
		return fmt.Errorf("%s has changed while it was read", f.path)
	}
	p := parser[T]{header: h, entry: entry[T]{values: make([]T, max(1, f.values))}}
	for r.Next() {
		line := bytes.TrimSpace(r.Line())
		if len(line) == 0 || line[0] == '%' {
			continue
		}
		if p.read == h.Entries {
			return r.Errorf("more than the %d entries that the header declares", h.Entries)
		}
		if err := p.parse(line); err != nil {
			return r.Errorf("%v", err)
		}
		p.read++
		if err := visit(r, p.entry); err != nil {
			return err
		}
		if h.Symmetry == "general" || p.entry.row == p.entry.col {
			continue
		}
		if err := visit(r, p.mirrored()); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	if p.read != h.Entries {
		return r.Errorf("the file ends after %d entries, the header declares %d", p.read, h.Entries)
	}
	return nil
}

// A parser makes entries of lines.
type parser[T Number] struct {
	header Header
	read   int64 // entries so far
	entry  entry[T]
}

// mirrored returns the entry on the other side of the diagonal.
func (p *parser[T]) mirrored() entry[T] {
	if p.header.Symmetry == "skew-symmetric" {
		for k := range p.entry.values {
			p.entry.values[k] = -p.entry.values[k]
		}
	}
	return entry[T]{p.entry.col, p.entry.row, p.entry.values}
}

// parse reads a line without blanks around it.
func (p *parser[T]) parse(line []byte) (err error) {
	rest := line
	if p.header.Format == "array" {
		p.entry.row, p.entry.col = int(p.read%int64(p.header.Rows)), int(p.read/int64(p.header.Rows))
	} else {
		if p.entry.row, rest, err = parsePosition(rest, "row", p.header.Rows); err != nil {
			return err
		}
		if p.entry.col, rest, err = parsePosition(rest, "column", p.header.Cols); err != nil {
			return err
		}
		if p.header.Symmetry != "general" && p.entry.row < p.entry.col {
			return fmt.Errorf("element (%d, %d) of a %s matrix, want those below the diagonal alone",
				p.entry.row+1, p.entry.col+1, p.header.Symmetry)
		}
	}
	if p.header.Field == "pattern" {
		p.entry.values[0] = 1
	} else {
		for k := range p.entry.values {
			var word []byte
			word, rest = nextWord(rest)
			if p.entry.values[k], err = parseValue[T](word, p.header.Field); err != nil {
				return err
			}
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("%.40q after the entry, want the end of the line", rest)
	}
	return nil
}

// nextWord returns the characters up to the next blank, and those after it.
func nextWord(line []byte) (word, rest []byte) {
	end := 0
	for end < len(line) && line[end] > ' ' {
		end++
	}
	next := end
	for next < len(line) && line[next] <= ' ' {
		next++
	}
	return line[:end], line[next:]
}

// parsePosition reads a position, which files count from 1.
func parsePosition(line []byte, what string, n int) (position int, rest []byte, err error) {
	word, rest := nextWord(line)
	if len(word) == 0 {
		return 0, nil, fmt.Errorf("no %s", what)
	}
	for _, c := range word {
		if c < '0' || c > '9' || position > n {
			return 0, nil, fmt.Errorf("%s %.40q, want a number from 1 to %d", what, word, n)
		}
		position = 10*position + int(c-'0')
	}
	if position < 1 || position > n {
		return 0, nil, fmt.Errorf("%s %.40q, want a number from 1 to %d", what, word, n)
	}
	return position - 1, rest, nil
}

// parseValue reads a value of an integer or a real matrix.
func parseValue[T Number](word []byte, field string) (T, error) {
	if n, ok := parseDigits(word); ok && int64(T(n)) == n {
		return T(n), nil
	}
	if len(word) == 0 {
		return 0, errors.New("no value")
	}
	if field == "integer" {
		n, err := strconv.ParseInt(string(word), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("value %.40q, want an integer of at most 64 bits", word)
		}
		if int64(T(n)) != n {
			return 0, fmt.Errorf("value %d, which %T cannot hold", n, T(0))
		}
		return T(n), nil
	}
	x, err := strconv.ParseFloat(string(word), 64)
	switch {
	case err != nil && !math.IsInf(x, 0):
		return 0, fmt.Errorf("value %.40q, want a number", word)
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, fmt.Errorf("value %.40q, want a finite number", word)
	case float64(T(x)) != x:
		return 0, fmt.Errorf("value %v, which %T cannot hold", x, T(0))
	}
	return T(x), nil
}

// parseDigits reads a short number of nothing but digits, the usual case.
func parseDigits(word []byte) (n int64, ok bool) {
	const exact = 15 // digits that every type but int32 holds
	if len(word) == 0 || len(word) > exact {
		return 0, false
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}
