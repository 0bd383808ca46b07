package format

import "fmt"

// LinkInfo says where a group of the newer kind keeps its links (section
// IV.A.2.c).
type LinkInfo struct {
	TracksOrder  bool // creation order is stored with links
	IndexesOrder bool // and there is an index by it

	MaxCreationIndex int64 // highest creation order given out, if TracksOrder

	FractalHeap uint64 // heap of link messages, Undefined while they are in the object header
	NameIndex   uint64 // B-tree of them by hash of the name, else Undefined
	OrderIndex  uint64 // B-tree of them by creation order, Undefined unless IndexesOrder
}

// DecodeLinkInfo decodes a link info message.
func DecodeLinkInfo(b []byte, sz Sizes) (LinkInfo, error) {
	c := newCursor(b, sz)
	tracks, indexes := c.orderFlags()
	m := LinkInfo{TracksOrder: tracks, IndexesOrder: indexes, OrderIndex: Undefined}
	if tracks {
		m.MaxCreationIndex = int64(c.u64())
	}
	m.FractalHeap, m.NameIndex = c.addr(), c.addr()
	if indexes {
		m.OrderIndex = c.addr()
	}
	if c.err != nil {
		return LinkInfo{}, fmt.Errorf("link info message: %w", c.err)
	}
	return m, nil
}

// EncodeLinkInfo encodes a link info message.
func EncodeLinkInfo(m LinkInfo, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.orderFlags(m.TracksOrder, m.IndexesOrder)
	if m.TracksOrder {
		b.u64(uint64(m.MaxCreationIndex))
	}
	b.addr(m.FractalHeap)
	b.addr(m.NameIndex)
	if m.IndexesOrder {
		b.addr(m.OrderIndex)
	}
	return b.done("link info message")
}

// GroupInfo holds a newer group's settings (section IV.A.2.k). A reader has no
// need of them; a zero field was not stored.
type GroupInfo struct {
	MaxCompact uint16 // links above which a group moves them to a heap
	MinDense   uint16 // links below which it moves them back

	EstimatedEntries uint16
	EstimatedNameLen uint16
}

// DecodeGroupInfo decodes a group info message.
func DecodeGroupInfo(b []byte) (GroupInfo, error) {
	const hasPhaseChange, hasEstimates = 1 << 0, 1 << 1

	c := newCursor(b, Sizes{})
	version, flags := c.u8(), c.u8()
	if c.err == nil && version != 0 {
		c.fail("version %d, want 0: %w", version, ErrUnsupported)
	}
	if flags&^(hasPhaseChange|hasEstimates) != 0 {
		c.fail("flags %#02x, want bits 0 and 1 at most", flags)
	}
	var m GroupInfo
	if flags&hasPhaseChange != 0 {
		m.MaxCompact, m.MinDense = c.u16(), c.u16()
	}
	if flags&hasEstimates != 0 {
		m.EstimatedEntries, m.EstimatedNameLen = c.u16(), c.u16()
	}
	if c.err != nil {
		return GroupInfo{}, fmt.Errorf("group info message: %w", c.err)
	}
	return m, nil
}

// EncodeGroupInfo encodes a group info message. Settings of which both fields
// are zero are not stored.
func EncodeGroupInfo(m GroupInfo) []byte {
	const hasPhaseChange, hasEstimates = 1 << 0, 1 << 1

	var flags uint8
	b := newBuilder(Sizes{})
	b.zeros(2) // version; flags follow
	if m.MaxCompact != 0 || m.MinDense != 0 {
		flags |= hasPhaseChange
		b.u16(m.MaxCompact)
		b.u16(m.MinDense)
	}
	if m.EstimatedEntries != 0 || m.EstimatedNameLen != 0 {
		flags |= hasEstimates
		b.u16(m.EstimatedEntries)
		b.u16(m.EstimatedNameLen)
	}
	b.buf[1] = flags
	return b.buf
}

// A SymbolTable says where a group of the older kind keeps its links (section
// IV.A.2.r).
type SymbolTable struct {
	BTree uint64 // version 1 B-tree whose leaves are symbol table nodes
	Heap  uint64 // local heap with the names
}

// DecodeSymbolTableMessage decodes a symbol table message.
func DecodeSymbolTableMessage(b []byte, sz Sizes) (SymbolTable, error) {
	c := newCursor(b, sz)
	m := SymbolTable{BTree: c.addr(), Heap: c.addr()}
	if c.err == nil && (m.BTree == Undefined || m.Heap == Undefined) {
		c.fail("undefined address of B-tree or heap")
	}
	if c.err != nil {
		return SymbolTable{}, fmt.Errorf("symbol table message: %w", c.err)
	}
	return m, nil
}

// EncodeSymbolTableMessage encodes a symbol table message.
func EncodeSymbolTableMessage(m SymbolTable, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	b.addr(m.BTree)
	b.addr(m.Heap)
	return b.done("symbol table message")
}
