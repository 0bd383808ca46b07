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
// a chunk for each worker. Elements that were never written have the fill value. Before
// a result of 64 MiB or more it may run the garbage collector, so that an earlier
// one that nobody uses any more gives its memory to this one.
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
	makeRoom(n * size)
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
