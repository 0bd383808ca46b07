package sparse

import (
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"
)

// CSC is a matrix in compressed sparse column form: the entries of column j
// are those from Ptr[j] up to Ptr[j+1], by ascending row, no row twice.
// Columns are cheap to reach, rows are not; see [CSR].
//
// It takes 8 bytes a column and, an entry, 4 bytes and the value. An entry may
// hold a zero. The zero CSC is an empty 0 x 0 matrix.
type CSC[T Number] struct {
	c compressed[T]
}

var _ mat.Matrix = (*CSC[float64])(nil)

// NewCSC returns the rows x cols matrix in which column j has the entries
// idx[ptr[j]:ptr[j+1]], which are rows, with the values at the same places.
// It needs cols+1 pointers that begin at 0, never fall and end at the number
// of entries.
//
// The matrix keeps the slices, and the caller must no longer change ptr and
// idx. If a column's rows are out of order or repeat, the matrix takes ordered
// copies instead, in which the values of repeated rows are summed; the given
// slices are never written to. The cost is O(cols + entries), and that of
// sorting those columns.
//
// Lengths that disagree are an [ErrShape], rows outside the matrix and
// pointers that do not ascend an [ErrIndex].
func NewCSC[T Number](rows, cols int, ptr []int, idx []int32, values []T) (*CSC[T], error) {
	if err := checkDims(rows, cols); err != nil {
		return nil, err
	}
	c, err := newCompressed(cols, rows, ptr, idx, values)
	if err != nil {
		return nil, fmt.Errorf("%d x %d CSC: %w", rows, cols, err)
	}
	return &CSC[T]{c}, nil
}

// Dims returns the number of rows and columns.
func (m *CSC[T]) Dims() (rows, cols int) { return m.c.minor, m.c.major }

// NNZ returns the number of entries, stored zeros included.
func (m *CSC[T]) NNZ() int { return len(m.c.values) }

// Raw returns the matrix's own slices: cols+1 pointers, and the row and value
// of each entry. Values may be changed through them, pointers and rows must
// not be.
func (m *CSC[T]) Raw() (ptr []int, idx []int32, values []T) {
	return m.c.ptr, m.c.idx, m.c.values
}

// Value returns the element at row i and column j by binary search of the
// column. Like a slice index, coordinates outside the matrix panic.
func (m *CSC[T]) Value(i, j int) T { return m.c.value(j, i) }

// At is [CSC.Value] as a float64, for gonum. Integers beyond 2^53 are rounded.
func (m *CSC[T]) At(i, j int) float64 { return float64(m.Value(i, j)) }

// Col iterates over the entries of column j, row and value, by ascending row.
// Like a slice index, a column outside the matrix panics.
func (m *CSC[T]) Col(j int) iter.Seq2[int, T] { return m.c.entries(j) }

// Transpose returns the transposed matrix, which shares the memory of m. It
// costs nothing.
func (m *CSC[T]) Transpose() *CSR[T] { return &CSR[T]{m.c} }

// T is [CSC.Transpose], for gonum.
func (m *CSC[T]) T() mat.Matrix { return m.Transpose() }

// Equal reports whether both matrices have the same shape and elements. A
// stored zero equals an absent one; NaN equals nothing, as with ==.
func (m *CSC[T]) Equal(other *CSC[T]) bool { return m.c.equal(&other.c) }
