package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// lengthOf returns the number of positions on an axis, negative if the file has
// nothing yet that says so.
func lengthOf(conn *loom.Conn, axis loom.Axis) int {
	if conn.Layers().Has("") {
		rows, cols := conn.Shape()
		return [2]int{rows, cols}[axis]
	}
	attrs := attributesOf(conn, axis)
	for _, name := range attrs.Names() {
		if info, err := attrs.Stat(name); err == nil && len(info.Shape) > 0 {
			return info.Shape[0]
		}
	}
	return -1
}

// attribute reads the values of a row or column attribute.
func (s *setter) attribute(conn *loom.Conn, p part, source *textSource) (apply, error) {
	attrs, length := attributesOf(conn, p.axis), lengthOf(conn, p.axis)
	var like *loom.AttributeInfo
	if info, err := attrs.Stat(p.name); err == nil {
		like = &info
	}
	dtype, err := s.typeOf(p, like != nil, func() (string, bool) { return presentType(like.Type) })
	if err != nil {
		return nil, err
	}
	t := &textTable{name: "--value", height: length, thing: p.axis.String()}
	if source == nil {
		if length < 0 {
			return nil, fmt.Errorf("%v: the file has no %v yet for --value", p, p.axis)
		}
		t.texts = slices.Repeat([]string{s.value.text}, length)
		t.n, t.width = length, 1
	} else if err := t.read(source); err != nil {
		return nil, err
	}
	shape := []int{t.n}
	if t.width != 1 {
		shape = []int{t.n, t.width}
	}
	if like != nil && source != nil && len(like.Shape) > 1 && like.Shape[0] == t.n && width(like.Shape) == t.width {
		shape = like.Shape
	}
	values, err := t.values(dtype, shape)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, tx *loom.Tx) error { return attributesOf(tx, p.axis).Set(p.name, values) }, nil
}

// presentType is [textType], but names the datatype, too, if it is none of those.
func presentType(t *hdf5.Datatype) (string, bool) {
	if dtype, ok := textType(t); ok {
		return dtype, true
	}
	return t.String(), false
}

// global reads the value of a global attribute. One line of one field is one value,
// unless what is there is an array of one.
func (s *setter) global(conn *loom.Conn, p part, source *textSource) (apply, error) {
	var like *loom.Array
	there := conn.Attrs().Has(p.name)
	if there {
		like, _ = conn.Attrs().Get(p.name) // what cannot be read is replaced
	}
	dtype, err := s.typeOf(p, like != nil, func() (string, bool) { return presentType(like.Type()) })
	if err != nil {
		return nil, err
	}
	t := &textTable{name: "--value", height: -1, thing: "lines"}
	if source == nil {
		t.texts, t.n, t.width = []string{s.value.text}, 1, 1
	} else if err := t.read(source); err != nil {
		return nil, err
	}
	values, err := t.values(dtype, globalShape(t, like))
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, tx *loom.Tx) error { return tx.Attrs().Set(p.name, values) }, nil
}

// globalShape returns the shape of a global attribute that takes the place of
// like, which may be nil.
func globalShape(t *textTable, like *loom.Array) []int {
	if like != nil && len(like.Shape()) > 0 && like.Shape()[0] == t.n && width(like.Shape()) == t.width {
		return like.Shape()
	}
	switch {
	case t.n == 1 && t.width == 1:
		return nil
	case t.width == 1:
		return []int{t.n}
	}
	return []int{t.n, t.width}
}

// A textTable is lines of as many fields each.
type textTable struct {
	name   string // of the source
	height int    // lines that there must be, negative for any number
	thing  string // what lines stand for

	texts    []string // row by row
	n, width int
	first    int // number of the first line
}

// read reads a whole source.
func (t *textTable) read(s *textSource) error {
	t.name, t.first, t.width = s.name, s.line+1, 1
	for {
		line, ok, err := s.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		texts := splitFields(line)
		if t.n == 0 {
			t.width = len(texts)
		}
		if len(texts) != t.width {
			return s.failed("%s, expected %d as in the first line", count(len(texts), "field"), t.width)
		}
		if t.n == t.height {
			return s.failed("more lines than the %d %s", t.height, t.thing)
		}
		t.n++
		t.texts = append(t.texts, texts...)
	}
	if t.height >= 0 && t.n != t.height {
		return fmt.Errorf("%s: %s, expected %d, one for each of the %s", t.name, count(t.n, "line"), t.height, t.thing)
	}
	return nil
}

// values returns the values in a type, guessed if it is "", and a shape.
func (t *textTable) values(dtype string, shape []int) (*loom.Array, error) {
	if dtype == "" {
		dtype = guessType(t.texts)
	}
	return parseValues(t.texts, dtype, shape, t.failed)
}

// failed says what is wrong with the i-th field.
func (t *textTable) failed(i int, err error) error {
	if t.first == 0 {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if t.width == 1 {
		return fmt.Errorf("%s:%d: %w", t.name, t.first+i, err)
	}
	return fmt.Errorf("%s:%d: field %d: %w", t.name, t.first+i/t.width, i%t.width+1, err)
}
