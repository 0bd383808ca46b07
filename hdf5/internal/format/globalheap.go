package format

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

// DecodeGlobalHeap returns the objects of the global heap collection that b
// holds whole, in the order of the file (section III.E).
func DecodeGlobalHeap(b []byte, sz Sizes) ([]GlobalHeapObject, error) {
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
	objects := make([]GlobalHeapObject, 0, min(c.len()/int(2*headerSize), 1<<16))
	for uint64(c.len()) >= headerSize {
		o, more := globalHeapObject(c)
		if !more {
			break
		}
		objects = append(objects, o)
	}
	return objects, c.err
}

// globalHeapObject reads one object. The object of index 0 is the free space
// at the collection's end; what follows it has no meaning.
func globalHeapObject(c *cursor) (o GlobalHeapObject, more bool) {
	o.Index = c.u16()
	c.skip(6) // reference count, reserved
	size := c.length()
	if c.err != nil || o.Index == 0 {
		return o, false
	}
	c.align(8)
	if size > uint64(c.len()) {
		c.fail("global heap object %d of %d bytes, %d remain", o.Index, size, c.len())
		return o, false
	}
	o.Data = c.bytes(int(size))
	c.skip(min(int(align8(size)-size), c.len()))
	return o, true
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
