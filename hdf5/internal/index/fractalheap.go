package index

import (
	"fmt"
	"sync"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A FractalHeap looks up the objects of a fractal heap (File Format
// Specification, section III.G): the messages of a group's links or of an
// object's attributes. It keeps the blocks that it has read, and is safe for
// concurrent use.
type FractalHeap struct {
	r      *storage.Reader
	sz     format.Sizes
	addr   uint64
	header *format.FractalHeap
	root   heapBlock
	budget *budget

	hugeOnce sync.Once
	huge     map[uint64]format.HugeRecord // by key
	hugeErr  error
}

// A heapBlock is a place in the heap's doubling table.
type heapBlock struct {
	addr     uint64
	off      uint64 // of its first byte in the heap
	rows     int    // of an indirect block; 0 for a direct one
	size     uint64 // of a direct block
	direct   slot[[]byte]
	indirect slot[[]heapBlock]
}

// OpenFractalHeap returns the fractal heap whose header is at addr. It reads
// the header. Heaps whose blocks go through filters are
// [format.ErrUnsupported]: no library makes them for links or attributes unless
// told to.
func OpenFractalHeap(r *storage.Reader, sz format.Sizes, addr uint64) (*FractalHeap, error) {
	b, err := r.Bytes(addr, uint64(format.FractalHeapSize(sz)))
	if err != nil {
		return nil, fmt.Errorf("fractal heap: %w", err)
	}
	h, err := format.DecodeFractalHeap(b, sz)
	if err != nil {
		return nil, fmt.Errorf("fractal heap at address %d: %w", addr, err)
	}
	if h.Filtered {
		return nil, fmt.Errorf("fractal heap at address %d has filters: %w", addr, format.ErrUnsupported)
	}
	heap := &FractalHeap{r: r, sz: sz, addr: addr, header: h, budget: newBudget(r)}
	heap.root = heapBlock{addr: h.Root, rows: h.RootRows, size: h.StartBlock}
	return heap, nil
}

// Object returns the bytes of the object that id names. They may be shared with
// other callers, or be part of id, and must not be modified.
func (h *FractalHeap) Object(id []byte) ([]byte, error) {
	decoded, err := h.header.DecodeID(id)
	if err != nil {
		return nil, fmt.Errorf("fractal heap at address %d: %w", h.addr, err)
	}
	var b []byte
	switch decoded.Kind {
	case format.HeapTiny:
		return decoded.Data, nil
	case format.HeapHuge:
		b, err = h.hugeObject(decoded)
	default:
		b, err = h.managedObject(decoded.Offset, decoded.Length)
	}
	if err != nil {
		return nil, fmt.Errorf("object %x of the fractal heap at address %d: %w", id, h.addr, err)
	}
	return b, nil
}

// managedObject returns length bytes at off in the heap, which lie within one
// direct block.
func (h *FractalHeap) managedObject(off, length uint64) ([]byte, error) {
	block, rest := &h.root, off
	for block.rows > 0 {
		var err error
		if block, rest, err = h.below(block, rest); err != nil {
			return nil, err
		}
	}
	b, err := h.directBlock(block)
	if err != nil {
		return nil, err
	}
	if size := uint64(len(b)); rest > size || length > size-rest || rest < uint64(h.header.DirectHeaderSize()) {
		return nil, fmt.Errorf("%d bytes at byte %d of a direct block of %d bytes: %w", length, rest, size, format.ErrCorrupt)
	}
	return b[rest : rest+length : rest+length], nil
}

// below is the block within an indirect block that holds its byte off, and
// which byte of that block it is.
func (h *FractalHeap) below(block *heapBlock, off uint64) (*heapBlock, uint64, error) {
	row, col, rest := h.header.Find(off)
	if row >= block.rows {
		return nil, 0, fmt.Errorf("byte %d is in row %d of an indirect block of %d rows: %w", off, row, block.rows, format.ErrCorrupt)
	}
	children, err := h.indirectBlock(block)
	if err != nil {
		return nil, 0, err
	}
	return &(*children)[row*h.header.Width+col], rest, nil
}

func (h *FractalHeap) directBlock(block *heapBlock) ([]byte, error) {
	b, err := block.direct.get(h.budget, func() (*[]byte, int, error) {
		b, err := h.r.Bytes(block.addr, block.size)
		if err != nil {
			return nil, 0, fmt.Errorf("direct block: %w", err)
		}
		if err := h.header.CheckDirect(b, block.off, h.addr); err != nil {
			return nil, 0, fmt.Errorf("direct block at address %d: %w", block.addr, err)
		}
		return &b, len(b), nil
	})
	if err != nil {
		return nil, err
	}
	return *b, nil
}

func (h *FractalHeap) indirectBlock(block *heapBlock) (*[]heapBlock, error) {
	return block.indirect.get(h.budget, func() (*[]heapBlock, int, error) {
		b, err := h.r.Bytes(block.addr, uint64(h.header.IndirectSize(block.rows)))
		if err != nil {
			return nil, 0, fmt.Errorf("indirect block: %w", err)
		}
		addrs, err := h.header.DecodeIndirect(b, block.rows, block.off, h.addr)
		if err != nil {
			return nil, 0, fmt.Errorf("indirect block at address %d: %w", block.addr, err)
		}
		children := h.children(block, addrs)
		return &children, len(b), nil
	})
}

// children places the blocks that an indirect block points to.
func (h *FractalHeap) children(block *heapBlock, addrs []uint64) []heapBlock {
	children := make([]heapBlock, len(addrs))
	off := block.off
	for i, addr := range addrs {
		row := i / h.header.Width
		c := &children[i]
		c.addr, c.off, c.size = addr, off, h.header.RowBlock(row)
		if row >= h.header.DirectRows() {
			c.rows = h.header.RowsBelow(row)
		}
		off += c.size
	}
	return children
}

func (h *FractalHeap) hugeObject(id format.HeapID) ([]byte, error) {
	if id.Direct {
		return h.r.Bytes(id.Addr, id.Length)
	}
	h.hugeOnce.Do(func() { h.huge, h.hugeErr = h.readHugeTree() })
	if h.hugeErr != nil {
		return nil, h.hugeErr
	}
	record, ok := h.huge[id.Key]
	if !ok {
		return nil, fmt.Errorf("huge object %d is not in the heap's B-tree: %w", id.Key, format.ErrCorrupt)
	}
	return h.r.Bytes(record.Addr, record.Size)
}

// readHugeTree reads the B-tree that finds huge objects by the key in their ID.
func (h *FractalHeap) readHugeTree() (map[uint64]format.HugeRecord, error) {
	records := map[uint64]format.HugeRecord{}
	if h.header.HugeTree == format.Undefined {
		return records, nil
	}
	err := BTree2Records(h.r, h.sz, h.header.HugeTree, func(t format.BTree2Type, b []byte) error {
		record, err := format.DecodeHugeRecord(b, t, h.sz)
		if err != nil {
			return err
		}
		if record.Filtered {
			return fmt.Errorf("huge object with filters: %w", format.ErrUnsupported)
		}
		records[record.ID] = record
		return nil
	})
	return records, err
}
