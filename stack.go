package loom

import (
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// stackArrays puts arrays of one type, of one or two dimensions and of equal
// length side by side. There is at least one.
func stackArrays(arrays []*Array) (*Array, error) {
	first := arrays[0]
	for _, a := range arrays {
		shape := a.Shape()
		if len(shape) != 1 && len(shape) != 2 {
			return nil, fmt.Errorf("shape %v, want one or two dimensions: %w", shape, ErrShape)
		}
		if rows := first.Shape()[0]; shape[0] != rows {
			return nil, fmt.Errorf("%d values beside %d: %w", shape[0], rows, ErrShape)
		}
		if a.Type().String() != first.Type().String() {
			return nil, fmt.Errorf("%s beside %s: %w", a.Type(), first.Type(), ErrType)
		}
	}
	rows := first.Shape()[0]
	switch first.Type().Class() {
	case hdf5.String:
		return stackedAs[string](arrays, rows)
	case hdf5.Bool:
		return stackedAs[bool](arrays, rows)
	}
	numbers, err := numbersOf(first.Type())
	if err != nil {
		return nil, err
	}
	return numbers.stacked(arrays, rows)
}

func stackedAs[T hdf5.Element](arrays []*Array, rows int) (*Array, error) {
	width := 0
	for _, a := range arrays {
		width += arrayWidth(a)
	}
	stacked := make([]T, rows*width)
	at := 0
	for _, a := range arrays {
		values, err := hdf5.Values[T](a)
		if err != nil {
			return nil, err
		}
		w := arrayWidth(a)
		for i := range rows {
			copy(stacked[i*width+at:], values[i*w:(i+1)*w])
		}
		at += w
	}
	return hdf5.NewArray(stacked, rows, width)
}

// arrayWidth returns the number of values at each position of the first
// dimension, of which there are at most two.
func arrayWidth(a *Array) int {
	if shape := a.Shape(); len(shape) == 2 {
		return shape[1]
	}
	return 1
}
