package hdf5

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
)

// A spaceMap collects the extents of a file, to find gaps and overlaps. It takes
// 24 bytes for each run of neighbouring extents of one kind and owner.
type spaceMap struct {
	spans  []span
	owners []string
	number map[string]uint32 // of an owner in owners
	bytes  [index.SharedTableKind + 1]uint64
}

type span struct {
	addr, end uint64
	owner     uint32
	kind      index.Kind
}

// add takes in an extent. The error is always nil.
func (m *spaceMap) add(e extent) error {
	m.bytes[e.Kind] += e.Size
	owner := m.ownerOf(e)
	if n := len(m.spans); n > 0 {
		last := &m.spans[n-1]
		if last.end == e.Addr && last.owner == owner && last.kind == e.Kind {
			last.end = e.End()
			return nil
		}
	}
	m.spans = append(m.spans, span{addr: e.Addr, end: e.End(), owner: owner, kind: e.Kind})
	return nil
}

// ownerOf returns the number of the owner of e.
func (m *spaceMap) ownerOf(e extent) uint32 {
	if n := len(m.spans); n > 0 && m.owners[m.spans[n-1].owner] == e.owner {
		return m.spans[n-1].owner // as with most of the many chunks of a dataset
	}
	owner, ok := m.number[e.owner]
	if !ok {
		if m.number == nil {
			m.number = map[string]uint32{}
		}
		owner = uint32(len(m.owners))
		m.number[e.owner] = owner
		m.owners = append(m.owners, e.owner)
	}
	return owner
}

func (m *spaceMap) extent(s span) extent {
	return extent{
		Extent: index.Extent{Addr: s.addr, Size: s.end - s.addr, Kind: s.kind},
		owner:  m.owners[s.owner],
	}
}

// sweep goes over the extents by address, and calls overlap for each that
// begins before one before it ends, with that one, and gap for each stretch
// below end that belongs to none. An error of overlap ends it.
func (m *spaceMap) sweep(end uint64, overlap func(a, b extent) error, gap func(addr, size uint64)) error {
	slices.SortStableFunc(m.spans, func(a, b span) int { return cmp.Compare(a.addr, b.addr) })
	var last span // the one that reaches farthest
	for _, s := range m.spans {
		switch {
		case s.addr > last.end:
			gap(last.end, s.addr-last.end)
		case s.addr < last.end:
			if err := overlap(m.extent(last), m.extent(s)); err != nil {
				return err
			}
		}
		if s.end > last.end {
			last = s
		}
	}
	if last.end < end {
		gap(last.end, end-last.end)
	}
	return nil
}

// overlapError says that a and b take up the same bytes.
func overlapError(a, b extent) error {
	return fmt.Errorf("%v overlaps %v: %w", a, b, ErrCorrupt)
}
