package loom

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// Sparse returns the elements of a layer that are not zero where the selected
// rows and columns cross, as [Layer.Sparse] does; the layer "" is the main
// matrix.
func (c *contents) Sparse(ctx context.Context, rows, cols Selector, layer string) (Matrix, error) {
	l, err := c.layers.Get(layer)
	if err != nil {
		return nil, err
	}
	return l.Sparse(ctx, rows, cols)
}

// Sparse returns the elements that are not zero where the selected rows and
// columns cross, as a *[sparse.COO] of the layer's type. NaN is not zero.
//
// The dense matrix is never made: it takes memory for the result, twice over
// while it grows. Entries come chunk by chunk as they are stored, and row by row
// within a chunk; the order depends on nothing else.
func (l *Layer) Sparse(ctx context.Context, rows, cols Selector) (Matrix, error) {
	numbers, err := l.numbers()
	if err != nil {
		return nil, err
	}
	return numbers.nonZeros(ctx, l, rows, cols)
}

// SparseAs is [Layer.Sparse] with the elements converted to T by Go's conversion
// of numbers: integers may wrap around, fractions are cut off. [CSRAs] and [CSCAs]
// are the same in compressed form.
func SparseAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.COO[T], error) {
	if _, err := l.numbers(); err != nil {
		return nil, err
	}
	return nonZerosAs[T](ctx, l, rows, cols)
}

func nonZerosAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.COO[T], error) {
	var all hdf5.NonZeros[T]
	height, width, err := collectNonZeros(ctx, l, rows, cols, func(nz hdf5.NonZeros[T]) {
		all.Rows = append(all.Rows, nz.Rows...)
		all.Cols = append(all.Cols, nz.Cols...)
		all.Values = append(all.Values, nz.Values...)
	})
	if err != nil {
		return nil, err
	}
	return sparse.NewCOO(height, width, all.Rows, all.Cols, all.Values)
}

// collectNonZeros passes the elements of a selection that are not zero to add,
// which may keep them, chunk by chunk, and returns the shape of the selection.
func collectNonZeros[T Number](ctx context.Context, l *Layer, rows, cols Selector, add func(hdf5.NonZeros[T])) (height, width int, err error) {
	if height, err = rows.Count(l.rows); err != nil {
		return 0, 0, l.failed(fmt.Errorf("%s: %w", Rows, err))
	}
	if width, err = cols.Count(l.cols); err != nil {
		return 0, 0, l.failed(fmt.Errorf("%s: %w", Columns, err))
	}
	ctx, done := progress.Start(ctx, "sparse", int64(height), Rows.String())
	clone := func(nz *hdf5.NonZeros[T]) (hdf5.NonZeros[T], error) {
		return hdf5.NonZeros[T]{
			Rows: slices.Clone(nz.Rows), Cols: slices.Clone(nz.Cols), Values: slices.Clone(nz.Values),
		}, nil
	}
	err = streamNonZeros(ctx, l, rows, cols, clone, func(nz hdf5.NonZeros[T]) error {
		add(nz)
		if n := len(nz.Rows); n > 0 {
			done.Reach(int64(nz.Rows[n-1])) // chunks come row by row
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	done.Reach(int64(height))
	return height, width, nil
}

// streamNonZeros is [hdf5.StreamNonZeros] of a layer in a file or in memory,
// which exists.
func streamNonZeros[T Number, R any](ctx context.Context, l *Layer, rows, cols Selector,
	work func(*hdf5.NonZeros[T]) (R, error), deliver func(R) error) error {
	if l.dataset != nil {
		return hdf5.StreamNonZeros(ctx, l.dataset, rows, cols, work, deliver)
	}
	selected, err := l.Read(ctx, rows, cols)
	if err != nil {
		return err
	}
	values, err := denseAs[T](selected)
	if err != nil {
		return err
	}
	return streamDense(ctx, values, work, deliver)
}

// rowsAtOnce is how many rows of a matrix in memory are streamed as one chunk.
const rowsAtOnce = 64

func streamDense[T Number, R any](ctx context.Context, m *sparse.Dense[T],
	work func(*hdf5.NonZeros[T]) (R, error), deliver func(R) error) error {
	rows, _ := m.Dims()
	var nz hdf5.NonZeros[T]
	for first := 0; first < rows; first += rowsAtOnce {
		if err := ctx.Err(); err != nil {
			return err
		}
		nz.Rows, nz.Cols, nz.Values = nz.Rows[:0], nz.Cols[:0], nz.Values[:0]
		for i := first; i < min(first+rowsAtOnce, rows); i++ {
			for j, v := range m.Row(i) {
				if v != 0 {
					nz.Rows, nz.Cols, nz.Values = append(nz.Rows, int32(i)), append(nz.Cols, int32(j)), append(nz.Values, v)
				}
			}
		}
		result, err := work(&nz)
		if err != nil {
			return err
		}
		if err := deliver(result); err != nil {
			return err
		}
	}
	return nil
}
