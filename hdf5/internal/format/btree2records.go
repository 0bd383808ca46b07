package format

// A LinkNameRecord is a record of a [BTree2LinkName] tree (section III.A.2,
// type 5).
type LinkNameRecord struct {
	Hash uint32  // [Checksum] of the link's name
	ID   [7]byte // of the link message in the group's fractal heap
}

// DecodeLinkNameRecord decodes a record of type [BTree2LinkName].
func DecodeLinkNameRecord(b []byte) (LinkNameRecord, error) {
	c := newCursor(b, Sizes{})
	r := LinkNameRecord{Hash: c.u32()}
	copy(r.ID[:], c.bytes(len(r.ID)))
	return r, c.err
}

// A LinkOrderRecord is a record of a [BTree2LinkOrder] tree (section III.A.2,
// type 6).
type LinkOrderRecord struct {
	Order int64   // creation order of the link
	ID    [7]byte // of the link message in the group's fractal heap
}

// DecodeLinkOrderRecord decodes a record of type [BTree2LinkOrder].
func DecodeLinkOrderRecord(b []byte) (LinkOrderRecord, error) {
	c := newCursor(b, Sizes{})
	r := LinkOrderRecord{Order: int64(c.u64())}
	copy(r.ID[:], c.bytes(len(r.ID)))
	return r, c.err
}

// An AttributeRecord is a record of a [BTree2AttributeName] or a
// [BTree2AttributeOrder] tree (section III.A.2, types 8 and 9).
type AttributeRecord struct {
	ID    [8]byte // of the attribute message in a fractal heap
	Flags uint8   // of the message; see [Message]
	Order uint32  // creation order of the attribute
	Hash  uint32  // [Checksum] of its name; 0 in a BTree2AttributeOrder tree
}

// DecodeAttributeRecord decodes a record of type [BTree2AttributeName] or
// [BTree2AttributeOrder].
func DecodeAttributeRecord(b []byte, t BTree2Type) (AttributeRecord, error) {
	c := newCursor(b, Sizes{})
	var r AttributeRecord
	copy(r.ID[:], c.bytes(len(r.ID)))
	r.Flags, r.Order = c.u8(), c.u32()
	if t == BTree2AttributeName {
		r.Hash = c.u32()
	}
	return r, c.err
}

// EncodeAttributeRecord encodes a record of type [BTree2AttributeName] or
// [BTree2AttributeOrder].
func EncodeAttributeRecord(r AttributeRecord, t BTree2Type) []byte {
	b := newBuilder(Sizes{})
	b.bytes(r.ID[:])
	b.u8(r.Flags)
	b.u32(r.Order)
	if t == BTree2AttributeName {
		b.u32(r.Hash)
	}
	return b.buf
}

// A HugeRecord is a record of the tree that finds the huge objects of a fractal
// heap (section III.A.2, types 1 to 4).
type HugeRecord struct {
	Addr     uint64
	Size     uint64 // stored bytes
	ID       uint64 // names the object in an indirect tree, otherwise 0
	Filtered bool   // the stored bytes went through the heap's filters
}

// DecodeHugeRecord decodes a record of one of the huge object types.
func DecodeHugeRecord(b []byte, t BTree2Type, sz Sizes) (HugeRecord, error) {
	c := newCursor(b, sz)
	r := HugeRecord{Addr: c.addr(), Size: c.length()}
	switch t {
	case BTree2HugeIndirect:
		r.ID = c.length()
	case BTree2HugeIndirectFiltered:
		r.Filtered = true
		c.u32()    // filter mask
		c.length() // size before filters
		r.ID = c.length()
	case BTree2HugeDirect:
	case BTree2HugeDirectFiltered:
		r.Filtered = true
	default:
		c.fail("huge object in a version 2 B-tree of type %d", t)
	}
	return r, c.err
}

// EncodeHugeRecord encodes a record of type [BTree2HugeIndirect].
func EncodeHugeRecord(r HugeRecord, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.addr(r.Addr)
	b.length(r.Size)
	b.length(r.ID)
	return b.done("huge object")
}

// A ChunkRecord is a record of a chunk B-tree, or an element of a fixed or an
// extensible array (section III.A.2, types 10 and 11, and section VII).
type ChunkRecord struct {
	Addr uint64 // [Undefined]: the chunk is not stored
	Size uint64 // stored bytes; 0 in an index of a dataset without filters
	Mask uint32 // filters that were skipped, the pipeline's first in bit 0
}

// chunkRecordSize is the least number of bytes of a chunk record; with filters,
// the stored size may make it up to 7 bytes longer.
func chunkRecordSize(filtered bool, sz Sizes) int {
	if filtered {
		return sz.Offset + 1 + 4
	}
	return sz.Offset
}

func validChunkRecordSize(size int, filtered bool, sz Sizes) bool {
	least := chunkRecordSize(filtered, sz)
	return size == least || filtered && size > least && size <= least+7
}

// DecodeChunkRecord decodes a chunk record that fills b. The width of the
// stored size is what the other fields leave.
func DecodeChunkRecord(b []byte, filtered bool, sz Sizes) (ChunkRecord, error) {
	c := newCursor(b, sz)
	r := chunkRecord(c, filtered, len(b))
	return r, c.err
}

// chunkRecord reads a chunk record of size bytes.
func chunkRecord(c *cursor, filtered bool, size int) ChunkRecord {
	if !validChunkRecordSize(size, filtered, c.sz) {
		c.fail("chunk record of %d bytes (filtered: %t)", size, filtered)
	}
	r := ChunkRecord{Addr: c.addr()}
	if filtered {
		r.Size = c.uint(size - chunkRecordSize(true, c.sz) + 1)
		r.Mask = c.u32()
	}
	return r
}

// DecodeChunkTreeRecord decodes a record of type [BTree2Chunk] or
// [BTree2ChunkFiltered]: a chunk record and, into scaled, the chunk's position
// in the grid of chunks.
func DecodeChunkTreeRecord(b []byte, t BTree2Type, sz Sizes, scaled []uint64) (ChunkRecord, error) {
	c := newCursor(b, sz)
	r := chunkRecord(c, t == BTree2ChunkFiltered, len(b)-8*len(scaled))
	for d := range scaled {
		scaled[d] = c.u64()
	}
	return r, c.err
}
