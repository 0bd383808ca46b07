package format

import "fmt"

// AttributeInfo says where an object with many attributes keeps them (section
// IV.A.2.v).
type AttributeInfo struct {
	TracksOrder  bool // creation order is stored with attributes
	IndexesOrder bool // and there is an index by it

	MaxCreationIndex uint16 // highest creation order given out, if TracksOrder

	FractalHeap uint64 // heap of attribute messages, Undefined while they are in the object header
	NameIndex   uint64 // B-tree of them by hash of the name, else Undefined
	OrderIndex  uint64 // B-tree of them by creation order, Undefined unless IndexesOrder
}

// DecodeAttributeInfo decodes an attribute info message.
func DecodeAttributeInfo(b []byte, sz Sizes) (AttributeInfo, error) {
	c := newCursor(b, sz)
	tracks, indexes := c.orderFlags()
	m := AttributeInfo{TracksOrder: tracks, IndexesOrder: indexes, OrderIndex: Undefined}
	if tracks {
		m.MaxCreationIndex = c.u16()
	}
	m.FractalHeap, m.NameIndex = c.addr(), c.addr()
	if indexes {
		m.OrderIndex = c.addr()
	}
	if c.err != nil {
		return AttributeInfo{}, fmt.Errorf("attribute info message: %w", c.err)
	}
	return m, nil
}

// orderFlags reads the version and the flags that open an attribute info and a
// link info message.
func (c *cursor) orderFlags() (tracks, indexes bool) {
	version, flags := c.u8(), c.u8()
	if c.err == nil && version != 0 {
		c.fail("version %d, want 0: %w", version, ErrUnsupported)
	}
	if flags&^3 != 0 {
		c.fail("flags %#02x, want bits 0 and 1 at most", flags)
	}
	return flags&1 != 0, flags&2 != 0
}

// EncodeAttributeInfo encodes an attribute info message. A header of version 2
// that has attributes needs one even if they are all in it, with undefined
// addresses: the C library counts none otherwise. In a header of version 1 it does
// not look for the message.
func EncodeAttributeInfo(m AttributeInfo, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.orderFlags(m.TracksOrder, m.IndexesOrder)
	if m.TracksOrder {
		b.u16(m.MaxCreationIndex)
	}
	b.addr(m.FractalHeap)
	b.addr(m.NameIndex)
	if m.IndexesOrder {
		b.addr(m.OrderIndex)
	}
	return b.done("attribute info message")
}

// orderFlags writes the version and the flags that open an attribute info and a
// link info message.
func (b *builder) orderFlags(tracks, indexes bool) {
	b.u8(0)
	b.u8(flag(tracks, 1) | flag(indexes, 2))
}

// flag is bit if set, else 0.
func flag(set bool, bit uint8) uint8 {
	if set {
		return bit
	}
	return 0
}
