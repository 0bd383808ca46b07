// Package columns turns the attributes of rows or columns into the columns of a
// table.
package columns

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A Column is one value for each row or column of a file: numbers, strings or
// booleans.
type Column struct {
	Name   string
	Values *loom.Array // of one dimension
}

// Of returns the attributes, each in one column, or if it has two dimensions in one for each
// position of the second: UMAP_1 and UMAP_2 of UMAP. Attributes that are no columns
// are left out, which the notes say. All are held in memory.
func Of(attrs *loom.Attributes, length int) (all []Column, notes []string, err error) {
	for _, name := range attrs.Names() {
		values, err := attrs.Get(name)
		if err != nil {
			return nil, nil, err
		}
		split, why := split(name, values, length)
		if why != "" {
			notes = append(notes, fmt.Sprintf("left out the attribute %q, which %s", name, why))
		}
		all = append(all, split...)
	}
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.Name] {
			return nil, nil, fmt.Errorf("two columns of the table would be called %q: %w", c.Name, loom.ErrExist)
		}
		seen[c.Name] = true
	}
	return all, notes, nil
}

// split returns the columns of one attribute, or why it has none.
func split(name string, values *loom.Array, length int) (columns []Column, why string) {
	shape := values.Shape()
	if len(shape) == 0 || len(shape) > 2 || shape[0] != length {
		return nil, fmt.Sprintf("has the shape %v for a length of %d", shape, length)
	}
	if values.Type().Class() == hdf5.Enum {
		values = plainIntegers(values)
	}
	width := 1
	if len(shape) == 2 {
		width = shape[1]
	}
	for k := range width {
		column, err := columnOf(values, k, width)
		if err != nil {
			return nil, fmt.Sprintf("has values of the type %s", values.Type())
		}
		c := Column{Name: name, Values: column}
		if len(shape) == 2 {
			c.Name = fmt.Sprintf("%s_%d", name, k+1)
		}
		columns = append(columns, c)
	}
	return columns, ""
}

// plainIntegers returns the numbers that stand for the names of an enumeration.
func plainIntegers(values *loom.Array) *loom.Array {
	numbers, err := values.Int64s()
	if err != nil {
		return values
	}
	plain, err := hdf5.NewArray(numbers, values.Shape()...)
	if err != nil {
		return values
	}
	return plain
}

// errNoColumn is why values do not go into a column.
var errNoColumn = errors.New("no type of a column")

// columnOf returns every width-th value from the k-th on.
func columnOf(values *loom.Array, k, width int) (*loom.Array, error) {
	if width == 1 && len(values.Shape()) == 1 && known(values) {
		return values, nil
	}
	switch data := values.Data().(type) {
	case []int8:
		return every(data, k, width)
	case []int16:
		return every(data, k, width)
	case []int32:
		return every(data, k, width)
	case []int64:
		return every(data, k, width)
	case []uint8:
		return every(data, k, width)
	case []uint16:
		return every(data, k, width)
	case []uint32:
		return every(data, k, width)
	case []uint64:
		return every(data, k, width)
	case []float32:
		return every(data, k, width)
	case []float64:
		return every(data, k, width)
	case []bool:
		return every(data, k, width)
	case []string:
		return every(data, k, width)
	}
	return nil, errNoColumn
}

// known reports whether values are of one of the types of columnOf.
func known(values *loom.Array) bool {
	switch values.Type().Class() {
	case hdf5.Integer, hdf5.Float, hdf5.Bool, hdf5.String:
		return true
	}
	return false
}

func every[T hdf5.Element](data []T, k, width int) (*loom.Array, error) {
	picked := make([]T, 0, len(data)/width)
	for i := k; i < len(data); i += width {
		picked = append(picked, data[i])
	}
	return hdf5.NewArray(picked)
}

// Attributes that usually have the names of rows and columns, the best first.
var usual = map[loom.Axis][]string{
	loom.Rows:    {"Gene", "Accession", "Name"},
	loom.Columns: {"CellID", "Cell", "Barcode"},
}

// Names returns the attribute that names the rows or columns: the wanted one, or if
// wanted is "" the first of Gene, Accession and Name, or of CellID, Cell and Barcode, that has a
// string for each. It is an error that wraps [loom.ErrNotExist] if there is no
// such attribute as wanted; without one of the usual ones the names are nil.
func Names(attrs *loom.Attributes, axis loom.Axis, wanted string, length int) (attribute string, names []string, err error) {
	if wanted != "" {
		names, err = attrs.Strings(wanted)
		if err == nil && len(names) != length {
			err = fmt.Errorf("attribute %q has %d values for %d %s: %w", wanted, len(names), length, axis, loom.ErrShape)
		}
		return wanted, names, err
	}
	for _, name := range usual[axis] {
		if !slices.Contains(attrs.Names(), name) {
			continue
		}
		if names, err := attrs.Strings(name); err == nil && len(names) == length {
			return name, names, nil
		}
	}
	return "", nil, nil
}
