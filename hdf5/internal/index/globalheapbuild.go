package index

import (
	"fmt"
	"math"
	"slices"

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
	data    []byte // of the objects, one after the other

	written uint64 // bytes of all collections so far
}

// NewHeapBuilder returns a builder that has written nothing yet.
func NewHeapBuilder(w Writer, sz format.Sizes) *HeapBuilder {
	return &HeapBuilder{w: w, sz: sz}
}

// Put copies an object and returns where [GlobalHeap.Object] will find it, once
// [HeapBuilder.Flush] has been called.
func (b *HeapBuilder) Put(object []byte) (collection uint64, index uint32, err error) {
	if err := b.reserve(len(object)); err != nil {
		return 0, 0, err
	}
	b.data = append(b.data, object...)
	return b.addr, b.added(len(object)), nil
}

// PutString is Put for the bytes of a string.
func (b *HeapBuilder) PutString(object string) (collection uint64, index uint32, err error) {
	if err := b.reserve(len(object)); err != nil {
		return 0, 0, err
	}
	b.data = append(b.data, object...)
	return b.addr, b.added(len(object)), nil
}

// reserve makes sure that the open collection has room for an object of n bytes.
func (b *HeapBuilder) reserve(n int) error {
	need := format.GlobalHeapObjectSize(n, b.sz)
	if b.size-b.used < need || len(b.objects) == math.MaxUint16 {
		if err := b.Flush(); err != nil {
			return err
		}
		if err := b.open(need); err != nil {
			return err
		}
	}
	b.used += need
	return nil
}

// added takes in the last n bytes of data as an object and returns its index.
func (b *HeapBuilder) added(n int) uint32 {
	index := uint32(len(b.objects) + 1)
	b.objects = append(b.objects, format.GlobalHeapObject{Index: uint16(index), Data: b.data[len(b.data)-n:]})
	return index
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
	b.data = slices.Grow(b.data, int(size)) // so that it stays where the objects know it to be
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
	b.size, b.used, b.objects, b.data = 0, 0, b.objects[:0], b.data[:0]
	return nil
}
