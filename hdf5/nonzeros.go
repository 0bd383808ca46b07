package hdf5

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// NonZeros are the non-zero elements of one chunk that a selection of a matrix
// picks, row by row of the chunk, and by column within a row. NaN is not zero; negative
// zero is.
type NonZeros[T Number] struct {
	// Rows says where in the selection the rows of the chunk are that have been selected,
	// the first selected row being row 0 of it. The elements of Rows[i] are those
	// before Ends[i], and not before Ends[i-1].
	Rows []int32
	Ends []int
	// Cols and Values have the elements: where in the selection the column of each is,
	// and what it is.
	Cols   []int32
	Values []T

	// Origin is the row and the column of the dataset at which the chunk begins.
	Origin [2]int
}

// AppendRows appends the row of each element.
func (nz *NonZeros[T]) AppendRows(rows []int32) []int32 {
	const atOnce = 8
	k := len(rows)
	first, total := k, k+len(nz.Values)
	rows = slices.Grow(rows, len(nz.Values))[:total]
	for i, row := range nz.Rows {
		// Nobody can guess how many elements a row has, but they are few.
		end := first + nz.Ends[i]
		for ; k < end && k+atOnce <= total; k += atOnce {
			*(*[atOnce]int32)(rows[k:]) = [atOnce]int32{row, row, row, row, row, row, row, row}
		}
		for ; k < end; k++ {
			rows[k] = row
		}
		k = end
	}
	return rows
}

// StreamNonZeros streams the non-zero elements of a selection of a numeric
// dataset of two dimensions, converted to T as Go converts numbers. The dense
// matrix is never made, and chunks that are not stored cost nothing (unless the
// fill value is not zero).
//
// work is called once for each chunk that has selected elements, by several
// goroutines at a time; what it is passed is valid until it returns. deliver, if
// it is not nil, is passed the results of work one after the other, on the
// caller's goroutine, while work goes on with chunks that come later, in an order that depends
// on the dataset and the selection alone: whatever is computed in deliver does not depend on the number of
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
	fill := fillOf[T](d)
	pool := sync.Pool{New: func() any { return new(NonZeros[T]) }}
	pieceWork := func(pc *piece, values []byte) (R, error) {
		nz := pool.Get().(*NonZeros[T])
		defer pool.Put(nz)
		nz.take(p, pc, values, fill)
		return work(nz)
	}
	return stream(ctx, p, fill != 0, pieceWork, deliver)
}

// EachNonZeros calls yield for what [StreamNonZeros] passes to work, on the caller's
// goroutine, one chunk after the other in the order in which that delivers. It is for those
// who share out the parts of a matrix among goroutines of their own, each of which
// takes up elements while they are in the processor's cache.
//
// In memory it holds one chunk, and up to 1 MiB of others as they are stored.
func EachNonZeros[T Number](ctx context.Context, d *Dataset, rows, cols Selector, yield func(*NonZeros[T]) error) error {
	return d.fail(eachNonZeros(ctx, d, rows, cols, yield))
}

func eachNonZeros[T Number](ctx context.Context, d *Dataset, rows, cols Selector, yield func(*NonZeros[T]) error) error {
	p, err := d.nonZeroPlan(ctx, rows, cols, sizeOf[T]())
	if err != nil {
		return err
	}
	p.inTurn = true
	fill := fillOf[T](d)
	var nz NonZeros[T]
	pieceWork := func(pc *piece, values []byte) (struct{}, error) {
		nz.take(p, pc, values, fill)
		return struct{}{}, yield(&nz)
	}
	return stream(ctx, p, fill != 0, pieceWork, nil)
}

// fillOf returns the fill value.
func fillOf[T Number](d *Dataset) T {
	if d.fill == nil {
		return 0
	}
	return toNumbers[T](d, slices.Clone(d.fill), nil)[0]
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
	p.selectedOnly = true
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

// take makes nz the elements of a piece, of which values are stored if there are any, or
// which is full of the fill value.
func (nz *NonZeros[T]) take(p *plan, pc *piece, values []byte, fill T) {
	nz.reset()
	nz.Origin = [2]int(pc.origin)
	nz.add(p, pc, values, fill)
}

// reset removes all elements.
func (nz *NonZeros[T]) reset() {
	nz.Rows, nz.Ends, nz.Cols, nz.Values = nz.Rows[:0], nz.Ends[:0], nz.Cols[:0], nz.Values[:0]
}

// slack is how many elements there is room for behind those that have been reserved: some too many
// are moved at a time where nobody can guess how many there are.
const slack = 8

// reserve makes room for so many more rows and elements, or twice as many as there are.
func (nz *NonZeros[T]) reserve(rows, elements int) {
	if cap(nz.Rows)-len(nz.Rows) < rows {
		n := max(rows, len(nz.Rows))
		nz.Rows, nz.Ends = slices.Grow(nz.Rows, n), slices.Grow(nz.Ends, n)
	}
	if cap(nz.Values)-len(nz.Values) < elements+slack || cap(nz.Cols)-len(nz.Cols) < elements+slack {
		n := max(elements, len(nz.Values)) + slack
		nz.Cols, nz.Values = slices.Grow(nz.Cols, n), slices.Grow(nz.Values, n)
	}
}

// add appends the elements of a piece.
func (nz *NonZeros[T]) add(p *plan, pc *piece, values []byte, fill T) {
	if pc.absent {
		nz.fill(p, pc, fill)
	} else {
		nz.extract(p, pc, values)
	}
}

// endRow says that all elements of a row are there.
func (nz *NonZeros[T]) endRow(row int) {
	nz.Rows, nz.Ends = append(nz.Rows, int32(row)), append(nz.Ends, len(nz.Values))
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
	if p.byColumn {
		rows, cols = cols, rows
	}
	for i := range rows.n {
		for k := range cols.n {
			nz.Cols, nz.Values = append(nz.Cols, int32(cols.to(k))), append(nz.Values, v)
		}
		nz.endRow(rows.to(i))
	}
}
