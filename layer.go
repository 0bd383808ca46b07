package loom

import (
	"context"
	"fmt"
	"time"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"gonum.org/v1/gonum/mat"
)

// A Number is a type that the elements of a matrix can have.
type Number = hdf5.Number

// A Matrix holds values of a layer or a graph in memory. It is a
// *[sparse.Dense] or a *[sparse.COO] of the element type that the file has; a type
// switch, or a function whose name ends in As, gives typed access.
type Matrix interface {
	mat.Matrix
	// NNZ returns the number of elements that are not zero, or are stored.
	NNZ() int
}

// A Layer is one matrix of a file or a view: values for the same rows and
// columns as the main matrix.
type Layer struct {
	filename   string
	name       string
	rows, cols int
	dtype      *hdf5.Datatype
	allowance  int64  // see contents.memory
	writer     writer // nil for one of a view

	// One of the three is set.
	dataset *hdf5.Dataset // of a file
	values  Matrix        // of a view
	missing error         // why there is no such layer
}

// Name returns the layer's name, "" for the main matrix.
func (l *Layer) Name() string { return l.name }

// Shape returns the number of rows and columns.
func (l *Layer) Shape() (rows, cols int) { return l.rows, l.cols }

// Type returns the datatype of the elements in the file, or nil if there is no
// main matrix and this stands for it.
func (l *Layer) Type() *hdf5.Datatype { return l.dtype }

// Dataset returns what stores the layer in the file, for its chunks, filters
// and size; nil for a layer of a view.
func (l *Layer) Dataset() *hdf5.Dataset { return l.dataset }

// length returns the number of positions on an axis.
func (l *Layer) length(axis Axis) int { return pick(axis, l.rows, l.cols) }

// Read returns the elements where the selected rows and columns cross, as a
// *[sparse.Dense] of the layer's type; float16 becomes float32. It reads and
// decodes the chunks that the selection touches.
func (l *Layer) Read(ctx context.Context, rows, cols Selector) (Matrix, error) {
	numbers, err := l.numbers()
	if err != nil {
		return nil, err
	}
	if l.dataset == nil {
		return l.selectValues(numbers, rows, cols)
	}
	array, err := l.dataset.Read(ctx, rows, cols)
	if err != nil {
		return nil, err
	}
	values, err := numbers.dense(array)
	if err != nil {
		return nil, l.failed(err)
	}
	return values, nil
}

// selectValues picks from a layer in memory.
func (l *Layer) selectValues(n numbers, rows, cols Selector) (Matrix, error) {
	r, err := rows.Positions(l.rows)
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", Rows, err))
	}
	c, err := cols.Positions(l.cols)
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", Columns, err))
	}
	return n.selected(l.values, r, c)
}

// ReadAs is [Layer.Read] with the elements converted to T by Go's conversion of
// numbers: integers may wrap around, fractions are cut off. Without a
// conversion nothing is copied.
func ReadAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.Dense[T], error) {
	values, err := l.Read(ctx, rows, cols)
	if err != nil {
		return nil, err
	}
	return denseAs[T](values)
}

// LastModified returns the time at which the layer was last changed, and the
// zero time if the file does not say.
func (l *Layer) LastModified() (time.Time, error) {
	if l.dataset == nil {
		return time.Time{}, nil
	}
	return modified(l.dataset)
}

// numbers returns the operations on the layer's element type, if the layer
// exists and its elements are numbers.
func (l *Layer) numbers() (numbers, error) {
	if l.missing != nil {
		return nil, l.missing
	}
	n, err := numbersOf(l.dtype)
	if err != nil {
		return nil, l.failed(err)
	}
	return n, nil
}

// failed says which layer an error is about.
func (l *Layer) failed(err error) error {
	return fmt.Errorf("%s: %s: %w", l.filename, layerTitle(l.name), err)
}
