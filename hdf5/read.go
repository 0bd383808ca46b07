package hdf5

import (
	"context"
	"fmt"
)

// Read returns the selected values: one selector for each dimension, or none
// for everything. The result has as many dimensions as the dataset, followed by
// those of an array datatype; [At] leaves a dimension of length 1.
//
// It reads the chunks that the selection overlaps, and the nodes of the chunk
// index that lead to them and have not been read before. In memory it holds the
// result, for types other than numbers also the selected elements as they are stored, and
// a chunk for each worker. Elements that were never written have the fill value.
//
// Of a dataset that [Dataset.IsNull] the result is an Array of shape [0]. Errors
// wrap [ErrSelection], [ErrCorrupt], [ErrUnsupported], [ErrTooLarge] or
// [ErrClosed].
func (d *Dataset) Read(ctx context.Context, selectors ...Selector) (*Array, error) {
	a, err := d.read(ctx, selectors)
	return a, d.fail(err)
}

func (d *Dataset) read(ctx context.Context, selectors []Selector) (*Array, error) {
	if err := d.file.check(); err != nil {
		return nil, err
	}
	if d.space.null {
		return emptyArray(d.dtype, []int{0})
	}
	if d.dtype.class == Other {
		return nil, fmt.Errorf("values of type %s: %w", d.dtype, ErrUnsupported)
	}
	p, err := d.newPlan(selectors)
	if err != nil {
		return nil, err
	}
	p.selectedOnly = true
	shape := p.shape()
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	plain := d.dtype.plain() && d.dtype.dims == nil
	size := d.width
	if !plain {
		size += d.dtype.footprint()
	}
	if err := p.checkResult(ctx, n, size); err != nil {
		return nil, err
	}
	if plain {
		return d.readPlain(ctx, p, shape, n)
	}
	raw := make([]byte, n*d.width)
	if err := p.readBytes(ctx, raw, nil); err != nil {
		return nil, err
	}
	return d.file.newArray(d.dtype, shape, raw)
}

// readPlain reads numbers straight into the slice that will hold them.
func (d *Dataset) readPlain(ctx context.Context, p *plan, shape []int, n int) (*Array, error) {
	data, memory := makeNumbers(d.dtype, n)
	if err := p.readBytes(ctx, memory, d.turn()); err != nil {
		return nil, err
	}
	return &Array{dtype: d.dtype, shape: shape, data: data}, nil
}

// turn returns what brings plain values into the machine's byte order, nil if
// they are in it.
func (d *Dataset) turn() func([]byte) {
	if !d.dtype.swapped() {
		return nil
	}
	return func(values []byte) { swapBytes(values, d.dtype.Size()) }
}

// readBytes reads the selected elements as they are stored into dst. If turn is
// not nil it is applied to the values of every piece, and to the fill value.
func (p *plan) readBytes(ctx context.Context, dst []byte, turn func([]byte)) error {
	if p.d.fill != nil {
		fill := append([]byte(nil), p.d.fill...)
		if turn != nil {
			turn(fill)
		}
		fillBytes(dst, fill)
	}
	work := func(pc *piece, values []byte) (struct{}, error) {
		if turn != nil {
			turn(values)
		}
		p.scatter(dst, p.d.width, pc, values)
		return struct{}{}, nil
	}
	return stream(ctx, p, false, work, nil)
}

// fillBytes repeats pattern over dst, whose length is a multiple of its.
func fillBytes(dst, pattern []byte) {
	n := copy(dst, pattern)
	for n < len(dst) {
		n += copy(dst[n:], dst[:n])
	}
}

// ReadInto reads the selected values of a numeric dataset into dst, in
// row-major order, converting them to T as Go converts numbers: integers that
// do not fit wrap around, fractions are cut off. dst must have exactly as many
// elements as are selected. What is read and held in memory is as for
// [Dataset.Read].
func ReadInto[T Number](ctx context.Context, d *Dataset, dst []T, selectors ...Selector) error {
	return d.fail(readInto(ctx, d, dst, selectors))
}

func readInto[T Number](ctx context.Context, d *Dataset, dst []T, selectors []Selector) error {
	if err := d.file.check(); err != nil {
		return err
	}
	if !d.numbers() {
		return fmt.Errorf("values of type %s are not numbers: %w", d.dtype, ErrType)
	}
	p, err := d.newPlan(selectors)
	if err != nil {
		return err
	}
	p.selectedOnly = true
	n, err := elements(p.shape())
	if err != nil {
		return err
	}
	if n != len(dst) {
		return fmt.Errorf("selection of shape %v into %d elements: %w", p.shape(), len(dst), ErrSelection)
	}
	if d.fill != nil {
		fillBytes(bytesOf(dst), bytesOf(toNumbers[T](d, append([]byte(nil), d.fill...), nil)))
	} else {
		clear(dst)
	}
	memory := bytesOf(dst)
	work := func(pc *piece, values []byte) (struct{}, error) {
		s := scratchFor[T]()
		defer s.release()
		p.scatter(memory, sizeOf[T](), pc, bytesOf(toNumbers[T](d, values, s)))
		return struct{}{}, nil
	}
	return stream(ctx, p, false, work, nil)
}

// scatter copies the selected elements of a piece, each of size bytes, to
// their places in dst, which holds the whole result.
func (p *plan) scatter(dst []byte, size int, pc *piece, values []byte) {
	if len(p.axes) == 0 {
		copy(dst, values)
		return
	}
	p.copier(dst, size, pc, values).copy(0, 0, 0)
}

// copier returns what copies elements of size bytes between a piece's values and
// the result.
func (p *plan) copier(result []byte, size int, pc *piece, values []byte) *copier {
	rank := len(p.axes)
	c := &copier{dst: result, src: values, size: size, runs: make([]run, rank), from: make([]int, rank), to: make([]int, rank)}
	from, to := size, size
	for i := rank - 1; i >= 0; i-- {
		c.from[i], c.to[i] = from, to
		from *= pc.extent[i]
		to *= p.axes[i].n
		lo := pc.origin[i]
		c.runs[i] = p.axes[i].within(lo, min(lo+pc.extent[i], p.d.space.dims[i]))
	}
	return c
}

// A copier copies the selected part of one box into the result, or back.
type copier struct {
	dst, src []byte // the result and the box
	back     bool
	size     int
	runs     []run
	from, to []int // bytes between neighbours in each dimension
}

// copy copies dimension dim and those below it, from offset src to offset dst.
func (c *copier) copy(dim, src, dst int) {
	r := &c.runs[dim]
	if dim == len(c.runs)-1 {
		c.copyRun(r, src, dst)
		return
	}
	for k := range r.n {
		c.copy(dim+1, src+r.from(k)*c.from[dim], dst+r.to(k)*c.to[dim])
	}
}

// copyRun copies along the last dimension, where neighbours are adjacent.
func (c *copier) copyRun(r *run, src, dst int) {
	if r.dense() {
		c.move(src+r.src*c.size, dst+r.dst*c.size, r.n*c.size)
		return
	}
	for k := range r.n {
		c.move(src+r.from(k)*c.size, dst+r.to(k)*c.size, c.size)
	}
}

// move copies n bytes.
func (c *copier) move(src, dst, n int) {
	if c.back {
		copy(c.src[src:src+n], c.dst[dst:dst+n])
		return
	}
	copy(c.dst[dst:dst+n], c.src[src:src+n])
}
