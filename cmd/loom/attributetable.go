package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goloom/loom"
)

// readAttrs reads a table of column attributes, with a line for each of n
// columns below a line of names.
func (a *columnAdder) readAttrs(conn *loom.Conn, n int) (_ map[string]*loom.Array, err error) {
	source, err := openText(a.cmd, a.attrs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	line, ok, err := source.next()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s: no lines, expected one of names and %d of values", source.name, n)
	}
	heads, err := tableHeads(conn.ColAttrs(), splitFields(line))
	if err != nil {
		return nil, source.failed("%w", err)
	}
	t := &textTable{height: n, thing: "new columns"}
	if err := t.read(source); err != nil {
		return nil, err
	}
	if t.n > 0 && t.width != len(splitFields(line)) {
		return nil, fmt.Errorf("%s:%d: %s, expected %d as there are names", t.name, t.first, count(t.width, "field"), len(splitFields(line)))
	}
	attrs := make(map[string]*loom.Array, len(heads))
	for _, head := range heads {
		if attrs[head.name], err = head.values(conn.ColAttrs(), t); err != nil {
			return nil, err
		}
	}
	return attrs, nil
}

// A tableHead is an attribute and its fields, which follow each other.
type tableHead struct {
	name   string
	first  int // of its fields
	width  int
	vector bool // the fields are headed NAME[0], NAME[1] and so on
}

// tableHeads finds out which fields belong to which attribute.
func tableHeads(attrs *loom.Attributes, names []string) ([]tableHead, error) {
	var heads []tableHead
	taken := map[string]bool{}
	for i, name := range names {
		name = unescapeText(name)
		if name == "" {
			return nil, fmt.Errorf("field %d: no name", i+1)
		}
		if base, at, ok := placed(name); ok && !attrs.Has(name) {
			if last := len(heads) - 1; at > 0 && last >= 0 && heads[last].vector && heads[last].name == base && heads[last].width == at {
				heads[last].width++
				continue
			}
			if at == 0 && !taken[base] {
				heads = append(heads, tableHead{base, i, 1, true})
				taken[base] = true
				continue
			}
			return nil, fmt.Errorf("field %d: %q does not follow the field before it", i+1, name)
		}
		if taken[name] {
			return nil, fmt.Errorf("field %d: %q for the second time", i+1, name)
		}
		heads = append(heads, tableHead{name, i, 1, false})
		taken[name] = true
	}
	return heads, nil
}

// placed takes apart a name such as UMAP[1].
func placed(name string) (base string, at int, ok bool) {
	base, index, found := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if !found || base == "" || !strings.HasSuffix(name, "]") {
		return "", 0, false
	}
	at, err := strconv.Atoi(index)
	return base, at, err == nil && at >= 0
}

// values returns the values of the attribute, in the type of one of the file that
// has its name, if there is one.
func (h tableHead) values(attrs *loom.Attributes, t *textTable) (*loom.Array, error) {
	texts := make([]string, 0, t.n*h.width)
	for i := range t.n {
		texts = append(texts, t.texts[i*t.width+h.first:][:h.width]...)
	}
	shape := []int{t.n}
	if h.vector {
		shape = []int{t.n, h.width}
	}
	dtype := ""
	if info, err := attrs.Stat(h.name); err == nil {
		dtype, _ = presentType(info.Type)
		if len(info.Shape) > 2 && width(info.Shape) == h.width {
			shape = append([]int{t.n}, info.Shape[1:]...)
		}
	}
	if dtype == "" {
		dtype = guessType(texts)
	}
	return parseValues(texts, dtype, shape, func(i int, err error) error {
		return t.failed(i/h.width*t.width+h.first+i%h.width, fmt.Errorf("%s: %w", h.name, err))
	})
}
