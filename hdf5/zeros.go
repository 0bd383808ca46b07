package hdf5

import "fmt"

// Zeros returns an Array of the given shape, followed by the dimensions of t if it is an
// array datatype, whose elements are what HDF5 fills with by default: zeros, false, empty
// strings and sequences, and compounds of them. It is an error that wraps
// [ErrUnsupported] if values of the type cannot be read.
func Zeros(t *Datatype, shape ...int) (*Array, error) {
	full := append(append([]int{}, shape...), t.dims...)
	n, err := elements(full)
	if err != nil {
		return nil, err
	}
	a := &Array{dtype: t, shape: full}
	switch t.class {
	case Integer, Float, Enum:
		a.data, _ = makeNumbers(t, n)
	case Bool:
		a.data = make([]bool, n)
	case Complex:
		if t.Size() == 8 {
			a.data = make([]complex64, n)
		} else {
			a.data = make([]complex128, n)
		}
	case String:
		a.data = make([]string, n)
	case Reference:
		a.data = make([]ObjectRef, n)
	case Opaque:
		values := make([][]byte, n)
		for i := range values {
			values[i] = make([]byte, t.Size())
		}
		a.data = values
	case Sequence:
		values := make([]*Array, n)
		for i := range values {
			if values[i], err = Zeros(t.base, 0); err != nil {
				return nil, err
			}
		}
		a.data = values
	case Compound:
		a.data, err = zeroRecords(t, full, n)
	default:
		err = fmt.Errorf("values of type %s: %w", t, ErrUnsupported)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

func zeroRecords(t *Datatype, shape []int, n int) (*Records, error) {
	records := &Records{n: n}
	for _, m := range t.members {
		values, err := Zeros(m.Type, shape...)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", m.Name, err)
		}
		records.fields = append(records.fields, Field{Name: m.Name, Values: values})
	}
	return records, nil
}
