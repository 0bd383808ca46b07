package format

// SymbolNodePrefixSize is the number of bytes before the first entry of a
// symbol table node: enough for [SymbolNodeSize].
const SymbolNodePrefixSize = 8

// SymbolEntrySize is the number of bytes of a symbol table entry. The offset of
// its name has the width of a length: the specification says otherwise, but the
// C library writes it so.
func SymbolEntrySize(sz Sizes) int { return sz.Length + sz.Offset + 24 }

// SymbolNodeSize is the number of bytes that a symbol table node uses, as the
// prefix at the start of b has it. A node takes up more than that in the file
// when it is not full.
func SymbolNodeSize(b []byte, sz Sizes) (int, error) {
	c := newCursor(b, sz)
	n := symbolCount(c)
	if c.err != nil {
		return 0, c.err
	}
	return SymbolNodePrefixSize + n*SymbolEntrySize(sz), nil
}

// A SymbolEntry is one link of an old-style group (section III.C).
type SymbolEntry struct {
	Name   uint64 // where in the group's local heap the name begins, in bytes
	Header uint64 // the object's header; [Undefined] for a soft link
	Soft   bool   // the entry is a soft link
	Target uint64 // of a soft link: where in the local heap its path begins
}

// What the scratch space of a symbol table entry holds (section III.C). That
// of a group caches what the object's header says too and is not needed to
// follow the link.
const (
	cacheNothing  = 0
	cacheGroup    = 1 // addresses of the group's B-tree and heap
	cacheSoftLink = 2 // where in the local heap the path begins
)

// DecodeSymbolNode decodes the symbol table node at the start of b: a leaf of a
// group, whose entries ascend by name (section III.B).
func DecodeSymbolNode(b []byte, sz Sizes) ([]SymbolEntry, error) {
	c := newCursor(b, sz)
	n := symbolCount(c)
	if need := n * SymbolEntrySize(sz); need > c.len() {
		c.fail("symbol table node of %d entries needs %d bytes, %d remain", n, need, c.len())
	}
	if c.err != nil {
		return nil, c.err
	}
	entries := make([]SymbolEntry, n)
	for i := range entries {
		entries[i] = symbolEntry(c)
	}
	return entries, c.err
}

// EncodeSymbolNode encodes a symbol table node, filled up with zeros to the size
// of a full one.
func EncodeSymbolNode(entries []SymbolEntry, leafK uint16, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	if len(entries) > 2*int(leafK) {
		b.fail("%d entries, want at most %d", len(entries), 2*int(leafK))
	}
	b.text("SNOD")
	b.u8(1)
	b.zeros(1)
	b.count(len(entries), 2, "number of entries")
	for _, e := range entries {
		b.symbolEntry(e)
	}
	b.fill(SymbolNodeCapacity(sz, leafK))
	return b.done("symbol table node")
}

func (b *builder) symbolEntry(e SymbolEntry) {
	b.length(e.Name)
	if !e.Soft {
		b.addr(e.Header)
		b.u32(cacheNothing)
		b.zeros(4 + 16)
		return
	}
	b.addr(Undefined)
	b.u32(cacheSoftLink)
	b.zeros(4)
	b.uint(e.Target, 4, "offset of a soft link's path")
	b.zeros(12)
}

func symbolCount(c *cursor) int {
	c.signature("SNOD")
	if v := c.u8(); v != 1 {
		c.fail("symbol table node of version %d: %w", v, ErrUnsupported)
	}
	c.skip(1)
	return int(c.u16())
}

func symbolEntry(c *cursor) SymbolEntry {
	e := SymbolEntry{Name: c.length(), Header: c.addr()}
	cache := c.u32()
	c.skip(4)
	scratch := newCursor(c.bytes(16), c.sz)
	if cache == cacheSoftLink {
		e.Soft, e.Header, e.Target = true, Undefined, uint64(scratch.u32())
	}
	return e
}
