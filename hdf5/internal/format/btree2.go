package format

import "math/bits"

// BTree2Type says what the records of a version 2 B-tree are (section
// III.A.2).
type BTree2Type uint8

// The record types that this package decodes.
const (
	BTree2HugeIndirect         BTree2Type = 1  // huge heap object, found by its ID
	BTree2HugeIndirectFiltered BTree2Type = 2  // the same, its bytes filtered
	BTree2HugeDirect           BTree2Type = 3  // huge heap object, its ID its address
	BTree2HugeDirectFiltered   BTree2Type = 4  // the same, its bytes filtered
	BTree2LinkName             BTree2Type = 5  // link of a group, by hash of its name
	BTree2LinkOrder            BTree2Type = 6  // link of a group, by creation order
	BTree2AttributeName        BTree2Type = 8  // attribute, by hash of its name
	BTree2AttributeOrder       BTree2Type = 9  // attribute, by creation order
	BTree2Chunk                BTree2Type = 10 // chunk of a dataset without filters
	BTree2ChunkFiltered        BTree2Type = 11 // chunk of a dataset with filters
)

// A BTree2Header describes a version 2 B-tree (section III.A.2).
type BTree2Header struct {
	Type       BTree2Type
	NodeSize   int // bytes of every node
	RecordSize int // bytes of every record
	Depth      int // 0: the root is a leaf
	Root       BTree2Child
	Records    uint64 // in the whole tree

	sz Sizes

	// What a node can hold follows from the sizes above, and so do the widths
	// of the counts in child pointers.
	countWidth  int   // of the number of records in the child
	totalWidths []int // of the number of records below the child, by its level
}

// A BTree2Child points to a node.
type BTree2Child struct {
	Addr    uint64 // [Undefined] if the tree is empty
	Records int    // in the node itself
}

// BTree2HeaderSize is the number of bytes of the header of a version 2 B-tree.
func BTree2HeaderSize(sz Sizes) int { return 22 + sz.Offset + sz.Length }

// Overhead of nodes in bytes: signature, version, type and checksum.
const btree2Overhead = 10

// maxBTree2Depth is more than a tree that fits 2^64 bytes can have: an internal
// node has at least two children.
const maxBTree2Depth = 64

// DecodeBTree2Header decodes the B-tree header at the start of b.
func DecodeBTree2Header(b []byte, sz Sizes) (*BTree2Header, error) {
	c := newCursor(b, sz)
	c.checked(BTree2HeaderSize(sz))
	c.signature("BTHD")
	c.version("version 2 B-tree header", 0)
	h := &BTree2Header{Type: BTree2Type(c.u8()), sz: sz}
	nodeSize := c.u32()
	h.RecordSize = int(c.u16())
	h.Depth = int(c.u16())
	c.skip(2) // when to split and when to merge, for writers
	h.Root.Addr = c.addr()
	h.Root.Records = int(c.u16())
	h.Records = c.length()
	if nodeSize > 1<<30 {
		c.fail("version 2 B-tree with nodes of %d bytes", nodeSize)
	}
	h.NodeSize = int(nodeSize)
	if h.RecordSize == 0 || h.RecordSize > h.NodeSize-btree2Overhead {
		c.fail("version 2 B-tree with records of %d bytes in nodes of %d", h.RecordSize, h.NodeSize)
	}
	if h.Depth > maxBTree2Depth {
		c.fail("version 2 B-tree of depth %d", h.Depth)
	}
	if c.err != nil {
		return nil, c.err
	}
	h.measure(c)
	return h, c.err
}

// measure works out how wide the fields of child pointers are: as wide as the
// most that a node, or a whole subtree, can hold takes.
func (h *BTree2Header) measure(c *cursor) {
	inLeaf := uint64(h.NodeSize-btree2Overhead) / uint64(h.RecordSize)
	h.countWidth = byteWidth(inLeaf)
	h.totalWidths = make([]int, h.Depth)
	below := inLeaf // the most records below a node, itself included
	for level := range h.Depth {
		if level > 0 {
			h.totalWidths[level] = byteWidth(below)
		}
		pointer := h.pointerSize(level)
		if h.NodeSize < btree2Overhead+pointer {
			c.fail("version 2 B-tree of depth %d in nodes of %d bytes", h.Depth, h.NodeSize)
			return
		}
		records := uint64(h.NodeSize-btree2Overhead-pointer) / uint64(h.RecordSize+pointer)
		hi, lo := bits.Mul64(records+1, below)
		sum, carry := bits.Add64(lo, records, 0)
		if below = sum; hi != 0 || carry != 0 {
			below = ^uint64(0)
		}
	}
}

// pointerSize is the number of bytes of a pointer to a node of the given level.
func (h *BTree2Header) pointerSize(level int) int {
	return h.sz.Offset + h.countWidth + h.totalWidths[level]
}

// byteWidth is the number of bytes that n takes, at least one.
func byteWidth(n uint64) int { return max(1, (bits.Len64(n)+7)/8) }

// A BTree2Node is a node of a version 2 B-tree. Its records ascend; in an
// internal node, the records below Children[i] come before record i, and those
// below the last child after the last record.
type BTree2Node struct {
	Records  [][]byte      // alias the node's bytes
	Children []BTree2Child // nil in a leaf
}

// DecodeNode decodes the node at the start of b, which has the given number of
// records and is level levels above the leaves. b holds at least NodeSize
// bytes.
func (h *BTree2Header) DecodeNode(b []byte, level, records int) (*BTree2Node, error) {
	c := newCursor(b, h.sz)
	used := btree2Overhead + records*h.RecordSize
	signature := "BTLF"
	if level > 0 && level <= h.Depth {
		used += (records + 1) * h.pointerSize(level-1)
		signature = "BTIN"
	}
	if level < 0 || level > h.Depth || records < 0 || used > h.NodeSize {
		c.fail("%d records at level %d of a version 2 B-tree of depth %d with nodes of %d bytes",
			records, level, h.Depth, h.NodeSize)
	}
	// The checksum follows what is used of the node.
	c.checked(used)
	c.signature(signature)
	c.version("version 2 B-tree node", 0)
	if t := BTree2Type(c.u8()); t != h.Type {
		c.fail("node of type %d in a version 2 B-tree of type %d", t, h.Type)
	}
	if c.err != nil {
		return nil, c.err
	}
	node := &BTree2Node{Records: make([][]byte, records)}
	for i := range node.Records {
		node.Records[i] = c.bytes(h.RecordSize)
	}
	if level > 0 {
		node.Children = make([]BTree2Child, records+1)
	}
	for i := range node.Children {
		node.Children[i] = BTree2Child{Addr: c.addr(), Records: int(c.uint(h.countWidth))}
		c.skip(h.totalWidths[level-1])
	}
	return node, c.err
}

// BTree2LeafSize is the number of bytes of a leaf that is full with the given
// number of records, but no fewer than the C library gives the nodes of
// attributes.
func BTree2LeafSize(records, recordSize int) int {
	const least = 512
	return max(least, btree2Overhead+records*recordSize)
}

// EncodeBTree2Header encodes the header of a version 2 B-tree whose root, if it
// has one, is a leaf.
func EncodeBTree2Header(h BTree2Header, sz Sizes) ([]byte, error) {
	const splitPercent, mergePercent = 100, 40

	b := newBuilder(sz)
	if h.Depth != 0 || h.Records != uint64(h.Root.Records) {
		b.fail("depth %d with %d of %d records in the root", h.Depth, h.Root.Records, h.Records)
	}
	b.text("BTHD")
	b.u8(0)
	b.u8(uint8(h.Type))
	b.count(h.NodeSize, 4, "size of a node")
	b.count(h.RecordSize, 2, "size of a record")
	b.u16(0)
	b.u8(splitPercent)
	b.u8(mergePercent)
	b.addr(h.Root.Addr)
	b.count(h.Root.Records, 2, "number of records")
	b.length(h.Records)
	b.seal()
	return b.done("version 2 B-tree header")
}

// EncodeBTree2Leaf encodes a leaf of the given size, filled up with zeros.
func EncodeBTree2Leaf(t BTree2Type, records [][]byte, nodeSize int) ([]byte, error) {
	b := newBuilder(Sizes{})
	b.text("BTLF")
	b.u8(0)
	b.u8(uint8(t))
	for _, r := range records {
		b.bytes(r)
	}
	b.seal()
	if len(b.buf) > nodeSize {
		b.fail("%d bytes in a node of %d", len(b.buf), nodeSize)
		return b.done("version 2 B-tree leaf")
	}
	b.fill(uint64(nodeSize))
	return b.done("version 2 B-tree leaf")
}
