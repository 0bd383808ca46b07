package loom

import (
	"context"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// Sparse returns the elements of a layer that are not zero where the selected
// rows and columns cross, as [Layer.Sparse] does; the layer "" is the main
// matrix.
func (c *contents) Sparse(ctx context.Context, rows, cols Selector, layer string) (Matrix, error) {
	l, err := c.layers.Get(layer)
	if err != nil {
		return nil, err
	}
	return l.Sparse(ctx, rows, cols)
}

// Sparse returns the elements that are not zero where the selected rows and
// columns cross, as a *[sparse.COO] of the layer's type. NaN is not zero.
//
// The dense matrix is never made: it takes memory for the result, twice over
// until it returns. Entries come chunk by chunk as they are stored, and row by row
// within a chunk; the order depends on nothing else.
func (l *Layer) Sparse(ctx context.Context, rows, cols Selector) (Matrix, error) {
	numbers, err := l.numbers()
	if err != nil {
		return nil, err
	}
	return numbers.nonZeros(ctx, l, rows, cols)
}

// SparseAs is [Layer.Sparse] with the elements converted to T by Go's conversion
// of numbers: integers may wrap around, fractions are cut off. [CSRAs] and [CSCAs]
// are the same in compressed form.
func SparseAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.COO[T], error) {
	return nonZerosAs[T](ctx, l, rows, cols)
}

func nonZerosAs[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*sparse.COO[T], error) {
	c, err := collectNonZeros[T](ctx, l, rows, cols)
	if err != nil {
		return nil, err
	}
	i, j, values := make([]int32, c.total), make([]int32, c.total), make([]T, c.total)
	shares := c.shares()
	err = inParallel(ctx, shares, func(s int) {
		at := shares[s].at
		for _, nz := range shares[s].chunks {
			nz.AppendRows(i[at:at])
			copy(j[at:], nz.Cols)
			at += copy(values[at:], nz.Values)
		}
	})
	if err != nil {
		return nil, l.failed(err)
	}
	return sparse.NewCOO(c.height, c.width, i, j, values)
}

// streamNonZeros is [hdf5.StreamNonZeros] of a layer in a file or in memory,
// which exists.
func streamNonZeros[T Number, R any](ctx context.Context, l *Layer, rows, cols Selector,
	work func(*hdf5.NonZeros[T]) (R, error), deliver func(R) error) error {
	if l.dataset != nil {
		return hdf5.StreamNonZeros(ctx, l.dataset, rows, cols, work, deliver)
	}
	return eachInMemory(ctx, l, rows, cols, func(nz *hdf5.NonZeros[T]) error {
		result, err := work(nz)
		if err != nil {
			return err
		}
		return deliver(result)
	})
}

// eachNonZeros is [hdf5.EachNonZeros], likewise.
func eachNonZeros[T Number](ctx context.Context, l *Layer, rows, cols Selector, yield func(*hdf5.NonZeros[T]) error) error {
	if l.dataset != nil {
		return hdf5.EachNonZeros(ctx, l.dataset, rows, cols, yield)
	}
	return eachInMemory(ctx, l, rows, cols, yield)
}

// rowsAtOnce is how many rows of a matrix in memory are streamed as one chunk.
const rowsAtOnce = 64

func eachInMemory[T Number](ctx context.Context, l *Layer, rows, cols Selector, yield func(*hdf5.NonZeros[T]) error) error {
	selected, err := l.Read(ctx, rows, cols)
	if err != nil {
		return err
	}
	m, err := denseAs[T](selected)
	if err != nil {
		return err
	}
	height, _ := m.Dims()
	var nz hdf5.NonZeros[T]
	for first := 0; first < height; first += rowsAtOnce {
		if err := ctx.Err(); err != nil {
			return err
		}
		nz.Rows, nz.Ends, nz.Cols, nz.Values = nz.Rows[:0], nz.Ends[:0], nz.Cols[:0], nz.Values[:0]
		nz.Origin = [2]int{first, 0}
		for i := first; i < min(first+rowsAtOnce, height); i++ {
			for j, v := range m.Row(i) {
				if v != 0 {
					nz.Cols, nz.Values = append(nz.Cols, int32(j)), append(nz.Values, v)
				}
			}
			nz.Rows, nz.Ends = append(nz.Rows, int32(i)), append(nz.Ends, len(nz.Values))
		}
		if err := yield(&nz); err != nil {
			return err
		}
	}
	return nil
}
