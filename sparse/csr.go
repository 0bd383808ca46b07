package sparse

import (
	"fmt"
	"iter"

	"gonum.org/v1/gonum/mat"
)

// CSR is a matrix in compressed sparse row form: the entries of row i are
// those from Ptr[i] up to Ptr[i+1], by ascending column, no column twice. Rows
// are cheap to reach, columns are not; see [CSC].
//
// It takes 8 bytes a row and, an entry, 4 bytes and the value. An entry may
// hold a zero. The zero CSR is an empty 0 x 0 matrix.
type CSR[T Number] struct {
	c compressed[T]
}

var _ mat.Matrix = (*CSR[float64])(nil)

// NewCSR returns the rows x cols matrix in which row i has the entries
// idx[ptr[i]:ptr[i+1]], which are columns, with the values at the same places.
// It needs rows+1 pointers that begin at 0, never fall and end at the number
// of entries.
//
// The matrix keeps the slices, and the caller must no longer change ptr and
// idx. If a row's columns are out of order or repeat, the matrix takes ordered
// copies instead, in which the values of repeated columns are summed; the
// given slices are never written to. The cost is O(rows + entries), and that
// of sorting those rows.
//
// Lengths that disagree are an [ErrShape], columns outside the matrix and
// pointers that do not ascend an [ErrIndex].
func NewCSR[T Number](rows, cols int, ptr []int, idx []int32, values []T) (*CSR[T], error) {
	if err := checkDims(rows, cols); err != nil {
		return nil, err
	}
	c, err := newCompressed(rows, cols, ptr, idx, values)
	if err != nil {
		return nil, fmt.Errorf("%d x %d CSR: %w", rows, cols, err)
	}
	return &CSR[T]{c}, nil
}

// Dims returns the number of rows and columns.
func (m *CSR[T]) Dims() (rows, cols int) { return m.c.major, m.c.minor }

// NNZ returns the number of entries, stored zeros included.
func (m *CSR[T]) NNZ() int { return len(m.c.values) }

// Raw returns the matrix's own slices: rows+1 pointers, and the column and
// value of each entry. Values may be changed through them, pointers and
// columns must not be.
func (m *CSR[T]) Raw() (ptr []int, idx []int32, values []T) {
	return m.c.ptr, m.c.idx, m.c.values
}

// Value returns the element at row i and column j by binary search of the row.
// Like a slice index, coordinates outside the matrix panic.
func (m *CSR[T]) Value(i, j int) T { return m.c.value(i, j) }

// At is [CSR.Value] as a float64, for gonum. Integers beyond 2^53 are rounded.
func (m *CSR[T]) At(i, j int) float64 { return float64(m.Value(i, j)) }

// Row iterates over the entries of row i, column and value, by ascending
// column. Like a slice index, a row outside the matrix panics.
func (m *CSR[T]) Row(i int) iter.Seq2[int, T] { return m.c.entries(i) }

// Transpose returns the transposed matrix, which shares the memory of m. It
// costs nothing.
func (m *CSR[T]) Transpose() *CSC[T] { return &CSC[T]{m.c} }

// T is [CSR.Transpose], for gonum.
func (m *CSR[T]) T() mat.Matrix { return m.Transpose() }

// Equal reports whether both matrices have the same shape and elements. A
// stored zero equals an absent one; NaN equals nothing, as with ==.
func (m *CSR[T]) Equal(other *CSR[T]) bool { return m.c.equal(&other.c) }
