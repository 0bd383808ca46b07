package main

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
)

// attribute prints a row or column attribute, or some of its values.
func (g *getter) attribute(axis loom.Axis, name string) error {
	attrs, kind, group, other := g.conn.RowAttrs(), "row attribute", "row_attrs/", "cols"
	if axis == loom.Columns {
		attrs, kind, group, other = g.conn.ColAttrs(), "column attribute", "col_attrs/", "rows"
	}
	if !attrs.Has(name) {
		return missing(g.conn, kind, group+name, name, attrs.Names())
	}
	if err := g.refuse(kind, other); err != nil {
		return err
	}
	values, err := attrs.Get(name)
	if err != nil {
		return err
	}
	if g.rows.given || g.cols.given {
		if values, err = g.selected(axis, values); err != nil {
			return err
		}
	}
	return g.array(name, values)
}

// selected picks values of an attribute.
func (g *getter) selected(axis loom.Axis, values *loom.Array) (*loom.Array, error) {
	shape := values.Shape()
	if len(shape) == 0 {
		return nil, errors.New("the attribute is a single value, there is nothing to select from")
	}
	s, err := g.selection(axis, shape[0])
	if err != nil {
		return nil, err
	}
	return values.Select(s.positions())
}

// global prints a global attribute.
func (g *getter) global(name string) error {
	attrs := g.conn.Attrs()
	if !attrs.Has(name) {
		return missing(g.conn, "global attribute", "attrs/"+name, name, attrs.Names())
	}
	if err := g.refuse("global attribute", "rows", "cols"); err != nil {
		return err
	}
	values, err := attrs.Get(name)
	if err != nil {
		return err
	}
	return g.array(name, values)
}

// array prints a whole array. Its columns are named after it in the header:
// PCA[0], PCA[1] and so on if it has several.
func (g *getter) array(name string, values *loom.Array) error {
	shape := values.Shape()
	if g.header && len(shape) < 2 {
		g.lines.text(name)
	}
	if g.header && len(shape) >= 2 {
		for i := range width(shape) {
			if i > 0 {
				g.lines.tab()
			}
			g.lines.text(name + place(i, shape[1:]))
		}
	}
	if g.header {
		if err := g.lines.end(); err != nil {
			return err
		}
	}
	return g.lines.array(values)
}

// place returns the indexes, in brackets, of the i-th element of an array.
func place(i int, shape []int) string {
	text := ""
	for d := len(shape) - 1; d > 0; d-- {
		text = fmt.Sprintf(",%d%s", i%shape[d], text)
		i /= shape[d]
	}
	return fmt.Sprintf("[%d%s]", i, text)
}
