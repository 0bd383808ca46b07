package h5ad

import (
	"context"
	"iter"

	"github.com/goloom/loom/hdf5"
)

// Bounds of the rows of a dense matrix that are read at a time, in bytes. Those
// of whole chunks are read together if that takes no more than the larger one.
const (
	stripeBytes      = 8 << 20
	chunkStripeBytes = 128 << 20
)

// denseBatches yields the elements of a dense matrix that are not zero.
func denseBatches[T hdf5.Number](ctx context.Context, m *matrix) iter.Seq2[batch[T], error] {
	height := m.stripeHeight()
	return func(yield func(batch[T], error) bool) {
		for first := 0; first < m.rows; first += height {
			b := batch[T]{first: first}
			a, err := m.values.Read(ctx, hdf5.Range(first, min(first+height, m.rows)), hdf5.All())
			if err == nil {
				var values []T
				values, err = valuesOf[T](a)
				b.compress(values, m.cols)
			}
			if !yield(b, failed(err)) || err != nil {
				return
			}
		}
	}
}

// stripeHeight returns how many rows of a dense matrix to read at a time.
func (m *matrix) stripeHeight() int {
	line := max(1, m.cols*m.values.Type().Size())
	height := max(1, stripeBytes/line)
	chunks := m.values.Chunks()
	if chunks == nil {
		return height
	}
	if high := min(chunks[0], m.rows); high > 0 && high <= chunkStripeBytes/line {
		return max(1, height/high) * high
	}
	return height
}

// compress puts the elements that are not zero of whole lines into a batch.
func (b *batch[T]) compress(values []T, width int) {
	b.ptr = []int{0}
	for ; len(values) > 0 && width > 0; values = values[width:] {
		for k, v := range values[:width] {
			if v != 0 {
				b.idx = append(b.idx, int32(k))
				b.values = append(b.values, v)
			}
		}
		b.ptr = append(b.ptr, len(b.idx))
	}
}
