package hdf5

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// maxStretch is how many bytes of a contiguous dataset make one piece, unless
// a single element is larger.
const maxStretch = 1 << 20

// contiguous cuts the selected part of a contiguous dataset into stretches of
// the file.
func (p *plan) contiguous(ctx context.Context, absent bool, yield func(piece) error) error {
	d := p.d
	s := stretches{ctx: ctx, plan: p, yield: yield, origin: make([]int, len(p.axes)), extent: make([]int, len(p.axes))}
	if d.layout.Addr == format.Undefined {
		if !absent {
			return nil
		}
		s.absent = true
	} else if err := d.file.r.Check(d.layout.Addr, uint64(d.size())); err != nil {
		return fmt.Errorf("contiguous dataset of %d bytes: %w", d.size(), err)
	}
	s.split()
	return s.walk(0)
}

// stretches walks the selected positions of the dimensions before cut, one by
// one, and takes those of dimension cut a block at a time. The dimensions
// after cut are taken whole, so that a block is one stretch of the file.
type stretches struct {
	ctx    context.Context
	plan   *plan
	absent bool
	yield  func(piece) error

	cut    int
	block  int // positions of dimension cut in a piece
	stride []int
	origin []int
	extent []int
}

// split chooses the dimension to cut.
func (s *stretches) split() {
	dims := s.plan.d.space.dims
	rank := len(dims)
	s.stride = make([]int, rank)
	inner := s.plan.d.width
	for i := rank - 1; i >= 0; i-- {
		s.stride[i] = inner
		inner *= dims[i]
	}
	for i := range s.extent {
		s.extent[i] = 1
	}
	if rank == 0 {
		return
	}
	for s.cut < rank-1 && (s.stride[s.cut] > maxStretch || s.narrow(s.cut+1)) {
		s.cut++
	}
	s.block = max(1, maxStretch/s.stride[s.cut])
	copy(s.extent[s.cut+1:], dims[s.cut+1:])
}

// narrow reports whether the selection spans so little of dimension i that
// reading it whole would be a waste.
func (s *stretches) narrow(i int) bool {
	lo, hi := s.plan.axes[i].bounds()
	return (hi-lo)*8 < s.plan.d.space.dims[i]
}

func (s *stretches) walk(dim int) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if dim == len(s.origin) {
		return s.emit()
	}
	a := &s.plan.axes[dim]
	if dim < s.cut {
		return a.distinct(func(at int) error {
			s.origin[dim] = at
			return s.walk(dim + 1)
		})
	}
	lo, hi := a.bounds()
	for at := lo; at < hi; at += s.block {
		s.origin[dim], s.extent[dim] = at, min(s.block, hi-at)
		if r := a.within(at, at+s.extent[dim]); r.n == 0 {
			continue
		}
		if err := s.emit(); err != nil {
			return err
		}
	}
	return nil
}

func (s *stretches) emit() error {
	pc := piece{
		origin: append([]int(nil), s.origin...),
		extent: append([]int(nil), s.extent...),
		absent: s.absent,
	}
	offset, size := 0, s.plan.d.width
	for i := range s.origin {
		offset += s.origin[i] * s.stride[i]
		size *= s.extent[i]
	}
	if !s.absent {
		pc.addr, pc.size = s.plan.d.layout.Addr+uint64(offset), uint64(size)
	}
	return s.yield(pc)
}

// distinct yields the selected positions in ascending order, each once.
func (a *axis) distinct(yield func(at int) error) error {
	for k := range a.n {
		at := a.start + k*a.step
		if a.sorted != nil {
			if at = a.sorted[k]; k > 0 && at == a.sorted[k-1] {
				continue
			}
		}
		if err := yield(at); err != nil {
			return err
		}
	}
	return nil
}
