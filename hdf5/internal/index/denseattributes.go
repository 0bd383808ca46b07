package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A DenseAttribute is an attribute outside its object's header.
type DenseAttribute struct {
	Name    string
	Message []byte // as [format.EncodeAttribute] makes it, of any size
	Order   uint32 // creation order, 65535 where it is not tracked
}

// BuildDenseAttributes writes the dense storage of an object's attributes: a
// fractal heap, a B-tree that finds them by their names' hashes and, if asked
// for, one that finds them by creation order, whose address is else
// [format.Undefined]. An object has at most 65535 attributes there.
//
// The C library looks for dense attributes only where the object's header is of
// version 2, and then for no others.
//
// Every attribute is stored as what the format calls a huge object, by itself in
// the file, whatever its size: objects have dense attributes here because one is
// too large for a header.
func BuildDenseAttributes(w Writer, sz format.Sizes, attrs []DenseAttribute, byOrder bool) (heap, nameIndex, orderIndex uint64, err error) {
	if len(attrs) > math.MaxUint16 {
		return 0, 0, 0, fmt.Errorf("%d dense attributes, want at most %d: %w", len(attrs), math.MaxUint16, format.ErrUnencodable)
	}
	if heap, err = writeHugeHeap(w, sz, attrs); err != nil {
		return 0, 0, 0, err
	}
	records := make([]namedRecord, len(attrs))
	for i, a := range attrs {
		records[i] = namedRecord{a.Name, format.AttributeRecord{
			ID: format.HugeHeapID(uint64(i + 1)), Order: a.Order, Hash: format.Checksum([]byte(a.Name)),
		}}
	}
	slices.SortFunc(records, func(a, b namedRecord) int {
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.name, b.name))
	})
	if nameIndex, err = writeAttributeTree(w, sz, format.BTree2AttributeName, records); err != nil {
		return 0, 0, 0, err
	}
	if !byOrder {
		return heap, nameIndex, format.Undefined, nil
	}
	slices.SortFunc(records, func(a, b namedRecord) int { return cmp.Compare(a.Order, b.Order) })
	orderIndex, err = writeAttributeTree(w, sz, format.BTree2AttributeOrder, records)
	return heap, nameIndex, orderIndex, err
}

// A namedRecord is what an index of attributes says of one.
type namedRecord struct {
	name string
	format.AttributeRecord
}

// writeHugeHeap writes a fractal heap of huge objects, the i-th of key i+1.
func writeHugeHeap(w Writer, sz format.Sizes, attrs []DenseAttribute) (addr uint64, err error) {
	h := format.HugeHeap{Objects: uint64(len(attrs))}
	records := make([][]byte, len(attrs))
	for i, a := range attrs {
		at, err := place(w, a.Message)
		if err != nil {
			return 0, fmt.Errorf("attribute %q of %d bytes: %w", a.Name, len(a.Message), err)
		}
		size := uint64(len(a.Message))
		h.Bytes += size
		if records[i], err = format.EncodeHugeRecord(format.HugeRecord{Addr: at, Size: size, ID: uint64(i + 1)}, sz); err != nil {
			return 0, err
		}
	}
	recordSize := sz.Offset + 2*sz.Length
	if h.Tree, err = writeLeafTree(w, sz, format.BTree2HugeIndirect, recordSize, records); err != nil {
		return 0, err
	}
	b, err := format.EncodeHugeHeap(h, sz)
	if err != nil {
		return 0, err
	}
	return place(w, b)
}

// writeAttributeTree writes an index of attributes whose records are in order.
func writeAttributeTree(w Writer, sz format.Sizes, t format.BTree2Type, attrs []namedRecord) (addr uint64, err error) {
	records := make([][]byte, len(attrs))
	for i, a := range attrs {
		records[i] = format.EncodeAttributeRecord(a.AttributeRecord, t)
	}
	recordSize := len(format.EncodeAttributeRecord(format.AttributeRecord{}, t))
	return writeLeafTree(w, sz, t, recordSize, records)
}

// writeLeafTree writes a version 2 B-tree (File Format Specification, section
// III.A.2) of nodes so large that one leaf holds all records.
func writeLeafTree(w Writer, sz format.Sizes, t format.BTree2Type, recordSize int, records [][]byte) (addr uint64, err error) {
	h := format.BTree2Header{
		Type: t, RecordSize: recordSize, NodeSize: format.BTree2LeafSize(len(records), recordSize),
		Root: format.BTree2Child{Addr: format.Undefined, Records: len(records)}, Records: uint64(len(records)),
	}
	if len(records) > 0 {
		leaf, err := format.EncodeBTree2Leaf(t, records, h.NodeSize)
		if err != nil {
			return 0, err
		}
		if h.Root.Addr, err = place(w, leaf); err != nil {
			return 0, err
		}
	}
	b, err := format.EncodeBTree2Header(h, sz)
	if err != nil {
		return 0, err
	}
	return place(w, b)
}
