package format

import "encoding/binary"

// GlobalHeapPrefixSize is the number of bytes before the first object of a
// global heap collection: enough for [GlobalHeapSize].
func GlobalHeapPrefixSize(sz Sizes) int { return 8 + sz.Length }

// GlobalHeapSize is the number of bytes of the global heap collection whose
// first bytes b holds, its own header included.
func GlobalHeapSize(b []byte, sz Sizes) (uint64, error) {
	c := newCursor(b, sz)
	size := globalHeapPrefix(c)
	return size, c.err
}

// A GlobalHeapObject is one object of a collection: the bytes of a variable
// length value, or of a reference to a region.
type GlobalHeapObject struct {
	Index uint16 // names the object within its collection; never 0
	Data  []byte // aliases the collection
}

// A GlobalHeapPlace is where an object's bytes are in its collection. It leads nowhere in memory,
// so that many can be kept at little cost.
type GlobalHeapPlace struct {
	Start, Size uint64 // within the collection
	Index       uint16 // identifies the object within its collection; not 0
}

// DecodeGlobalHeap returns where the objects are of the global heap collection that b
// holds whole, in the order of the file (section III.E).
func DecodeGlobalHeap(b []byte, sz Sizes) ([]GlobalHeapPlace, error) {
	c := newCursor(b, sz)
	size := globalHeapPrefix(c)
	if c.err == nil && size > uint64(len(b)) {
		c.fail("global heap collection of %d bytes, %d remain", size, len(b))
	}
	if c.err != nil {
		return nil, c.err
	}
	// Objects start at multiples of 8 and so does the first, whatever the
	// width of lengths.
	c.buf = b[:size]
	c.align(8)
	headerSize := align8(8 + uint64(sz.Length))
	at := size - uint64(c.len())
	objects := make([]GlobalHeapPlace, 0, min((size-at)/(2*headerSize), 1<<16))
	for at+headerSize <= size {
		// A reference count and what is reserved lie between the index and the size.
		index, n := binary.LittleEndian.Uint16(b[at:]), address(b[at+8:], sz.Length)
		if index == 0 {
			break // free space at the end, and what follows it has no meaning
		}
		at += headerSize
		if n > size-at {
			c.fail("global heap object %d of %d bytes, %d remain", index, n, size-at)
			return objects, c.err
		}
		objects = append(objects, GlobalHeapPlace{Start: at, Size: n, Index: index})
		at += min(align8(n), size-at)
	}
	return objects, c.err
}

// MinGlobalHeapSize is the number of bytes of the smallest collection (section
// III.E).
const MinGlobalHeapSize = 4096

// GlobalHeapOverhead is the number of bytes of a collection before its first
// object.
func GlobalHeapOverhead(sz Sizes) uint64 { return align8(uint64(GlobalHeapPrefixSize(sz))) }

// GlobalHeapObjectSize is the number of bytes that an object of n bytes takes up
// in a collection. It is far from overflow: n is that of bytes in memory.
func GlobalHeapObjectSize(n int, sz Sizes) uint64 {
	return align8(8+uint64(sz.Length)) + align8(uint64(n))
}

// EncodeGlobalHeap encodes a global heap collection of size bytes, a multiple of
// eight. What the objects leave of it is free space.
//
// Objects are not counted as referenced, as the C library does not either for
// what it writes itself.
func EncodeGlobalHeap(objects []GlobalHeapObject, size uint64, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	need := GlobalHeapOverhead(sz)
	for _, o := range objects {
		need += GlobalHeapObjectSize(len(o.Data), sz)
	}
	if size%8 != 0 || size < MinGlobalHeapSize || need > size {
		b.fail("%d bytes for objects that take %d; want a multiple of 8 and at least %d", size, need, MinGlobalHeapSize)
		return b.done("global heap collection")
	}
	b.buf = make([]byte, 0, size)
	b.text("GCOL")
	b.u8(1)
	b.zeros(3)
	b.length(size)
	b.align(8)
	for _, o := range objects {
		if o.Index == 0 {
			b.fail("object of index 0")
		}
		b.globalHeapObject(o.Index, uint64(len(o.Data)))
		b.bytes(o.Data)
		b.align(8)
	}
	// Free space counts its own header. What is too short for one is left.
	if rest := size - need; rest >= GlobalHeapObjectSize(0, sz) {
		b.globalHeapObject(0, rest)
	}
	b.fill(size)
	return b.done("global heap collection")
}

func (b *builder) globalHeapObject(index uint16, size uint64) {
	b.u16(index)
	b.zeros(6) // reference count, reserved
	b.length(size)
	b.align(8)
}

func globalHeapPrefix(c *cursor) uint64 {
	c.signature("GCOL")
	if v := c.u8(); v != 1 {
		c.fail("global heap collection of version %d: %w", v, ErrUnsupported)
	}
	c.skip(3)
	size := c.length()
	if least := uint64(GlobalHeapPrefixSize(c.sz)); c.err == nil && size < least {
		c.fail("global heap collection of %d bytes, its header alone has %d", size, least)
	}
	return size
}

// align8 rounds n, which is far from overflow, up to a multiple of 8.
func align8(n uint64) uint64 { return (n + 7) &^ 7 }
