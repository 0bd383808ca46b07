package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A btree1Builder makes a version 1 B-tree out of children that come in order:
// every node but the last of its level is full. It keeps one node a level.
type btree1Builder[K any] struct {
	w    Writer
	k    uint16 // half the children of a full node
	size uint64 // bytes of every node

	encode func(level int, s format.Siblings, keys []K, children []uint64) ([]byte, error)

	levels []*openNode[K] // leaves first
}

// An openNode is the node of a level that children are being added to. Its
// address is known, so that its left sibling can be written.
type openNode[K any] struct {
	addr     uint64
	left     uint64 // address of the node before it
	keys     []K    // one for each child: its left bound
	children []uint64
}

// add puts a child of the given level's nodes after those that are there, with
// the key that bounds it on the left.
func (b *btree1Builder[K]) add(level int, key K, child uint64) error {
	if level == len(b.levels) {
		node, err := b.open(format.Undefined)
		if err != nil {
			return err
		}
		b.levels = append(b.levels, node)
	}
	node := b.levels[level]
	if len(node.children) == 2*int(b.k) {
		next, err := b.open(node.addr)
		if err != nil {
			return err
		}
		if err := b.close(level, next.addr, key); err != nil {
			return err
		}
		next.keys, next.children = node.keys[:0], node.children[:0]
		b.levels[level], node = next, next
	}
	node.keys, node.children = append(node.keys, key), append(node.children, child)
	return nil
}

// open makes a node to the right of the one at address left.
func (b *btree1Builder[K]) open(left uint64) (*openNode[K], error) {
	addr, err := b.w.Alloc(b.size)
	if err != nil {
		return nil, fmt.Errorf("version 1 B-tree node of %d bytes: %w", b.size, err)
	}
	return &openNode[K]{addr: addr, left: left}, nil
}

// close writes the open node of a level and, unless it is the root, hands it to
// the level above.
func (b *btree1Builder[K]) close(level int, right uint64, last K) error {
	node := b.levels[level]
	siblings := format.Siblings{Left: node.left, Right: right}
	if siblings.Left != format.Undefined || siblings.Right != format.Undefined {
		if err := b.add(level+1, node.keys[0], node.addr); err != nil {
			return err
		}
	}
	encoded, err := b.encode(level, siblings, append(node.keys, last), node.children)
	if err != nil {
		return err
	}
	return b.w.WriteAt(encoded, node.addr)
}

// finish writes what is open, with last as the key that bounds the last child
// on the right, and returns the root's address.
func (b *btree1Builder[K]) finish(last K) (root uint64, err error) {
	for level := 0; level < len(b.levels); level++ {
		root = b.levels[level].addr
		if err := b.close(level, format.Undefined, last); err != nil {
			return 0, err
		}
	}
	return root, nil
}

// checkRank refuses nodes that have no room for a child, or whose children their
// 16-bit count could not tell.
func checkRank(k uint16) error {
	if k == 0 || k > 1<<15-1 {
		return fmt.Errorf("version 1 B-tree of rank %d, want 1 to %d: %w", k, 1<<15-1, format.ErrUnencodable)
	}
	return nil
}
