package hdf5

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"
)

// NonZeros are the non-zero elements of one chunk that a selection of a matrix
// picks. Rows and Cols say where in the selection they are: the first selected
// row is row 0 of it. Elements come row by row of the chunk, and by column
// within a row. NaN is not zero; negative zero is.
type NonZeros[T Number] struct {
	Rows, Cols []int32
	Values     []T
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
	fill := T(0)
	if d.fill != nil {
		fill = toNumbers[T](d, append([]byte(nil), d.fill...), nil)[0]
	}
	pool := sync.Pool{New: func() any { return new(NonZeros[T]) }}
	pieceWork := func(pc *piece, values []byte) (R, error) {
		nz := pool.Get().(*NonZeros[T])
		defer pool.Put(nz)
		nz.reset()
		if pc.absent {
			nz.fill(p, pc, fill)
		} else {
			s := scratchFor[T]()
			defer s.release()
			nz.extract(p, pc, toNumbers[T](d, values, s))
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

// extract collects the non-zero elements among the values of a piece.
func (nz *NonZeros[T]) extract(p *plan, pc *piece, values []T) {
	rows, cols := p.runs(pc)
	width := pc.extent[1]
	for i := range rows.n {
		row := int32(rows.to(i))
		line := values[rows.from(i)*width:][:width]
		if cols.dense() {
			nz.extractLine(row, int32(cols.to(0)), line[cols.src:][:cols.n])
			continue
		}
		for k := range cols.n {
			if v := line[cols.from(k)]; v != 0 {
				nz.append(row, int32(cols.to(k)), v)
			}
		}
	}
}

// skipBytes is how much of a line is skipped at once if it is all zeros.
const skipBytes = 32

// extractLine collects the non-zero elements of adjacent columns, from col on.
func (nz *NonZeros[T]) extractLine(row, col int32, line []T) {
	n, most := len(nz.Values), len(nz.Values)+len(line)
	nz.Rows = slices.Grow(nz.Rows, len(line))[:most]
	nz.Cols = slices.Grow(nz.Cols, len(line))[:most]
	nz.Values = slices.Grow(nz.Values, len(line))[:most]

	memory, size := bytesOf(line), sizeOf[T]()
	group, at := skipBytes/size, 0
	for ; at <= len(line)-group; at += group {
		if !zeros32((*[skipBytes]byte)(memory[at*size:])) {
			n = nz.place(n, row, col+int32(at), line[at:at+group])
		}
	}
	n = nz.place(n, row, col+int32(at), line[at:])
	nz.Rows, nz.Cols, nz.Values = nz.Rows[:n], nz.Cols[:n], nz.Values[:n]
}

// place stores the non-zero elements of a part of a line from place n on, and
// returns the place after them. There is room for all elements.
//
// Where there is one among a few zeros, nobody can guess which it is, and a wrong
// guess takes longer than the work. So every element is stored, and the place of one
// that is zero is used again.
func (nz *NonZeros[T]) place(n int, row, col int32, part []T) int {
	rows, cols, values := nz.Rows[n:][:len(part)], nz.Cols[n:][:len(part)], nz.Values[n:][:len(part)]
	found := 0
	for k, v := range part {
		rows[found], cols[found], values[found] = row, col+int32(k), v
		if v != 0 {
			found++
		}
	}
	return n + found
}

// zeros32 reports whether all bits of b are zero.
func zeros32(b *[skipBytes]byte) bool {
	return binary.NativeEndian.Uint64(b[:])|binary.NativeEndian.Uint64(b[8:])|
		binary.NativeEndian.Uint64(b[16:])|binary.NativeEndian.Uint64(b[24:]) == 0
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
