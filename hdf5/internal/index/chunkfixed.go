package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// fixedChunks is a fixed array of chunk records (File Format Specification,
// section VII.C), the index of a dataset none of whose dimensions is unlimited.
type fixedChunks struct {
	linear
	r      *storage.Reader
	p      ChunkParams
	header slot[format.FixedArray]
	block  slot[fixedBlock]
	budget *budget
}

// A fixedBlock is the array's data block: either the elements or their pages.
type fixedBlock struct {
	elements *table
	written  []byte
	pages    []slot[table]
}

func newFixedChunks(r *storage.Reader, p ChunkParams, g grid) (chunkIndex, error) {
	l, err := newLinear(g)
	if err != nil {
		return nil, err
	}
	return &fixedChunks{linear: l, r: r, p: p, budget: newBudget(r)}, nil
}

func (c *fixedChunks) overlapping(b box, yield func(Chunk) error) error {
	a, err := c.header.get(c.budget, c.open)
	if err != nil {
		return fmt.Errorf("chunk index: %w", err)
	}
	if a.DataBlock == format.Undefined {
		return nil
	}
	block, err := c.block.get(c.budget, func() (*fixedBlock, int, error) { return c.loadBlock(a) })
	if err != nil {
		return fmt.Errorf("chunk index: %w", err)
	}
	at := func(i uint64) (format.ChunkRecord, uint64, error) { return c.at(a, block, i) }
	return c.linear.overlapping(b, a.Elements, at, &c.p, yield)
}

// open reads the array's header.
func (c *fixedChunks) open() (*format.FixedArray, int, error) {
	addr, size := c.p.Layout.Addr, format.FixedArraySize(c.p.Sizes)
	b, err := c.r.Bytes(addr, uint64(size))
	if err != nil {
		return nil, 0, fmt.Errorf("fixed array: %w", err)
	}
	a, err := format.DecodeFixedArray(b, c.p.Sizes)
	if err != nil {
		return nil, 0, fmt.Errorf("fixed array at address %d: %w", addr, err)
	}
	if a.Elements != c.size {
		return nil, 0, fmt.Errorf("fixed array at address %d of %d elements for %d chunks: %w", addr, a.Elements, c.size, format.ErrCorrupt)
	}
	return a, size, c.p.checkFiltered(a.Filtered)
}

// loadBlock reads the data block, without its pages if it has any.
func (c *fixedChunks) loadBlock(a *format.FixedArray) (*fixedBlock, int, error) {
	b, err := c.r.Bytes(a.DataBlock, a.BlockSize())
	if err != nil {
		return nil, 0, fmt.Errorf("data block of fixed array: %w", err)
	}
	elements, written, err := a.DecodeBlock(b, c.p.Layout.Addr)
	if err != nil {
		return nil, 0, fmt.Errorf("data block of fixed array at address %d: %w", a.DataBlock, err)
	}
	if n := a.Pages(); n > 0 {
		return &fixedBlock{written: written, pages: make([]slot[table], n)}, len(b), nil
	}
	t, err := c.p.chunkTable(elements, a.ElementSize)
	return &fixedBlock{elements: t}, len(b), err
}

// at is the chunk record of element i.
func (c *fixedChunks) at(a *format.FixedArray, block *fixedBlock, i uint64) (format.ChunkRecord, uint64, error) {
	if block.pages == nil {
		return chunkRecord(block.elements, int(i), 0), i + 1, nil
	}
	page := i / a.PageElements
	if !format.PageWritten(block.written, page) {
		return format.ChunkRecord{Addr: format.Undefined}, (page + 1) * a.PageElements, nil
	}
	off, size := a.PageAt(page)
	t, err := block.pages[page].get(c.budget, func() (*table, int, error) {
		return c.p.arrayPage(c.r, a.DataBlock+off, size, a.ElementSize)
	})
	if err != nil {
		return format.ChunkRecord{}, 0, fmt.Errorf("chunk index: fixed array: %w", err)
	}
	return chunkRecord(t, int(i%a.PageElements), 0), i + 1, nil
}

// arrayPage reads the page of size bytes at addr of an array of chunk records.
func (p *ChunkParams) arrayPage(r *storage.Reader, addr, size uint64, elementSize int) (*table, int, error) {
	b, err := r.Bytes(addr, size)
	if err != nil {
		return nil, 0, fmt.Errorf("page: %w", err)
	}
	elements, err := format.DecodeArrayPage(b)
	if err != nil {
		return nil, 0, fmt.Errorf("page at address %d: %w", addr, err)
	}
	t, err := p.chunkTable(elements, elementSize)
	return t, len(b), err
}
