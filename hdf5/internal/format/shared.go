package format

import "fmt"

// SharedKind says where a shared message is stored.
type SharedKind uint8

// The places a shared message can be in (section IV.A.2, "Shared Message").
const (
	SharedCommitted SharedKind = iota // in the object header at Addr
	SharedHeap                        // in the file's shared message heap, under HeapID
)

// A Shared record stands in place of a message that several objects share.
type Shared struct {
	Version int
	Kind    SharedKind
	Addr    uint64  // object header that holds the message, for SharedCommitted
	HeapID  [8]byte // fractal heap object, for SharedHeap
}

// DecodeShared decodes a shared message record, versions 1 to 3.
func DecodeShared(b []byte, sz Sizes) (Shared, error) {
	c := newCursor(b, sz)
	s := Shared{Version: int(c.u8()), Addr: Undefined}
	kind := c.u8()
	switch {
	case c.err != nil:
	case s.Version == 1:
		c.skip(6)
		c.length() // name offset, left from the symbol table entry this once was
		s.Addr = c.addr()
	case s.Version == 2:
		s.Addr = c.addr()
	case s.Version == 3 && kind == 1:
		s.Kind = SharedHeap
		copy(s.HeapID[:], c.bytes(len(s.HeapID)))
	case s.Version == 3 && kind == 2:
		s.Addr = c.addr()
	case s.Version == 3:
		c.fail("kind %d, want 1 (heap) or 2 (committed)", kind)
	default:
		c.fail("version %d, want 1 to 3: %w", s.Version, ErrUnsupported)
	}
	if c.err == nil && s.Kind == SharedCommitted && s.Addr == Undefined {
		c.fail("undefined address")
	}
	if c.err != nil {
		return Shared{}, fmt.Errorf("shared message: %w", c.err)
	}
	return s, nil
}

// EncodeShared encodes a shared message record in its own version. Only version 3
// leads to the file's shared message heap.
func EncodeShared(s Shared, sz Sizes) ([]byte, error) {
	const heap, committed = 1, 2 // kinds in version 3

	b := newBuilder(sz)
	b.count(s.Version, 1, "version")
	switch {
	case s.Kind == SharedHeap && s.Version == 3:
		b.u8(heap)
		b.bytes(s.HeapID[:])
		return b.done("shared message")
	case s.Kind != SharedCommitted:
		b.fail("kind %d in version %d", s.Kind, s.Version)
	case s.Version == 1:
		b.zeros(1 + 6)
		b.length(0)
	case s.Version == 2:
		b.zeros(1)
	case s.Version == 3:
		b.u8(committed)
	default:
		b.fail("version %d, want 1 to 3", s.Version)
	}
	b.addr(s.Addr)
	return b.done("shared message")
}
