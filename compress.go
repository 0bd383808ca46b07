package loom

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"

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
	slices.SortStableFunc(collected.chunks, func(a, b hdf5.NonZeros[T]) int {
		return cmp.Compare(a.Origin[axis], b.Origin[axis])
	})
	shares := collected.shares()
	ends := make([]lineEnds, len(shares))
	err := inParallel(ctx, shares, func(i int) {
		ends[i].count(pick(axis, shares[i].rows, shares[i].cols))
	})
	if err != nil {
		return err
	}
	number(c.ptr, ends)
	c.idx, c.values = make([]int32, collected.total), make([]T, collected.total)
	return inParallel(ctx, shares, func(i int) {
		for _, nz := range shares[i].chunks {
			c.place(&ends[i], pick(axis, nz.Rows, nz.Cols), pick(axis, nz.Cols, nz.Rows), nz.Values)
		}
	})
}

// place enters the elements of a chunk, given by line and place in it.
func (c *lines[T]) place(e *lineEnds, lines, across []int32, values []T) {
	across, values = across[:len(lines)], values[:len(lines)]
	for k, line := range lines {
		next := &e.next[int(line)-e.first]
		c.idx[*next], c.values[*next] = across[k], values[k]
		*next++
	}
}

// lineEnds are how many entries some chunks have of each line, from first on, and later
// where the next of these goes.
type lineEnds struct {
	first int
	next  []int
}

// count counts the entries of chunks, of which these are the lines.
func (e *lineEnds) count(chunks iter.Seq[[]int32]) {
	least, greatest := int32(math.MaxInt32), int32(0)
	for lines := range chunks {
		least, greatest = min(least, slices.Min(lines)), max(greatest, slices.Max(lines))
	}
	e.first, e.next = int(least), make([]int, max(0, int(greatest)-int(least)+1))
	for lines := range chunks {
		for _, line := range lines {
			e.next[int(line)-e.first]++
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
