package numpytext

import (
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// An Appender appends the text of the i-th entry of an array.
type Appender func(dst []byte, i int) []byte

// Entries returns what appends str(a[i]): of an array of one dimension, the
// texts of its values; of more, those of the arrays below the first dimension. A
// scalar is its own entry 0.
//
// Strings by themselves are appended as they are; in an array they are quoted,
// and in a record they are the bytes objects that h5py makes of them. It is an
// error that wraps [hdf5.ErrType] if the values are of none of the types that an
// Array holds.
//
// The Appender may be used concurrently.
func Entries(a *hdf5.Array) (Appender, error) {
	t, err := textsOf(a)
	if err != nil {
		return nil, err
	}
	shape := a.Shape()
	if len(shape) <= 1 {
		return Appender(t.scalar), nil
	}
	inner := shape[1:]
	width, places := product(inner), shown(inner)
	return func(dst []byte, i int) []byte {
		first := i * width
		column := t.column(shifted(places, first))
		return appendArray(dst, inner, func(dst []byte, k int) []byte { return column(dst, first+k) })
	}, nil
}

// Elements returns what appends the text of single elements of a matrix,
// counted in row-major order. Errors are those of [Entries]. Strings, which have
// no place in a matrix, are bytes objects here too.
func Elements(a *hdf5.Array) (Appender, error) {
	t, err := textsOf(a)
	if values, ok := a.Data().([]string); ok {
		t = bytesObjects(values)
	}
	return Appender(t.scalar), err
}

func shifted(places []int, by int) []int {
	out := make([]int, len(places))
	for k, p := range places {
		out[k] = p + by
	}
	return out
}

// An elementAppender appends the text of the i-th element of an array, counted
// in row-major order.
type elementAppender func(dst []byte, i int) []byte

// texts are the ways in which the elements of an array are written.
type texts struct {
	// scalar appends an element by itself.
	scalar elementAppender
	// column returns what appends elements that stand together and share a
	// format, which those at the given places decide.
	column func(places []int) elementAppender
}

// textsOf is the only place where the type of an array's values is looked at.
func textsOf(a *hdf5.Array) (texts, error) {
	switch values := a.Data().(type) {
	case []int8:
		return integers(values), nil
	case []int16:
		return integers(values), nil
	case []int32:
		return integers(values), nil
	case []int64:
		return integers(values), nil
	case []uint8:
		return integers(values), nil
	case []uint16:
		return integers(values), nil
	case []uint32:
		return integers(values), nil
	case []uint64:
		return integers(values), nil
	case []float32:
		return floats(values, 8*a.Type().Size()), nil
	case []float64:
		return floats(values, 64), nil
	case []complex64:
		return complexes(values, 32), nil
	case []complex128:
		return complexes(values, 64), nil
	case []bool:
		return bools(values), nil
	case []string:
		return stringTexts(values), nil
	case *hdf5.Records:
		return records(values, len(a.Shape()))
	case []*hdf5.Array:
		return sequences(values)
	case []hdf5.ObjectRef:
		return references(values), nil
	case [][]byte:
		return opaques(values), nil
	}
	return texts{}, fmt.Errorf("no text for %s values: %w", a.Type(), hdf5.ErrType)
}
