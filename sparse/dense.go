package sparse

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Dense is a matrix that stores every element, row after row. The zero Dense
// is an empty 0 x 0 matrix.
type Dense[T Number] struct {
	rows, cols int
	data       []T // rows*cols elements
}

var _ mat.Matrix = (*Dense[float64])(nil)

// NewDense returns the rows x cols matrix whose element (i, j) is
// data[i*cols+j]. The matrix keeps the slice; if data is nil it allocates one
// of zeros.
//
// Data of a length other than rows*cols, and a shape that cannot be allocated,
// are an [ErrShape].
func NewDense[T Number](rows, cols int, data []T) (*Dense[T], error) {
	if err := checkDims(rows, cols); err != nil {
		return nil, err
	}
	if cols > 0 && rows > math.MaxInt/cols {
		return nil, fmt.Errorf("%w: %d x %d elements cannot be allocated", ErrShape, rows, cols)
	}
	n := rows * cols
	if data == nil {
		zeros, err := allocate[T](n)
		if err != nil {
			return nil, err
		}
		data = zeros
	}
	if len(data) != n {
		return nil, fmt.Errorf("%d x %d Dense: %w: %d elements, want %d", rows, cols, ErrShape, len(data), n)
	}
	return &Dense[T]{rows, cols, data}, nil
}

// Dims returns the number of rows and columns.
func (d *Dense[T]) Dims() (rows, cols int) { return d.rows, d.cols }

// NNZ counts the elements that are not zero. NaN is not zero; -0 is.
func (d *Dense[T]) NNZ() int { return countNonZero(d.data) }

// Raw returns the matrix's own elements, row after row. They may be changed
// through it.
func (d *Dense[T]) Raw() []T { return d.data }

// Value returns the element at row i and column j. Like a slice index,
// coordinates outside the matrix panic.
func (d *Dense[T]) Value(i, j int) T { return d.Row(i)[j] }

// At is [Dense.Value] as a float64, for gonum. Integers beyond 2^53 are
// rounded.
func (d *Dense[T]) At(i, j int) float64 { return float64(d.Value(i, j)) }

// Row returns row i, zeros included, without copying: writing to the slice
// writes to the matrix. Like a slice index, a row outside the matrix panics.
func (d *Dense[T]) Row(i int) []T {
	inRange(i, d.rows)
	from, to := i*d.cols, (i+1)*d.cols
	return d.data[from:to:to]
}

// Col iterates over the elements of column j, zeros included, with their rows.
// Like a slice index, a column outside the matrix panics.
func (d *Dense[T]) Col(j int) iter.Seq2[int, T] {
	inRange(j, d.cols)
	return func(yield func(int, T) bool) {
		for i := range d.rows {
			if !yield(i, d.data[i*d.cols+j]) {
				return
			}
		}
	}
}

// T returns the transposed matrix, which shares the memory of d, for gonum.
func (d *Dense[T]) T() mat.Matrix { return mat.Transpose{Matrix: d} }

// Equal reports whether both matrices have the same shape and elements. NaN
// equals nothing, as with ==.
func (d *Dense[T]) Equal(other *Dense[T]) bool {
	return d.rows == other.rows && d.cols == other.cols && slices.Equal(d.data, other.data)
}

func countNonZero[T Number](values []T) int {
	n := 0
	for _, v := range values {
		if v != 0 {
			n++
		}
	}
	return n
}
