package index

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// This file passes over the leaves of a version 1 B-tree, each of which is read once and not kept: that
// takes a third of the time of packing them.

// A passingLeaf is a leaf of a [chunkTree1], and memory for the next one.
type passingLeaf struct {
	leaf   format.ChunkLeaf
	stored []byte
	cols   int
	values []uint64 // for each chunk its position, the offset within an element, address, size and mask
}

// rows is how many chunks the leaf has.
func (l *passingLeaf) rows() int { return l.leaf.Children }

// row is chunk i of the leaf.
func (l *passingLeaf) row(i int) []uint64 { return l.values[i*l.cols:][:l.cols] }

// chunk is chunk i of the leaf. Its position is valid until the next leaf is read.
func (l *passingLeaf) chunk(i int) Chunk {
	row := l.row(i)
	at := row[:l.cols-4]
	row = row[l.cols-4:]
	return Chunk{Scaled: at, Addr: row[1], Size: row[2], Mask: uint32(row[3])}
}

// within yields the chunks whose keys are in a box.
func (l *passingLeaf) within(keys box, yield func(Chunk) error) error {
	for i := range l.rows() {
		if !keys.contains(l.row(i)[:len(keys.lo)]) {
			continue
		}
		if err := yield(l.chunk(i)); err != nil {
			return err
		}
	}
	return nil
}

// unpack makes l the leaf at addr, of which stored is what readBTree1 has read, and makes sure
// that its keys ascend.
func (t *chunkTree1) unpack(l *passingLeaf, addr uint64) (err error) {
	rank := len(t.dims)
	if l.leaf, err = format.DecodeChunkLeaf(l.stored, rank, t.sz); err != nil {
		return fmt.Errorf("chunk B-tree node at address %d: %w", addr, err)
	}
	l.cols = rank + 4
	l.values = slices.Grow(l.values[:0], l.rows()*l.cols)[:l.rows()*l.cols]
	var before []uint64
	for i := range l.rows() {
		row := l.row(i)
		key, chunk := l.leaf.Chunk(i, row[:rank+1])
		row[rank+1], row[rank+2], row[rank+3] = chunk, uint64(key.Size), uint64(key.Mask)
		if d := t.scale(row[:rank], before); d < rank {
			return fmt.Errorf("chunk B-tree node at address %d: key %d is at element %d of dimension %d, where no chunk of %d begins: %w",
				addr, i, row[d], d, t.dims[d], format.ErrCorrupt)
		}
		if before != nil && slices.Compare(before[:rank+1], row[:rank+1]) >= 0 {
			return fmt.Errorf("chunk B-tree node at address %d: keys do not ascend: %w", addr, format.ErrCorrupt)
		}
		before = row
	}
	return nil
}

// scale divides the offsets of a chunk by the shape of one. It returns the dimension in which
// that does not come out even, or how many there are. Most chunks share a coordinate with the one before.
func (t *chunkTree1) scale(at, before []uint64) int {
	for d, offset := range at {
		size := t.dims[d]
		if before != nil && before[d]*size == offset {
			at[d] = before[d]
			continue
		}
		scaled := offset / size
		if scaled*size != offset {
			return d
		}
		at[d] = scaled
	}
	return len(at)
}

// visit is overlapping without keeping leaves.
func (t *chunkTree1) visit(b box, yield func(Chunk) error) error {
	root, err := t.node.get(t.budget, func() (*chunkNode1, int, error) { return t.load(t.root) })
	if err != nil {
		return err
	}
	if root.level == 0 {
		return t.overlapping(b, yield)
	}
	v := chunkVisit1{budget: newBudget(t.r), passing: make([]passingLeaf, visitAtOnce), ahead: make([]passingLeaf, visitAtOnce)}
	w := chunkWalk1{chunkTree1: t, box: t.keys(b), yield: yield}
	w.pass = func() error { return v.leaves(&w) }
	if err := w.walk(root); err != nil {
		return err
	}
	return w.flush()
}

// visitAtOnce is how many leaves are read while the chunks of as many are yielded.
const visitAtOnce = 64

// A chunkVisit1 is a walk that keeps no leaves.
type chunkVisit1 struct {
	budget         *budget       // of leaves, which another walk may have read before
	passing, ahead []passingLeaf // memory for those that are yielded, and for those that are read
}

// leaves yields the chunks of the box in the leaves that w has gathered.
func (v *chunkVisit1) leaves(w *chunkWalk1) error {
	left := w.leaves
	some, wait := v.read(w, left)
	for len(some) > 0 {
		if err := wait(); err != nil {
			return err
		}
		v.passing, v.ahead = v.ahead, v.passing
		left = left[len(some):]
		next, waitNext := v.read(w, left)
		if err := v.yield(w, len(some)); err != nil {
			_ = waitNext() // nobody wants to know what comes of it
			return err
		}
		some, wait = next, waitNext
	}
	return nil
}

// read begins to read the first of some leaves, and returns those and what waits for them.
func (v *chunkVisit1) read(w *chunkWalk1, left []chunkLeaf1) (some []chunkLeaf1, wait func() error) {
	some, to := left[:min(len(left), len(v.ahead))], v.ahead
	if len(some) == 0 {
		return nil, func() error { return nil }
	}
	read := make(chan error, 1)
	go func() {
		read <- inParallel(len(some), func(k int) error { return w.readPassing(&to[k], some[k].parent, some[k].i) })
	}()
	return some, func() error { return <-read }
}

// yield yields the chunks of the box in the first n leaves that are passing.
func (v *chunkVisit1) yield(w *chunkWalk1, n int) error {
	for k := range v.passing[:n] {
		l := &v.passing[k]
		if err := v.budget.spend(len(l.stored)); err != nil {
			return err
		}
		if err := l.within(w.box, w.yield); err != nil {
			return err
		}
	}
	return nil
}

// readPassing makes l the i-th child of parent, which is a leaf.
func (t *chunkTree1) readPassing(l *passingLeaf, parent *chunkNode1, i int) (err error) {
	addr := parent.addrs[i]
	if l.stored, err = readBTree1(t.r, l.stored, addr, format.BTree1ChunkKeySize(len(t.dims)), t.sz); err != nil {
		return fmt.Errorf("chunk B-tree: %w", err)
	}
	if err := t.unpack(l, addr); err != nil {
		return err
	}
	if n := l.rows(); n > 0 && !parent.bounds(i, l.row(0)[:len(t.dims)+1], l.row(n - 1)[:len(t.dims)+1]) {
		return fmt.Errorf("chunk B-tree node at address %d has keys outside its parent's bounds: %w", addr, format.ErrCorrupt)
	}
	return nil
}

// bounds reports whether keys, of which these are the first and the last, lie within the bounds of the
// i-th child.
func (n *chunkNode1) bounds(i int, first, last []uint64) bool {
	return n.keys.compare(i, first) <= 0 && n.keys.compare(i+1, last) > 0
}
