package hdf5

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/goloom/loom/hdf5/internal/nonzero"
)

// This file keeps the elements of new chunks that are not zero, while these are made
// of parts of old ones. Of a mostly-zero matrix that takes a small part of the memory of
// the chunks themselves, which are made one by one where a processor's cache holds them.

// A sieve collects elements for a number of new chunks. All others of their elements are
// zero.
type sieve interface {
	// take takes in the elements of an old chunk that are not zero, as they are stored. They
	// are seen as lines of len(elems); element j of line i goes where lines[i] and
	// elems[j] lead to together. Several goroutines may call it at a time.
	take(values []byte, lines, elems []spot)

	// give puts the elements of the k-th chunk into its values, which are zero, forgets
	// them, and reports whether there were any. Several goroutines may call it at a time, each
	// for another chunk, when all has been taken in.
	give(k int, values []byte) bool
}

// A spot says where elements go. Those of a line and of a place in it add up to the number of
// a chunk and of an element in it. Where either chunk is negative, elements go nowhere.
type spot struct {
	chunk int32
	at    uint32
}

var nowhere = spot{chunk: -1}

// maxSifted is how many elements a chunk may have.
const maxSifted = math.MaxUint16 + 1

// newSieve returns a sieve for n chunks of so many elements of a width in bytes, or nil if
// there is none for such.
func newSieve(n, elements, width int) sieve {
	if elements > maxSifted {
		return nil
	}
	switch width {
	case 1:
		return &sieveOf[uint8]{n: n}
	case 2:
		return &sieveOf[uint16]{n: n}
	case 4:
		return &sieveOf[uint32]{n: n}
	case 8:
		return &sieveOf[uint64]{n: n}
	}
	return nil
}

// elementBits are elements, whatever they mean.
type elementBits interface {
	uint8 | uint16 | uint32 | uint64
}

// A sieveOf is a sieve of elements of the size of T.
type sieveOf[T elementBits] struct {
	n  int // chunks
	mu sync.Mutex
	// Each goroutine has one of them while it takes elements in. Which one does not matter:
	// no two elements come to one place.
	hands, idle []*sieveHand[T]
}

// A sieveHand has, for each chunk, elements that one goroutine at a time has found.
type sieveHand[T elementBits] struct {
	found [][]sifted[T]
	masks []uint64
}

// A sifted is an element of a chunk.
type sifted[T elementBits] struct {
	at    uint16
	value T
}

func (s *sieveOf[T]) hand() *sieveHand[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		h := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return h
	}
	h := &sieveHand[T]{found: make([][]sifted[T], s.n)}
	s.hands = append(s.hands, h)
	return h
}

func (s *sieveOf[T]) release(h *sieveHand[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, h)
}

func (s *sieveOf[T]) take(values []byte, lines, elems []spot) {
	h := s.hand()
	defer s.release(h)
	all := numbersIn[T](values)
	words := nonzero.Words(len(elems))
	atOnce := 1 // lines whose masks are made together: all, if no mask has two lines in it
	if len(elems)%64 == 0 {
		atOnce = len(lines)
	}
	h.masks = slices.Grow(h.masks[:0], atOnce*words)[:atOnce*words]
	for first := 0; first < len(lines); first += atOnce {
		some := all[first*len(elems):][:atOnce*len(elems)]
		nonzero.Masks(h.masks, bytesOf(some), sizeOf[T](), false)
		for i, to := range lines[first : first+atOnce] {
			if to.chunk >= 0 {
				h.line(some[i*len(elems):][:len(elems)], h.masks[i*words:][:words], to, elems)
			}
		}
	}
}

// line takes in one line, whose elements that are not zero the masks have.
func (h *sieveHand[T]) line(line []T, masks []uint64, to spot, elems []spot) {
	for i, mask := range masks {
		for ; mask != 0; mask &= mask - 1 {
			k := 64*i + bits.TrailingZeros64(mask)
			spot := elems[k]
			if spot.chunk < 0 {
				continue
			}
			found := &h.found[to.chunk+spot.chunk]
			*found = append(*found, sifted[T]{uint16(to.at + spot.at), line[k]})
		}
	}
}

func (s *sieveOf[T]) give(k int, values []byte) bool {
	to := numbersIn[T](values)
	some := false
	for _, h := range s.hands {
		found := h.found[k]
		for _, e := range found {
			to[e.at] = e.value
		}
		some = some || len(found) > 0
		h.found[k] = found[:0]
	}
	return some
}
