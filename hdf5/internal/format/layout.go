package format

import (
	"fmt"
	"math"
)

// LayoutClass is how the elements of a dataset are stored.
type LayoutClass uint8

// The layout classes, by their number in the file.
const (
	Compact    LayoutClass = iota // in the layout message itself
	Contiguous                    // in one run of bytes
	Chunked                       // in chunks of equal shape, found through an index
	Virtual                       // in other datasets
)

// ChunkIndexKind is the structure through which chunks are found (appendix C).
type ChunkIndexKind uint8

// The chunk indexes, by their number in version 4 of the message.
const (
	IndexBTree1 ChunkIndexKind = iota // the only one before version 4
	IndexSingle
	IndexImplicit
	IndexFixedArray
	IndexExtensibleArray
	IndexBTree2
)

// A Layout says where the elements of a dataset are (section IV.A.2.i).
type Layout struct {
	Version int // 1 to 4
	Class   LayoutClass

	Compact []byte // the elements, of a compact dataset

	// Addr is where the elements are (contiguous), the chunk index is (chunked;
	// the chunk itself for IndexSingle, the first for IndexImplicit), or the
	// global heap collection with the mapping is (virtual). It is Undefined where
	// nothing has been stored yet.
	Addr uint64
	Size uint64 // bytes of a contiguous dataset; 0 in versions 1 and 2, which do not say

	HeapIndex uint32 // of the mapping of a virtual dataset in its global heap collection

	// The rest is of chunked datasets.

	ChunkDims []uint64 // elements in each dimension of a chunk, none of them 0
	ElemSize  uint32   // bytes of one element, not 0
	Index     ChunkIndexKind

	// DontFilterPartial says that chunks which reach over the dataset's edge are
	// stored without going through the filters.
	DontFilterPartial bool

	// The one chunk of an IndexSingle, if filters apply to it.
	SingleFiltered bool
	SingleSize     uint64 // bytes stored
	SingleMask     uint32 // filters that were skipped

	// Parameters of the indexes of version 4, for IndexFixedArray,
	// IndexExtensibleArray and IndexBTree2.
	PageBits      uint8 // log2 of the entries on a page of a data block
	MaxBits       uint8 // bits needed for the highest chunk number
	IndexElements uint8 // chunks kept in the index block
	MinPointers   uint8 // data blocks that the first super block points to
	MinElements   uint8 // chunks in the smallest data block
	NodeSize      uint32
	Split, Merge  uint8 // percentages of node use
}

// ChunkBytes is the size of one chunk before filters, in bytes.
func (l Layout) ChunkBytes() uint64 {
	n, _ := product(l.ChunkDims) // cannot overflow, decoding has made sure
	return n * uint64(l.ElemSize)
}

// DecodeLayout decodes a data layout message, versions 1 to 4.
func DecodeLayout(b []byte, sz Sizes) (Layout, error) {
	c := newCursor(b, sz)
	l := Layout{Version: int(c.u8()), Addr: Undefined}
	switch {
	case c.err != nil:
	case l.Version == 1 || l.Version == 2:
		c.layoutV1(&l)
	case l.Version == 3 || l.Version == 4:
		c.layoutV3(&l)
	default:
		c.fail("version %d, want 1 to 4: %w", l.Version, ErrUnsupported)
	}
	if c.err != nil {
		return Layout{}, fmt.Errorf("data layout message: %w", c.err)
	}
	return l, nil
}

// layoutV1 decodes versions 1 and 2.
func (c *cursor) layoutV1(l *Layout) {
	rank := int(c.u8())
	l.Class = LayoutClass(c.u8())
	c.skip(5)
	if c.err == nil && (rank == 0 || rank > MaxRank+1) {
		c.fail("rank %d, want 1 to %d", rank, MaxRank+1)
	}
	if l.Class != Compact {
		l.Addr = c.addr()
	}
	switch l.Class {
	case Compact:
		c.skip(4 * rank)
		l.Compact = c.sizedValue()
	case Contiguous:
		c.skip(4 * rank) // the shape, cut off at 32 bits and so of no use
	case Chunked:
		c.chunkDims(l, rank, 4)
	default:
		c.fail("class %d, want 0 to %d", l.Class, Chunked)
	}
}

// layoutV3 decodes versions 3 and 4.
func (c *cursor) layoutV3(l *Layout) {
	l.Class = LayoutClass(c.u8())
	switch {
	case l.Class == Compact:
		l.Compact = c.bytes(int(c.u16()))
	case l.Class == Contiguous:
		l.Addr, l.Size = c.addr(), c.length()
	case l.Class == Chunked && l.Version == 3:
		rank := int(c.u8())
		l.Addr = c.addr()
		c.chunkDims(l, rank, 4)
	case l.Class == Chunked:
		c.chunkedV4(l)
	case l.Class == Virtual && l.Version == 4:
		l.Addr, l.HeapIndex = c.addr(), c.u32()
	default:
		c.fail("class %d in version %d", l.Class, l.Version)
	}
}

func (c *cursor) chunkedV4(l *Layout) {
	const dontFilterPartial, singleFiltered = 1 << 0, 1 << 1

	flags, rank, width := c.u8(), int(c.u8()), int(c.u8())
	if flags&^(dontFilterPartial|singleFiltered) != 0 {
		c.fail("chunk flags %#02x, want bits 0 and 1 at most: %w", flags, ErrUnsupported)
	}
	l.DontFilterPartial = flags&dontFilterPartial != 0
	c.chunkDims(l, rank, width)
	l.Index = ChunkIndexKind(c.u8())
	switch l.Index {
	case IndexSingle:
		if l.SingleFiltered = flags&singleFiltered != 0; l.SingleFiltered {
			l.SingleSize, l.SingleMask = c.length(), c.u32()
		}
	case IndexImplicit:
	case IndexFixedArray:
		l.PageBits = c.u8()
	case IndexExtensibleArray:
		l.MaxBits, l.IndexElements = c.u8(), c.u8()
		l.MinPointers, l.MinElements = c.u8(), c.u8()
		l.PageBits = c.u8()
	case IndexBTree2:
		l.NodeSize = c.u32()
		l.Split, l.Merge = c.u8(), c.u8()
	default:
		c.fail("chunk index kind %d, want %d to %d", l.Index, IndexSingle, IndexBTree2)
	}
	l.Addr = c.addr()
}

// chunkDims reads rank numbers of width bytes: the shape of a chunk and, as if it
// were one more dimension, the size of an element.
func (c *cursor) chunkDims(l *Layout, rank, width int) {
	switch {
	case c.err != nil:
		return
	case rank < 2 || rank > MaxRank+1:
		c.fail("chunk rank %d with the element's, want 2 to %d", rank, MaxRank+1)
		return
	case width < 1 || width > 8:
		c.fail("chunk dimensions of %d bytes, want 1 to 8", width)
		return
	}
	dims := make([]uint64, rank)
	for i := range dims {
		dims[i] = c.uint(width)
	}
	if c.err != nil {
		return
	}
	elem := dims[rank-1]
	if n, ok := product(dims); !ok || n == 0 || elem > math.MaxUint32 {
		c.fail("chunk of %d elements of %d bytes", dims[:rank-1], elem)
		return
	}
	l.ChunkDims, l.ElemSize = dims[:rank-1:rank-1], uint32(elem)
}

// EncodeLayout encodes a data layout message of version 3, whatever l.Version
// is: compact, contiguous, or chunked with a version 1 B-tree.
func EncodeLayout(l Layout, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.u8(3)
	b.u8(uint8(l.Class))
	switch {
	case l.Class == Compact:
		b.count(len(l.Compact), 2, "size of a compact dataset")
		b.bytes(l.Compact)
	case l.Class == Contiguous:
		b.addr(l.Addr)
		b.length(l.Size)
	case l.Class == Chunked && l.Index == IndexBTree1:
		b.layoutChunked(l)
	default:
		b.fail("class %d with chunk index kind %d in version 3", l.Class, l.Index)
	}
	return b.done("data layout message")
}

func (b *builder) layoutChunked(l Layout) {
	rank := len(l.ChunkDims)
	if rank < 1 || rank > MaxRank {
		b.fail("chunk of rank %d, want 1 to %d", rank, MaxRank)
	}
	if n, ok := product(append([]uint64{uint64(l.ElemSize)}, l.ChunkDims...)); !ok || n == 0 {
		b.fail("chunk of %d elements of %d bytes", l.ChunkDims, l.ElemSize)
	}
	b.u8(uint8(rank + 1))
	b.addr(l.Addr)
	for _, n := range l.ChunkDims {
		b.uint(n, 4, "chunk dimension")
	}
	b.u32(l.ElemSize)
}
