package loom

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// Set gives the file an attribute, in place of one of the same name if there is
// one, in a transaction: see [Conn.Update].
//
// The values are numbers, strings or booleans, whose first dimension is as long
// as the axis; booleans are stored as uint8. Other lengths are an error that wraps
// [ErrShape], other types one that wraps [ErrType], and a name that is empty or
// contains a slash one that wraps [ErrName].
func (a *Attributes) Set(name string, values *Array) error {
	ctx := context.Background()
	return a.change(ctx, name, func(e *edit) error {
		if err := checkPlain(values); err != nil {
			return err
		}
		return e.setAttribute(ctx, a.axis, name, values)
	})
}

// Delete removes an attribute from the file, in a transaction. It is an error
// that wraps [ErrNotExist] if there is none of that name.
func (a *Attributes) Delete(name string) error {
	return a.change(context.Background(), name, func(e *edit) error { return e.remove(attrsGroup(a.axis), name) })
}

func (a *Attributes) change(ctx context.Context, name string, f func(*edit) error) error {
	return changeWith(ctx, a.writer, a.filename, func(e *edit) error {
		if err := f(e); err != nil {
			return a.failed(name, err)
		}
		return nil
	})
}

// Arrays returns the values of all attributes by name, such as [Create] takes.
func (a *Attributes) Arrays() (map[string]*Array, error) {
	arrays := make(map[string]*Array, len(a.names))
	for attribute, err := range a.All() {
		if err != nil {
			return nil, err
		}
		arrays[attribute.Name] = attribute.Values
	}
	return arrays, nil
}

// setAttribute checks, then stores, the values of an attribute.
func (e *edit) setAttribute(ctx context.Context, axis Axis, name string, values *Array) error {
	if err := checkName(name); err != nil {
		return err
	}
	stored, err := e.storable(values)
	if err != nil {
		return err
	}
	if err := e.checkLength(axis, stored.Shape()); err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	e.lengths[axis] = stored.Shape()[0]
	return e.storeAttribute(ctx, axis, name, stored)
}

// checkLength refuses arrays that do not have an element for each position of
// an axis.
func (e *edit) checkLength(axis Axis, shape []int) error {
	want := e.lengths[axis]
	if len(shape) == 0 {
		return fmt.Errorf("a single value, want one for each %s: %w", axis.singular(), ErrShape)
	}
	if want != unknownLength && shape[0] != want {
		return fmt.Errorf("shape %v for %d %s: %w", shape, want, axis, ErrShape)
	}
	return nil
}

// storeAttribute makes the dataset of an attribute: compressed, and free to grow
// along all dimensions but the axis.
func (e *edit) storeAttribute(ctx context.Context, axis Axis, name string, values *Array) error {
	return e.replaceAttribute(axis, name, func(path string) error { return e.store(ctx, path, attributeSpec(values), values) })
}

// replaceAttribute puts the dataset that create makes in the place of an attribute, if there is one.
func (e *edit) replaceAttribute(axis Axis, name string, create func(path string) error) error {
	group := attrsGroup(axis)
	if err := e.clear(group, name); err != nil {
		return err
	}
	if err := create(memberPath(group, name)); err != nil {
		return err
	}
	return e.changed(group, name)
}

// attributeSpec says what the dataset of an attribute is like.
func attributeSpec(values *Array) hdf5.DatasetSpec {
	shape := values.Shape()
	grown := slices.Clone(shape)
	for i := range grown[1:] {
		grown[1+i] = -1
	}
	return hdf5.DatasetSpec{
		Type: values.Type(), Shape: shape, MaxShape: grown,
		Chunks: attributeChunks(shape, values.Type().Size()), Deflate: deflateLevel,
	}
}

// store makes a dataset and writes its values.
func (e *edit) store(ctx context.Context, path string, spec hdf5.DatasetSpec, values *Array) error {
	if err := e.h.CreateDataset(path, spec); err != nil {
		return err
	}
	return e.h.Write(ctx, path, values)
}

// deflateLevel is loompy's for all that it compresses.
const deflateLevel = 2

// attributeChunkBytes bounds the chunks of attributes: one value of a column is
// rarely asked for alone, yet decoding must not take memory without measure.
const attributeChunkBytes = 1 << 18

// attributeChunks returns the shape of the chunks of an attribute: whole rows of
// it, as many as make a chunk of middling size.
func attributeChunks(shape []int, size int) []int {
	chunks := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		chunks[i] = max(1, min(shape[i], attributeChunkBytes/size))
		size *= chunks[i]
		size = min(size, attributeChunkBytes)
	}
	return chunks
}

// setAttributes sets several attributes, in the order of their names.
func (e *edit) setAttributes(ctx context.Context, axis Axis, values map[string]*Array) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := e.setAttribute(ctx, axis, name, values[name]); err != nil {
			return fmt.Errorf("%s attribute %q: %w", axis.singular(), name, err)
		}
	}
	return nil
}
