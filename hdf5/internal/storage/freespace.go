package storage

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
)

// alignment of everything that is allocated, as libhdf5 assumes of object
// headers and heap objects.
const alignment = 8

// errOverlap is wrapped by errors about an extent that is in a space already.
var errOverlap = errors.New("extent is in the space already")

// An Extent is a range of addresses: Size bytes from Addr on.
type Extent struct {
	Addr, Size uint64
}

func (e Extent) end() uint64 { return e.Addr + e.Size }

// fit is how many bytes can be allocated in e, whose address may be odd.
func (e Extent) fit() uint64 {
	pad := padding(e.Addr)
	return max(e.Size, pad) - pad
}

// padding is the number of bytes between addr and the next aligned address.
func padding(addr uint64) uint64 { return -addr % alignment }

// A space is a set of addresses, held as disjoint extents that do not touch. It
// is a value: changing a copy leaves the original as it was, which is what lets
// a transaction be forgotten. Every operation costs the logarithm of the
// number of extents.
//
// It is a treap, a search tree by address whose nodes are a heap by a
// hash of the address. Nodes are never changed once made.
type space struct {
	root *spaceNode
}

type spaceNode struct {
	Extent
	left, right *spaceNode
	priority    uint64
	widest      uint64 // greatest fit in this subtree
	bytes       uint64 // sum of the sizes in this subtree
}

// size is the number of addresses in s.
func (s space) size() uint64 { return s.root.total() }

// extents yields the extents of s in order of address.
func (s space) extents() iter.Seq[Extent] {
	return func(yield func(Extent) bool) { s.root.walk(yield) }
}

// last returns the extent with the highest address.
func (s space) last() (Extent, bool) {
	n := s.root
	if n == nil {
		return Extent{}, false
	}
	for n.right != nil {
		n = n.right
	}
	return n.Extent, true
}

// before returns the extent that starts at addr or nearest before it.
func (s space) before(addr uint64) (Extent, bool) {
	var found *spaceNode
	for n := s.root; n != nil; {
		if n.Addr > addr {
			n = n.left
			continue
		}
		found, n = n, n.right
	}
	if found == nil {
		return Extent{}, false
	}
	return found.Extent, true
}

// contains reports whether all of e is in s.
func (s space) contains(e Extent) bool {
	around, ok := s.before(e.Addr)
	return ok && e.Addr-around.Addr <= around.Size && e.Size <= around.end()-e.Addr
}

// add puts e, which must be disjoint from s, into s.
func (s *space) add(e Extent) error {
	if e.Size == 0 {
		return nil
	}
	if left, ok := s.before(e.end() - 1); ok && left.end() > e.Addr {
		return fmt.Errorf("%d bytes at %d overlap %d bytes at %d: %w", e.Size, e.Addr, left.Size, left.Addr, errOverlap)
	}
	low, high := s.root.split(e.Addr)
	if left, ok := (space{low}).last(); ok && left.end() == e.Addr {
		low, _ = low.split(left.Addr)
		e = Extent{left.Addr, left.Size + e.Size}
	}
	if right, ok := s.before(e.end()); ok && right.Addr == e.end() {
		_, high = high.split(right.end())
		e.Size += right.Size
	}
	s.root = join(join(low, newSpaceNode(e)), high)
	return nil
}

// addAll puts all of other, which must be disjoint from s, into s. It costs as many
// calls of add as the one of the two has extents that has fewer: spaces of a large
// file have an extent for every chunk, and share their nodes this way.
func (s *space) addAll(other space) error {
	small, large := *s, other
	if large.count() < small.count() {
		small, large = large, small
	}
	for e := range small.extents() {
		if err := large.add(e); err != nil {
			return err
		}
	}
	*s = large
	return nil
}

// count returns how many extents s has, by looking at all of them.
func (s space) count() int {
	n := 0
	for range s.extents() {
		n++
	}
	return n
}

// cut takes what s and e have in common out of s and returns it.
func (s *space) cut(e Extent) []Extent {
	var common []Extent
	for {
		n := s.root.firstEndingAfter(e.Addr)
		if n == nil || n.Addr >= e.end() {
			return common
		}
		from, to := max(n.Addr, e.Addr), min(n.end(), e.end())
		s.carve(n.Extent, Extent{from, to - from})
		common = append(common, Extent{from, to - from})
	}
}

// take takes n bytes at an aligned address out of s: the lowest there is, so
// that the end of the file becomes free and can be given back.
func (s *space) take(n uint64) (addr uint64, ok bool) {
	node := s.root
	if n == 0 || node == nil || node.widest < n {
		return 0, false
	}
	for {
		switch {
		case node.left != nil && node.left.widest >= n:
			node = node.left
		case node.fit() >= n:
			addr = node.Addr + padding(node.Addr)
			s.carve(node.Extent, Extent{addr, n})
			return addr, true
		default:
			node = node.right
		}
	}
}

// carve takes part out of whole, which is an extent of s.
func (s *space) carve(whole, part Extent) {
	low, rest := s.root.split(whole.Addr)
	_, high := rest.split(whole.end())
	if before := part.Addr - whole.Addr; before > 0 {
		low = join(low, newSpaceNode(Extent{whole.Addr, before}))
	}
	if after := whole.end() - part.end(); after > 0 {
		low = join(low, newSpaceNode(Extent{part.end(), after}))
	}
	s.root = join(low, high)
}

func newSpaceNode(e Extent) *spaceNode {
	return (&spaceNode{Extent: e, priority: scramble(e.Addr)}).with(nil, nil)
}

// scramble spreads addresses over all 64-bit numbers, without randomness so
// that a sequence of operations always ends in the same tree.
func scramble(addr uint64) uint64 {
	high, low := bits.Mul64(addr^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	high, low = bits.Mul64(high^low, 0xa0761d6478bd642f)
	return high ^ low
}

// with returns a copy of n that has other children.
func (n *spaceNode) with(left, right *spaceNode) *spaceNode {
	m := &spaceNode{Extent: n.Extent, priority: n.priority, left: left, right: right}
	m.widest = max(n.fit(), left.fits(), right.fits())
	m.bytes = n.Size + left.total() + right.total()
	return m
}

func (n *spaceNode) fits() uint64 {
	if n == nil {
		return 0
	}
	return n.widest
}

func (n *spaceNode) total() uint64 {
	if n == nil {
		return 0
	}
	return n.bytes
}

func (n *spaceNode) walk(yield func(Extent) bool) bool {
	return n == nil || n.left.walk(yield) && yield(n.Extent) && n.right.walk(yield)
}

// firstEndingAfter returns the lowest extent that ends after addr.
func (n *spaceNode) firstEndingAfter(addr uint64) *spaceNode {
	var found *spaceNode
	for n != nil {
		if n.end() <= addr {
			n = n.right
			continue
		}
		found, n = n, n.left
	}
	return found
}

// split divides a tree into the extents that start before addr and the others.
func (n *spaceNode) split(addr uint64) (low, high *spaceNode) {
	if n == nil {
		return nil, nil
	}
	if n.Addr < addr {
		low, high = n.right.split(addr)
		return n.with(n.left, low), high
	}
	low, high = n.left.split(addr)
	return low, n.with(high, n.right)
}

// join merges two trees of which every extent in low lies before those in high.
func join(low, high *spaceNode) *spaceNode {
	switch {
	case low == nil:
		return high
	case high == nil:
		return low
	case low.priority > high.priority:
		return low.with(low.left, join(low.right, high))
	default:
		return high.with(join(low, high.left), high.right)
	}
}
