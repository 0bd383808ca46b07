package loom

import (
	"context"
	"fmt"
	"runtime"
	"slices"
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

// count returns how many rows and columns of a layer of numbers are selected.
func (l *Layer) count(rows, cols Selector) (height, width int, err error) {
	if _, err := l.numbers(); err != nil {
		return 0, 0, err
	}
	if height, err = rows.Count(l.rows); err != nil {
		return 0, 0, l.failed(fmt.Errorf("%s: %w", Rows, err))
	}
	if width, err = cols.Count(l.cols); err != nil {
		return 0, 0, l.failed(fmt.Errorf("%s: %w", Columns, err))
	}
	return height, width, nil
}

// collectNonZeros reads the elements of a selection that are not zero.
func collectNonZeros[T Number](ctx context.Context, l *Layer, rows, cols Selector) (*collection[T], error) {
	height, width, err := l.count(rows, cols)
	if err != nil {
		return nil, err
	}
	c := collection[T]{height: height, width: width}
	ctx, done := progress.Start(ctx, "sparse", int64(c.height), Rows.String())
	slabs := sync.Pool{New: func() any { return new(slab[T]) }}
	keep := func(nz *hdf5.NonZeros[T]) (hdf5.NonZeros[T], error) {
		s := slabs.Get().(*slab[T])
		defer slabs.Put(s)
		return s.keep(nz), nil
	}
	err = streamNonZeros(ctx, l, rows, cols, keep, func(nz hdf5.NonZeros[T]) error {
		if n := len(nz.Values); n > 0 {
			c.chunks = append(c.chunks, nz)
			c.total += n
			done.Reach(int64(nz.Rows[len(nz.Rows)-1])) // chunks come row by row
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
	rows   []int32 // of the last chunk, which the next one is likely to have too
	ends   []int
	cols   []int32
	values []T
}

// slabElements is how many elements there is memory for in a slab that is not the
// first, unless a chunk has more.
const slabElements = 1 << 16

// keep returns a copy of the elements of a chunk.
func (s *slab[T]) keep(nz *hdf5.NonZeros[T]) hdf5.NonZeros[T] {
	if !slices.Equal(s.rows, nz.Rows) {
		s.rows = slices.Clone(nz.Rows)
	}
	kept := hdf5.NonZeros[T]{Rows: s.rows, Origin: nz.Origin}
	kept.Ends = appendTo(&s.ends, nz.Ends, slabElements/8)
	kept.Cols = appendTo(&s.cols, nz.Cols, slabElements)
	kept.Values = appendTo(&s.values, nz.Values, slabElements)
	return kept
}

// appendTo returns a copy of some elements. It is behind others in memory, or in new memory that
// may be the twice the size, up to most elements.
func appendTo[E any](memory *[]E, elements []E, most int) []E {
	n := len(elements)
	if cap(*memory)-len(*memory) < n {
		*memory = make([]E, 0, max(n, min(2*cap(*memory), most)))
	}
	at := len(*memory)
	*memory = append(*memory, elements...)
	return (*memory)[at : at+n : at+n]
}
