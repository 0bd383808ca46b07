package loom

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/goloom/loom/hdf5"
)

// An Array holds the values of an attribute, in their type and shape.
type Array = hdf5.Array

// Attributes are the attributes of the rows or of the columns: named arrays
// whose first dimension is the axis.
//
// Every call reads what it returns; nothing is cached.
type Attributes struct {
	filename string
	axis     Axis
	length   int // of the axis
	names    []string
	source   attributeSource
	writer   writer // nil for those of a view
}

// An Attribute is a name and its values.
type Attribute struct {
	Name   string
	Values *Array
}

// AttributeInfo describes an attribute without its values.
type AttributeInfo struct {
	Name  string
	Type  *hdf5.Datatype
	Shape []int
}

// attributeSource is where attributes come from: a file or memory. The names
// that it is asked for exist.
type attributeSource interface {
	stat(name string) AttributeInfo
	// read returns all values, and readAt those at positions of the first
	// dimension.
	read(ctx context.Context, name string) (*Array, error)
	readAt(ctx context.Context, name string, positions Selector) (*Array, error)
	lastModified(name string) (time.Time, error)
}

// Names returns the names of the attributes in the file's order.
func (a *Attributes) Names() []string { return slices.Clone(a.names) }

// Len returns the number of attributes.
func (a *Attributes) Len() int { return len(a.names) }

// Has reports whether there is an attribute of the given name.
func (a *Attributes) Has(name string) bool { return slices.Contains(a.names, name) }

// Stat describes an attribute without reading its values. It is an error that
// wraps [ErrNotExist] if there is none of that name.
func (a *Attributes) Stat(name string) (AttributeInfo, error) {
	if err := a.check(name); err != nil {
		return AttributeInfo{}, err
	}
	return a.source.stat(name), nil
}

// Get returns the values of an attribute. It is an error that wraps
// [ErrNotExist] if there is none of that name.
//
// Strings are decoded as the specification has it: XML entities stand for
// characters in strings of fixed length and in files before version 3.0.0, and
// nowhere else.
func (a *Attributes) Get(name string) (*Array, error) {
	return a.get(context.Background(), name)
}

func (a *Attributes) get(ctx context.Context, name string) (*Array, error) {
	if err := a.check(name); err != nil {
		return nil, err
	}
	return a.source.read(ctx, name)
}

func (a *Attributes) check(name string) error {
	if !a.Has(name) {
		return absent("%s: no %s attribute %q", a.filename, a.axis.singular(), name)
	}
	return nil
}

// failed says which attribute an error is about.
func (a *Attributes) failed(name string, err error) error {
	return fmt.Errorf("%s: %s attribute %q: %w", a.filename, a.axis.singular(), name, err)
}

// Strings returns the values of an attribute of strings. It is an error that
// wraps [ErrType] if they are not strings.
func (a *Attributes) Strings(name string) ([]string, error) {
	return typed(a, name, (*Array).Strings)
}

// Int64s returns the values of an attribute of integers or booleans. It is an
// error that wraps [ErrType] if they are neither, or out of range.
func (a *Attributes) Int64s(name string) ([]int64, error) {
	return typed(a, name, (*Array).Int64s)
}

// Float64s returns the values of an attribute of numbers or booleans. It is an
// error that wraps [ErrType] if they are neither. Integers beyond 2^53 are
// rounded.
func (a *Attributes) Float64s(name string) ([]float64, error) {
	return typed(a, name, (*Array).Float64s)
}

func typed[T any](a *Attributes, name string, as func(*Array) ([]T, error)) ([]T, error) {
	array, err := a.Get(name)
	if err != nil {
		return nil, err
	}
	values, err := as(array)
	if err != nil {
		return nil, a.failed(name, err)
	}
	return values, nil
}

// First returns the values of the first of the named attributes that exists,
// for what different files call by different names. It is an error that wraps
// [ErrNotExist] if there is none.
func (a *Attributes) First(names ...string) (*Array, error) {
	for _, name := range names {
		if a.Has(name) {
			return a.Get(name)
		}
	}
	return nil, absent("%s: none of the %s attributes %q", a.filename, a.axis.singular(), names)
}

// Stack returns several attributes side by side, as the columns of one
// two-dimensional array, in the given order. An attribute that has two
// dimensions contributes all its columns.
//
// All must exist, be numbers, booleans or strings of one type, and have at most
// two dimensions: other types are an error that wraps [ErrType], other shapes one
// that wraps [ErrShape].
func (a *Attributes) Stack(names ...string) (*Array, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: stack of no %s attributes: %w", a.filename, a.axis.singular(), ErrShape)
	}
	arrays := make([]*Array, len(names))
	for i, name := range names {
		array, err := a.Get(name)
		if err != nil {
			return nil, err
		}
		arrays[i] = array
	}
	stacked, err := stackArrays(arrays)
	if err != nil {
		return nil, fmt.Errorf("%s: %s attributes %q: %w", a.filename, a.axis.singular(), names, err)
	}
	return stacked, nil
}

// All iterates over the attributes, which it reads one by one. If one cannot be
// read, it comes with an error and no values, and the iteration goes on.
func (a *Attributes) All() iter.Seq2[Attribute, error] {
	return func(yield func(Attribute, error) bool) {
		for _, name := range a.names {
			values, err := a.Get(name)
			if !yield(Attribute{Name: name, Values: values}, err) {
				return
			}
		}
	}
}

// Select returns the values of all attributes at the selected positions, in
// memory. It is an error that wraps [ErrShape] if an attribute does not have one
// element for each position of the axis.
func (a *Attributes) Select(positions Selector) (*Attributes, error) {
	return a.sliced(context.Background(), positions)
}

func (a *Attributes) sliced(ctx context.Context, positions Selector) (*Attributes, error) {
	n, err := positions.Count(a.length)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.filename, a.axis, err)
	}
	values := make(memoryAttributes, len(a.names))
	for _, name := range a.names {
		values[name], err = a.getAt(ctx, name, positions)
		if err != nil {
			return nil, err
		}
	}
	return &Attributes{filename: a.filename, axis: a.axis, length: n, names: a.names, source: values}, nil
}

// getAt reads the values at some positions of the axis.
func (a *Attributes) getAt(ctx context.Context, name string, positions Selector) (*Array, error) {
	if shape := a.source.stat(name).Shape; len(shape) == 0 || shape[0] != a.length {
		return nil, a.failed(name, fmt.Errorf("shape %v for %d %s: %w", shape, a.length, a.axis, ErrShape))
	}
	return a.source.readAt(ctx, name, positions)
}

// LastModified returns the time at which an attribute was last changed, and the
// zero time if the file does not say. It is an error that wraps [ErrNotExist] if
// there is none of that name.
func (a *Attributes) LastModified(name string) (time.Time, error) {
	if err := a.check(name); err != nil {
		return time.Time{}, err
	}
	return a.source.lastModified(name)
}
