package index

import (
	"fmt"
	"sync/atomic"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A budget bounds how much a walk reads: the nodes of a sound structure do not
// overlap, so that together they fit in the file. A walk that spends more is
// going in circles. It is safe for concurrent use.
type budget struct {
	total int64
	left  atomic.Int64
}

// newBudget returns the budget for reading one structure of r's file once.
func newBudget(r *storage.Reader) *budget {
	b := &budget{total: r.Size()}
	b.left.Store(b.total)
	return b
}

// spend accounts for a node of n bytes, n being no more than the file's size.
func (b *budget) spend(n int) error {
	if b.left.Add(-int64(n)) >= 0 {
		return nil
	}
	return fmt.Errorf("nodes add up to more than the file's %d bytes, some are reached twice: %w", b.total, format.ErrCorrupt)
}

// A slot holds a node of a structure once it has been read. The zero slot is
// empty. It is safe for concurrent use: a node that is asked for twice at once
// may be read twice, but is kept, and accounted for, once.
type slot[T any] struct{ p atomic.Pointer[T] }

// get returns the node, which load reads, with its size in the file, if the
// slot is empty.
func (s *slot[T]) get(b *budget, load func() (node *T, size int, err error)) (*T, error) {
	if v := s.p.Load(); v != nil {
		return v, nil
	}
	v, size, err := load()
	if err != nil {
		return nil, err
	}
	if !s.p.CompareAndSwap(nil, v) {
		return s.p.Load(), nil
	}
	return v, b.spend(size)
}

// extend returns the n bytes at addr, of which head are the first, by reading
// what is missing.
func extend(r *storage.Reader, addr uint64, head []byte, n int) ([]byte, error) {
	if n <= len(head) {
		return head[:n], nil
	}
	if err := r.Check(addr, uint64(n)); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	have := copy(b, head)
	return b, r.ReadFull(b[have:], addr+uint64(have))
}
