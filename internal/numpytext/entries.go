package numpytext

import (
	"fmt"
	"sync"

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
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		s.places = shifted(s.places[:0], places, first)
		column := t.column(s, s.places)
		return appendArray(dst, inner, func(dst []byte, k int) []byte { return column(dst, first+k) })
	}, nil
}

// A FieldsAppender appends the texts of the elements of an array from one up to another, counted
// in row-major order, each followed by a tab.
type FieldsAppender func(dst []byte, first, end int) []byte

// Fields returns what appends the elements of a matrix. Errors are those of [Entries].
// Strings, which have no place in a matrix, are bytes objects here.
//
// The FieldsAppender may be used concurrently.
func Fields(a *hdf5.Array) (FieldsAppender, error) {
	t, err := textsOf(a)
	if err != nil {
		return nil, err
	}
	if values, ok := a.Data().([]string); ok {
		t = bytesObjects(values)
	}
	if t.fields != nil {
		return t.fields, nil
	}
	return func(dst []byte, first, end int) []byte {
		for i := first; i < end; i++ {
			dst = append(t.scalar(dst, i), '\t')
		}
		return dst
	}, nil
}

// scratch is memory that is used again and again.
type scratch struct {
	places   []int
	deciding []float64
	style    floatStyle
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// shifted appends places that are so much further behind.
func shifted(dst, places []int, by int) []int {
	for _, p := range places {
		dst = append(dst, p+by)
	}
	return dst
}

// An elementAppender appends the text of the i-th element of an array, counted
// in row-major order.
type elementAppender func(dst []byte, i int) []byte

// texts are the ways in which the elements of an array are written.
type texts struct {
	// scalar appends an element by itself.
	scalar elementAppender
	// column returns what appends elements that stand together and share a
	// format, which those at the given places decide. It may use the scratch.
	column func(s *scratch, places []int) elementAppender
	// fields, if not nil, is a faster way than scalar to append many.
	fields FieldsAppender
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
