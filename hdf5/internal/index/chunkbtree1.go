package index

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A chunkTree1 is a version 1 B-tree of chunks (File Format Specification,
// section III.A.1), the index of every chunked dataset before HDF5 1.10.
type chunkTree1 struct {
	r      *storage.Reader
	sz     format.Sizes
	dims   []uint64 // extent of a chunk in elements
	root   uint64
	node   slot[chunkNode1]
	budget *budget
}

// A chunkNode1 is a node as it is kept. Both columns of keys are positions in
// the chunk grid with one coordinate more, the offset within an element, which
// is 0 for every chunk, but may break a tie between keys that bound nodes.
type chunkNode1 struct {
	level int

	// In a leaf, the chunks: position, address, size, mask.
	// Elsewhere, the keys that bound the children: one row more than there are
	// children.
	keys     *table
	addrs    []uint64
	children []chunkChild1
}

// A chunkChild1 is a child of a node.
type chunkChild1 struct {
	node   slot[chunkNode1]
	picked atomic.Pointer[pickedChunks] // of a leaf that was not worth keeping, the chunks that have been wanted
	paid   atomic.Bool                  // it has been read, and the budget been charged for it
}

// pay charges the budget for reading n bytes the first time that it is called.
func (c *chunkChild1) pay(b *budget, n int) error {
	if c.paid.Swap(true) {
		return nil
	}
	return b.spend(n)
}

func newChunkTree1(r *storage.Reader, p ChunkParams) *chunkTree1 {
	return &chunkTree1{r: r, sz: p.Sizes, dims: p.Layout.ChunkDims, root: p.Layout.Addr, budget: newBudget(r)}
}

func (t *chunkTree1) overlapping(b box, yield func(Chunk) error) error {
	root, err := t.node.get(t.budget, func() (*chunkNode1, int, error) { return t.load(t.root) })
	if err != nil {
		return err
	}
	keys := t.keys(b)
	if root.level == 0 {
		return t.leaf(root, keys, make([]uint64, 2*len(keys.lo)), yield)
	}
	w := chunkWalk1{chunkTree1: t, box: keys, yield: yield}
	if err := w.walk(root); err != nil {
		return err
	}
	return w.flush()
}

// keys are the keys of the chunks in a box.
func (t *chunkTree1) keys(b box) box {
	return box{append(b.lo[:len(b.lo):len(b.lo)], 0), append(b.hi[:len(b.hi):len(b.hi)], 1)}
}

// A chunkWalk1 is one walk over the chunks in a box. It goes down to the parents of leaves and
// gathers the leaves that are wanted, because those are loaded by all processors at once.
type chunkWalk1 struct {
	*chunkTree1
	leafPick
	box    box
	leaves []chunkLeaf1 // wanted, in order
	yield  func(Chunk) error
	pass   func() error // unless nil, what is done with the leaves that were gathered
}

// A chunkLeaf1 is the i-th child of a node.
type chunkLeaf1 struct {
	parent *chunkNode1
	i      int
}

// walkAhead is how many leaves are gathered, of some dozens of chunks each.
const walkAhead = 512

// walk finds the leaves below node, which is none, that chunks of the box may be in.
func (w *chunkWalk1) walk(node *chunkNode1) error {
	pos := make([]uint64, len(w.box.lo))
	for i := 0; i < len(node.children); i++ {
		node.keys.row(i, pos)
		if !w.box.seek(pos) {
			return nil
		}
		// The child that holds pos is the one before the first key after it;
		// those between hold nothing of the box.
		i = node.keys.after(i+1, pos) - 1
		if i >= len(node.children) {
			return nil
		}
		if err := w.below(node, i, pos); err != nil {
			return err
		}
	}
	return nil
}

// below walks on from the i-th child of node, in which pos is the first position of the box. A
// leaf is gathered, unless all that is wanted of it is found without.
func (w *chunkWalk1) below(node *chunkNode1, i int, pos []uint64) error {
	if node.level > 1 {
		child, err := w.child(node, i)
		if err != nil {
			return err
		}
		return w.walk(child)
	}
	if w.pass == nil {
		if found, err := w.pick(node, i, pos); found || err != nil {
			return err
		}
	}
	w.leaves = append(w.leaves, chunkLeaf1{node, i})
	if len(w.leaves) < walkAhead {
		return nil
	}
	return w.flush()
}

// flush yields the chunks of the box in the leaves that were gathered.
func (w *chunkWalk1) flush() error {
	defer func() { w.leaves = w.leaves[:0] }()
	if w.pass != nil {
		return w.pass()
	}
	if len(w.leaves) == 0 {
		return nil
	}
	err := inParallel(len(w.leaves), func(k int) error {
		_, err := w.child(w.leaves[k].parent, w.leaves[k].i)
		return err
	})
	if err != nil {
		return err
	}
	positions := make([]uint64, 2*len(w.box.lo))
	for _, l := range w.leaves {
		leaf, err := w.child(l.parent, l.i)
		if err != nil {
			return err
		}
		if err := w.leaf(leaf, w.box, positions, w.yield); err != nil {
			return err
		}
	}
	return nil
}

// leaf yields the chunks of a box in a leaf, with positions as the memory for two of them.
func (t *chunkTree1) leaf(node *chunkNode1, b box, positions []uint64, yield func(Chunk) error) error {
	rank := len(t.dims)
	return node.keys.within(b, positions, func(i int, pos []uint64) error {
		return yield(Chunk{
			Scaled: pos[:rank],
			Addr:   node.keys.at(i, rank+1),
			Size:   node.keys.at(i, rank+2),
			Mask:   uint32(node.keys.at(i, rank+3)),
		})
	})
}

// child returns the i-th child of node, having made sure that the keys in it
// lie within its bounds.
func (t *chunkTree1) child(node *chunkNode1, i int) (*chunkNode1, error) {
	c := &node.children[i]
	return c.node.get(t.budget, func() (*chunkNode1, int, error) {
		addr := node.addrs[i]
		child, size, err := t.load(addr)
		if err != nil {
			return nil, 0, err
		}
		if child.level != node.level-1 {
			return nil, 0, fmt.Errorf("chunk B-tree node at address %d has level %d below level %d: %w",
				addr, child.level, node.level, format.ErrCorrupt)
		}
		if !t.bounded(child, node, i) {
			return nil, 0, fmt.Errorf("chunk B-tree node at address %d has keys outside its parent's bounds: %w",
				addr, format.ErrCorrupt)
		}
		return child, 0, c.pay(t.budget, size)
	})
}

// bounded reports whether the first and the last key of a child that precede a
// child or a chunk are between the parent's i-th key and the one after it.
func (t *chunkTree1) bounded(child, parent *chunkNode1, i int) bool {
	last := child.keys.rows - 1
	if child.level > 0 {
		last--
	}
	if last < 0 {
		return true
	}
	key := make([]uint64, len(t.dims)+1)
	parent.keys.row(i, key)
	if child.keys.compare(0, key) < 0 {
		return false
	}
	parent.keys.row(i+1, key)
	return child.keys.compare(last, key) < 0
}

// btree1Guess is how many children a node is expected to have at most: that is
// right unless a program has set another B-tree "K" value, and saves a read.
const btree1Guess = 64

// load reads the node at addr and returns it with its size in the file.
func (t *chunkTree1) load(addr uint64) (*chunkNode1, int, error) {
	l := loadings.Get().(*loading)
	defer l.release()
	b, err := t.read(l, addr)
	if err != nil {
		return nil, 0, err
	}
	if err := l.node.Decode(b, len(t.dims), t.sz); err != nil {
		return nil, 0, fmt.Errorf("chunk B-tree node at address %d: %w", addr, err)
	}
	packed, err := t.pack(l)
	if err != nil {
		return nil, 0, fmt.Errorf("chunk B-tree node at address %d: %w", addr, err)
	}
	return packed, len(b), nil
}

// read reads the node at addr into the memory of l.
func (t *chunkTree1) read(l *loading, addr uint64) ([]byte, error) {
	b, err := readBTree1(t.r, l.stored, addr, format.BTree1ChunkKeySize(len(t.dims)), t.sz)
	if err != nil {
		return nil, fmt.Errorf("chunk B-tree: %w", err)
	}
	l.stored = b
	return b, nil
}

// readBTree1 reads the version 1 B-tree node at addr up to its last key, into the
// memory of buf if that is enough.
func readBTree1(r *storage.Reader, buf []byte, addr uint64, keySize int, sz format.Sizes) ([]byte, error) {
	guess := format.BTree1PrefixSize(sz) + btree1Guess*(keySize+sz.Offset) + keySize
	b, err := r.PrefixInto(buf, addr, uint64(guess))
	if err != nil {
		return nil, err
	}
	size, err := format.BTree1Size(b, keySize, sz)
	if err != nil {
		return nil, fmt.Errorf("node at address %d: %w", addr, err)
	}
	return extend(r, addr, b, size)
}

// A loading is what a node passes through on its way from the file: what is kept
// of it is a tenth of that, and memory that is new is what takes longest.
type loading struct {
	stored []byte
	node   format.ChunkNode
	values []uint64 // rows of the table to be
}

var loadings = sync.Pool{New: func() any { return new(loading) }}

// release gives the memory to the next node, unless it is that of a monster.
func (l *loading) release() {
	if cap(l.stored) <= 1<<18 {
		loadings.Put(l)
	}
}

// pack turns a decoded node into what is kept of it.
func (t *chunkTree1) pack(l *loading) (*chunkNode1, error) {
	node, rank := &l.node, len(t.dims)
	packed := &chunkNode1{level: node.Level}
	rows, cols := len(node.Children), rank+4
	if node.Level > 0 {
		packed.addrs, packed.children = slices.Clone(node.Children), make([]chunkChild1, rows)
		rows, cols = rows+1, rank+1
	}
	values := slices.Grow(l.values[:0], rows*cols)
	for i, k := range node.Keys[:rows] {
		for d, offset := range k.Offset[:rank] {
			scaled := offset / t.dims[d]
			if scaled*t.dims[d] != offset {
				return nil, fmt.Errorf("key %d is at element %d of dimension %d, where no chunk of %d begins: %w",
					i, offset, d, t.dims[d], format.ErrCorrupt)
			}
			values = append(values, scaled)
		}
		values = append(values, k.Offset[rank])
		if node.Level == 0 {
			values = append(values, node.Children[i], uint64(k.Size), uint64(k.Mask))
		}
	}
	l.values = values
	if !ascend(values, cols, rank+1) {
		return nil, fmt.Errorf("keys do not ascend: %w", format.ErrCorrupt)
	}
	packed.keys = newTable(values, cols)
	return packed, nil
}
