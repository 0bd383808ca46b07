package hdf5

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// heapLinks yields the link messages of a group that keeps them in a fractal
// heap, as its index by name lists them.
func (f *File) heapLinks(info format.LinkInfo, yield func(b []byte) error) error {
	heap, err := index.OpenFractalHeap(f.r, f.sb.Sizes, info.FractalHeap)
	if err != nil {
		return err
	}
	return index.BTree2Records(f.r, f.sb.Sizes, info.NameIndex, func(t format.BTree2Type, record []byte) error {
		if t != format.BTree2LinkName {
			return fmt.Errorf("index of links by name has records of type %d: %w", t, ErrCorrupt)
		}
		rec, err := format.DecodeLinkNameRecord(record)
		if err != nil {
			return err
		}
		b, err := heap.Object(rec.ID[:])
		if err != nil {
			return err
		}
		return yield(b)
	})
}

// heapAttributes yields the attribute messages of an object that keeps them in a
// fractal heap, as its index by name lists them.
func (f *File) heapAttributes(info format.AttributeInfo, yield func(b []byte, order uint16) error) error {
	heap, err := index.OpenFractalHeap(f.r, f.sb.Sizes, info.FractalHeap)
	if err != nil {
		return err
	}
	return index.BTree2Records(f.r, f.sb.Sizes, info.NameIndex, func(t format.BTree2Type, record []byte) error {
		if t != format.BTree2AttributeName {
			return fmt.Errorf("index of attributes by name has records of type %d: %w", t, ErrCorrupt)
		}
		rec, err := format.DecodeAttributeRecord(record, t)
		if err != nil {
			return err
		}
		m := format.Message{Type: format.MsgAttribute, Flags: rec.Flags}
		if m.Shared() {
			m.Data, err = f.sharedHeapObject(m.Type, rec.ID[:])
		} else {
			m.Data, err = heap.Object(rec.ID[:])
		}
		if err != nil {
			return err
		}
		return yield(m.Data, uint16(rec.Order))
	})
}

// sharedHeapObject returns a message that is stored once for the whole file, in
// the heap for messages of its type (sections II.C and III.G).
func (f *File) sharedHeapObject(t format.MessageType, id []byte) ([]byte, error) {
	addr, err := f.sharedHeap(t)
	if err != nil {
		return nil, fmt.Errorf("shared %v: %w", t, err)
	}
	heap, err := index.OpenFractalHeap(f.r, f.sb.Sizes, addr)
	if err != nil {
		return nil, fmt.Errorf("shared %v: %w", t, err)
	}
	return heap.Object(id)
}

// sharedHeap finds the heap for messages of type t. The superblock extension
// leads to a table, whose entries say which types they are for.
func (f *File) sharedHeap(t format.MessageType) (uint64, error) {
	if f.sb.Extension == format.Undefined {
		return 0, fmt.Errorf("the file has no shared message table: %w", ErrCorrupt)
	}
	h, err := format.DecodeHeader(f.sb.Extension, f.sb.Sizes, f.r.Bytes)
	if err != nil {
		return 0, err
	}
	m, ok := h.Find(format.MsgSharedTable)
	if !ok {
		return 0, fmt.Errorf("the file has no shared message table: %w", ErrCorrupt)
	}
	addr, indexes, err := format.DecodeSharedTableMessage(m.Data, f.sb.Sizes)
	if err != nil {
		return 0, err
	}
	b, err := f.r.Bytes(addr, format.SharedTableSize(f.sb.Sizes, indexes))
	if err != nil {
		return 0, err
	}
	table, err := format.DecodeSharedTable(b, f.sb.Sizes, indexes)
	if err != nil {
		return 0, err
	}
	for _, entry := range table {
		if entry.Types&(1<<t) != 0 {
			return entry.Heap, nil
		}
	}
	return 0, fmt.Errorf("no shared message heap for it: %w", ErrCorrupt)
}
