package loom

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// allNames returns what is in any of the lists of names of the sources, in the order
// in which they have it.
func (c *combination) allNames(names func(*mergeSource) []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, s := range c.sources {
		for _, name := range names(s) {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	return all
}

// attributeNames is allNames without those that are skipped.
func (c *combination) attributeNames(names func(*mergeSource) []string) []string {
	return slices.DeleteFunc(c.allNames(names), func(name string) bool { return c.settings.skip[name] })
}

// writeColumnAttributes writes the column attributes that can be combined.
func (c *combination) writeColumnAttributes(ctx context.Context, e *edit) error {
	return c.eachColumnAttribute(ctx, func(name string, values *Array) error {
		return e.setAttribute(ctx, Columns, name, values)
	})
}

// eachColumnAttribute combines the column attributes one by one.
func (c *combination) eachColumnAttribute(ctx context.Context, yield func(name string, values *Array) error) error {
	lengths := make([]int, len(c.sources))
	for i, s := range c.sources {
		lengths[i] = s.width
	}
	names := c.attributeNames(func(s *mergeSource) []string { return s.colAttrs.names })
	for name := range c.globals.converted {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	err := eachAhead(ctx, names, yield, func(ctx context.Context, name string) (*Array, error) {
		return c.columnAttribute(ctx, name, lengths)
	})
	if err != nil {
		return fmt.Errorf("column %w", err)
	}
	return nil
}

// eachAhead yields what there is of each name, unless it is nil, while the next is made.
func eachAhead(ctx context.Context, names []string, yield func(name string, values *Array) error,
	of func(ctx context.Context, name string) (*Array, error)) error {
	type attribute struct {
		name   string
		values *Array
	}
	made := func(ctx context.Context) iter.Seq2[attribute, error] {
		return func(yield func(attribute, error) bool) {
			for _, name := range names {
				values, err := of(ctx, name)
				if !yield(attribute{name, values}, err) || err != nil {
					return
				}
			}
		}
	}
	for a, err := range prefetched(ctx, made) {
		if err == nil && a.values != nil {
			err = yield(a.name, a.values)
		}
		if err != nil {
			return fmt.Errorf("attribute %q: %w", a.name, err)
		}
	}
	return nil
}

// columnAttribute returns the values of a column attribute in all columns, nil if it
// is lost.
func (c *combination) columnAttribute(ctx context.Context, name string, lengths []int) (*Array, error) {
	rule, globals := fillRule{c.settings.add.fill, c.settings.add.autoFill}, c.globals.converted[name]
	if globals != nil {
		rule = fillRule{auto: true}
	}
	parts := make([]*Array, len(c.sources))
	for i, s := range c.sources {
		var err error
		if parts[i], err = s.column(ctx, name); err != nil {
			return nil, err
		}
		if parts[i] == nil && globals != nil && globals[i] != nil {
			if parts[i], err = repeated(globals[i], append([]int{s.width}, globals[i].Shape()...)); err != nil {
				return nil, err
			}
		}
		if parts[i] != nil && !isStorable(parts[i].Type()) {
			c.loseColumns(name, fmt.Sprintf("%s has values of type %s", s.filename, parts[i].Type()))
			return nil, nil
		}
	}
	if !sameKept(parts) {
		c.loseColumns(name, "the files have values of different types")
		return nil, nil
	}
	values, outcome, err := rule.merge(name, parts, lengths)
	switch outcome {
	case missing:
		i := slices.Index(parts, nil)
		c.loseColumns(name, c.sources[i].filename+" lacks it")
	case misshapen:
		c.loseColumns(name, "the files have elements of different shapes")
	}
	return values, err
}

// loseColumns notes that a column attribute is lost of all sources that have it.
func (c *combination) loseColumns(name, reason string) {
	for _, s := range c.sources {
		if s.colAttrs.Has(name) {
			c.lose(s, colAttrLoss, name, "%s", reason)
		}
	}
}

// isStorable reports whether an attribute can have values of this type.
func isStorable(t *hdf5.Datatype) bool { return isPlain(t) || isKept(t) }

// sameKept reports whether values that there are can be put one after the other as far as
// types are concerned that are stored as they are: they do not become others.
func sameKept(parts []*Array) bool {
	var first *Array
	kept := false
	for _, part := range parts {
		if part == nil {
			continue
		}
		if first == nil {
			first = part
		}
		kept = kept || isKept(part.Type())
		if kept && !first.Type().Equal(part.Type()) {
			return false
		}
	}
	return true
}

// writeLabels writes the attribute that names the source of each column.
func (c *combination) writeLabels(ctx context.Context, e *edit) error {
	name := c.settings.label
	if name == "" {
		return nil
	}
	var labels []string
	for _, s := range c.sources {
		if s.colAttrs.Has(name) && !c.settings.skip[name] {
			return s.colAttrs.failed(name, fmt.Errorf("is there already, so that it cannot be the label: %w", ErrName))
		}
		labels = append(labels, slices.Repeat([]string{s.label}, s.width)...)
	}
	values, err := hdf5.NewArray(labels)
	if err != nil {
		return err
	}
	if err := e.setAttribute(ctx, Columns, name, values); err != nil {
		return fmt.Errorf("column attribute %q: %w", name, err)
	}
	return nil
}

// writeRowAttributes writes the row attributes: of each row, what the first source
// has that has the attribute and the row.
func (c *combination) writeRowAttributes(ctx context.Context, e *edit) error {
	names := c.attributeNames(func(s *mergeSource) []string { return s.rowAttrs.names })
	err := eachAhead(ctx, names, func(name string, values *Array) error {
		return e.setAttribute(ctx, Rows, name, values)
	}, c.rowAttribute)
	if err != nil {
		return fmt.Errorf("row %w", err)
	}
	return nil
}

// rowAttribute returns the values of a row attribute in all rows, nil if it is lost.
func (c *combination) rowAttribute(ctx context.Context, name string) (*Array, error) {
	var all *Array
	var owner *mergeSource      // that all came from at first
	has := make([]bool, c.rows) // which rows have a value in all
	for _, s := range c.sources {
		if !s.rowAttrs.Has(name) {
			continue
		}
		values, err := s.rowAttrs.get(ctx, name)
		if err != nil {
			return nil, err
		}
		if shape := values.Shape(); len(shape) == 0 || shape[0] != s.rows {
			return nil, s.rowAttrs.failed(name, fmt.Errorf("shape %v for %d rows: %w", shape, s.rows, ErrShape))
		}
		if !isStorable(values.Type()) {
			c.lose(s, rowAttrLoss, name, "it has values of type %s", values.Type())
			continue
		}
		if values, err = normalized(values); err != nil {
			return nil, s.rowAttrs.failed(name, err)
		}
		if owner == nil {
			owner = s
		}
		if all, err = c.addRows(s, name, owner, all, values, has); err != nil {
			return nil, s.rowAttrs.failed(name, err)
		}
	}
	return c.fillRows(name, all, has)
}

// addRows adds to all, the values of a row attribute so far, those of a source for
// rows that have none. It compares the others.
func (c *combination) addRows(s *mergeSource, name string, owner *mergeSource, all, values *Array, has []bool) (*Array, error) {
	if s.inOrder(c.rows) {
		switch {
		case all == nil: // and no row has a value
			for i := range has {
				has[i] = true
			}
			return values, nil
		case !slices.Contains(has, false) && identical(all, values):
			return all, nil
		}
	}
	if all == nil {
		var err error
		if all, err = (fillRule{auto: true}).filled(name, values, c.rows); err != nil {
			return nil, err
		}
	}
	if !slices.Equal(all.Shape()[1:], values.Shape()[1:]) {
		c.lose(s, rowAttrLoss, name, "it has elements of shape %v, those of %s have %v", values.Shape()[1:], owner.filename, all.Shape()[1:])
		return all, nil
	}
	both, err := concatenated(all, values)
	if errors.Is(err, ErrType) {
		c.lose(s, rowAttrLoss, name, "it has values of type %s, those of %s are of another type, %s", values.Type(), owner.filename, all.Type())
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	same := sameElements(both)
	from := make([]int, c.rows) // where both has the values of each row
	added, differ := false, 0
	for i, row := range s.at {
		from[i] = i
		switch {
		case row < 0:
		case !has[i]:
			has[i], added = true, true
			from[i] = c.rows + row
		case !same(i, c.rows+row):
			differ++
		}
	}
	if differ > 0 {
		c.lose(s, rowAttrLoss, name, "it differs from that of %s in %d of %d rows", owner.filename, differ, c.rows)
	}
	if !added {
		return all, nil
	}
	return both.Select(from)
}

// inOrder reports whether all rows of the source are the rows of the result, of which there are n.
func (m *mergeSource) inOrder(n int) bool {
	if m.rows != n || len(m.at) != n {
		return false
	}
	for i, row := range m.at {
		if row != i {
			return false
		}
	}
	return true
}

// fillRows puts the value that is given for an attribute, if there is one, where no
// source has a value.
func (c *combination) fillRows(name string, all *Array, has []bool) (*Array, error) {
	if all == nil || c.settings.add.fill[name] == nil || !slices.Contains(has, false) {
		return all, nil
	}
	values, err := (fillRule{values: c.settings.add.fill}).filled(name, all, c.rows)
	if err != nil {
		return nil, err
	}
	both, err := concatenated(all, values)
	if err != nil {
		return nil, err
	}
	from := make([]int, c.rows)
	for i := range from {
		from[i] = i
		if !has[i] {
			from[i] = c.rows + i
		}
	}
	return both.Select(from)
}
