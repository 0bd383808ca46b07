package format

import "math/bits"

// A FractalHeap describes a fractal heap (section III.G), which holds the
// messages of links and attributes that do not fit in an object header.
//
// Managed objects lie in a linear address space, the heap's own, which direct
// blocks cover. A doubling table of rows of Width blocks places them: blocks of
// the first two rows have StartBlock bytes, those of each row after them twice
// as many as in the row before. A row's blocks are direct up to MaxDirect
// bytes; larger ones are indirect, each a doubling table of its own.
type FractalHeap struct {
	IDSize     int    // bytes of a heap ID
	MaxManaged uint64 // largest managed object in bytes; larger ones are huge
	HugeTree   uint64 // version 2 B-tree of the huge objects' IDs, or [Undefined]
	Width      int    // blocks in a row
	StartBlock uint64 // bytes, a power of two
	MaxDirect  uint64 // bytes, a power of two
	Root       uint64 // address of the root block; [Undefined] if there is none
	RootRows   int    // rows of the root block; 0 if it is a direct block
	Filtered   bool   // blocks and huge objects go through filters

	sz          Sizes
	bits        int  // of an offset in the heap
	checksummed bool // direct blocks have checksums
}

// FractalHeapSize is the number of bytes of a fractal heap's header without
// what describes its filters.
func FractalHeapSize(sz Sizes) int { return 26 + 12*sz.Length + 3*sz.Offset }

// minHeapIDSize is the number of bytes of the shortest useful ID: one each for
// its kind, an offset and a length.
const minHeapIDSize = 3

// DecodeFractalHeap decodes the fractal heap header at the start of b. Of a
// heap with filters, whose header is longer, the checksum is not verified.
func DecodeFractalHeap(b []byte, sz Sizes) (*FractalHeap, error) {
	c := newCursor(b, sz)
	c.signature("FRHP")
	c.version("fractal heap header", 0)
	h := &FractalHeap{sz: sz, IDSize: int(c.u16())}
	h.Filtered = c.u16() > 0
	h.checksummed = c.u8()&2 != 0
	h.MaxManaged = uint64(c.u32())
	c.length() // next ID of a huge object
	h.HugeTree = c.addr()
	c.length() // free space in direct blocks
	c.addr()   // free space manager
	c.skip(8 * sz.Length)
	h.Width = int(c.u16())
	h.StartBlock = c.length()
	h.MaxDirect = c.length()
	h.bits = int(c.u16())
	c.u16() // rows that a new root indirect block has
	h.Root = c.addr()
	h.RootRows = int(c.u16())
	h.check(c)
	if c.err == nil && !h.Filtered {
		end := newCursor(b, sz)
		end.checked(FractalHeapSize(sz))
		c.err = end.err
	}
	if c.err != nil {
		return nil, c.err
	}
	return h, nil
}

// check makes sure of what later arithmetic relies on.
func (h *FractalHeap) check(c *cursor) {
	powers := bits.OnesCount64(h.StartBlock) == 1 && bits.OnesCount64(h.MaxDirect) == 1 && h.StartBlock <= h.MaxDirect
	if !powers || h.MaxDirect > 1<<32 || h.MaxManaged > h.MaxDirect {
		c.fail("fractal heap with blocks of %d to %d bytes for objects of up to %d", h.StartBlock, h.MaxDirect, h.MaxManaged)
	}
	if h.bits == 0 || h.bits > 64 || bits.OnesCount64(uint64(h.Width)) != 1 {
		c.fail("fractal heap of 2^%d bytes in rows of %d blocks", h.bits, h.Width)
	}
	if h.RootRows > h.rowsIn(h.bits) {
		c.fail("fractal heap of 2^%d bytes with %d rows in the root block", h.bits, h.RootRows)
	}
	if h.IDSize < minHeapIDSize {
		c.fail("fractal heap with IDs of %d bytes", h.IDSize)
	}
}

// rowsIn is the number of rows of a block that covers 2^n bytes.
func (h *FractalHeap) rowsIn(n int) int {
	firstRow := log2(h.StartBlock) + log2(uint64(h.Width))
	return max(0, n-firstRow+1)
}

// RowBlock is the number of bytes of the heap that a block in row r covers.
func (h *FractalHeap) RowBlock(r int) uint64 { return h.StartBlock << max(0, r-1) }

// DirectRows is the number of rows whose blocks are direct.
func (h *FractalHeap) DirectRows() int { return log2(h.MaxDirect) - log2(h.StartBlock) + 2 }

// RowsBelow is the number of rows of the indirect block that a pointer in row r
// leads to.
func (h *FractalHeap) RowsBelow(r int) int { return h.rowsIn(log2(h.RowBlock(r))) }

// Find is the row and the column of the block that holds byte off, counted from
// where the indirect block begins, and how far into the block it is.
func (h *FractalHeap) Find(off uint64) (row, col int, rest uint64) {
	firstRow := h.StartBlock * uint64(h.Width)
	if off < firstRow {
		return 0, int(off / h.StartBlock), off % h.StartBlock
	}
	row = bits.Len64(off / firstRow) // row r begins at firstRow * 2^(r-1)
	off -= firstRow << (row - 1)
	size := h.RowBlock(row)
	return row, int(off / size), off % size
}

func log2(n uint64) int { return bits.Len64(n) - 1 }

func (h *FractalHeap) offsetWidth() int { return (h.bits + 7) / 8 }

// IndirectSize is the number of bytes of an indirect block of the given number
// of rows.
func (h *FractalHeap) IndirectSize(rows int) int {
	return 5 + h.sz.Offset + h.offsetWidth() + rows*h.Width*h.sz.Offset + 4
}

// DecodeIndirect decodes the indirect block of the given number of rows at the
// start of b, which covers the heap from byte off on; the heap's header is at
// address header. It returns the addresses of the blocks, row after row,
// [Undefined] for those not made.
func (h *FractalHeap) DecodeIndirect(b []byte, rows int, off, header uint64) ([]uint64, error) {
	c := newCursor(b, h.sz)
	c.checked(h.IndirectSize(rows))
	h.blockPrefix(c, "FHIB", off, header)
	children := c.addrs(uint64(rows * h.Width))
	return children, c.err
}

// CheckDirect verifies the direct block that fills b, which covers the heap
// from byte off on; the heap's header is at address header. Objects' offsets
// count the block's own header too, so that byte off+i of the heap is b[i].
func (h *FractalHeap) CheckDirect(b []byte, off, header uint64) error {
	c := newCursor(b, h.sz)
	h.blockPrefix(c, "FHDB", off, header)
	if !h.checksummed || c.err != nil {
		return c.err
	}
	// The checksum is that of the whole block with zeros in its own place.
	at := c.off()
	stored := c.u32()
	if c.err != nil {
		return c.err
	}
	whole := append([]byte(nil), b...)
	clear(whole[at : at+4])
	if sum := Checksum(whole); sum != stored {
		c.fail("checksum is %#08x, stored %#08x", sum, stored)
	}
	return c.err
}

// DirectHeaderSize is the number of bytes of a direct block before its objects.
func (h *FractalHeap) DirectHeaderSize() int {
	size := 5 + h.sz.Offset + h.offsetWidth()
	if h.checksummed {
		size += 4
	}
	return size
}

func (h *FractalHeap) blockPrefix(c *cursor, signature string, off, header uint64) {
	c.signature(signature)
	c.version("fractal heap block", 0)
	if owner := c.addr(); c.err == nil && owner != header {
		c.fail("fractal heap block that belongs to the header at address %d, reached from %d", owner, header)
	}
	if got := c.uint(h.offsetWidth()); c.err == nil && got != off {
		c.fail("fractal heap block of offset %d, want %d", got, off)
	}
}

// A HeapIDKind says where the object of a fractal heap ID is.
type HeapIDKind uint8

// The kinds of object (section III.G).
const (
	HeapManaged HeapIDKind = iota // in a direct block
	HeapHuge                      // in the file, by itself
	HeapTiny                      // in the ID
)

// A HeapID is a decoded fractal heap ID.
type HeapID struct {
	Kind   HeapIDKind
	Offset uint64 // managed: in the heap
	Length uint64 // managed, and huge with Direct: bytes
	Direct bool   // huge: Addr is in the ID, otherwise Key is
	Addr   uint64 // huge: address in the file
	Key    uint64 // huge: what the heap's B-tree finds the object by
	Data   []byte // tiny: the object, aliasing the ID
}

// DecodeID decodes an ID of an object in the heap. It may be longer than the
// heap's IDs are: records pad them.
func (h *FractalHeap) DecodeID(b []byte) (HeapID, error) {
	c := newCursor(b, h.sz)
	if len(b) < h.IDSize {
		c.fail("fractal heap ID of %d bytes, want %d", len(b), h.IDSize)
		return HeapID{}, c.err
	}
	c.buf = b[:h.IDSize]
	first := c.u8()
	if version := first >> 6; version != 0 {
		c.fail("fractal heap ID of version %d: %w", version, ErrUnsupported)
	}
	id := HeapID{Kind: HeapIDKind(first >> 4 & 3)}
	switch id.Kind {
	case HeapManaged:
		id.Offset = c.uint(h.offsetWidth())
		id.Length = c.uint(h.lengthWidth())
	case HeapHuge:
		h.hugeID(c, &id)
	case HeapTiny:
		id.Data = h.tinyID(c, first)
	default:
		c.fail("fractal heap ID of kind %d", id.Kind)
	}
	return id, c.err
}

// lengthWidth is the number of bytes of a managed object's length in an ID: as
// many as the largest object, or the largest block, needs.
func (h *FractalHeap) lengthWidth() int {
	return min((log2(h.MaxDirect)+7)/8, byteWidth(h.MaxManaged))
}

// hugeID reads the rest of a huge object's ID. The object's address and length
// are in it if IDs have room for them.
func (h *FractalHeap) hugeID(c *cursor, id *HeapID) {
	room, direct := h.IDSize-1, h.sz.Offset+h.sz.Length
	if h.Filtered {
		direct += 4 + h.sz.Length
	}
	if id.Direct = room >= direct; id.Direct {
		id.Addr, id.Length = c.addr(), c.length()
		return
	}
	id.Key = c.uint(min(room, 8))
}

// tinyID reads the rest of a tiny object's ID. Its length is in the low bits of
// the first byte, and goes on in the second if IDs have room for objects of
// more than 16 bytes.
func (h *FractalHeap) tinyID(c *cursor, first uint8) []byte {
	n := int(first & 0x0f)
	if h.IDSize > 18 {
		n = n<<8 | int(c.u8())
	}
	return c.bytes(n + 1)
}

// What the C library sets up the fractal heaps of attributes with.
const (
	attributeHeapIDSize     = 8
	attributeHeapMaxManaged = 4096
	attributeHeapWidth      = 4
	attributeHeapStart      = 1024
	attributeHeapMaxDirect  = 64 << 10
	attributeHeapBits       = 40
)

// A HugeHeap describes a fractal heap of attributes, all of them huge objects:
// each lies in the file by itself and is found by its key, which runs from 1.
type HugeHeap struct {
	Tree    uint64 // version 2 B-tree of type [BTree2HugeIndirect]
	Objects uint64
	Bytes   uint64 // of all objects
}

// EncodeHugeHeap encodes a fractal heap's header. Managed objects can be added
// to the heap, which has no blocks for them yet.
//
// Files of offsets and lengths so narrow that both fit in an ID are refused.
func EncodeHugeHeap(h HugeHeap, sz Sizes) ([]byte, error) {
	const checksummedBlocks = 1 << 1

	b := newBuilder(sz)
	if sz.Offset+sz.Length < attributeHeapIDSize {
		b.fail("offsets of %d bytes and lengths of %d", sz.Offset, sz.Length)
	}
	b.text("FRHP")
	b.u8(0)
	b.u16(attributeHeapIDSize)
	b.u16(0) // filters
	b.u8(checksummedBlocks)
	b.u32(attributeHeapMaxManaged)
	b.length(h.Objects) // the key given out last
	b.addr(h.Tree)
	b.length(0)       // free space in managed blocks
	b.addr(Undefined) // free space manager
	b.length(0)       // managed space
	b.length(0)       // managed space that blocks have been made for
	b.length(0)       // where the next block goes
	b.length(0)       // managed objects
	b.length(h.Bytes)
	b.length(h.Objects)
	b.length(0) // bytes of tiny objects
	b.length(0) // tiny objects
	b.u16(attributeHeapWidth)
	b.length(attributeHeapStart)
	b.length(attributeHeapMaxDirect)
	b.u16(attributeHeapBits)
	b.u16(1) // rows that a new root indirect block has
	b.addr(Undefined)
	b.u16(0)
	b.seal()
	return b.done("fractal heap")
}

// HugeHeapID is the ID of the object of a [HugeHeap] with the given key, which
// is less than 2^56.
func HugeHeapID(key uint64) [attributeHeapIDSize]byte {
	id := [attributeHeapIDSize]byte{byte(HeapHuge) << 4}
	for i := range id[1:] {
		id[1+i] = byte(key >> (8 * i))
	}
	return id
}
