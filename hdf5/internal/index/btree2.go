package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// BTree2Records yields the records of the version 2 B-tree whose header is at
// addr, in the tree's order, with their type. A record aliases its node's
// bytes, which nobody else uses. An error of yield ends the walk and is
// returned as it is.
//
// It reads all of the tree's nodes and keeps none.
func BTree2Records(r *storage.Reader, sz format.Sizes, addr uint64, yield func(t format.BTree2Type, record []byte) error) error {
	t, err := openTree2(r, sz, addr)
	if err != nil {
		return err
	}
	if t.Root.Addr == format.Undefined {
		return nil
	}
	return t.walk(t.Root, t.Depth, newBudget(r), func(record []byte) error { return yield(t.Type, record) })
}

// A tree2 is a version 2 B-tree (File Format Specification, section III.A.2).
type tree2 struct {
	*format.BTree2Header
	r *storage.Reader
}

// openTree2 reads the header at addr.
func openTree2(r *storage.Reader, sz format.Sizes, addr uint64) (*tree2, error) {
	b, err := r.Bytes(addr, uint64(format.BTree2HeaderSize(sz)))
	if err != nil {
		return nil, fmt.Errorf("version 2 B-tree: %w", err)
	}
	h, err := format.DecodeBTree2Header(b, sz)
	if err != nil {
		return nil, fmt.Errorf("version 2 B-tree at address %d: %w", addr, err)
	}
	return &tree2{BTree2Header: h, r: r}, nil
}

// read returns the node that p points to, level levels above the leaves.
func (t *tree2) read(p format.BTree2Child, level int) (*format.BTree2Node, error) {
	b, err := t.r.Bytes(p.Addr, uint64(t.NodeSize))
	if err != nil {
		return nil, fmt.Errorf("version 2 B-tree node: %w", err)
	}
	node, err := t.DecodeNode(b, level, p.Records)
	if err != nil {
		return nil, fmt.Errorf("version 2 B-tree node at address %d: %w", p.Addr, err)
	}
	return node, nil
}

// walk yields the records below the node that p points to.
func (t *tree2) walk(p format.BTree2Child, level int, b *budget, yield func([]byte) error) error {
	if err := b.spend(t.NodeSize); err != nil {
		return fmt.Errorf("version 2 B-tree node at address %d: %w", p.Addr, err)
	}
	node, err := t.read(p, level)
	if err != nil {
		return err
	}
	for i, record := range node.Records {
		if level > 0 {
			if err := t.walk(node.Children[i], level-1, b, yield); err != nil {
				return err
			}
		}
		if err := yield(record); err != nil {
			return err
		}
	}
	if level == 0 {
		return nil
	}
	return t.walk(node.Children[len(node.Records)], level-1, b, yield)
}
