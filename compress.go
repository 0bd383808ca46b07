package loom

import (
	"context"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// CSRAs is [SparseAs] compressed by row: what to have for going through a layer
// row by row.
//
// The layer is read once and the dense matrix never made. It takes memory for the
// result, three times over at most until it returns, and as much again if the selected
// rows or columns are out of order. A layer that claims more rows than its file
// warrants is an error that wraps [ErrTooLarge].
func CSRAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.CSR[T], error) {
	c, err := compressedAs[T](ctx, l, rows, cols, Rows)
	if err != nil {
		return nil, err
	}
	return sparse.NewCSR(c.height, c.width, c.ptr, c.idx, c.values)
}

// CSCAs is [SparseAs] compressed by column: what to have for going through a
// layer column by column. It costs what [CSRAs] does.
func CSCAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.CSC[T], error) {
	c, err := compressedAs[T](ctx, l, rows, cols, Columns)
	if err != nil {
		return nil, err
	}
	return sparse.NewCSC(c.height, c.width, c.ptr, c.idx, c.values)
}

// lines are the entries of a matrix, line by line along an axis: those of line k
// are from ptr[k] up to ptr[k+1], in the order in which they were read.
type lines[T Number] struct {
	height, width int
	ptr           []int
	idx           []int32
	values        []T
}

// compressedAs reads a layer once and sorts its entries by line of the axis, by
// counting.
func compressedAs[T Number](ctx context.Context, l *Layer, rows, cols Selector, axis Axis) (*lines[T], error) {
	if _, err := l.numbers(); err != nil {
		return nil, err
	}
	var pieces []hdf5.NonZeros[T]
	height, width, err := collectNonZeros(ctx, l, rows, cols, func(nz hdf5.NonZeros[T]) {
		if len(nz.Values) > 0 {
			pieces = append(pieces, nz)
		}
	})
	if err != nil {
		return nil, err
	}
	n := pick(axis, height, width)
	if err := checkAllowance(l.allowance, n, 8, axis.String()); err != nil {
		return nil, l.failed(err)
	}
	c := &lines[T]{height: height, width: width}
	c.fill(pieces, axis, n)
	return c, nil
}

// fill places the entries of pieces, which it lets go of one by one, in n lines.
func (c *lines[T]) fill(pieces []hdf5.NonZeros[T], axis Axis, n int) {
	// Element k+1 is where the next entry of line k goes, and in the end where the
	// line ends.
	next := make([]int, n+2)
	total := 0
	for _, nz := range pieces {
		for _, k := range pick(axis, nz.Rows, nz.Cols) {
			next[int(k)+2]++
		}
		total += len(nz.Values)
	}
	for k := 2; k < len(next); k++ {
		next[k] += next[k-1]
	}
	c.idx, c.values = make([]int32, total), make([]T, total)
	for i, nz := range pieces {
		across := pick(axis, nz.Cols, nz.Rows)
		for e, k := range pick(axis, nz.Rows, nz.Cols) {
			at := next[k+1]
			next[k+1]++
			c.idx[at], c.values[at] = across[e], nz.Values[e]
		}
		pieces[i] = hdf5.NonZeros[T]{}
	}
	c.ptr = next[: n+1 : n+1]
}
