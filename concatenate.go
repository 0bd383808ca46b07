package loom

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// concatenated returns the elements of arrays, at least one, that differ at most in
// their first dimension, one after the other. Numbers of different types become those
// of a type that holds all, as numpy has it; other types do not mix.
func concatenated(arrays ...*Array) (*Array, error) {
	if !slices.ContainsFunc(arrays, func(a *Array) bool { return !isText(a) }) {
		return concatenatedAs[string](arrays)
	}
	if slices.ContainsFunc(arrays, func(a *Array) bool { return isKept(a.Type()) }) {
		return hdf5.Concatenate(arrays...)
	}
	t := arrays[0].Type()
	for _, a := range arrays[1:] {
		var err error
		if t, err = commonType(t, a.Type()); err != nil {
			return nil, err
		}
	}
	n, err := numbersOf(t)
	if err != nil {
		return nil, err
	}
	alike := make([]*Array, len(arrays))
	for i, a := range arrays {
		if alike[i], err = n.converted(a); err != nil {
			return nil, err
		}
	}
	all, err := n.concatenated(alike)
	if err != nil {
		return nil, err
	}
	return all.WithType(t)
}

func isText(a *Array) bool { return a.Type().Class() == hdf5.String }

func concatenatedAs[T hdf5.Element](arrays []*Array) (*Array, error) {
	shape := arrays[0].Shape()
	shape[0] = 0
	parts := make([][]T, len(arrays))
	for i, a := range arrays {
		var err error
		if parts[i], err = hdf5.Values[T](a); err != nil {
			return nil, err
		}
		shape[0] += a.Shape()[0]
	}
	return hdf5.NewArray(slices.Concat(parts...), shape...)
}

// commonType returns the smallest type of numbers that holds those of both
// types: integers of 64 bits of which only some are signed, and integers of more than
// 16 bits beside floating point numbers, become float64.
func commonType(a, b *hdf5.Datatype) (*hdf5.Datatype, error) {
	if a.String() == b.String() {
		return a, nil
	}
	for _, t := range []*hdf5.Datatype{a, b} {
		if _, err := numbersOf(t); err != nil {
			return nil, fmt.Errorf("%s and %s have no type in common: %w", a, b, ErrType)
		}
	}
	if t := exactType(a, b); t != nil {
		return t, nil
	}
	return hdf5.NamedType("float64")
}

// exactType returns the smallest type of numbers that holds all those of both types
// exactly, nil if there is none.
func exactType(a, b *hdf5.Datatype) *hdf5.Datatype {
	for _, name := range []string{
		"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
	} {
		if t, err := hdf5.NamedType(name); err == nil && holds(t, a) && holds(t, b) {
			return t
		}
	}
	return nil
}

// holds reports whether numbers of type t can be all those of type u.
func holds(t, u *hdf5.Datatype) bool {
	integers := t.Class() == hdf5.Integer
	switch {
	case integers && u.Class() == hdf5.Float:
		return false
	case integers && isUnsigned(t) == isUnsigned(u), t.Class() == u.Class() && !integers:
		return t.Size() >= u.Size()
	case integers:
		return isUnsigned(u) && t.Size() > u.Size()
	}
	return t.Size() > u.Size() // a float of twice the integer's size
}

func isUnsigned(t *hdf5.Datatype) bool { return t.String()[0] == 'u' }

// repeated returns an array of the given shape each element of whose first
// dimension is the value, or all of which is if it is a scalar.
func repeated(value *Array, shape []int) (*Array, error) {
	if isText(value) {
		return repeatedAs[string](value, shape)
	}
	n, err := numbersOf(value.Type())
	if err != nil {
		return nil, err
	}
	all, err := n.repeated(value, shape)
	if err != nil {
		return nil, err
	}
	return all.WithType(value.Type())
}

func repeatedAs[T hdf5.Element](value *Array, shape []int) (*Array, error) {
	values, err := hdf5.Values[T](value)
	if err != nil {
		return nil, err
	}
	n := 1
	for _, length := range shape {
		n *= length
	}
	if len(values) != 1 && !slices.Equal(value.Shape(), shape[1:]) {
		return nil, fmt.Errorf("value to fill in of shape %v for elements of shape %v: %w", value.Shape(), shape[1:], ErrShape)
	}
	return hdf5.NewArray(slices.Repeat(values, n/max(1, len(values))), shape...)
}
