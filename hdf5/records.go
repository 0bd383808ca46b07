package hdf5

import (
	"fmt"
	"slices"
)

// Records holds the values of a compound, field by field.
type Records struct {
	fields []Field
	n      int
}

// A Field is one field of all the records. Its values have the shape of the
// Array that holds the records, followed by the field's own dimensions.
type Field struct {
	Name   string
	Values *Array
}

// Fields returns the fields in the file's order.
func (r *Records) Fields() []Field { return r.fields }

// Len returns the number of records.
func (r *Records) Len() int { return r.n }

// Field returns the values of the named field, or nil.
func (r *Records) Field(name string) *Array {
	for _, f := range r.fields {
		if f.Name == name {
			return f.Values
		}
	}
	return nil
}

// NewRecords makes an Array of compounds of the given type around the values of its
// members, in their order, without copying them. The values of each have the shape, which
// defaults to one dimension, followed by the member's own dimensions. It is an error that
// wraps [ErrType] if t is no compound, or has members of other types, and [ErrSelection]
// if a shape is another one.
//
//	point, err := hdf5.CompoundOf(hdf5.Member{Name: "x", Type: float64Type}, hdf5.Member{Name: "y", Type: float64Type})
//	points, err := hdf5.NewRecords(point, []*hdf5.Array{x, y})
func NewRecords(t *Datatype, values []*Array, shape ...int) (*Array, error) {
	if t.class != Compound || len(values) != len(t.members) {
		return nil, fmt.Errorf("%d values for a type %s of %d members: %w", len(values), t, len(t.members), ErrType)
	}
	if len(shape) == 0 && len(values[0].shape) > 0 {
		shape = values[0].shape[:1]
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	records := &Records{n: n}
	for i, m := range t.members {
		if !m.Type.Equal(values[i].dtype) && !heldAlike(m.Type, values[i].dtype) {
			return nil, fmt.Errorf("%s values for the member %q, of type %s: %w", values[i].dtype, m.Name, m.Type, ErrType)
		}
		if want := slices.Concat(shape, m.Dims); !slices.Equal(values[i].shape, want) {
			return nil, fmt.Errorf("shape %v of the member %q, want %v: %w", values[i].shape, m.Name, want, ErrSelection)
		}
		records.fields = append(records.fields, Field{Name: m.Name, Values: &Array{dtype: m.Type, shape: values[i].shape, data: values[i].data}})
	}
	return &Array{dtype: t, shape: slices.Clone(shape), data: records}, nil
}

// Records returns the values of an array of compounds, or an error that wraps
// [ErrType].
func (a *Array) Records() (*Records, error) {
	records, ok := a.data.(*Records)
	if !ok {
		return nil, fmt.Errorf("%s values, not compound: %w", a.dtype, ErrType)
	}
	return records, nil
}

func (r *Records) selectFrom(positions []int, shape []int) (*Records, error) {
	out := &Records{n: len(positions)}
	for _, d := range shape[1:] {
		out.n *= d
	}
	for _, f := range r.fields {
		values, err := f.Values.Select(positions)
		if err != nil {
			return nil, err
		}
		out.fields = append(out.fields, Field{Name: f.Name, Values: values})
	}
	return out, nil
}

// reshape gives the fields, which were decoded as one row, the shape of the Array that
// holds the records.
func (r *Records) reshape(shape []int) {
	for _, f := range r.fields {
		f.Values.shape = slices.Concat(shape, f.Values.dtype.dims)
		if records, ok := f.Values.data.(*Records); ok {
			records.reshape(f.Values.shape)
		}
	}
}
