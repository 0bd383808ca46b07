package h5ad

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// oneElement returns a scalar of strings or numbers as an array of one element.
func oneElement(scalar *hdf5.Array) (*hdf5.Array, error) {
	if texts, err := scalar.Strings(); err == nil {
		return hdf5.NewArray(texts)
	}
	numbers, err := scalar.Float64s()
	if err != nil {
		return nil, err
	}
	return hdf5.NewArray(numbers)
}

// sameValues reports whether two arrays have the same shape and hold the same
// strings or numbers. NaN is the same as NaN.
func sameValues(a, b *hdf5.Array) bool {
	if a == nil || b == nil || !slices.Equal(a.Shape(), b.Shape()) {
		return false
	}
	x, errX := a.Strings()
	y, errY := b.Strings()
	if errX == nil && errY == nil {
		return slices.Equal(x, y)
	}
	v, errV := a.Float64s()
	w, errW := b.Float64s()
	return errV == nil && errW == nil && slices.EqualFunc(v, w, func(v, w float64) bool { return v == w || v != v && w != w })
}

// plainArray returns the values of an array of numbers, strings or booleans in the
// types that Go has for them: those of an array datatype, and strings of fixed length, among them.
func plainArray(a *hdf5.Array) (*hdf5.Array, error) {
	switch data := a.Data().(type) {
	case []int8:
		return shaped(data, a.Shape())
	case []int16:
		return shaped(data, a.Shape())
	case []int32:
		return shaped(data, a.Shape())
	case []int64:
		return shaped(data, a.Shape())
	case []uint8:
		return shaped(data, a.Shape())
	case []uint16:
		return shaped(data, a.Shape())
	case []uint32:
		return shaped(data, a.Shape())
	case []uint64:
		return shaped(data, a.Shape())
	case []float32:
		return shaped(data, a.Shape())
	case []float64:
		return shaped(data, a.Shape())
	case []string:
		return shaped(data, a.Shape())
	case []bool:
		return shaped(data, a.Shape())
	}
	return nil, fmt.Errorf("elements of type %s: %w", a.Type(), hdf5.ErrType)
}

// shaped makes an array of a shape, which may be that of a scalar.
func shaped[T hdf5.Element](values []T, shape []int) (*hdf5.Array, error) {
	if len(shape) == 0 {
		return hdf5.NewScalar(values[0]), nil
	}
	return hdf5.NewArray(values, shape...)
}
