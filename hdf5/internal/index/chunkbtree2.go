package index

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A chunkTree2 is a version 2 B-tree of chunks (File Format Specification,
// section VII.E), the index of datasets with more than one unlimited dimension.
type chunkTree2 struct {
	r      *storage.Reader
	p      ChunkParams
	root   slot[chunkRoot2]
	budget *budget
}

// A chunkRoot2 is what the tree's header says, and its root node.
type chunkRoot2 struct {
	*tree2
	node chunkPointer2
}

// A chunkPointer2 is a child pointer and the node that it leads to.
type chunkPointer2 struct {
	format.BTree2Child
	node slot[chunkNode2]
}

// A chunkNode2 is a node as it is kept.
type chunkNode2 struct {
	records  *table // position, then the columns of chunkColumns
	children []chunkPointer2
}

func newChunkTree2(r *storage.Reader, p ChunkParams) *chunkTree2 {
	return &chunkTree2{r: r, p: p, budget: newBudget(r)}
}

func (t *chunkTree2) overlapping(b box, yield func(Chunk) error) error {
	root, err := t.root.get(t.budget, t.open)
	if err != nil {
		return err
	}
	if root.Root.Addr == format.Undefined {
		return nil
	}
	w := &chunkWalk2{chunkTree2: t, root: root, box: b, next: slices.Clone(b.lo), yield: yield}
	_, err = w.walk(&root.node, root.Depth)
	return err
}

// open reads the tree's header.
func (t *chunkTree2) open() (*chunkRoot2, int, error) {
	tree, err := openTree2(t.r, t.p.Sizes, t.p.Layout.Addr)
	if err != nil {
		return nil, 0, fmt.Errorf("chunk index: %w", err)
	}
	want, columns := format.BTree2Chunk, t.p.Sizes.Offset
	if t.p.Filtered {
		want, columns = format.BTree2ChunkFiltered, t.p.Sizes.Offset+1+4
	}
	if tree.Type != want || tree.RecordSize < columns+8*len(t.p.Dims) {
		return nil, 0, fmt.Errorf("chunk index: version 2 B-tree of type %d with records of %d bytes, want type %d: %w",
			tree.Type, tree.RecordSize, want, format.ErrCorrupt)
	}
	root := &chunkRoot2{tree2: tree}
	root.node.BTree2Child = tree.Root
	return root, format.BTree2HeaderSize(t.p.Sizes), nil
}

// node returns the node that p leads to, level levels above the leaves.
func (t *chunkTree2) node(root *chunkRoot2, p *chunkPointer2, level int) (*chunkNode2, error) {
	return p.node.get(t.budget, func() (*chunkNode2, int, error) {
		node, err := root.read(p.BTree2Child, level)
		if err != nil {
			return nil, 0, fmt.Errorf("chunk index: %w", err)
		}
		packed, err := t.pack(root.Type, node)
		if err != nil {
			return nil, 0, fmt.Errorf("chunk index: version 2 B-tree node at address %d: %w", p.Addr, err)
		}
		return packed, root.NodeSize, nil
	})
}

// pack turns a decoded node into what is kept of it.
func (t *chunkTree2) pack(kind format.BTree2Type, node *format.BTree2Node) (*chunkNode2, error) {
	rank := len(t.p.Dims)
	scaled := make([]uint64, rank)
	values := make([]uint64, 0, len(node.Records)*(rank+chunkColumns))
	for _, record := range node.Records {
		r, err := format.DecodeChunkTreeRecord(record, kind, t.p.Sizes, scaled)
		if err != nil {
			return nil, err
		}
		values = appendChunkColumns(append(values, scaled...), r)
	}
	if !ascend(values, rank+chunkColumns, rank) {
		return nil, fmt.Errorf("records do not ascend: %w", format.ErrCorrupt)
	}
	packed := &chunkNode2{records: newTable(values, rank+chunkColumns)}
	if len(node.Children) > 0 {
		packed.children = make([]chunkPointer2, len(node.Children))
		for i, c := range node.Children {
			packed.children[i].BTree2Child = c
		}
	}
	return packed, nil
}

// A chunkWalk2 is one walk over the chunks in a box.
type chunkWalk2 struct {
	*chunkTree2
	root  *chunkRoot2
	box   box
	next  []uint64 // first position of the box that has not been looked for yet
	yield func(Chunk) error
}

// walk yields the chunks of the box below the node that p leads to, from next
// on, and reports whether there are positions of the box after them.
func (w *chunkWalk2) walk(p *chunkPointer2, level int) (more bool, err error) {
	node, err := w.node(w.root, p, level)
	if err != nil {
		return false, err
	}
	pos := make([]uint64, len(w.next))
	for i := node.records.seek(0, w.next); ; i = node.records.seek(i+1, w.next) {
		end := i == node.records.rows
		// Below child i is what comes before record i; that includes next
		// unless record i is next itself.
		if level > 0 && (end || node.records.compare(i, w.next) != 0) {
			if more, err := w.walk(&node.children[i], level-1); !more {
				return false, err
			}
		}
		if end {
			return true, nil
		}
		node.records.row(i, pos)
		copy(w.next, pos)
		if !w.box.seek(w.next) {
			return false, nil
		}
		if !slices.Equal(pos, w.next) {
			continue
		}
		if err := w.yield(w.p.chunk(pos, chunkRecord(node.records, i, len(pos)))); err != nil {
			return false, err
		}
		if !w.box.after(w.next) {
			return false, nil
		}
	}
}
