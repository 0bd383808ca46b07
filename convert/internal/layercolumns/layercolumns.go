// Package layercolumns reads the columns of a layer, some at a time, for the
// packages that write them to other formats.
package layercolumns

import (
	"context"
	"iter"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

// elements is how many there are in the columns that are read at a time.
const elements = 1 << 22

// chunk is the width of most layers' chunks, which is best not cut.
const chunk = 64

// Batches yields the elements of a layer that are not zero, converted to T, in batches of
// columns, and where each begins. In memory is one batch: the columns of four million elements,
// zeros among them, or 64.
func Batches[T loom.Number](ctx context.Context, layer *loom.Layer) iter.Seq2[Batch[T], error] {
	return func(yield func(Batch[T], error) bool) {
		rows, cols := layer.Shape()
		width := max(1, elements/max(1, rows)/chunk) * chunk
		for first := 0; first < cols; first += width {
			m, err := loom.CSCAs[T](ctx, layer, loom.All(), loom.Range(first, min(first+width, cols)))
			if !yield(Batch[T]{m, first}, err) || err != nil {
				return
			}
		}
	}
}

// A Batch is some columns of a layer.
type Batch[T loom.Number] struct {
	*sparse.CSC[T]
	First int // column
}

// Counts returns how many elements of each column are not zero, and how many that are
// in all. It reads the layer once.
func Counts(ctx context.Context, layer *loom.Layer) (columns []int64, all int64, err error) {
	results, err := layer.Map(ctx, loom.Columns, loom.All(), loom.NonZeros)
	if err != nil {
		return nil, 0, err
	}
	columns = make([]int64, len(results[0]))
	for j, n := range results[0] {
		columns[j] = int64(n)
		all += columns[j]
	}
	return columns, all, nil
}
