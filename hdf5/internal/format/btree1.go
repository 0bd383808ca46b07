package format

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// The kinds of node of a version 1 B-tree (section III.A.1): what its keys and
// its leaves' children are.
const (
	btree1Group = 0 // keys are names, leaves point to symbol table nodes
	btree1Chunk = 1 // keys are chunk positions, leaves point to chunks
)

// BTree1PrefixSize is the number of bytes before the first key of a version 1
// B-tree node: signature, kind, level, number of children, and the addresses of
// both siblings.
func BTree1PrefixSize(sz Sizes) int { return 8 + 2*sz.Offset }

// BTree1GroupKeySize is the number of bytes of a key of a group's B-tree.
func BTree1GroupKeySize(sz Sizes) int { return sz.Length }

// BTree1ChunkKeySize is the number of bytes of a key of the chunk B-tree of a
// dataset of rank dimensions. A key has one offset more than the dataset has
// dimensions: that of the byte within an element.
func BTree1ChunkKeySize(rank int) int { return 8 + 8*(rank+1) }

// BTree1Size is the number of bytes that a version 1 B-tree node uses up to and
// with its last key, as the prefix at the start of b has it. A node takes up
// more than that in the file when it is not full.
func BTree1Size(b []byte, keySize int, sz Sizes) (int, error) {
	c := newCursor(b, sz)
	_, _, n := btree1Fields(c)
	if c.err != nil {
		return 0, c.err
	}
	return BTree1PrefixSize(sz) + n*(keySize+sz.Offset) + keySize, nil
}

// Siblings are the addresses of the nodes of the same level before and after a
// node, [Undefined] for that of none. A walk from the root has no need of them.
type Siblings struct{ Left, Right uint64 }

// A GroupNode is a node of the version 1 B-tree that orders the links of an
// old-style group by name (section III.A.1).
//
// The names below Children[i] are greater than Keys[i] and not greater than
// Keys[i+1]; there is one key more than there are children.
type GroupNode struct {
	Level int // 0 is a leaf
	Siblings
	Keys     []uint64 // where in the local heap the name begins, in bytes
	Children []uint64 // addresses of nodes, in a leaf of symbol table nodes
}

// DecodeGroupNode decodes the group B-tree node at the start of b.
func DecodeGroupNode(b []byte, sz Sizes) (*GroupNode, error) {
	c := newCursor(b, sz)
	level, n, siblings := btree1Start(c, btree1Group, BTree1GroupKeySize(sz))
	if c.err != nil {
		return nil, c.err
	}
	node := &GroupNode{Level: level, Siblings: siblings, Keys: make([]uint64, 0, n+1), Children: make([]uint64, 0, n)}
	for range n {
		node.Keys = append(node.Keys, c.length())
		node.Children = append(node.Children, c.addr())
	}
	node.Keys = append(node.Keys, c.length())
	return node, c.err
}

// A ChunkNode is a node of the version 1 B-tree that finds the chunks of a
// dataset (section III.A.1).
//
// Keys ascend in the order of their offsets, first dimension first, and the
// chunks below Children[i] are at Keys[i] or after it and before Keys[i+1];
// there is one key more than there are children. In a leaf, Keys[i] is the key
// of the one chunk at Children[i].
type ChunkNode struct {
	Level int // 0 is a leaf
	Siblings
	Keys     []ChunkKey
	Children []uint64 // addresses of nodes, in a leaf of chunks

	offsets []uint64 // those of all keys, one after the other
}

// A ChunkKey describes one stored chunk.
type ChunkKey struct {
	Size uint32 // stored size in bytes
	Mask uint32 // filters that were skipped, the pipeline's first in bit 0

	// Offset is the position of the chunk's first element in the dataset, in
	// elements, followed by the offset within an element: 0 in the key of a
	// chunk, though not in every key that bounds a node.
	Offset []uint64
}

// Decode decodes the chunk B-tree node at the start of b, for a dataset of rank
// dimensions, into the memory that n has of a node decoded before. After an
// error n has no meaning.
func (n *ChunkNode) Decode(b []byte, rank int, sz Sizes) error {
	c := newCursor(b, sz)
	level, children, siblings := btree1Start(c, btree1Chunk, BTree1ChunkKeySize(rank))
	if c.err != nil {
		return c.err
	}
	n.Level, n.Siblings = level, siblings
	n.Keys = slices.Grow(n.Keys[:0], children+1)[:children+1]
	n.Children = slices.Grow(n.Children[:0], children)[:children]
	n.offsets = slices.Grow(n.offsets[:0], (children+1)*(rank+1))[:(children+1)*(rank+1)]
	// All keys are there, as btree1Start has made sure.
	keys, offsets := c.rest(), n.offsets
	for i := range n.Children {
		offsets = n.Keys[i].decode(keys, offsets, rank)
		keys = keys[BTree1ChunkKeySize(rank):]
		n.Children[i] = address(keys, sz.Offset)
		keys = keys[sz.Offset:]
	}
	n.Keys[children].decode(keys, offsets, rank)
	return nil
}

// decode decodes the key at the start of b into the front of offsets and returns what is
// left of these.
func (k *ChunkKey) decode(b []byte, offsets []uint64, rank int) []uint64 {
	k.Size, k.Mask = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	k.Offset = offsets[: rank+1 : rank+1]
	for d := range k.Offset {
		k.Offset[d] = binary.LittleEndian.Uint64(b[8+8*d:])
	}
	return offsets[rank+1:]
}

// address decodes the address of n bytes, a valid width, at the start of b.
func address(b []byte, n int) uint64 {
	if n == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return newCursor(b, Sizes{Offset: n}).addr()
}

// A ChunkLeaf is a leaf of a chunk B-tree as it is stored, for whoever looks for a few of
// its chunks and has no use for the others, or passes over all of them once. That its keys ascend is not known.
type ChunkLeaf struct {
	Siblings
	Children int // chunks

	entries []byte // keys, each followed by the address of its chunk
	rank    int
	sz      Sizes
}

// DecodeChunkLeaf decodes the prefix of the leaf at the start of b, of the chunk B-tree of a
// dataset of rank dimensions. The leaf aliases b.
func DecodeChunkLeaf(b []byte, rank int, sz Sizes) (ChunkLeaf, error) {
	c := newCursor(b, sz)
	level, n, siblings := btree1Start(c, btree1Chunk, BTree1ChunkKeySize(rank))
	if level != 0 {
		c.fail("chunk B-tree node of level %d, want a leaf", level)
	}
	return ChunkLeaf{Siblings: siblings, Children: n, entries: c.rest(), rank: rank, sz: sz}, c.err
}

// Chunk returns the key of the i-th chunk, with offset as the memory for its rank+1 coordinates, and the
// chunk's address.
func (l *ChunkLeaf) Chunk(i int, offset []uint64) (key ChunkKey, addr uint64) {
	size := BTree1ChunkKeySize(l.rank) + l.sz.Offset
	b := l.entries[i*size:][:size]
	key = ChunkKey{Size: binary.LittleEndian.Uint32(b), Mask: binary.LittleEndian.Uint32(b[4:]), Offset: offset}
	b = b[8:]
	for d := range offset {
		offset[d] = binary.LittleEndian.Uint64(b)
		b = b[8:]
	}
	return key, address(b, l.sz.Offset)
}

// Find returns the key of the chunk at an offset of rank+1 coordinates, which it aliases, and
// the chunk's address. Where the keys do not ascend it may not find what is there.
func (l *ChunkLeaf) Find(offset []uint64) (key ChunkKey, addr uint64, ok bool) {
	keySize := BTree1ChunkKeySize(l.rank)
	lo, hi := 0, l.Children
	for lo < hi {
		mid := (lo + hi) / 2
		entry := l.entries[mid*(keySize+l.sz.Offset):][:keySize+l.sz.Offset]
		switch compareOffset(entry, offset) {
		case -1:
			lo = mid + 1
		case 1:
			hi = mid
		default:
			key = ChunkKey{Size: binary.LittleEndian.Uint32(entry), Mask: binary.LittleEndian.Uint32(entry[4:]), Offset: offset}
			return key, address(entry[keySize:], l.sz.Offset), true
		}
	}
	return ChunkKey{}, 0, false
}

// compareOffset orders the offset of the stored key at the start of b against another.
func compareOffset(b []byte, offset []uint64) int {
	for d, want := range offset {
		if got := binary.LittleEndian.Uint64(b[8+8*d:]); got != want {
			return cmp.Compare(got, want)
		}
	}
	return 0
}

// btree1Start reads a node's prefix up to its first key, having made sure that
// the node is of the kind wanted and that all its keys are there.
func btree1Start(c *cursor, kind uint8, keySize int) (level, children int, siblings Siblings) {
	got, level, n := btree1Fields(c)
	if got != kind {
		c.fail("version 1 B-tree node of kind %d, want %d", got, kind)
	}
	siblings = Siblings{Left: c.addr(), Right: c.addr()}
	if need := n*(keySize+c.sz.Offset) + keySize; need > c.len() {
		c.fail("version 1 B-tree node of %d children needs %d bytes, %d remain", n, need, c.len())
	}
	if c.err != nil {
		return 0, 0, Siblings{}
	}
	return level, n, siblings
}

// btree1Fields reads the fields of the prefix that say what follows it.
func btree1Fields(c *cursor) (kind uint8, level, children int) {
	c.signature("TREE")
	kind, level, children = c.u8(), int(c.u8()), int(c.u16())
	return kind, level, children
}

// AppendGroupKey appends a key of a group's B-tree: where in the local heap the name begins.
func AppendGroupKey(b []byte, name uint64, sz Sizes) ([]byte, error) {
	key := builder{buf: b, sz: sz}
	key.length(name)
	return key.done("key of group B-tree")
}

// AppendChunkKey appends a key of a chunk B-tree, which has as many dimensions as k.Offset has
// elements, less one.
func AppendChunkKey(b []byte, k ChunkKey) []byte {
	b = binary.LittleEndian.AppendUint32(b, k.Size)
	b = binary.LittleEndian.AppendUint32(b, k.Mask)
	for _, off := range k.Offset {
		b = binary.LittleEndian.AppendUint64(b, off)
	}
	return b
}

// AppendChild appends the address of a child of a version 1 B-tree node.
func AppendChild(b []byte, addr uint64, sz Sizes) ([]byte, error) {
	if sz.Offset == 8 {
		return binary.LittleEndian.AppendUint64(b, addr), nil // whatever it is, it fits
	}
	child := builder{buf: b, sz: sz}
	child.addr(addr)
	return child.done("child of version 1 B-tree node")
}

// A BTree1Node is a node of a version 1 B-tree whose entries are encoded.
type BTree1Node struct {
	Chunks bool // it is one of a chunk B-tree, not of a group's
	Level  int  // 0 is a leaf
	Siblings

	// Entries are keys and children by turns, a key first and last.
	Entries []byte
}

// AppendBTree1Node appends a node, filled up with zeros to the size of a full one, which has
// 2*k children.
func AppendBTree1Node(b []byte, node *BTree1Node, keySize int, k uint16, sz Sizes) ([]byte, error) {
	children := (len(node.Entries) - keySize) / (keySize + sz.Offset)
	if children > 2*int(k) || len(node.Entries) != children*(keySize+sz.Offset)+keySize {
		return nil, fmt.Errorf("version 1 B-tree node: entries of %d bytes, want keys of %d and at most %d children: %w",
			len(node.Entries), keySize, 2*int(k), ErrUnencodable)
	}
	start := len(b)
	e := builder{buf: slices.Grow(b, int(BTree1NodeSize(sz, k, keySize))), sz: sz}
	e.text("TREE")
	if node.Chunks {
		e.u8(btree1Chunk)
	} else {
		e.u8(btree1Group)
	}
	e.count(node.Level, 1, "level")
	e.count(children, 2, "number of children")
	e.addr(node.Left)
	e.addr(node.Right)
	e.bytes(node.Entries)
	e.fill(uint64(start) + BTree1NodeSize(sz, k, keySize))
	return e.done("version 1 B-tree node")
}
