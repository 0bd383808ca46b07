package loom

import (
	"context"
	"iter"
	"math"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// CSRAs is [SparseAs] compressed by row: what to have for going through a layer
// row by row.
//
// The layer is read once and the dense matrix never made. It takes memory for the
// result, two and a half times over at most until it returns, and as much again if the selected
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
	collected, err := collectNonZeros[T](ctx, l, rows, cols)
	if err != nil {
		return nil, err
	}
	n := pick(axis, collected.height, collected.width)
	if err := checkAllowance(l.allowance, n, 8, axis.String()); err != nil {
		return nil, l.failed(err)
	}
	c := &lines[T]{height: collected.height, width: collected.width, ptr: make([]int, n+1)}
	if err := c.fill(ctx, collected, axis); err != nil {
		return nil, l.failed(err)
	}
	return c, nil
}

// fill places the collected entries.
//
// Chunks that begin with the same line come together, in their order: their lines
// are few enough for the processor to keep the ends of all of them at hand. They
// are shared out, and as it is known how many entries of a line each share has,
// none needs to wait for another.
func (c *lines[T]) fill(ctx context.Context, collected *collection[T], axis Axis) error {
	collected.sort(axis)
	shares := collected.shares()
	ends := make([]lineEnds, len(shares))
	err := inParallel(ctx, shares, func(i int) {
		ends[i].find(pick(axis, shares[i].rows, shares[i].cols))
		if axis == Rows {
			shares[i].countRows(&ends[i])
		} else {
			shares[i].countColumns(&ends[i])
		}
	})
	if err != nil {
		return err
	}
	number(c.ptr, ends)
	c.idx, c.values = make([]int32, collected.total), make([]T, collected.total)
	place := pick(axis, c.placeRows, c.placeColumns)
	return inParallel(ctx, shares, func(i int) { place(&ends[i], shares[i].chunks) })
}

// placeRows enters the elements of chunks row by row.
func (c *lines[T]) placeRows(e *lineEnds, chunks []hdf5.NonZeros[T]) {
	for _, nz := range chunks {
		first := 0
		for i, row := range nz.Rows {
			next, end := &e.next[int(row)-e.first], nz.Ends[i]
			copy(c.idx[*next:], nz.Cols[first:end])
			*next += copy(c.values[*next:], nz.Values[first:end])
			first = end
		}
	}
}

// placeColumns enters the elements of chunks one by one.
func (c *lines[T]) placeColumns(e *lineEnds, chunks []hdf5.NonZeros[T]) {
	var rows []int32
	for _, nz := range chunks {
		rows = nz.AppendRows(rows[:0])
		cols, values := nz.Cols[:len(rows)], nz.Values[:len(rows)]
		for k, row := range rows {
			next := &e.next[int(cols[k])-e.first]
			c.idx[*next], c.values[*next] = row, values[k]
			*next++
		}
	}
}

// lineEnds are how many entries some chunks have of each line, from first on, and later
// where the next of these goes.
type lineEnds struct {
	first int
	next  []int
}

// find finds the lines from the first up to the last of chunks.
func (e *lineEnds) find(chunks iter.Seq[[]int32]) {
	least, greatest := int32(math.MaxInt32), int32(0)
	for lines := range chunks {
		for _, line := range lines {
			least, greatest = min(least, line), max(greatest, line)
		}
	}
	e.first, e.next = int(least), make([]int, max(0, int(greatest)-int(least)+1))
}

// countRows counts the entries of each row.
func (s *share[T]) countRows(e *lineEnds) {
	for _, nz := range s.chunks {
		first := 0
		for i, row := range nz.Rows {
			e.next[int(row)-e.first] += nz.Ends[i] - first
			first = nz.Ends[i]
		}
	}
}

// countColumns counts the entries of each column.
func (s *share[T]) countColumns(e *lineEnds) {
	for _, nz := range s.chunks {
		for _, col := range nz.Cols {
			e.next[int(col)-e.first]++
		}
	}
}

// number finds where lines begin and where the first entry that each of the ends has of
// one goes: behind those that the ends before have.
func number(ptr []int, ends []lineEnds) {
	for _, e := range ends {
		for i, n := range e.next {
			ptr[e.first+i+1] += n
		}
	}
	for k := 1; k < len(ptr); k++ {
		ptr[k] += ptr[k-1]
	}
	for _, e := range ends {
		for i, n := range e.next {
			next := &ptr[e.first+i]
			e.next[i] = *next
			*next += n
		}
	}
	// Now ptr[k] is where line k ends.
	copy(ptr[1:], ptr[:len(ptr)-1])
	ptr[0] = 0
}
