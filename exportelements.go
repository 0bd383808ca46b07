package loom

import (
	"context"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/numpytext"
)

// An elementReader reads the elements of the rows of a matrix from one up to another, and returns
// what is to be called when they are not needed any more.
type elementReader func(ctx context.Context, first, end int) (numpytext.FieldsAppender, func(), error)

// elementReader returns what reads up to so many rows of a layer at a time.
func (e *exporter) elementReader(layer *Layer, rows int) elementReader {
	if size := layer.dtype.Size(); layer.dtype.String() != "float16" && rows <= reusedBytes/max(1, layer.cols*size) {
		if numbers, err := layer.numbers(); err == nil {
			return numbers.elementReader(layer)
		}
	}
	return func(ctx context.Context, first, end int) (numpytext.FieldsAppender, func(), error) {
		values, err := layer.dataset.Read(ctx, Range(first, end), All())
		if err != nil {
			return nil, nil, layer.failed(err)
		}
		fields, err := numpytext.Fields(values)
		if err != nil {
			return nil, nil, layer.failed(err)
		}
		return fields, func() {}, nil
	}
}

// reusedBytes is how large elements that are read at a time are at the most if their memory is used
// again: what a damaged file claims to need must not be had without a look.
const reusedBytes = 8 << 20

func (numbersIn[T]) elementReader(layer *Layer) elementReader {
	spare := make(chan []T, 4)
	return func(ctx context.Context, first, end int) (numpytext.FieldsAppender, func(), error) {
		var values []T
		select {
		case values = <-spare:
		default:
		}
		n := (end - first) * layer.cols
		if cap(values) < n {
			values = make([]T, n)
		}
		values = values[:n]
		if err := hdf5.ReadInto(ctx, layer.dataset, values, Range(first, end), All()); err != nil {
			return nil, nil, layer.failed(err)
		}
		release := func() {
			select {
			case spare <- values:
			default:
			}
		}
		array, err := hdf5.NewArray(values, end-first, layer.cols)
		if err != nil {
			return nil, nil, layer.failed(err)
		}
		fields, err := numpytext.Fields(array)
		return fields, release, err
	}
}
