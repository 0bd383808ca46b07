package hdf5

import (
	"fmt"
	"math"
	"sync"
)

// A Number is a Go type for elements of a numeric dataset.
type Number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// numbers reports whether the elements are single numbers.
func (d *Dataset) numbers() bool {
	return (d.dtype.class == Integer || d.dtype.class == Float) && d.dtype.dims == nil
}

// A numberScratch is memory for the conversion of one piece.
type numberScratch struct {
	unpacked  []byte // values of types that are not plain
	converted []byte
}

var numberScratchPool = sync.Pool{New: func() any { return new(numberScratch) }}

func scratchFor[T Number]() *numberScratch { return numberScratchPool.Get().(*numberScratch) }

func (s *numberScratch) release() { numberScratchPool.Put(s) }

// toNumbers returns the numbers that values, elements of d as they are stored,
// stand for, converted to T. values may be changed; the result may lie in it or
// in s, and is valid until s is released. A nil s stands for a new one.
func toNumbers[T Number](d *Dataset, values []byte, s *numberScratch) []T {
	to, _ := convertNumbers[T](d, values, s, false)
	return to
}

// convertNumbers is toNumbers or, if exact is true, an error that wraps
// [ErrType] for numbers that T cannot hold: see convertExactly.
func convertNumbers[T Number](d *Dataset, values []byte, s *numberScratch, exact bool) ([]T, error) {
	if s == nil {
		s = new(numberScratch)
	}
	t := d.dtype
	name := t.name
	if t.plain() {
		if t.swapped() {
			swapBytes(values, t.Size())
		}
	} else {
		n := len(values) / t.Size()
		size := t.Size()
		if t.class == Float {
			size, name = 4, "float32"
		}
		s.unpacked = sized(s.unpacked, n*size)
		unpackNumbers(t, s.unpacked, values, n)
		values = s.unpacked
	}
	switch name {
	case "int8":
		return convertIn[T](numbersIn[int8](values), s, exact)
	case "int16":
		return convertIn[T](numbersIn[int16](values), s, exact)
	case "int32":
		return convertIn[T](numbersIn[int32](values), s, exact)
	case "int64":
		return convertIn[T](numbersIn[int64](values), s, exact)
	case "uint8":
		return convertIn[T](numbersIn[uint8](values), s, exact)
	case "uint16":
		return convertIn[T](numbersIn[uint16](values), s, exact)
	case "uint32":
		return convertIn[T](numbersIn[uint32](values), s, exact)
	case "uint64":
		return convertIn[T](numbersIn[uint64](values), s, exact)
	case "float32":
		return convertIn[T](numbersIn[float32](values), s, exact)
	}
	return convertIn[T](numbersIn[float64](values), s, exact)
}

// convertIn converts from into s, or returns it as it is if it has the type
// already.
func convertIn[To, From Number](from []From, s *numberScratch, exact bool) ([]To, error) {
	if same, ok := any(from).([]To); ok {
		return same, nil
	}
	s.converted = sized(s.converted, len(from)*sizeOf[To]())
	to := numbersIn[To](s.converted)
	if exact {
		return to, convertExactly(to, from)
	}
	for i, v := range from {
		to[i] = To(v)
	}
	return to, nil
}

// convertExactly converts numbers, and refuses those that an integer type cannot
// hold exactly, and those that only become infinite as floating point numbers.
func convertExactly[To, From Number](to []To, from []From) error {
	half := 0.5
	integral := To(half) == 0
	for i, v := range from {
		to[i] = To(v)
		switch {
		case integral && (From(to[i]) != v || (to[i] < 0) != (v < 0)),
			!integral && math.IsInf(float64(to[i]), 0) && !math.IsInf(float64(v), 0):
			return fmt.Errorf("value %v cannot be held by elements of type %T: %w", v, to[i], ErrType)
		}
	}
	return nil
}
