package table

import (
	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/columns"
)

// metadataPart returns what writes the attributes of an axis as a table.
func metadataPart(ds *loom.Conn, path string, axis loom.Axis, attrs *loom.Attributes, names string) (part, []string, error) {
	length, cols := ds.Shape()
	if axis == loom.Columns {
		length = cols
	}
	all, notes, err := columns.Of(attrs, length)
	if err != nil {
		return part{}, nil, err
	}
	key, values, err := columns.Names(attrs, axis, names, length)
	if err != nil {
		return part{}, nil, err
	}
	return part{path: path, write: func(w *writer) error { return w.columns(key, values, all, length) }}, notes, nil
}

// columns writes a line for each position, the key in front.
func (w *writer) columns(key string, names []string, all []columns.Column, length int) error {
	if err := w.text(key); err != nil {
		return err
	}
	var fields []func(i int) error
	for _, c := range all {
		if c.Name == key {
			continue
		}
		if err := w.text(c.Name); err != nil {
			return err
		}
		field, err := w.fieldsOf(c.Values)
		if err != nil {
			return err
		}
		fields = append(fields, field)
	}
	if err := w.end(); err != nil {
		return err
	}
	for i := range length {
		if err := w.text(nameAt(names, i)); err != nil {
			return err
		}
		for _, field := range fields {
			if err := field(i); err != nil {
				return err
			}
		}
		if err := w.end(); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf returns what writes the i-th of some values.
func (w *writer) fieldsOf(values *loom.Array) (func(i int) error, error) {
	if texts, err := values.Strings(); err == nil {
		return func(i int) error { return w.text(texts[i]) }, nil
	}
	text, err := textOf(values)
	return func(i int) error {
		w.number(text, i)
		return nil
	}, err
}
