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

// cacheSoftLink is the cache type of a symbol table entry that is a soft link.
// The other types (0: nothing, 1: a group's B-tree and heap) cache what the
// object's header says too and are not needed to follow a link.
const cacheSoftLink = 2

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
