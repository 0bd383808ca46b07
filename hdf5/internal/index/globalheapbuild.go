package index

import (
	"bytes"
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5/internal/format"
)

// maxCollection is how large collections grow: large enough that there are not
// many, small enough that one is soon read for the sake of one object in it. One
// that holds a larger object is as large as that takes.
const maxCollection = 64 << 10

// A HeapBuilder adds objects to a file's global heap (File Format
// Specification, section III.E), in collections of its own. It holds one of them
// in memory.
type HeapBuilder struct {
	w  Writer
	sz format.Sizes

	addr    uint64 // of the open collection
	size    uint64 // of the open collection; 0 if none is
	used    uint64
	objects []format.GlobalHeapObject

	written uint64 // bytes of all collections so far
}

// NewHeapBuilder returns a builder that has written nothing yet.
func NewHeapBuilder(w Writer, sz format.Sizes) *HeapBuilder {
	return &HeapBuilder{w: w, sz: sz}
}

// Put copies an object and returns where [GlobalHeap.Object] will find it, once
// [HeapBuilder.Flush] has been called.
func (b *HeapBuilder) Put(object []byte) (collection uint64, index uint32, err error) {
	need := format.GlobalHeapObjectSize(len(object), b.sz)
	if b.size-b.used < need || len(b.objects) == math.MaxUint16 {
		if err := b.Flush(); err != nil {
			return 0, 0, err
		}
		if err := b.open(need); err != nil {
			return 0, 0, err
		}
	}
	b.used += need
	index = uint32(len(b.objects) + 1)
	b.objects = append(b.objects, format.GlobalHeapObject{Index: uint16(index), Data: bytes.Clone(object)})
	return b.addr, index, nil
}

// open begins a collection with room for an object that takes need bytes. The
// more has been written, the larger it is, so that what the last one leaves
// empty is a small part of the whole.
func (b *HeapBuilder) open(need uint64) error {
	overhead := format.GlobalHeapOverhead(b.sz)
	size := min(max(format.MinGlobalHeapSize, b.written/4&^7), maxCollection)
	size = max(size, overhead+need)
	addr, err := b.w.Alloc(size)
	if err != nil {
		return fmt.Errorf("global heap collection of %d bytes: %w", size, err)
	}
	b.addr, b.size, b.used = addr, size, overhead
	return nil
}

// Flush writes what has been put since it was called last. Objects put later go
// to another collection.
func (b *HeapBuilder) Flush() error {
	if b.size == 0 {
		return nil
	}
	encoded, err := format.EncodeGlobalHeap(b.objects, b.size, b.sz)
	if err != nil {
		return err
	}
	if err := b.w.WriteAt(encoded, b.addr); err != nil {
		return err
	}
	b.written += b.size
	b.size, b.used, b.objects = 0, 0, b.objects[:0]
	return nil
}
