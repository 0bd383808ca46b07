package h5ad

import (
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
