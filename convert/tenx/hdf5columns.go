package tenx

import (
	"context"
	"iter"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

const (
	batchColumns   = 64      // columns of a batch
	windowElements = 1 << 20 // elements that are read at a time, at least
)

// stream returns the matrix as a layer of the type that the file has.
func (m *matrix) stream(ctx context.Context) (*loom.Stream, error) {
	data, err := m.group.Dataset("data")
	if err != nil {
		return nil, err
	}
	switch data.Type().String() {
	case "int8":
		return streamOf[int8](ctx, m), nil
	case "int16":
		return streamOf[int16](ctx, m), nil
	case "int32":
		return streamOf[int32](ctx, m), nil
	case "int64":
		return streamOf[int64](ctx, m), nil
	case "uint8":
		return streamOf[uint8](ctx, m), nil
	case "uint16":
		return streamOf[uint16](ctx, m), nil
	case "uint32":
		return streamOf[uint32](ctx, m), nil
	case "uint64":
		return streamOf[uint64](ctx, m), nil
	case "float16", "float32":
		return streamOf[float32](ctx, m), nil
	case "float64":
		return streamOf[float64](ctx, m), nil
	}
	return nil, m.malformed("data", "%s, want numbers", data.Type())
}

func streamOf[T loom.Number](ctx context.Context, m *matrix) *loom.Stream {
	return loom.StreamColumns(m.taken, m.cols, columns[T](ctx, m))
}

// columns yields the columns, some at a time.
func columns[T loom.Number](ctx context.Context, m *matrix) iter.Seq2[*sparse.CSC[T], error] {
	return func(yield func(*sparse.CSC[T], error) bool) {
		indices, err := newWindow[int64](m, "indices")
		if err != nil {
			yield(nil, err)
			return
		}
		data, err := newWindow[T](m, "data")
		if err != nil {
			yield(nil, err)
			return
		}
		seen := make([]int, m.rows) // the column, from 1, in which a row was last
		for first := 0; first < m.cols; first += batchColumns {
			last := min(first+batchColumns, m.cols)
			batch, err := readColumns(ctx, m, indices, data, first, last, seen)
			if !yield(batch, err) || err != nil {
				return
			}
			m.done(last - first)
		}
	}
}

// readColumns reads some columns.
func readColumns[T loom.Number](ctx context.Context, m *matrix, indices *window[int64], data *window[T], first, last int, seen []int) (*sparse.CSC[T], error) {
	from, to := m.starts[first], m.starts[last]
	rows, err := indices.read(ctx, from, to)
	if err != nil {
		return nil, err
	}
	values, err := data.read(ctx, from, to)
	if err != nil {
		return nil, err
	}
	ptr := make([]int, 1, last-first+1)
	idx, kept := make([]int32, 0, len(rows)), make([]T, 0, len(rows))
	for j := first; j < last; j++ {
		for k := m.starts[j] - from; k < m.starts[j+1]-from; k++ {
			row := rows[k]
			if row < 0 || row >= int64(m.rows) {
				return nil, m.malformed("indices", "element %d is row %d, want one from 0 to %d", from+k, row, m.rows-1)
			}
			if seen[row] == j+1 {
				return nil, m.malformed("indices", "element %d is row %d, which column %d has already", from+k, row, j)
			}
			seen[row] = j + 1
			if v := values[k]; v-v != 0 {
				return nil, m.malformed("data", "element %d is %v, want a finite number", from+k, v)
			}
			if to := m.rowTo[row]; to >= 0 {
				idx, kept = append(idx, int32(to)), append(kept, values[k])
			}
		}
		ptr = append(ptr, len(idx))
	}
	return sparse.NewCSC(m.taken, last-first, ptr, idx, kept)
}

// A window is the part of a dataset that was read last.
type window[T loom.Number] struct {
	dataset *hdf5.Dataset
	size    int64
	start   int64
	values  []T
}

func newWindow[T loom.Number](m *matrix, name string) (*window[T], error) {
	d, err := m.group.Dataset(name)
	if err != nil {
		return nil, err
	}
	return &window[T]{dataset: d, size: m.starts[m.cols]}, nil
}

// read returns some elements, until it is called again. It reads a stretch of
// neighbours with them, for those will be wanted next.
func (w *window[T]) read(ctx context.Context, from, to int64) ([]T, error) {
	if from < w.start || to > w.start+int64(len(w.values)) {
		end := min(max(to, from+windowElements), w.size)
		w.start, w.values = from, make([]T, end-from)
		if err := hdf5.ReadInto(ctx, w.dataset, w.values, hdf5.Range(int(from), int(end))); err != nil {
			w.values = nil
			return nil, err
		}
	}
	return w.values[from-w.start : to-w.start], nil
}
