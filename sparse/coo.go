package sparse

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// COO is a matrix in coordinate form: a list of entries, each a row, a column
// and a value, in any order. Entries at the same place add up. It is the form
// to build a matrix in, and that of a graph's edges.
//
// It takes, an entry, 8 bytes and the value. An entry may hold a zero. The
// zero COO is an empty 0 x 0 matrix.
type COO[T Number] struct {
	rows, cols int
	i, j       []int32 // 0 <= i[k] < rows, 0 <= j[k] < cols
	values     []T     // as long as i and j
}

var _ mat.Matrix = (*COO[float64])(nil)

// NewCOO returns the rows x cols matrix whose entry k is values[k] at row i[k]
// and column j[k]. The matrix keeps the slices, and the caller must no longer
// change i and j. The cost is one look at every coordinate.
//
// Lengths that disagree are an [ErrShape], coordinates outside the matrix an
// [ErrIndex].
func NewCOO[T Number](rows, cols int, i, j []int32, values []T) (*COO[T], error) {
	if err := checkDims(rows, cols); err != nil {
		return nil, err
	}
	if len(i) != len(values) || len(j) != len(values) {
		return nil, fmt.Errorf("%d x %d COO: %w: %d rows and %d columns for %d values",
			rows, cols, ErrShape, len(i), len(j), len(values))
	}
	for k := range values {
		if i[k] < 0 || int(i[k]) >= rows || j[k] < 0 || int(j[k]) >= cols {
			return nil, fmt.Errorf("%d x %d COO: %w: entry %d is at (%d, %d)", rows, cols, ErrIndex, k, i[k], j[k])
		}
	}
	return &COO[T]{rows, cols, i, j, values}, nil
}

// Dims returns the number of rows and columns.
func (m *COO[T]) Dims() (rows, cols int) { return m.rows, m.cols }

// NNZ returns the number of entries, stored zeros and repetitions included.
func (m *COO[T]) NNZ() int { return len(m.values) }

// Raw returns the matrix's own slices: the row, column and value of each
// entry. Values may be changed through them, rows and columns must not be.
func (m *COO[T]) Raw() (rows, cols []int32, values []T) { return m.i, m.j, m.values }

// Value returns the element at row i and column j: the sum of all entries
// there, in their order, which wraps around if T is an integer that cannot
// hold it. It looks at every entry; convert to [CSR] or [CSC] to look up many.
// Like a slice index, coordinates outside the matrix panic.
func (m *COO[T]) Value(i, j int) T {
	inRange(i, m.rows)
	inRange(j, m.cols)
	var sum T
	for k, v := range m.values {
		if int(m.i[k]) == i && int(m.j[k]) == j {
			sum += v
		}
	}
	return sum
}

// At is [COO.Value] as a float64, for gonum. Integers beyond 2^53 are rounded.
func (m *COO[T]) At(i, j int) float64 { return float64(m.Value(i, j)) }

// Transpose returns the transposed matrix, which shares the memory of m. It
// costs nothing.
func (m *COO[T]) Transpose() *COO[T] {
	return &COO[T]{m.cols, m.rows, m.j, m.i, m.values}
}

// T is [COO.Transpose], for gonum.
func (m *COO[T]) T() mat.Matrix { return m.Transpose() }

// Equal reports whether both matrices have the same shape and elements,
// whatever the order of their entries and however many make up an element. A
// stored zero equals an absent one; NaN equals nothing, as with ==. It costs
// the conversion of both to [CSR].
func (m *COO[T]) Equal(other *COO[T]) bool {
	if m.rows != other.rows || m.cols != other.cols {
		return false
	}
	return m.ToCSR().Equal(other.ToCSR())
}
