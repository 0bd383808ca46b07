package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// FractalHeap surveys the fractal heap at addr, unless that is undefined: its
// blocks, its huge objects, the B-tree that finds them, and the manager of its
// free space (File Format Specification, section III.G).
func (s *Survey) FractalHeap(addr uint64) error {
	if addr == format.Undefined {
		return nil
	}
	heap, err := OpenFractalHeap(s.Reader, s.Sizes, addr)
	if err != nil {
		return s.Damage(addr, err)
	}
	size := uint64(format.FractalHeapSize(s.Sizes))
	if err := s.extent(addr, size, FractalHeapKind); err != nil {
		return err
	}
	if err := s.heapBlock(heap, &heap.root); err != nil {
		return err
	}
	if err := s.hugeObjects(heap.header.HugeTree); err != nil {
		return err
	}
	b, err := s.Reader.Bytes(addr, size)
	if err != nil {
		return s.Damage(addr, err)
	}
	manager, err := format.FractalHeapFreeSpace(b, s.Sizes)
	if err != nil {
		return s.Damage(addr, fmt.Errorf("fractal heap at address %d: %w", addr, err))
	}
	return s.FreeSpace(manager)
}

// heapBlock surveys a block of heap and those below it.
func (s *Survey) heapBlock(heap *FractalHeap, block *heapBlock) error {
	if block.addr == format.Undefined || heap.budget.exhausted() {
		return nil
	}
	if block.rows == 0 {
		return s.directBlock(heap, block)
	}
	children, err := heap.indirectBlock(block)
	if err != nil {
		return s.Damage(block.addr, fmt.Errorf("fractal heap at address %d: %w", heap.addr, err))
	}
	if err := s.extent(block.addr, uint64(heap.header.IndirectSize(block.rows)), FractalHeapKind); err != nil {
		return err
	}
	for i := range *children {
		if err := s.heapBlock(heap, &(*children)[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Survey) directBlock(heap *FractalHeap, block *heapBlock) error {
	b, err := s.Reader.Bytes(block.addr, block.size)
	if err == nil {
		err = heap.budget.spend(len(b))
	}
	if err == nil {
		err = heap.header.CheckDirect(b, block.off, heap.addr)
	}
	if err != nil {
		return s.Damage(block.addr, fmt.Errorf("fractal heap at address %d: direct block at address %d: %w", heap.addr, block.addr, err))
	}
	return s.extent(block.addr, block.size, FractalHeapKind)
}

// hugeObjects surveys the huge objects that the B-tree at addr lists.
func (s *Survey) hugeObjects(addr uint64) error {
	return s.BTree2(addr, func(t format.BTree2Type, b []byte) error {
		record, err := format.DecodeHugeRecord(b, t, s.Sizes)
		if err != nil {
			return s.Damage(addr, err)
		}
		return s.extent(record.Addr, record.Size, FractalHeapKind)
	})
}

// BTree2 surveys the version 2 B-tree at addr, unless that is undefined, and
// yields its records in order (section III.A.2). An error of record, which may
// be nil, ends the survey.
func (s *Survey) BTree2(addr uint64, record func(t format.BTree2Type, record []byte) error) error {
	if addr == format.Undefined {
		return nil
	}
	tree, err := openTree2(s.Reader, s.Sizes, addr)
	if err != nil {
		return s.Damage(addr, err)
	}
	return s.tree2(tree, addr, BTree2Kind, func(b []byte) error {
		if record == nil {
			return nil
		}
		return record(tree.Type, b)
	})
}

// tree2 surveys a version 2 B-tree that has been opened.
func (s *Survey) tree2(tree *tree2, addr uint64, kind Kind, record func([]byte) error) error {
	if err := s.extent(addr, uint64(format.BTree2HeaderSize(s.Sizes)), kind); err != nil {
		return err
	}
	w := tree2Survey{Survey: s, tree: tree, kind: kind, budget: newBudget(s.Reader), record: record}
	if tree.Root.Addr != format.Undefined {
		if err := w.node(tree.Root, tree.Depth); err != nil {
			return err
		}
	}
	if w.broken || w.records == tree.Records {
		return nil
	}
	return s.Damage(addr, fmt.Errorf("version 2 B-tree at address %d has %d records and says %d: %w", addr, w.records, tree.Records, format.ErrCorrupt))
}

// A tree2Survey surveys the nodes of one version 2 B-tree.
type tree2Survey struct {
	*Survey
	tree    *tree2
	kind    Kind
	budget  *budget
	record  func([]byte) error
	records uint64 // seen so far
	broken  bool   // some nodes could not be read
}

func (w *tree2Survey) node(p format.BTree2Child, level int) error {
	if w.budget.exhausted() {
		return nil
	}
	err := w.budget.spend(w.tree.NodeSize)
	var node *format.BTree2Node
	if err == nil {
		node, err = w.tree.read(p, level)
	}
	if err != nil {
		w.broken = true
		return w.Damage(p.Addr, err)
	}
	if err := w.extent(p.Addr, uint64(w.tree.NodeSize), w.kind); err != nil {
		return err
	}
	for i, record := range node.Records {
		if level > 0 {
			if err := w.node(node.Children[i], level-1); err != nil {
				return err
			}
		}
		w.records++
		if err := w.record(record); err != nil {
			return err
		}
	}
	if level == 0 {
		return nil
	}
	return w.node(node.Children[len(node.Records)], level-1)
}
