package hdf5

import (
	"context"
	"slices"
)

// A share is the elements of one task of a compression.
type share[T Number] struct {
	task    int
	nz      NonZeros[T] // of all chunks; with lines that are columns, rows and columns change places
	stored  int64       // bytes of these in the file
	counted bool        // so that it is known where elements go

	first int   // line of the band
	next  []gap // for each line of the band
}

// A gap is where elements of a line go in the result: from at, where the next one goes, up to
// end. Before a share is counted, at is how many there are.
type gap struct{ at, end int }

// newShare returns a share with room for the elements of a task, if each of them takes two
// bytes in the file.
func (c *compression[T]) newShare() *share[T] {
	n := min(int(c.stored)/2/c.tasks(), bandElements/4)
	return &share[T]{nz: NonZeros[T]{Cols: make([]int32, 0, n), Values: make([]T, 0, n)}}
}

// collect reads the elements of a share's task and says how many there are in each line.
func (c *compression[T]) collect(ctx context.Context, s *share[T]) error {
	p := *c.plan
	band, stretch := s.task/c.across(), s.task%c.across()
	first, end := c.bands[band], c.bands[band+1]
	p.axes = make([]axis, 2)
	p.axes[c.dim] = c.plan.axes[c.dim].part(first, end)
	p.axes[1-c.dim] = c.plan.axes[1-c.dim].part(c.stretches[stretch], c.stretches[stretch+1])
	s.stored = 0
	s.nz.reset()
	work := func(pc *piece, values []byte) (struct{}, error) {
		s.stored += int64(pc.size)
		s.nz.add(&p, pc, values, c.fill)
		return struct{}{}, nil
	}
	if err := stream(ctx, &p, c.fill != 0, work, nil); err != nil {
		return err
	}
	s.nz.reserve(0, 0) // as much as place may look at
	s.first = first
	s.next = slices.Grow(s.next[:0], end-first)[:end-first]
	clear(s.next)
	at := 0
	for i, line := range s.nz.Rows {
		s.next[int(line)-first].at += s.nz.Ends[i] - at
		at = s.nz.Ends[i]
	}
	return nil
}

// place puts the elements of a share where they go.
//
// Those that one line has in one chunk are few, and nobody can guess how many: some too many are moved, which
// the next ones of the line overwrite, unless there are none.
func (c *compression[T]) place(s *share[T]) {
	c.resizing.RLock()
	defer c.resizing.RUnlock()
	const atOnce = slack
	toIdx, toValues := c.out.Idx, c.out.Values
	idx, values := s.nz.Cols[:len(s.nz.Cols)+slack], s.nz.Values[:len(s.nz.Values)+slack]
	k := 0
	for i, line := range s.nz.Rows {
		gap, end := &s.next[int(line)-s.first], s.nz.Ends[i]
		at := gap.at
		gap.at += end - k
		for ; k < end && at+atOnce <= gap.end; k, at = k+atOnce, at+atOnce {
			// Two arrays that might overlap would be moved by a call.
			x := (*[atOnce]int32)(idx[k:])
			*(*[atOnce]int32)(toIdx[at:]) = [atOnce]int32{x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]}
			v := (*[atOnce]T)(values[k:])
			*(*[atOnce]T)(toValues[at:]) = [atOnce]T{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]}
		}
		if k < end {
			copy(toIdx[at:], idx[k:end])
			copy(toValues[at:], values[k:end])
		}
		k = end
	}
}
