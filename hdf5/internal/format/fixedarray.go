package format

// Clients of fixed and extensible arrays: what their elements are.
const (
	arrayChunks         = 0 // of a dataset without filters
	arrayChunksFiltered = 1
)

// arrayClient reads the client and the size of an element, which are the same
// in both kinds of array, and checks that they fit together.
func arrayClient(c *cursor) (filtered bool, elementSize int) {
	client := c.u8()
	if client > arrayChunksFiltered {
		c.fail("array for client %d: %w", client, ErrUnsupported)
	}
	filtered = client == arrayChunksFiltered
	elementSize = int(c.u8())
	if !validChunkRecordSize(elementSize, filtered, c.sz) {
		c.fail("array elements of %d bytes (filtered: %t)", elementSize, filtered)
	}
	return filtered, elementSize
}

// arrayBlock reads what each block of an array begins with and holds the
// address of the array's header in it against header.
func arrayBlock(c *cursor, signature string, filtered bool, header uint64) {
	c.signature(signature)
	c.version("array block", 0)
	if client := c.u8(); c.err == nil && (client == arrayChunksFiltered) != filtered {
		c.fail("array block for client %d (array filtered: %t)", client, filtered)
	}
	if owner := c.addr(); c.err == nil && owner != header {
		c.fail("array block that belongs to the header at address %d, reached from %d", owner, header)
	}
}

// maxArrayBytes bounds the bytes of an array's elements, far beyond any file,
// so that sizes can be computed without overflow.
const maxArrayBytes = 1 << 56

// A FixedArray describes the chunk index of a dataset none of whose dimensions
// is unlimited (section VII.C). Its elements are chunk records in one data
// block, which is cut into pages when it has more than PageElements of them.
type FixedArray struct {
	Filtered     bool   // elements have the stored size and the filter mask
	ElementSize  int    // bytes
	Elements     uint64 // one for every chunk that the dataset may ever have
	PageElements uint64
	DataBlock    uint64 // address; [Undefined] if nothing has been stored

	sz Sizes
}

// FixedArraySize is the number of bytes of a fixed array's header.
func FixedArraySize(sz Sizes) int { return 12 + sz.Length + sz.Offset }

// DecodeFixedArray decodes the fixed array header at the start of b.
func DecodeFixedArray(b []byte, sz Sizes) (*FixedArray, error) {
	c := newCursor(b, sz)
	c.checked(FixedArraySize(sz))
	c.signature("FAHD")
	c.version("fixed array header", 0)
	a := &FixedArray{sz: sz}
	a.Filtered, a.ElementSize = arrayClient(c)
	pageBits := c.u8()
	a.Elements = c.length()
	a.DataBlock = c.addr()
	if pageBits > 32 {
		c.fail("fixed array with pages of 2^%d elements", pageBits)
	}
	if c.err == nil && a.Elements > maxArrayBytes/uint64(a.ElementSize) {
		c.fail("fixed array of %d elements", a.Elements)
	}
	a.PageElements = 1 << min(pageBits, 32)
	if c.err != nil {
		return nil, c.err
	}
	return a, nil
}

// Pages is the number of pages, 0 if the data block holds the elements itself.
func (a *FixedArray) Pages() uint64 {
	if a.Elements <= a.PageElements {
		return 0
	}
	return (a.Elements + a.PageElements - 1) / a.PageElements
}

// BlockSize is the number of bytes of the data block before its pages.
func (a *FixedArray) BlockSize() uint64 {
	size := uint64(6 + a.sz.Offset + 4)
	if n := a.Pages(); n > 0 {
		return size + (n+7)/8
	}
	return size + a.Elements*uint64(a.ElementSize)
}

// DecodeBlock decodes the data block at the start of b, of the array whose
// header is at address header, and returns its elements or, if it has pages, a
// bit for each that tells whether it has been written: see [PageWritten]. Both
// alias b.
func (a *FixedArray) DecodeBlock(b []byte, header uint64) (elements, written []byte, err error) {
	c := newCursor(b, a.sz)
	c.checked(int(a.BlockSize()))
	arrayBlock(c, "FADB", a.Filtered, header)
	if a.Pages() > 0 {
		return nil, c.rest(), c.err
	}
	return c.rest(), nil, c.err
}

// PageAt is where page i begins, in bytes from the start of the data block, and
// how many bytes it has, its checksum included.
func (a *FixedArray) PageAt(i uint64) (offset, size uint64) {
	full := a.PageElements*uint64(a.ElementSize) + 4
	n := min(a.PageElements, a.Elements-i*a.PageElements)
	return a.BlockSize() + i*full, n*uint64(a.ElementSize) + 4
}

// PageWritten reports whether page i of an array's data block has been written;
// otherwise its bytes mean nothing and none of its chunks is stored.
func PageWritten(written []byte, i uint64) bool {
	return i/8 < uint64(len(written)) && written[i/8]>>(7-i%8)&1 == 1
}

// DecodeArrayPage returns the elements of the page of a fixed or an extensible
// array that fills b.
func DecodeArrayPage(b []byte) ([]byte, error) {
	c := newCursor(b, Sizes{})
	c.checked(len(b))
	return c.rest(), c.err
}
