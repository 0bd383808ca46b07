package format

import "bytes"

// A LocalHeap says where the names of an old-style group are (section III.D).
type LocalHeap struct {
	Addr uint64 // of the data segment
	Size uint64 // of the data segment, in bytes
}

// LocalHeapSize is the number of bytes of a local heap's header.
func LocalHeapSize(sz Sizes) int { return 8 + 2*sz.Length + sz.Offset }

// DecodeLocalHeap decodes the local heap header at the start of b.
func DecodeLocalHeap(b []byte, sz Sizes) (LocalHeap, error) {
	c := newCursor(b, sz)
	c.signature("HEAP")
	if v := c.u8(); v != 0 {
		c.fail("local heap of version %d: %w", v, ErrUnsupported)
	}
	c.skip(3)
	h := LocalHeap{Size: c.length()}
	c.length() // head of the free list, for writers
	h.Addr = c.addr()
	return h, c.err
}

// noFreeSpace stands for the offset of the first free block in a local heap that
// has none. The specification says "undefined address"; the C library takes 1,
// which no block begins at, as they are 8-aligned.
const noFreeSpace = 1

// EncodeLocalHeap encodes the header of a local heap without free space.
func EncodeLocalHeap(h LocalHeap, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.text("HEAP")
	b.zeros(4) // version, reserved
	b.length(h.Size)
	b.length(noFreeSpace)
	b.addr(h.Addr)
	return b.done("local heap")
}

// LocalHeapString is the NUL-terminated string at byte offset off of a local
// heap's data segment.
func LocalHeapString(segment []byte, off uint64) ([]byte, error) {
	c := newCursor(segment, Sizes{})
	if off > uint64(len(segment)) {
		c.fail("string at offset %d of a local heap of %d bytes", off, len(segment))
		return nil, c.err
	}
	rest := segment[off:]
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		c.fail("string at offset %d of a local heap has no end within %d bytes", off, len(rest))
		return nil, c.err
	}
	return rest[:end:end], nil
}
