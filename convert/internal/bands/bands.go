// Package bands reads the layers of a file in bands of whole rows, or of whole columns,
// as those do that write them in another format.
package bands

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// How much a band holds, in bytes of elements. Chunks that a band cuts through are
// decoded again for the next, so that it is worth to hold more for a whole row of them.
const (
	usualBytes = 32 << 20
	mostBytes  = 256 << 20
)

// Size returns how many lines along an axis make a band: whole rows or columns of chunks,
// up to 32 MiB of elements, or one row or column of chunks of up to 256 MiB.
func Size(l *loom.Layer, axis loom.Axis) int {
	rows, cols := l.Shape()
	lines, across := rows, cols
	if axis == loom.Columns {
		lines, across = cols, rows
	}
	line := max(1, across*l.Type().Size())
	n := usualBytes / line
	if chunks := l.Dataset().Chunks(); len(chunks) == 2 {
		thick := chunks[axis]
		if n >= thick {
			n -= n % thick
		} else {
			n = min(thick, mostBytes/line)
		}
	}
	return max(1, min(n, lines))
}

// ranges yields where each band begins and ends.
func ranges(l *loom.Layer, axis loom.Axis) iter.Seq2[int, int] {
	rows, cols := l.Shape()
	lines := rows
	if axis == loom.Columns {
		lines = cols
	}
	return func(yield func(first, end int) bool) {
		if lines == 0 {
			return
		}
		size := Size(l, axis)
		for first := 0; first < lines; first += size {
			if !yield(first, min(first+size, lines)) {
				return
			}
		}
	}
}

// selectors pick a band.
func selectors(axis loom.Axis, first, end int) (rows, cols loom.Selector) {
	if axis == loom.Columns {
		return loom.All(), loom.Range(first, end)
	}
	return loom.Range(first, end), loom.All()
}

// A Dense band has all elements of some lines.
type Dense struct {
	First, End int         // lines
	Values     *loom.Array // as they lie in the matrix, row by row
}

// AllDense yields all elements of a layer of a file.
func AllDense(ctx context.Context, l *loom.Layer, axis loom.Axis) iter.Seq2[Dense, error] {
	return func(yield func(Dense, error) bool) {
		for first, end := range ranges(l, axis) {
			rows, cols := selectors(axis, first, end)
			values, err := l.Dataset().Read(ctx, rows, cols)
			if !yield(Dense{first, end, values}, err) || err != nil {
				return
			}
		}
	}
}

// A Sparse band has the elements of some lines that are not zero, line by line.
type Sparse struct {
	First, End int         // lines
	Ptr        []int       // where each line begins in the others
	Idx        []int32     // positions across, ascending in each line
	Values     *loom.Array // of one dimension
}

// AllSparse yields the elements of a layer of a file that are not zero.
func AllSparse(ctx context.Context, l *loom.Layer, axis loom.Axis) iter.Seq2[Sparse, error] {
	return func(yield func(Sparse, error) bool) {
		for first, end := range ranges(l, axis) {
			b, err := sparseBand(ctx, l, axis, first, end)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

func sparseBand(ctx context.Context, l *loom.Layer, axis loom.Axis, first, end int) (Sparse, error) {
	rows, cols := selectors(axis, first, end)
	m, err := l.Sparse(ctx, rows, cols)
	if err != nil {
		return Sparse{}, err
	}
	b := Sparse{First: first, End: end}
	switch m := m.(type) {
	case *sparse.COO[int8]:
		err = compress(&b, m, axis)
	case *sparse.COO[int16]:
		err = compress(&b, m, axis)
	case *sparse.COO[int32]:
		err = compress(&b, m, axis)
	case *sparse.COO[int64]:
		err = compress(&b, m, axis)
	case *sparse.COO[uint8]:
		err = compress(&b, m, axis)
	case *sparse.COO[uint16]:
		err = compress(&b, m, axis)
	case *sparse.COO[uint32]:
		err = compress(&b, m, axis)
	case *sparse.COO[uint64]:
		err = compress(&b, m, axis)
	case *sparse.COO[float32]:
		err = compress(&b, m, axis)
	case *sparse.COO[float64]:
		err = compress(&b, m, axis)
	default:
		err = fmt.Errorf("elements are a %T: %w", m, loom.ErrType)
	}
	return b, err
}

func compress[T loom.Number](b *Sparse, m *sparse.COO[T], axis loom.Axis) (err error) {
	var values []T
	if axis == loom.Columns {
		b.Ptr, b.Idx, values = m.ToCSC().Raw()
	} else {
		b.Ptr, b.Idx, values = m.ToCSR().Raw()
	}
	b.Values, err = hdf5.NewArray(values)
	return err
}
