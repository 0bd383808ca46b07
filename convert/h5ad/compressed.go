package h5ad

import (
	"context"
	"iter"
	"math"

	"github.com/goloom/loom/hdf5"
)

// batchValues is how many values a batch of lines has, unless a single line has
// more.
const batchValues = 1 << 19

// compressedBatches yields the lines of a matrix that is compressed by row or by
// column. The values are read once, from front to back.
func compressedBatches[T hdf5.Number](ctx context.Context, m *matrix) iter.Seq2[batch[T], error] {
	lines, across := m.lines()
	values, indices := newCursor(m.values, valuesOf[T]), newCursor(m.indices, toInt32s)
	return func(yield func(batch[T], error) bool) {
		for first := 0; first < lines; {
			end := m.batchEnd(first)
			b := batch[T]{first: first, ptr: make([]int, end-first+1)}
			for k := range b.ptr {
				b.ptr[k] = int(m.ptr[first+k] - m.ptr[first])
			}
			var err error
			count := b.ptr[end-first]
			if b.values, err = values.next(ctx, count); err == nil {
				b.idx, err = indices.next(ctx, count)
			}
			if err == nil {
				err = m.checkIndices(b.idx, m.ptr[first], across)
			}
			if !yield(b, err) || err != nil {
				return
			}
			first = end
		}
	}
}

// batchEnd returns the line behind the batch that begins with a line.
func (m *matrix) batchEnd(first int) int {
	lines, _ := m.lines()
	end := first + 1
	for end < lines && end-first < batchValues && m.ptr[end+1]-m.ptr[first] <= batchValues {
		end++
	}
	return end
}

// checkIndices refuses indices, those from position at on, that lie outside the
// matrix.
func (m *matrix) checkIndices(indices []int32, at int64, across int) error {
	for k, i := range indices {
		if i < 0 || int(i) >= across {
			return m.in.bad(m.indices.Path(), "index %d at position %d, want 0 to %d", i, at+int64(k), across-1)
		}
	}
	return nil
}

// toInt32s returns integers as int32. One that is out of range becomes -1, which
// no index is.
func toInt32s(a *hdf5.Array) ([]int32, error) {
	if values, err := hdf5.Values[int32](a); err == nil {
		return values, nil
	}
	numbers, err := a.Int64s()
	if err != nil {
		return nil, err
	}
	values := make([]int32, len(numbers))
	for k, n := range numbers {
		values[k] = -1
		if n >= 0 && n <= math.MaxInt32 {
			values[k] = int32(n)
		}
	}
	return values, nil
}

// A cursor reads a dataset of one dimension from front to back, each chunk once.
type cursor[T any] struct {
	d       *hdf5.Dataset
	convert func(*hdf5.Array) ([]T, error)
	block   int // elements that are read at a time, whole chunks

	held []T // what has been read and not been returned
	end  int // where in the dataset that ends
}

func newCursor[T any](d *hdf5.Dataset, convert func(*hdf5.Array) ([]T, error)) *cursor[T] {
	c := &cursor[T]{d: d, convert: convert, block: batchValues}
	if chunks := d.Chunks(); chunks != nil {
		c.block = (batchValues + chunks[0] - 1) / chunks[0] * chunks[0]
	}
	return c
}

// next returns the n elements after those that it has returned, of which there
// are enough. They are valid until it is called again.
func (c *cursor[T]) next(ctx context.Context, n int) ([]T, error) {
	if n > len(c.held) {
		stop := c.end - len(c.held) + n
		stop = min(c.d.Shape()[0], (stop+c.block-1)/c.block*c.block)
		a, err := c.d.Read(ctx, hdf5.Range(c.end, stop))
		if err != nil {
			return nil, failed(err)
		}
		more, err := c.convert(a)
		if err != nil {
			return nil, failed(err)
		}
		if len(c.held) == 0 {
			c.held = more
		} else {
			c.held = append(append(make([]T, 0, len(c.held)+len(more)), c.held...), more...)
		}
		c.end = stop
	}
	values := c.held[:n]
	c.held = c.held[n:]
	return values, nil
}
