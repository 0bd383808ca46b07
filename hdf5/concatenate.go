package hdf5

import (
	"fmt"
	"reflect"
	"slices"
)

// Concatenate returns the elements of arrays, one after the other along the first
// dimension. There is at least one, and they have one type, which may be a compound, and
// differ at most in their first dimension: other types are an error that wraps [ErrType],
// other shapes one that wraps [ErrSelection].
func Concatenate(arrays ...*Array) (*Array, error) {
	if len(arrays) == 0 {
		return nil, fmt.Errorf("nothing to put together: %w", ErrSelection)
	}
	first := arrays[0]
	if len(first.shape) == 0 {
		return nil, fmt.Errorf("a scalar cannot be continued: %w", ErrSelection)
	}
	out := &Array{dtype: first.dtype, shape: slices.Clone(first.shape)}
	for _, a := range arrays[1:] {
		if !first.dtype.Equal(a.dtype) {
			return nil, fmt.Errorf("%s values after other %s values: %w", a.dtype, first.dtype, ErrType)
		}
		if len(a.shape) == 0 || !slices.Equal(a.shape[1:], first.shape[1:]) {
			return nil, fmt.Errorf("shape %v after %v: %w", a.shape, first.shape, ErrSelection)
		}
		out.shape[0] += a.shape[0]
	}
	if _, ok := first.data.(*Records); ok {
		records, err := concatenateRecords(arrays)
		out.data = records
		return out, err
	}
	all := reflect.MakeSlice(reflect.TypeOf(first.data), 0, out.Len())
	for _, a := range arrays {
		all = reflect.AppendSlice(all, reflect.ValueOf(a.data))
	}
	out.data = all.Interface()
	return out, nil
}

// concatenateRecords puts together each field of arrays of compounds of equal type.
func concatenateRecords(arrays []*Array) (*Records, error) {
	out := &Records{}
	for i, field := range arrays[0].data.(*Records).fields {
		parts := make([]*Array, len(arrays))
		for k, a := range arrays {
			parts[k] = a.data.(*Records).fields[i].Values
		}
		values, err := Concatenate(parts...)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", field.Name, err)
		}
		out.fields = append(out.fields, Field{Name: field.Name, Values: values})
	}
	for _, a := range arrays {
		out.n += a.data.(*Records).n
	}
	return out, nil
}
