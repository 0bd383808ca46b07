package format

import (
	"fmt"
	"math/bits"
)

// MaxRank is the most dimensions that a dataspace has.
const MaxRank = 32

// Unlimited in a dataspace's MaxDims marks a dimension without a limit.
const Unlimited = ^uint64(0)

// SpaceKind tells the three kinds of dataspace apart.
type SpaceKind uint8

// The kinds of dataspace, by their number in the file.
const (
	Scalar SpaceKind = iota // one element, no dimensions
	Simple                  // an array of rank 1 to MaxRank
	Null                    // no elements
)

// A Dataspace is the shape of a dataset or an attribute (section IV.A.2.b).
type Dataspace struct {
	Kind    SpaceKind
	Dims    []uint64 // slowest-varying first; nil unless Simple
	MaxDims []uint64 // as long as Dims, or nil where the shape is fixed
}

// Elements is the number of elements. It is an error if 64 bits cannot hold it.
func (s Dataspace) Elements() (uint64, error) {
	if s.Kind == Null {
		return 0, nil
	}
	n, ok := product(s.Dims)
	if !ok {
		return 0, fmt.Errorf("dataspace %d has more elements than 64 bits can count: %w", s.Dims, ErrCorrupt)
	}
	return n, nil
}

// product multiplies dims; false if the result overflows. A zero among them makes
// it zero, however large the others.
func product(dims []uint64) (uint64, bool) {
	n, ok := uint64(1), true
	for _, d := range dims {
		if d == 0 {
			return 0, true
		}
		hi, lo := bits.Mul64(n, d)
		ok = ok && hi == 0
		n = lo
	}
	return n, ok
}

// DecodeDataspace decodes a dataspace message, versions 1 and 2.
func DecodeDataspace(b []byte, sz Sizes) (Dataspace, error) {
	c := newCursor(b, sz)
	s := c.dataspace()
	if c.err != nil {
		return Dataspace{}, fmt.Errorf("dataspace message: %w", c.err)
	}
	return s, nil
}

func (c *cursor) dataspace() Dataspace {
	const hasMax, hasPermutation = 1 << 0, 1 << 1

	version, rank, flags := c.u8(), int(c.u8()), c.u8()
	var s Dataspace
	switch {
	case c.err != nil:
	case version == 1:
		c.skip(5)
		if rank > 0 {
			s.Kind = Simple
		}
		if flags&hasPermutation != 0 {
			c.fail("permuted dimensions: %w", ErrUnsupported)
		}
	case version == 2:
		s.Kind = SpaceKind(c.u8())
	default:
		c.fail("version %d, want 1 or 2: %w", version, ErrUnsupported)
	}
	switch {
	case c.err != nil:
	case s.Kind > Null:
		c.fail("kind %d, want 0 to %d", s.Kind, Null)
	case rank > MaxRank:
		c.fail("rank %d, want at most %d", rank, MaxRank)
	case (s.Kind == Simple) != (rank > 0):
		c.fail("kind %d with rank %d", s.Kind, rank)
	}
	if c.err != nil || rank == 0 {
		return s
	}
	s.Dims = make([]uint64, rank)
	for i := range s.Dims {
		s.Dims[i] = c.uint(c.sz.Length) // all ones is just a number here
	}
	if flags&hasMax == 0 {
		return s
	}
	s.MaxDims = make([]uint64, rank)
	for i := range s.MaxDims {
		s.MaxDims[i] = c.length()
		if c.err == nil && s.MaxDims[i] < s.Dims[i] {
			c.fail("dimension %d is %d, its maximum %d", i, s.Dims[i], s.MaxDims[i])
		}
	}
	return s
}

// EncodeDataspace encodes a dataspace message of version 1, or of version 2 if
// it is the null dataspace, which version 1 does not have.
func EncodeDataspace(s Dataspace, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	switch {
	case s.Kind > Null, (s.Kind == Simple) != (len(s.Dims) > 0), len(s.Dims) > MaxRank:
		b.fail("kind %d with rank %d", s.Kind, len(s.Dims))
	case s.MaxDims != nil && len(s.MaxDims) != len(s.Dims):
		b.fail("rank %d, its maximum has %d", len(s.Dims), len(s.MaxDims))
	case s.Kind == Null:
		b.bytes([]byte{2, 0, 0, byte(Null)})
	default:
		b.dataspaceV1(s)
	}
	return b.done("dataspace message")
}

func (b *builder) dataspaceV1(s Dataspace) {
	const hasMax = 1 << 0

	b.u8(1)
	b.u8(uint8(len(s.Dims)))
	if s.MaxDims == nil {
		b.u8(0)
	} else {
		b.u8(hasMax)
	}
	b.zeros(5)
	for _, n := range s.Dims {
		b.uint(n, b.sz.Length, "dimension")
	}
	for i, limit := range s.MaxDims {
		if limit < s.Dims[i] {
			b.fail("dimension %d is %d, its maximum %d", i, s.Dims[i], limit)
		}
		b.length(limit)
	}
}
