package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A Kind says what a range of the file is used for.
type Kind uint8

// The uses of a range.
const (
	SuperblockKind  Kind = iota
	HeaderKind           // object header, or a continuation of one
	GroupTreeKind        // version 1 B-tree node of a group
	SymbolNodeKind       // symbol table node
	LocalHeapKind        // header or data segment
	ChunkIndexKind       // node or block through which chunks are found
	ChunkKind            // stored chunk
	ContiguousKind       // values of a contiguous dataset
	GlobalHeapKind       // global heap collection
	FractalHeapKind      // header, block or huge object
	BTree2Kind           // version 2 B-tree that is no chunk index
	FreeSpaceKind        // free-space manager or its list
	SharedTableKind      // table or list of shared messages
)

// String returns a name for error messages.
func (k Kind) String() string {
	return [...]string{
		"superblock", "object header", "group B-tree", "symbol table node", "local heap", "chunk index", "chunks",
		"contiguous values", "global heap collection", "fractal heap", "version 2 B-tree", "free-space manager",
		"shared message table",
	}[k]
}

// An Extent is a range of the file that is in use: all that was allocated, even
// where a structure fills only part of it.
type Extent struct {
	Addr, Size uint64
	Kind       Kind
}

// End is the address after the last byte.
func (e Extent) End() uint64 { return e.Addr + e.Size }

// A Survey finds out which ranges of a file structures take up, and checks the
// structures on the way: it reads each node and block of them once, holds it
// against its neighbours, and keeps none.
//
// A Survey is for use by one goroutine.
type Survey struct {
	Reader *storage.Reader
	Sizes  format.Sizes
	Ks     format.TreeKs // of the file; nodes are as large as these say

	// Extent is called for each range in use. An error ends the survey.
	Extent func(Extent) error

	// Damage is called for what cannot be read or contradicts itself, with the
	// address of it. If it returns nil, the survey goes on with the rest.
	Damage func(addr uint64, err error) error
}

// extent reports a range, or that it does not lie within the file.
func (s *Survey) extent(addr, size uint64, kind Kind) error {
	if err := s.Reader.Check(addr, size); err != nil {
		return s.Damage(addr, fmt.Errorf("%v: %w", kind, err))
	}
	if size == 0 {
		return nil
	}
	return s.Extent(Extent{Addr: addr, Size: size, Kind: kind})
}

// LocalHeap surveys the local heap at addr (section III.D).
func (s *Survey) LocalHeap(addr uint64) error {
	_, err := s.localHeap(addr)
	return err
}

// localHeap surveys a local heap and returns its data segment, nil if that
// cannot be read.
func (s *Survey) localHeap(addr uint64) ([]byte, error) {
	b, err := s.Reader.Bytes(addr, uint64(format.LocalHeapSize(s.Sizes)))
	if err != nil {
		return nil, s.Damage(addr, fmt.Errorf("local heap: %w", err))
	}
	h, err := format.DecodeLocalHeap(b, s.Sizes)
	if err != nil {
		return nil, s.Damage(addr, fmt.Errorf("local heap at address %d: %w", addr, err))
	}
	if err := s.extent(addr, format.LocalHeapCapacity(s.Sizes), LocalHeapKind); err != nil {
		return nil, err
	}
	segment, err := s.Reader.Bytes(h.Addr, h.Size)
	if err != nil {
		return nil, s.Damage(addr, fmt.Errorf("data segment of local heap at address %d: %w", addr, err))
	}
	return segment, s.extent(h.Addr, h.Size, LocalHeapKind)
}

// GlobalHeap surveys the global heap collection at addr (section III.E).
func (s *Survey) GlobalHeap(addr uint64) error {
	b, err := s.Reader.Prefix(addr, uint64(format.GlobalHeapPrefixSize(s.Sizes)))
	if err != nil {
		return s.Damage(addr, fmt.Errorf("global heap collection: %w", err))
	}
	size, err := format.GlobalHeapSize(b, s.Sizes)
	if err != nil {
		return s.Damage(addr, fmt.Errorf("global heap collection at address %d: %w", addr, err))
	}
	return s.extent(addr, size, GlobalHeapKind)
}

// FreeSpace surveys the free-space manager at addr (section III.H).
func (s *Survey) FreeSpace(addr uint64) error {
	if addr == format.Undefined {
		return nil
	}
	size := format.FreeSpaceSize(s.Sizes)
	b, err := s.Reader.Bytes(addr, uint64(size))
	if err != nil {
		return s.Damage(addr, fmt.Errorf("free-space manager: %w", err))
	}
	manager, err := format.DecodeFreeSpace(b, s.Sizes)
	if err != nil {
		return s.Damage(addr, fmt.Errorf("free-space manager at address %d: %w", addr, err))
	}
	if err := s.extent(addr, uint64(size), FreeSpaceKind); err != nil || manager.Sections == format.Undefined {
		return err
	}
	return s.extent(manager.Sections, manager.SectionBytes, FreeSpaceKind)
}

// SharedMessages surveys the table of messages that the file stores once, and
// what it leads to (section II.C).
func (s *Survey) SharedMessages(addr uint64, indexes int) error {
	size := format.SharedTableSize(s.Sizes, indexes)
	b, err := s.Reader.Bytes(addr, size)
	if err != nil {
		return s.Damage(addr, fmt.Errorf("shared message table: %w", err))
	}
	table, err := format.DecodeSharedTable(b, s.Sizes, indexes)
	if err != nil {
		return s.Damage(addr, fmt.Errorf("shared message table at address %d: %w", addr, err))
	}
	if err := s.extent(addr, size, SharedTableKind); err != nil {
		return err
	}
	for _, index := range table {
		if err := s.sharedIndex(index); err != nil {
			return err
		}
	}
	return nil
}

func (s *Survey) sharedIndex(index format.SharedIndex) error {
	var err error
	switch {
	case index.Index == format.Undefined:
	case index.Tree:
		err = s.BTree2(index.Index, nil)
	default:
		err = s.extent(index.Index, index.ListSize, SharedTableKind)
	}
	if err != nil {
		return err
	}
	return s.FractalHeap(index.Heap)
}
