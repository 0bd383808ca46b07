package hdf5

import (
	"context"
	"fmt"

	"github.com/goloom/loom/internal/progress"
)

// Compressed are the elements of a selection of a matrix that are not zero, line by line:
// its lines are the selected rows, or the selected columns. NaN is not zero; negative zero is.
type Compressed[T Number] struct {
	// Ptr has one number more than there are lines. The elements of line k are those from
	// Ptr[k] up to Ptr[k+1], by ascending place in the file.
	Ptr []int
	// Idx says where in the selection the column of each element is, or its row if the lines are
	// columns; Values says what it is.
	Idx    []int32
	Values []T
}

// ReadCompressed reads the non-zero elements of a selection of a numeric dataset of two
// dimensions, converted to T as Go converts numbers: row by row if dim is 0, column by
// column if it is 1.
//
// The dense matrix is never made. The selection is read in bands of whole lines, as wide as
// some chunks, and elements wait only until those of their band, and of the bands before, are counted. Room
// for the result is made early, from what the first bands tell of the others. So it takes
// memory for the result and a few bands; for the result twice over if there are only a
// few bands, if those that come later are unlike the first, or if the selected lines are
// out of order. The result does not depend on the number of processors.
//
// More lines than the file warrants are an error that wraps [ErrTooLarge]; see
// [WithMemoryLimit].
func ReadCompressed[T Number](ctx context.Context, d *Dataset, rows, cols Selector, dim int) (*Compressed[T], error) {
	c, err := readCompressed[T](ctx, d, rows, cols, dim)
	if err != nil {
		return nil, d.fail(err)
	}
	return c, nil
}

func readCompressed[T Number](ctx context.Context, d *Dataset, rows, cols Selector, dim int) (*Compressed[T], error) {
	if dim != 0 && dim != 1 {
		return nil, fmt.Errorf("dimension %d of a matrix: %w", dim, ErrSelection)
	}
	p, err := d.nonZeroPlan(ctx, rows, cols, sizeOf[T]())
	if err != nil {
		return nil, err
	}
	const size = 8 // bytes that a line takes besides its elements
	lines := &p.axes[dim]
	if limit := d.file.defaultLimit(); int64(lines.n) > limit/size {
		return nil, fmt.Errorf("%d lines, more than a limit of %d bytes allows: %w", lines.n, limit, ErrTooLarge)
	}
	p.inTurn, p.byColumn = true, dim == 1
	order := lines.order
	lines.order = nil
	out := &Compressed[T]{Ptr: make([]int, lines.n+1)}
	ctx, done := progress.Start(ctx, "sparse", int64(lines.n), [...]string{"rows", "columns"}[dim])
	c := compression[T]{plan: p, dim: dim, fill: fillOf[T](d), out: out, done: done}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	done.Reach(int64(lines.n))
	out.trim()
	return out.inOrder(order), nil
}

// resize makes room for n elements.
func (c *Compressed[T]) resize(n int) {
	makeRoom(n * (4 + sizeOf[T]()))
	idx, values := make([]int32, n), make([]T, n)
	copy(idx, c.Idx)
	copy(values, c.Values)
	c.Idx, c.Values = idx, values
}

// trim ends the elements where the last one is. What was never touched behind it is no memory that
// the system would have provided; but it might be touched one day, if there is much of it.
func (c *Compressed[T]) trim() {
	const share = 4
	n := c.Ptr[len(c.Ptr)-1]
	unused := len(c.Values) - n
	c.Idx, c.Values = c.Idx[:n:n], c.Values[:n:n]
	if unused > n/share {
		c.resize(n)
	}
}

// inOrder puts each line k in the place order[k]; nil is the order that lines are in.
func (c *Compressed[T]) inOrder(order []int) *Compressed[T] {
	if order == nil {
		return c
	}
	to := &Compressed[T]{Ptr: make([]int, len(c.Ptr))}
	to.resize(len(c.Values))
	for k, place := range order {
		to.Ptr[place+1] = c.Ptr[k+1] - c.Ptr[k]
	}
	for k := range order {
		to.Ptr[k+1] += to.Ptr[k]
	}
	for k, place := range order {
		at := to.Ptr[place]
		copy(to.Idx[at:], c.Idx[c.Ptr[k]:c.Ptr[k+1]])
		copy(to.Values[at:], c.Values[c.Ptr[k]:c.Ptr[k+1]])
	}
	return to
}
