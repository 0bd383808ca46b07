package loom

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// numbers are the operations that need the element type of a matrix at compile
// time. [numbersOf] is the only place where a file's type becomes a Go type.
type numbers interface {
	// dense wraps a two-dimensional array.
	dense(a *Array) (Matrix, error)
	// selected picks from what dense returned.
	selected(values Matrix, rows, cols []int) (Matrix, error)
	// nonZeros is SparseAs in the layer's own type.
	nonZeros(ctx context.Context, l *Layer, rows, cols Selector) (Matrix, error)
	// adjacency wraps the edges of a graph.
	adjacency(g *Graph) (Matrix, error)
	// stacked puts arrays side by side.
	stacked(arrays []*Array, rows int) (*Array, error)
	// concatenated puts arrays of this type after each other.
	concatenated(arrays []*Array) (*Array, error)
	// repeated fills an array with a value of this type.
	repeated(value *Array, shape []int) (*Array, error)
	// converted returns numbers of any type as those of this one.
	converted(a *Array) (*Array, error)
	// tiler returns the tiles of a matrix of this type, or nil if it is of another.
	tiler(m Matrix) tiler
	// elementReader returns what reads the elements of a layer of this type to export them.
	elementReader(l *Layer) elementReader
	// identical is identical of arrays of this type.
	identical(a, b *Array) bool
	// writePlaced is edit.writePlaced for a layer of this type.
	writePlaced(ctx context.Context, tx *hdf5.Tx, path string, rule elementRule, parts iter.Seq2[placed, error], wrote func(elements int)) error
}

// numbersIn are numbers of the Go type T.
type numbersIn[T Number] struct{}

// numbersOf returns the operations on a datatype, or an error that wraps
// [ErrType] if its elements are not numbers.
func numbersOf(t *hdf5.Datatype) (numbers, error) {
	switch t.String() {
	case "int8":
		return numbersIn[int8]{}, nil
	case "int16":
		return numbersIn[int16]{}, nil
	case "int32":
		return numbersIn[int32]{}, nil
	case "int64":
		return numbersIn[int64]{}, nil
	case "uint8":
		return numbersIn[uint8]{}, nil
	case "uint16":
		return numbersIn[uint16]{}, nil
	case "uint32":
		return numbersIn[uint32]{}, nil
	case "uint64":
		return numbersIn[uint64]{}, nil
	case "float16", "float32":
		return numbersIn[float32]{}, nil
	case "float64":
		return numbersIn[float64]{}, nil
	}
	return nil, fmt.Errorf("elements of type %s, not numbers: %w", t, ErrType)
}

func (numbersIn[T]) dense(a *Array) (Matrix, error) {
	shape := a.Shape()
	if len(shape) != 2 {
		return nil, fmt.Errorf("shape %v, a matrix has two dimensions: %w", shape, ErrShape)
	}
	values, err := hdf5.Values[T](a)
	if err != nil {
		return nil, err
	}
	return sparse.NewDense(shape[0], shape[1], values)
}

func (numbersIn[T]) selected(values Matrix, rows, cols []int) (Matrix, error) {
	return values.(*sparse.Dense[T]).Select(rows, cols)
}

func (numbersIn[T]) nonZeros(ctx context.Context, l *Layer, rows, cols Selector) (Matrix, error) {
	return nonZerosAs[T](ctx, l, rows, cols)
}

func (numbersIn[T]) adjacency(g *Graph) (Matrix, error) {
	weights, err := hdf5.Values[T](g.w)
	if err != nil {
		return nil, err
	}
	return sparse.NewCOO(g.vertices, g.vertices, g.a, g.b, weights)
}

func (numbersIn[T]) stacked(arrays []*Array, rows int) (*Array, error) {
	return stackedAs[T](arrays, rows)
}

func (numbersIn[T]) concatenated(arrays []*Array) (*Array, error) {
	return concatenatedAs[T](arrays)
}

func (numbersIn[T]) repeated(value *Array, shape []int) (*Array, error) {
	return repeatedAs[T](value, shape)
}

// denseAs converts a dense matrix, or returns it if it is one of T.
func denseAs[T Number](m Matrix) (*sparse.Dense[T], error) {
	switch m := m.(type) {
	case *sparse.Dense[T]:
		return m, nil
	case *sparse.Dense[int8]:
		return convertDense[T](m)
	case *sparse.Dense[int16]:
		return convertDense[T](m)
	case *sparse.Dense[int32]:
		return convertDense[T](m)
	case *sparse.Dense[int64]:
		return convertDense[T](m)
	case *sparse.Dense[uint8]:
		return convertDense[T](m)
	case *sparse.Dense[uint16]:
		return convertDense[T](m)
	case *sparse.Dense[uint32]:
		return convertDense[T](m)
	case *sparse.Dense[uint64]:
		return convertDense[T](m)
	case *sparse.Dense[float32]:
		return convertDense[T](m)
	case *sparse.Dense[float64]:
		return convertDense[T](m)
	}
	return nil, fmt.Errorf("%T, not a dense matrix: %w", m, ErrType)
}

func convertDense[T, From Number](m *sparse.Dense[From]) (*sparse.Dense[T], error) {
	rows, cols := m.Dims()
	from := m.Raw()
	to := make([]T, len(from))
	for i, v := range from {
		to[i] = T(v)
	}
	return sparse.NewDense(rows, cols, to)
}
