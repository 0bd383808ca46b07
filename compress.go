package loom

import (
	"context"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// CSRAs is [SparseAs] compressed by row: what to have for going through a layer
// row by row.
//
// The layer is read once and the dense matrix never made. It takes memory for the
// result and for a few bands of rows, as wide as some chunks; for the result up to two and a half times
// over if there are only a few bands, if later ones hold far more than the first, or if
// the selected rows or columns are out of order. A layer that claims more rows
// than its file warrants is an error that wraps [ErrTooLarge].
func CSRAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.CSR[T], error) {
	height, width, err := l.count(rows, cols)
	if err != nil {
		return nil, err
	}
	if l.dataset == nil {
		m, err := denseInMemory[T](ctx, l, rows, cols)
		if err != nil {
			return nil, err
		}
		return m.ToCSR(), nil
	}
	c, err := hdf5.ReadCompressed[T](ctx, l.dataset, rows, cols, int(Rows))
	if err != nil {
		return nil, err
	}
	return sparse.NewCSR(height, width, c.Ptr, c.Idx, c.Values)
}

// CSCAs is [SparseAs] compressed by column: what to have for going through a
// layer column by column. It costs what [CSRAs] does, for columns.
func CSCAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.CSC[T], error) {
	height, width, err := l.count(rows, cols)
	if err != nil {
		return nil, err
	}
	if l.dataset == nil {
		m, err := denseInMemory[T](ctx, l, rows, cols)
		if err != nil {
			return nil, err
		}
		return m.ToCSC(), nil
	}
	c, err := hdf5.ReadCompressed[T](ctx, l.dataset, rows, cols, int(Columns))
	if err != nil {
		return nil, err
	}
	return sparse.NewCSC(height, width, c.Ptr, c.Idx, c.Values)
}

// denseInMemory returns a selection of a layer of a view.
func denseInMemory[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.Dense[T], error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, err := ReadAs[T](ctx, l, rows, cols)
	if err != nil {
		return nil, err
	}
	height, _ := m.Dims()
	_, done := progress.Start(ctx, "sparse", int64(height), Rows.String())
	done.Reach(int64(height))
	return m, nil
}
