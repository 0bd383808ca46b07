package format

// A node of a tree of the older kind takes up room for as many entries as the
// file's K values allow, however few it has: this file says how much that is.

// BTree1NodeSize is the number of bytes that a version 1 B-tree node takes up
// in the file: room for 2k children and one key more (section III.A.1).
func BTree1NodeSize(sz Sizes, k uint16, keySize int) uint64 {
	return uint64(BTree1PrefixSize(sz) + 2*int(k)*(keySize+sz.Offset) + keySize)
}

// SymbolNodeCapacity is the number of bytes that a symbol table node takes up
// in the file: room for 2k entries (section III.B).
func SymbolNodeCapacity(sz Sizes, k uint16) uint64 {
	return uint64(SymbolNodePrefixSize + 2*int(k)*SymbolEntrySize(sz))
}

// LocalHeapCapacity is the number of bytes that a local heap's header takes up
// in the file. The C library rounds it up to a multiple of 8, and writes it so.
func LocalHeapCapacity(sz Sizes) uint64 { return align8(uint64(LocalHeapSize(sz))) }

// BTree1Siblings returns the addresses of the nodes before and after the
// version 1 B-tree node at the start of b, on its level; [Undefined] where there
// is none.
func BTree1Siblings(b []byte, sz Sizes) (left, right uint64, err error) {
	c := newCursor(b, sz)
	btree1Fields(c)
	left, right = c.addr(), c.addr()
	return left, right, c.err
}

// TreeKs are the K values of a file whose superblock has no room for them: half
// the entries of full nodes (section IV.A.2.t).
type TreeKs struct {
	Chunk, GroupInternal, GroupLeaf uint16
}

// DecodeTreeKs decodes a B-tree K values message.
func DecodeTreeKs(b []byte) (TreeKs, error) {
	c := newCursor(b, Sizes{})
	c.version("B-tree K values message", 0)
	k := TreeKs{Chunk: c.u16(), GroupInternal: c.u16(), GroupLeaf: c.u16()}
	if c.err == nil && (k.Chunk == 0 || k.GroupInternal == 0 || k.GroupLeaf == 0) {
		c.fail("B-tree ranks %d, %d, %d, want none zero", k.Chunk, k.GroupInternal, k.GroupLeaf)
	}
	return k, c.err
}

// SuperblockSize is the number of bytes of s in the file (section II.A). In
// versions 0 and 1 that includes the root group's symbol table entry.
func SuperblockSize(s Superblock) uint64 {
	switch s.Version {
	case 0:
		return uint64(24 + 4*s.Sizes.Offset + SymbolEntrySize(s.Sizes))
	case 1:
		return uint64(28 + 4*s.Sizes.Offset + SymbolEntrySize(s.Sizes))
	}
	return uint64(16 + 4*s.Sizes.Offset)
}

// DriverInfoPrefixSize is the number of bytes of a driver information block
// before what is the driver's own.
const DriverInfoPrefixSize = 16

// DriverInfoSize is the number of bytes of the driver information block whose
// first bytes b holds (section II.B).
func DriverInfoSize(b []byte) (uint64, error) {
	c := newCursor(b, Sizes{})
	c.version("driver information block", 0)
	c.skip(3)
	n := uint64(c.u32())
	return DriverInfoPrefixSize + n, c.err
}
