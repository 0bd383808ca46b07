package loom

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// A collection is all elements of a selection that are not zero, chunk by chunk as
// they are stored.
type collection[T Number] struct {
	height, width int // of the selection
	chunks        []hdf5.NonZeros[T]
	total         int // elements
}

// collectNonZeros reads the elements of a selection that are not zero.
func collectNonZeros[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*collection[T], error) {
	var c collection[T]
	var err error
	if c.height, err = rows.Count(l.rows); err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", Rows, err))
	}
	if c.width, err = cols.Count(l.cols); err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", Columns, err))
	}
	ctx, done := progress.Start(ctx, "sparse", int64(c.height), Rows.String())
	slabs := sync.Pool{New: func() any { return new(slab[T]) }}
	keep := func(nz *hdf5.NonZeros[T]) (hdf5.NonZeros[T], error) {
		s := slabs.Get().(*slab[T])
		defer slabs.Put(s)
		return s.keep(nz), nil
	}
	err = streamNonZeros(ctx, l, rows, cols, keep, func(nz hdf5.NonZeros[T]) error {
		if n := len(nz.Rows); n > 0 {
			c.chunks = append(c.chunks, nz)
			c.total += n
			done.Reach(int64(nz.Rows[n-1])) // chunks come row by row
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	done.Reach(int64(c.height))
	return &c, nil
}

// A share is the part of a collection that one processor takes.
type share[T Number] struct {
	chunks []hdf5.NonZeros[T]
	at     int // how many elements the shares before have
}

// rows and cols iterate over the coordinates of the elements, chunk by chunk.
func (s *share[T]) rows(yield func([]int32) bool) {
	for i := range s.chunks {
		if !yield(s.chunks[i].Rows) {
			return
		}
	}
}

func (s *share[T]) cols(yield func([]int32) bool) {
	for i := range s.chunks {
		if !yield(s.chunks[i].Cols) {
			return
		}
	}
}

// shares cuts the collection into as many shares as there are processors, of about as many
// elements each.
func (c *collection[T]) shares() []share[T] {
	shares := make([]share[T], runtime.GOMAXPROCS(0))
	at, first := 0, 0
	for i := range shares {
		most := c.total / len(shares) * (i + 1)
		if i == len(shares)-1 {
			most = c.total
		}
		shares[i].at = at
		end := first
		for ; end < len(c.chunks) && at < most; end++ {
			at += len(c.chunks[end].Values)
		}
		shares[i].chunks = c.chunks[first:end]
		first = end
	}
	return shares
}

// inParallel has work take each share by its number, in a goroutine of its own, unless the
// context has ended.
func inParallel[T Number](ctx context.Context, shares []share[T], work func(i int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var workers sync.WaitGroup
	for i := range shares {
		workers.Go(func() { work(i) })
	}
	workers.Wait()
	return nil
}

// A slab is memory for the elements of many chunks: one for each would be small,
// and take as long to get as the elements to decode.
type slab[T Number] struct {
	rows, cols []int32
	values     []T
}

// slabElements is how many elements there is memory for in a slab that is not the
// first, unless a chunk has more.
const slabElements = 1 << 16

// keep returns a copy of the elements of a chunk.
func (s *slab[T]) keep(nz *hdf5.NonZeros[T]) hdf5.NonZeros[T] {
	n, at := len(nz.Values), len(s.values)
	if cap(s.values)-at < n {
		size := max(n, min(2*cap(s.values), slabElements))
		s.rows, s.cols, s.values, at = make([]int32, 0, size), make([]int32, 0, size), make([]T, 0, size), 0
	}
	s.rows, s.cols, s.values = append(s.rows, nz.Rows...), append(s.cols, nz.Cols...), append(s.values, nz.Values...)
	end := at + n
	return hdf5.NonZeros[T]{Rows: s.rows[at:end:end], Cols: s.cols[at:end:end], Values: s.values[at:end:end], Origin: nz.Origin}
}
