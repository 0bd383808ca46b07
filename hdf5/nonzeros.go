package hdf5

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// NonZeros are the non-zero elements of one chunk that a selection of a matrix
// picks. Rows and Cols say where in the selection they are: the first selected
// row is row 0 of it. Elements come row by row of the chunk, and by column
// within a row. NaN is not zero; negative zero is.
type NonZeros[T Number] struct {
	Rows, Cols []int32
	Values     []T

	// Origin is the row and the column of the dataset at which the chunk begins.
	Origin [2]int
}

// StreamNonZeros streams the non-zero elements of a selection of a numeric
// dataset of two dimensions, converted to T as Go converts numbers. The dense
// matrix is never made, and chunks that are not stored cost nothing (unless the
// fill value is not zero).
//
// work is called once for each chunk that has selected elements, by several
// goroutines at a time; what it is passed is valid until it returns. deliver, if
// it is not nil, is passed the results of work one after the other, on the
// caller's goroutine, in an order that depends on the dataset and the selection
// alone: whatever is computed in deliver does not depend on the number of
// workers. The first error of either ends the stream and is returned.
//
// In memory it holds, besides what work makes, a few chunks for each worker.
func StreamNonZeros[T Number, R any](ctx context.Context, d *Dataset, rows, cols Selector,
	work func(*NonZeros[T]) (R, error), deliver func(R) error) error {
	return d.fail(streamNonZeros(ctx, d, rows, cols, work, deliver))
}

func streamNonZeros[T Number, R any](ctx context.Context, d *Dataset, rows, cols Selector,
	work func(*NonZeros[T]) (R, error), deliver func(R) error) error {
	p, err := d.nonZeroPlan(ctx, rows, cols, sizeOf[T]())
	if err != nil {
		return err
	}
	p.selectedOnly = true
	fill := T(0)
	if d.fill != nil {
		fill = toNumbers[T](d, append([]byte(nil), d.fill...), nil)[0]
	}
	pool := sync.Pool{New: func() any { return new(NonZeros[T]) }}
	pieceWork := func(pc *piece, values []byte) (R, error) {
		nz := pool.Get().(*NonZeros[T])
		defer pool.Put(nz)
		nz.reset()
		nz.Origin = [2]int(pc.origin)
		if pc.absent {
			nz.fill(p, pc, fill)
		} else {
			nz.extract(p, pc, values)
		}
		return work(nz)
	}
	return stream(ctx, p, fill != 0, pieceWork, deliver)
}

// nonZeroPlan checks that a stream of non-zeros can be had.
func (d *Dataset) nonZeroPlan(ctx context.Context, rows, cols Selector, size int) (*plan, error) {
	if err := d.file.check(); err != nil {
		return nil, err
	}
	if len(d.space.dims) != 2 || !d.numbers() {
		return nil, fmt.Errorf("%s values of shape %v are no matrix of numbers: %w", d.dtype, d.space.dims, ErrType)
	}
	p, err := d.newPlan([]Selector{rows, cols})
	if err != nil {
		return nil, err
	}
	n, err := elements(p.shape())
	if err != nil {
		return nil, err
	}
	if p.axes[0].n > math.MaxInt32 || p.axes[1].n > math.MaxInt32 {
		return nil, fmt.Errorf("selection of shape %v, a dimension has %d positions at most: %w", p.shape(), math.MaxInt32, ErrSelection)
	}
	if d.fill != nil {
		// Every element that is not stored is a non-zero one.
		err = p.checkResult(ctx, n, size+8)
	}
	return p, err
}

func (nz *NonZeros[T]) reset() {
	nz.Rows, nz.Cols, nz.Values = nz.Rows[:0], nz.Cols[:0], nz.Values[:0]
}

func (nz *NonZeros[T]) append(row, col int32, v T) {
	nz.Rows = append(nz.Rows, row)
	nz.Cols = append(nz.Cols, col)
	nz.Values = append(nz.Values, v)
}

// runs returns what the selection picks from a piece.
func (p *plan) runs(pc *piece) (rows, cols run) {
	within := func(i int) run {
		lo := pc.origin[i]
		return p.axes[i].within(lo, min(lo+pc.extent[i], p.d.space.dims[i]))
	}
	return within(0), within(1)
}

// fill makes an element of every selected position of a piece.
func (nz *NonZeros[T]) fill(p *plan, pc *piece, v T) {
	rows, cols := p.runs(pc)
	for i := range rows.n {
		for k := range cols.n {
			nz.append(int32(rows.to(i)), int32(cols.to(k)), v)
		}
	}
}
