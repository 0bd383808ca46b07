package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A btree1Builder makes a version 1 B-tree out of children that come in order:
// every node but the last of its level is full. It keeps one node a level, and those that are
// full and have not been written yet.
type btree1Builder struct {
	w       runWriter
	sz      format.Sizes
	k       uint16 // half the children of a full node
	keySize int
	chunks  bool // see format.BTree1Node

	levels []*openNode // leaves first
	node   []byte      // memory for encoding one
}

// newBTree1Builder returns a builder of a tree whose keys are of a size.
func newBTree1Builder(w Writer, sz format.Sizes, k uint16, keySize int, chunks bool) *btree1Builder {
	return &btree1Builder{w: runWriter{Writer: w}, sz: sz, k: k, keySize: keySize, chunks: chunks}
}

// An openNode is the node of a level that children are being added to. Its
// address is known, so that its left sibling can be written.
type openNode struct {
	addr     uint64
	left     uint64 // address of the node before it
	children int
	entries  []byte // for each child the key that is its left bound, and its address
}

// add puts a child of the given level's nodes after those that are there, with
// the key that bounds it on the left, encoded.
func (b *btree1Builder) add(level int, key []byte, child uint64) (err error) {
	if level == len(b.levels) {
		node, err := b.open(format.Undefined)
		if err != nil {
			return err
		}
		b.levels = append(b.levels, node)
	}
	node := b.levels[level]
	if node.children == 2*int(b.k) {
		next, err := b.open(node.addr)
		if err != nil {
			return err
		}
		if err := b.close(level, next.addr, key); err != nil {
			return err
		}
		next.entries = node.entries[:0]
		b.levels[level], node = next, next
	}
	node.children++
	node.entries, err = format.AppendChild(append(node.entries, key...), child, b.sz)
	return err
}

// open makes a node to the right of the one at address left.
func (b *btree1Builder) open(left uint64) (*openNode, error) {
	size := format.BTree1NodeSize(b.sz, b.k, b.keySize)
	addr, err := b.w.Alloc(size)
	if err != nil {
		return nil, fmt.Errorf("version 1 B-tree node of %d bytes: %w", size, err)
	}
	return &openNode{addr: addr, left: left}, nil
}

// close writes the open node of a level and, unless it is the root, hands it to
// the level above.
func (b *btree1Builder) close(level int, right uint64, last []byte) (err error) {
	node := b.levels[level]
	siblings := format.Siblings{Left: node.left, Right: right}
	if siblings.Left != format.Undefined || siblings.Right != format.Undefined {
		if err := b.add(level+1, node.entries[:b.keySize], node.addr); err != nil {
			return err
		}
	}
	node.entries = append(node.entries, last...)
	whole := format.BTree1Node{Chunks: b.chunks, Level: level, Siblings: siblings, Entries: node.entries}
	if b.node, err = format.AppendBTree1Node(b.node[:0], &whole, b.keySize, b.k, b.sz); err != nil {
		return err
	}
	return b.w.WriteAt(b.node, node.addr)
}

// finish writes what is open, with last as the key that bounds the last child
// on the right, and returns the root's address.
func (b *btree1Builder) finish(last []byte) (root uint64, err error) {
	for level := 0; level < len(b.levels); level++ {
		root = b.levels[level].addr
		if err := b.close(level, format.Undefined, last); err != nil {
			return 0, err
		}
	}
	return root, b.w.flush()
}

// checkRank refuses nodes that have no room for a child, or whose children their
// 16-bit count could not tell.
func checkRank(k uint16) error {
	if k == 0 || k > 1<<15-1 {
		return fmt.Errorf("version 1 B-tree of rank %d, want 1 to %d: %w", k, 1<<15-1, format.ErrUnencodable)
	}
	return nil
}
