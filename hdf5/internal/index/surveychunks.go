package index

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// Chunks surveys the chunk index of the dataset that p describes, and its
// chunks, which it yields in the order of the index: all that are stored, even
// where the dataset's extent no longer reaches. A chunk that does not lie within
// the file is damage and is not yielded. An error of yield ends the survey.
//
// Of an index that is an array, records are kept in memory until the end of the
// survey, about 8 bytes a chunk.
func (s *Survey) Chunks(p ChunkParams, yield func(Chunk) error) error {
	addr := p.Layout.Addr
	if addr == format.Undefined {
		return nil
	}
	g, err := newGrid(p)
	if err != nil {
		return s.Damage(addr, err)
	}
	c := chunkSurvey{Survey: s, p: p, grid: g, yield: yield}
	switch p.Layout.Index {
	case format.IndexBTree1:
		return c.btree1()
	case format.IndexSingle:
		return newSingleChunk(p).overlapping(box{make([]uint64, len(g.max)), slices.Repeat([]uint64{1}, len(g.max))}, c.chunk)
	case format.IndexImplicit:
		return c.implicit()
	case format.IndexFixedArray:
		return c.fixed()
	case format.IndexExtensibleArray:
		return c.extensible()
	case format.IndexBTree2:
		return c.btree2()
	}
	return s.Damage(addr, fmt.Errorf("chunk index of kind %d: %w", p.Layout.Index, format.ErrUnsupported))
}

// A chunkSurvey surveys the chunks of one dataset.
type chunkSurvey struct {
	*Survey
	p     ChunkParams
	grid  grid
	yield func(Chunk) error
	last  []uint64 // position of the last chunk of an ordered index
}

// chunk reports a chunk's extent and yields the chunk.
func (c *chunkSurvey) chunk(ch Chunk) error {
	if err := c.Reader.Check(ch.Addr, ch.Size); err != nil {
		return c.Damage(ch.Addr, fmt.Errorf("chunk %v: %w", ch.Scaled, err))
	}
	if err := c.extent(ch.Addr, ch.Size, ChunkKind); err != nil {
		return err
	}
	return c.placed(ch)
}

// placed yields a chunk that lies within the dataset's greatest extent.
func (c *chunkSurvey) placed(ch Chunk) error {
	for d, at := range ch.Scaled {
		if at >= c.grid.max[d] {
			return c.Damage(ch.Addr, fmt.Errorf("chunk %v in a grid of %d along dimension %d: %w", ch.Scaled, c.grid.max[d], d, format.ErrCorrupt))
		}
	}
	return c.yield(ch)
}

// ordered handles a chunk of an index whose chunks ascend.
func (c *chunkSurvey) ordered(ch Chunk) error {
	if c.last != nil && slices.Compare(c.last, ch.Scaled) >= 0 {
		if err := c.Damage(ch.Addr, fmt.Errorf("chunk %v comes after %v in the index: %w", ch.Scaled, c.last, format.ErrCorrupt)); err != nil {
			return err
		}
	}
	c.last = append(c.last[:0], ch.Scaled...)
	return c.chunk(ch)
}

// btree1 surveys a version 1 B-tree.
func (c *chunkSurvey) btree1() error {
	w := chunkTree1Survey{chunkSurvey: c, tree: newChunkTree1(c.Reader, c.p)}
	if err := w.node(c.p.Layout.Addr, nil, 0); err != nil {
		return err
	}
	return w.levels.end(c.Survey)
}

type chunkTree1Survey struct {
	*chunkSurvey
	tree    *chunkTree1
	levels  siblings
	passing passingLeaf
}

// node surveys the tree below the node at addr, child i of parent, which is nil
// for the root.
func (w *chunkTree1Survey) node(addr uint64, parent *chunkNode1, i int) error {
	if w.tree.budget.exhausted() {
		return nil
	}
	node, err := w.load(addr, parent, i)
	if err != nil {
		w.levels.broken = true
		return w.Damage(addr, err)
	}
	entries := node.keys.rows
	if node.level > 0 {
		entries = len(node.children)
	}
	if err := w.place(addr, entries); err != nil {
		return err
	}
	if err := w.levels.next(w.Survey, addr, node.level, "chunk B-tree"); err != nil {
		return err
	}
	if node.level == 0 {
		rank := len(w.tree.dims)
		everywhere := box{make([]uint64, rank+1), slices.Repeat([]uint64{unlimited}, rank+1)}
		return w.tree.leaf(node, everywhere, make([]uint64, 2*(rank+1)), w.ordered)
	}
	for i, child := range node.addrs {
		if node.level > 1 {
			err = w.node(child, node, i)
		} else {
			err = w.leaf(child, node, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place reports the extent of a node that has so many entries.
func (w *chunkTree1Survey) place(addr uint64, entries int) error {
	size := format.BTree1NodeSize(w.Sizes, w.Ks.Chunk, format.BTree1ChunkKeySize(len(w.tree.dims)))
	if err := w.extent(addr, size, ChunkIndexKind); err != nil {
		return err
	}
	return w.room("chunk B-tree", addr, entries, w.Ks.Chunk)
}

// leaf surveys the leaf at addr, child i of parent.
func (w *chunkTree1Survey) leaf(addr uint64, parent *chunkNode1, i int) error {
	if w.tree.budget.exhausted() {
		return nil
	}
	l := &w.passing
	err := w.tree.readPassing(l, parent, i)
	if err == nil {
		err = w.spend(addr, len(l.stored))
	}
	if err != nil {
		w.levels.broken = true
		return w.Damage(addr, err)
	}
	if err := w.place(addr, l.rows()); err != nil {
		return err
	}
	if err := w.levels.follow(w.Survey, addr, 0, l.leaf.Siblings, "chunk B-tree"); err != nil {
		return err
	}
	for i := range l.rows() {
		if err := w.ordered(l.chunk(i)); err != nil {
			return err
		}
	}
	return nil
}

// spend accounts for a node of n bytes.
func (w *chunkTree1Survey) spend(addr uint64, n int) error {
	if err := w.tree.budget.spend(n); err != nil {
		return fmt.Errorf("chunk B-tree node at address %d: %w", addr, err)
	}
	return nil
}

// load reads a node and holds it against its parent.
func (w *chunkTree1Survey) load(addr uint64, parent *chunkNode1, i int) (*chunkNode1, error) {
	node, size, err := w.tree.load(addr)
	if err != nil {
		return nil, err
	}
	if err := w.spend(addr, size); err != nil {
		return nil, err
	}
	if parent != nil && node.level != parent.level-1 {
		return nil, fmt.Errorf("chunk B-tree node at address %d has level %d below level %d: %w", addr, node.level, parent.level, format.ErrCorrupt)
	}
	if parent != nil && !w.tree.bounded(node, parent, i) {
		return nil, fmt.Errorf("chunk B-tree node at address %d has keys outside its parent's bounds: %w", addr, format.ErrCorrupt)
	}
	return node, nil
}

// btree2 surveys a version 2 B-tree.
func (c *chunkSurvey) btree2() error {
	addr := c.p.Layout.Addr
	root, _, err := newChunkTree2(c.Reader, c.p).open()
	if err != nil {
		return c.Damage(addr, err)
	}
	scaled := make([]uint64, len(c.p.Dims))
	return c.tree2(root.tree2, addr, ChunkIndexKind, func(record []byte) error {
		r, err := format.DecodeChunkTreeRecord(record, root.Type, c.Sizes, scaled)
		if err != nil {
			return c.Damage(addr, fmt.Errorf("chunk index at address %d: %w", addr, err))
		}
		if r.Addr == format.Undefined {
			return nil
		}
		return c.ordered(c.p.chunk(scaled, r))
	})
}

// implicit surveys chunks that were stored one after the other.
func (c *chunkSurvey) implicit() error {
	addr := c.p.Layout.Addr
	index, err := newImplicitChunks(c.p, c.grid)
	if err != nil {
		return c.Damage(addr, err)
	}
	chunks := index.(*implicitChunks)
	hi, size := bits.Mul64(chunks.size, c.p.ChunkBytes)
	if hi != 0 {
		size = unlimited
	}
	if err := c.Reader.Check(addr, size); err != nil {
		return c.Damage(addr, fmt.Errorf("%d chunks of %d bytes: %w", chunks.size, c.p.ChunkBytes, err))
	}
	if err := c.extent(addr, size, ChunkKind); err != nil {
		return err
	}
	place := c.placer(chunks.linear)
	for i := range chunks.size {
		if err := c.placed(place(i, format.ChunkRecord{Addr: addr + i*c.p.ChunkBytes})); err != nil {
			return err
		}
	}
	return nil
}

// placer returns a function that turns the record of element i of an array into
// a chunk, which is valid until the next call.
func (c *chunkSurvey) placer(l linear) func(i uint64, r format.ChunkRecord) Chunk {
	pos, scaled := make([]uint64, len(l.max)), make([]uint64, len(l.max))
	return func(i uint64, r format.ChunkRecord) Chunk {
		l.position(i, pos)
		l.back(scaled, pos)
		return c.p.chunk(scaled, r)
	}
}

// fixed surveys a fixed array.
func (c *chunkSurvey) fixed() error {
	addr := c.p.Layout.Addr
	index, err := newFixedChunks(c.Reader, c.p, c.grid)
	if err != nil {
		return c.Damage(addr, err)
	}
	array := index.(*fixedChunks)
	a, size, err := array.open()
	if err != nil {
		return c.Damage(addr, fmt.Errorf("chunk index: %w", err))
	}
	if err := c.extent(addr, uint64(size), ChunkIndexKind); err != nil || a.DataBlock == format.Undefined {
		return err
	}
	all := a.BlockSize()
	if pages := a.Pages(); pages > 0 {
		off, last := a.PageAt(pages - 1)
		all = off + last
	}
	if err := c.Reader.Check(a.DataBlock, all); err != nil {
		return c.Damage(a.DataBlock, fmt.Errorf("data block of fixed array: %w", err))
	}
	block, _, err := array.loadBlock(a)
	if err != nil {
		return c.Damage(a.DataBlock, fmt.Errorf("chunk index: %w", err))
	}
	if err := c.extent(a.DataBlock, all, ChunkIndexKind); err != nil {
		return err
	}
	place := c.placer(array.linear)
	for i := uint64(0); i < a.Elements; {
		r, next, err := array.at(a, block, i)
		switch {
		case err != nil:
			next = (i/a.PageElements + 1) * a.PageElements
			err = c.Damage(a.DataBlock, err)
		case r.Addr != format.Undefined:
			err = c.chunk(place(i, r))
		}
		if err != nil {
			return err
		}
		i = next
	}
	return nil
}

// extensible surveys an extensible array.
func (c *chunkSurvey) extensible() error {
	addr := c.p.Layout.Addr
	index, err := newExtensibleChunks(c.Reader, c.p, c.grid)
	if err != nil {
		return c.Damage(addr, err)
	}
	array := index.(*extensibleChunks)
	a, size, err := array.open()
	if err != nil {
		return c.Damage(addr, fmt.Errorf("chunk index: %w", err))
	}
	if err := c.extent(addr, uint64(size), ChunkIndexKind); err != nil || a.IndexBlock == format.Undefined {
		return err
	}
	block, _, err := array.loadIndex(a)
	if err != nil {
		return c.Damage(a.IndexBlock, fmt.Errorf("chunk index: %w", err))
	}
	if err := c.extent(a.IndexBlock, uint64(a.IndexBlockSize()), ChunkIndexKind); err != nil {
		return err
	}
	w := extensibleSurvey{chunkSurvey: c, walk: &extensibleWalk{extensibleChunks: array, a: a, index: block}, place: c.placer(array.linear)}
	if err := w.elements(0, min(a.IndexElements, a.MaxIndexSet), a.IndexBlock, w.walk.at); err != nil {
		return err
	}
	for n := range a.Groups {
		if err := w.group(n); err != nil {
			return err
		}
	}
	return nil
}

type extensibleSurvey struct {
	*chunkSurvey
	walk  *extensibleWalk
	place func(i uint64, r format.ChunkRecord) Chunk
}

// elements yields the chunks of the elements from i to end-1, which the block at
// addr holds.
func (w *extensibleSurvey) elements(i, end, addr uint64, at elements) error {
	for i < end {
		r, next, err := at(i)
		switch {
		case err != nil:
			next = i + w.walk.a.PageElements
			err = w.Damage(addr, err)
		case r.Addr != format.Undefined:
			err = w.chunk(w.place(i, r))
		}
		if err != nil {
			return err
		}
		i = next
	}
	return nil
}

// group surveys the data blocks of group n.
func (w *extensibleSurvey) group(n int) error {
	a, g := w.walk.a, w.walk.a.Group(n)
	if g.Direct {
		return w.blocks(w.walk.index.direct[g.FirstBlock:][:g.Blocks], g, nil)
	}
	secondary := &w.walk.index.secondary[n-a.DirectGroups]
	if secondary.addr == format.Undefined {
		return nil
	}
	s, err := w.walk.secondary(secondary, g)
	if err != nil {
		return w.Damage(secondary.addr, fmt.Errorf("chunk index: secondary block of extensible array at address %d: %w", secondary.addr, err))
	}
	if err := w.extent(secondary.addr, a.SecondaryBlockSize(g), ChunkIndexKind); err != nil {
		return err
	}
	return w.blocks(s.blocks, g, s.written)
}

func (w *extensibleSurvey) blocks(blocks []extensibleBlock, g format.ArrayGroup, written []byte) error {
	a := w.walk.a
	for k := range blocks {
		block := &blocks[k]
		if block.addr == format.Undefined || w.walk.budget.exhausted() {
			continue
		}
		if err := w.extent(block.addr, a.DataBlockSize(g)+g.Pages*a.PageSize(), ChunkIndexKind); err != nil {
			return err
		}
		first := g.First + uint64(k)*g.Elements
		at := func(i uint64) (format.ChunkRecord, uint64, error) {
			return w.walk.inBlock(block, g, uint64(k), i-first, written)
		}
		if err := w.elements(first, min(first+g.Elements, a.MaxIndexSet), block.addr, at); err != nil {
			return err
		}
	}
	return nil
}
