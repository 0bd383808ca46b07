package format

import "math/bits"

// An ExtensibleArray describes the chunk index of a dataset that has one
// unlimited dimension (section VII.D). Its elements are chunk records:
//
//   - the first IndexElements are in the index block;
//   - then come data blocks, in groups of which each holds twice as many
//     elements as the one before it, by doubling in turn the size and the
//     number of its blocks. Group g is [ExtensibleArray.Group](g).
//   - The index block points to the data blocks of the first groups; each group
//     after them has a secondary block, to which the index block points, and
//     which points to its data blocks;
//   - a data block of more than PageElements elements is cut into pages.
//
// The specification calls a group a super block.
type ExtensibleArray struct {
	Filtered      bool // elements have the stored size and the filter mask
	ElementSize   int  // bytes
	IndexElements uint64
	PageElements  uint64
	Groups        int    // all groups that the array may ever have
	DirectGroups  int    // those without a secondary block
	MaxIndexSet   uint64 // all elements from this one on are undefined
	IndexBlock    uint64 // address; [Undefined] if nothing has been stored

	sz          Sizes
	minElements uint64 // of a data block
	offsetWidth int    // bytes of a block's offset in the array
}

// ExtensibleArraySize is the number of bytes of an extensible array's header.
func ExtensibleArraySize(sz Sizes) int { return 16 + 6*sz.Length + sz.Offset }

// DecodeExtensibleArray decodes the extensible array header at the start of b.
func DecodeExtensibleArray(b []byte, sz Sizes) (*ExtensibleArray, error) {
	c := newCursor(b, sz)
	c.checked(ExtensibleArraySize(sz))
	c.signature("EAHD")
	c.version("extensible array header", 0)
	a := &ExtensibleArray{sz: sz}
	a.Filtered, a.ElementSize = arrayClient(c)
	maxBits := c.u8()
	a.IndexElements = uint64(c.u8())
	minElements, minPointers, pageBits := c.u8(), c.u8(), c.u8()
	c.skip(4 * sz.Length) // numbers and sizes of secondary and data blocks
	a.MaxIndexSet = c.length()
	c.length() // number of elements in blocks that have been made
	a.IndexBlock = c.addr()
	a.shape(c, maxBits, minElements, minPointers, pageBits)
	if c.err != nil {
		return nil, c.err
	}
	return a, nil
}

// shape derives the shape of the array from its parameters.
func (a *ExtensibleArray) shape(c *cursor, maxBits, minElements, minPointers, pageBits uint8) {
	if bits.OnesCount8(minElements) != 1 || bits.OnesCount8(minPointers) != 1 || minPointers < 2 {
		c.fail("extensible array with at least %d elements in a data block and %d pointers in a secondary block",
			minElements, minPointers)
		return
	}
	first := bits.Len8(minElements) - 1
	if maxBits > 64 || int(maxBits) < first || pageBits > 32 {
		c.fail("extensible array of 2^%d elements, at least %d in a data block, 2^%d in a page", maxBits, minElements, pageBits)
		return
	}
	a.minElements = uint64(minElements)
	a.offsetWidth = int(maxBits+7) / 8
	a.PageElements = 1 << pageBits
	a.Groups = 1 + int(maxBits) - first
	a.DirectGroups = 2 * (bits.Len8(minPointers) - 1)
	if a.Groups < a.DirectGroups {
		c.fail("extensible array of %d groups of data blocks, %d of them direct", a.Groups, a.DirectGroups)
		return
	}
	// The C library makes no array whose direct blocks would have pages, and
	// would not find them.
	if last := a.Group(a.DirectGroups - 1); last.Elements > a.PageElements {
		c.fail("extensible array with pages of %d elements and direct data blocks of %d", a.PageElements, last.Elements)
	}
}

// An ArrayGroup is a run of equal data blocks of an extensible array.
type ArrayGroup struct {
	First      uint64 // index in the array of the first block's first element
	FirstBlock uint64 // blocks in all groups before this one
	Blocks     uint64
	Elements   uint64 // in each block
	Pages      uint64 // of each block; 0 if the block holds the elements itself
	Direct     bool   // the index block points to the blocks itself
}

// Group is the shape of group g, 0 <= g < Groups.
func (a *ExtensibleArray) Group(g int) ArrayGroup {
	group := ArrayGroup{
		First:      a.IndexElements + a.minElements*(1<<g-1),
		FirstBlock: 1<<((g+1)/2) + 1<<(g/2) - 2,
		Blocks:     1 << (g / 2),
		Elements:   a.minElements << ((g + 1) / 2),
		Direct:     g < a.DirectGroups,
	}
	if group.Elements > a.PageElements {
		group.Pages = group.Elements / a.PageElements
	}
	return group
}

// GroupOf is the group whose data blocks hold element i; i is at least
// IndexElements. It may be Groups or more if the array cannot have the element.
func (a *ExtensibleArray) GroupOf(i uint64) int {
	return bits.Len64((i-a.IndexElements)/a.minElements+1) - 1
}

// An ArrayIndexBlock is the decoded index block of an extensible array.
type ArrayIndexBlock struct {
	Elements  []byte   // aliases the block
	Direct    []uint64 // addresses of the data blocks of the direct groups
	Secondary []uint64 // addresses of the secondary blocks of the other groups
}

// directBlocks is the number of data blocks in direct groups.
func (a *ExtensibleArray) directBlocks() int { return int(a.Group(a.DirectGroups).FirstBlock) }

// IndexBlockSize is the number of bytes of the index block.
func (a *ExtensibleArray) IndexBlockSize() int {
	pointers := a.directBlocks() + a.Groups - a.DirectGroups
	return 6 + a.sz.Offset + int(a.IndexElements)*a.ElementSize + pointers*a.sz.Offset + 4
}

// DecodeIndexBlock decodes the index block at the start of b, of the array
// whose header is at address header.
func (a *ExtensibleArray) DecodeIndexBlock(b []byte, header uint64) (*ArrayIndexBlock, error) {
	c := newCursor(b, a.sz)
	c.checked(a.IndexBlockSize())
	arrayBlock(c, "EAIB", a.Filtered, header)
	block := &ArrayIndexBlock{Elements: c.bytes(int(a.IndexElements) * a.ElementSize)}
	block.Direct = c.addrs(uint64(a.directBlocks()))
	block.Secondary = c.addrs(uint64(a.Groups - a.DirectGroups))
	return block, c.err
}

// An ArraySecondaryBlock is the decoded secondary block of a group.
type ArraySecondaryBlock struct {
	Blocks []uint64 // addresses of the group's data blocks

	// Written has a bit for each page of each data block, one block's pages
	// after the other's, that tells whether it has been written: see
	// [PageWritten]. It aliases the block and is empty if there are no pages.
	Written []byte
}

// SecondaryBlockSize is the number of bytes of the secondary block of g.
func (a *ExtensibleArray) SecondaryBlockSize(g ArrayGroup) uint64 {
	return uint64(6+a.sz.Offset+a.offsetWidth) + g.writtenSize() + g.Blocks*uint64(a.sz.Offset) + 4
}

// writtenSize is the number of bytes of a group's Written. The C library
// reserves whole bytes for each data block, but then does not leave the gaps.
func (g ArrayGroup) writtenSize() uint64 { return g.Blocks * ((g.Pages + 7) / 8) }

// DecodeSecondaryBlock decodes the secondary block of g at the start of b, of
// the array whose header is at address header.
func (a *ExtensibleArray) DecodeSecondaryBlock(b []byte, g ArrayGroup, header uint64) (*ArraySecondaryBlock, error) {
	c := newCursor(b, a.sz)
	if size := a.SecondaryBlockSize(g); size > uint64(len(b)) {
		c.fail("secondary block of %d bytes, %d remain", size, len(b))
	} else {
		c.checked(int(size))
	}
	arrayBlock(c, "EASB", a.Filtered, header)
	a.blockOffset(c, g.First, g.First)
	block := &ArraySecondaryBlock{Written: c.bytes(int(g.writtenSize()))}
	block.Blocks = c.addrs(g.Blocks)
	return block, c.err
}

// DataBlockSize is the number of bytes of a data block of g before its pages.
func (a *ExtensibleArray) DataBlockSize(g ArrayGroup) uint64 {
	size := uint64(6 + a.sz.Offset + a.offsetWidth + 4)
	if g.Pages > 0 {
		return size
	}
	return size + g.Elements*uint64(a.ElementSize)
}

// DecodeDataBlock decodes the data block at the start of b, the k-th of g, of
// the array whose header is at address header. It returns the elements, which
// alias b, or nothing if they are in pages.
func (a *ExtensibleArray) DecodeDataBlock(b []byte, g ArrayGroup, k, header uint64) ([]byte, error) {
	c := newCursor(b, a.sz)
	if size := a.DataBlockSize(g); size > uint64(len(b)) {
		c.fail("data block of %d bytes, %d remain", size, len(b))
	} else {
		c.checked(int(size))
	}
	arrayBlock(c, "EADB", a.Filtered, header)
	first := g.First + k*g.Elements
	if g.Direct {
		// The C library counts the blocks of all groups before this one here.
		a.blockOffset(c, first, first+g.FirstBlock*g.Elements)
	} else {
		a.blockOffset(c, first, first)
	}
	return c.rest(), c.err
}

// PageSize is the number of bytes of a page, its checksum included. Page i of a
// data block begins i times that after [ExtensibleArray.DataBlockSize] bytes.
func (a *ExtensibleArray) PageSize() uint64 { return a.PageElements*uint64(a.ElementSize) + 4 }

// blockOffset reads which element a block says that it begins with, counted
// from the first that is not in the index block: first or, as well, other.
func (a *ExtensibleArray) blockOffset(c *cursor, first, other uint64) {
	off := c.uint(a.offsetWidth) + a.IndexElements
	if c.err == nil && off != first && off != other {
		c.fail("array block of the elements from %d on, want %d", off, first)
	}
}
