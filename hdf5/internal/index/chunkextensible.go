package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// extensibleChunks is an extensible array of chunk records (File Format
// Specification, section VII.D), the index of a dataset with one unlimited
// dimension.
type extensibleChunks struct {
	linear
	r      *storage.Reader
	p      ChunkParams
	header slot[format.ExtensibleArray]
	index  slot[extensibleIndex]
	budget *budget
}

// An extensibleIndex is the array's index block.
type extensibleIndex struct {
	elements  *table
	direct    []extensibleBlock // of the direct groups
	secondary []extensibleGroup // of the others
}

// An extensibleGroup is a secondary block. The slot is empty until it is read.
type extensibleGroup struct {
	addr  uint64
	block slot[secondaryBlock]
}

type secondaryBlock struct {
	written []byte
	blocks  []extensibleBlock
}

// An extensibleBlock is a data block: either its elements or its pages are
// read.
type extensibleBlock struct {
	addr     uint64
	elements slot[table]
	pages    slot[[]slot[table]]
}

func newExtensibleChunks(r *storage.Reader, p ChunkParams, g grid) (chunkIndex, error) {
	l, err := newLinear(g)
	if err != nil {
		return nil, err
	}
	if l.size != unlimited {
		return nil, fmt.Errorf("extensible array as chunk index of a dataset that cannot grow: %w", format.ErrCorrupt)
	}
	return &extensibleChunks{linear: l, r: r, p: p, budget: newBudget(r)}, nil
}

func (c *extensibleChunks) overlapping(b box, yield func(Chunk) error) error {
	a, err := c.header.get(c.budget, c.open)
	if err != nil {
		return fmt.Errorf("chunk index: %w", err)
	}
	if a.IndexBlock == format.Undefined {
		return nil
	}
	index, err := c.index.get(c.budget, func() (*extensibleIndex, int, error) { return c.loadIndex(a) })
	if err != nil {
		return fmt.Errorf("chunk index: %w", err)
	}
	w := &extensibleWalk{extensibleChunks: c, a: a, index: index}
	return c.linear.overlapping(b, a.MaxIndexSet, w.at, &c.p, yield)
}

// open reads the array's header.
func (c *extensibleChunks) open() (*format.ExtensibleArray, int, error) {
	addr, size := c.p.Layout.Addr, format.ExtensibleArraySize(c.p.Sizes)
	b, err := c.r.Bytes(addr, uint64(size))
	if err != nil {
		return nil, 0, fmt.Errorf("extensible array: %w", err)
	}
	a, err := format.DecodeExtensibleArray(b, c.p.Sizes)
	if err != nil {
		return nil, 0, fmt.Errorf("extensible array at address %d: %w", addr, err)
	}
	if n := a.MaxIndexSet; n > maxLinear || n > a.IndexElements && a.GroupOf(n-1) >= a.Groups {
		return nil, 0, fmt.Errorf("extensible array at address %d of %d elements, which it has no room for: %w", addr, n, format.ErrCorrupt)
	}
	return a, size, c.p.checkFiltered(a.Filtered)
}

func (c *extensibleChunks) loadIndex(a *format.ExtensibleArray) (*extensibleIndex, int, error) {
	b, err := c.r.Bytes(a.IndexBlock, uint64(a.IndexBlockSize()))
	if err != nil {
		return nil, 0, fmt.Errorf("index block of extensible array: %w", err)
	}
	decoded, err := a.DecodeIndexBlock(b, c.p.Layout.Addr)
	if err != nil {
		return nil, 0, fmt.Errorf("index block of extensible array at address %d: %w", a.IndexBlock, err)
	}
	index := &extensibleIndex{
		direct:    extensibleBlocks(decoded.Direct),
		secondary: make([]extensibleGroup, len(decoded.Secondary)),
	}
	for i, addr := range decoded.Secondary {
		index.secondary[i].addr = addr
	}
	index.elements, err = c.p.chunkTable(decoded.Elements, a.ElementSize)
	return index, len(b), err
}

func extensibleBlocks(addrs []uint64) []extensibleBlock {
	blocks := make([]extensibleBlock, len(addrs))
	for i, addr := range addrs {
		blocks[i].addr = addr
	}
	return blocks
}

// An extensibleWalk looks elements up in an array that has been opened.
type extensibleWalk struct {
	*extensibleChunks
	a     *format.ExtensibleArray
	index *extensibleIndex
}

// at is the chunk record of element i.
func (w *extensibleWalk) at(i uint64) (format.ChunkRecord, uint64, error) {
	if i < w.a.IndexElements {
		return chunkRecord(w.index.elements, int(i), 0), i + 1, nil
	}
	n := w.a.GroupOf(i)
	g := w.a.Group(n)
	k, within := (i-g.First)/g.Elements, (i-g.First)%g.Elements
	if g.Direct {
		return w.inBlock(&w.index.direct[g.FirstBlock+k], g, k, within, nil)
	}
	secondary := &w.index.secondary[n-w.a.DirectGroups]
	if secondary.addr == format.Undefined {
		return notStored(g.First + g.Blocks*g.Elements)
	}
	s, err := w.secondary(secondary, g)
	if err != nil {
		return format.ChunkRecord{}, 0, fmt.Errorf("chunk index: secondary block of extensible array at address %d: %w", secondary.addr, err)
	}
	return w.inBlock(&s.blocks[k], g, k, within, s.written)
}

// notStored is the answer for an element before next when all from it on up to
// next are undefined.
func notStored(next uint64) (format.ChunkRecord, uint64, error) {
	return format.ChunkRecord{Addr: format.Undefined}, next, nil
}

// secondary returns the secondary block of g.
func (w *extensibleWalk) secondary(s *extensibleGroup, g format.ArrayGroup) (*secondaryBlock, error) {
	return s.block.get(w.budget, func() (*secondaryBlock, int, error) {
		b, err := w.r.Bytes(s.addr, w.a.SecondaryBlockSize(g))
		if err != nil {
			return nil, 0, err
		}
		decoded, err := w.a.DecodeSecondaryBlock(b, g, w.p.Layout.Addr)
		if err != nil {
			return nil, 0, err
		}
		return &secondaryBlock{written: decoded.Written, blocks: extensibleBlocks(decoded.Blocks)}, len(b), nil
	})
}

// inBlock is the chunk record of the element that is at index within in block,
// which is data block k of g.
func (w *extensibleWalk) inBlock(block *extensibleBlock, g format.ArrayGroup, k, within uint64, written []byte) (format.ChunkRecord, uint64, error) {
	first := g.First + k*g.Elements
	if block.addr == format.Undefined {
		return notStored(first + g.Elements)
	}
	var t *table
	var err error
	row := within
	if g.Pages == 0 {
		t, err = w.elements(block, g, k)
	} else {
		page := within / w.a.PageElements
		if !format.PageWritten(written, k*g.Pages+page) {
			return notStored(first + (page+1)*w.a.PageElements)
		}
		row = within % w.a.PageElements
		t, err = w.page(block, g, k, page)
	}
	if err != nil {
		return format.ChunkRecord{}, 0, fmt.Errorf("chunk index: data block of extensible array at address %d: %w", block.addr, err)
	}
	return chunkRecord(t, int(row), 0), first + within + 1, nil
}

// elements returns the elements of data block k of g, which has no pages.
func (w *extensibleWalk) elements(block *extensibleBlock, g format.ArrayGroup, k uint64) (*table, error) {
	return block.elements.get(w.budget, func() (*table, int, error) {
		b, elements, err := w.readBlock(block.addr, g, k)
		if err != nil {
			return nil, 0, err
		}
		t, err := w.p.chunkTable(elements, w.a.ElementSize)
		return t, len(b), err
	})
}

// page returns a page of data block k of g.
func (w *extensibleWalk) page(block *extensibleBlock, g format.ArrayGroup, k, page uint64) (*table, error) {
	head := w.a.DataBlockSize(g)
	pages, err := block.pages.get(w.budget, func() (*[]slot[table], int, error) {
		if err := w.r.Check(block.addr, head+g.Pages*w.a.PageSize()); err != nil {
			return nil, 0, err
		}
		b, _, err := w.readBlock(block.addr, g, k)
		if err != nil {
			return nil, 0, err
		}
		pages := make([]slot[table], g.Pages)
		return &pages, len(b), nil
	})
	if err != nil {
		return nil, err
	}
	return (*pages)[page].get(w.budget, func() (*table, int, error) {
		return w.p.arrayPage(w.r, block.addr+head+page*w.a.PageSize(), w.a.PageSize(), w.a.ElementSize)
	})
}

// readBlock reads data block k of g, without its pages if it has any.
func (w *extensibleWalk) readBlock(addr uint64, g format.ArrayGroup, k uint64) (block, elements []byte, err error) {
	b, err := w.r.Bytes(addr, w.a.DataBlockSize(g))
	if err != nil {
		return nil, nil, err
	}
	elements, err = w.a.DecodeDataBlock(b, g, k, w.p.Layout.Addr)
	return b, elements, err
}
