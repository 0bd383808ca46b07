package format

// A SharedIndex finds the messages of some types that the file stores once for
// all objects (section II.C).
type SharedIndex struct {
	Types uint16 // bit t is set if messages of type t are here
	Tree  bool   // Index is a version 2 B-tree, otherwise a list
	Index uint64 // address; [Undefined] if there is no message yet
	Heap  uint64 // fractal heap of the messages, or [Undefined]

	ListSize uint64 // bytes that the list takes up in the file
}

// DecodeSharedTableMessage decodes a shared message table message: where the
// table is and how many indexes it has (section IV.A.2.p).
func DecodeSharedTableMessage(b []byte, sz Sizes) (addr uint64, indexes int, err error) {
	c := newCursor(b, sz)
	c.version("shared message table message", 0)
	addr, indexes = c.addr(), int(c.u8())
	return addr, indexes, c.err
}

// SharedTableSize is the number of bytes of a table of the given number of
// indexes.
func SharedTableSize(sz Sizes, indexes int) uint64 {
	return uint64(8 + indexes*(14+2*sz.Offset))
}

// DecodeSharedTable decodes the shared message table at the start of b.
func DecodeSharedTable(b []byte, sz Sizes, indexes int) ([]SharedIndex, error) {
	c := newCursor(b, sz)
	c.checked(int(SharedTableSize(sz, indexes)))
	c.signature("SMTB")
	var table []SharedIndex
	for range indexes {
		c.version("shared message index", 0)
		kind := c.u8()
		if kind > 1 {
			c.fail("shared message index of kind %d, want 0 (list) or 1 (B-tree)", kind)
		}
		e := SharedIndex{Tree: kind == 1, Types: c.u16()}
		c.u32() // smallest message that is shared
		e.ListSize = sharedListSize(sz, c.u16())
		c.u16() // messages below which a B-tree turns into a list
		c.u16() // messages
		e.Index, e.Heap = c.addr(), c.addr()
		table = append(table, e)
	}
	if c.err != nil {
		return nil, c.err
	}
	return table, nil
}

// sharedListSize is the number of bytes of a list with room for n messages:
// each has its place, a hash, and where it is, in a heap or in an object header.
func sharedListSize(sz Sizes, n uint16) uint64 {
	where := max(4+8, 1+1+2+sz.Offset)
	return uint64(8 + int(n)*(1+4+where))
}
