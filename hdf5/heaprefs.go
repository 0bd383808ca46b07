package hdf5

import (
	"encoding/binary"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// heapRefs finds the references into the global heap that values hold, at any
// depth: variable-length strings and sequences, and references to regions.
type heapRefs struct {
	file        *File
	collections map[uint64]struct{} // global heap collections referred to
	last        uint64              // the one that was taken in last
	errs        []error             // references that lead nowhere, the first ones
	nested      int64               // bytes of sequences that were looked into
}

// refersToHeap reports whether values of t hold references into the global heap,
// or are of a kind that may.
func (t *Datatype) refersToHeap() bool {
	switch t.raw.Class {
	case format.ClassVLen:
		return true
	case format.ClassReference:
		return t.raw.RefKind != format.RefObject
	}
	for _, m := range t.members {
		if m.Type.refersToHeap() {
			return true
		}
	}
	return false
}

// maxHeapErrors bounds the errors that are kept.
const maxHeapErrors = 100

func (r *heapRefs) fail(err error) {
	if len(r.errs) < maxHeapErrors {
		r.errs = append(r.errs, err)
	}
}

// use takes in a collection.
func (r *heapRefs) use(collection uint64) {
	if r.collections == nil {
		r.collections = map[uint64]struct{}{}
	} else if collection == r.last {
		return // as with most of the many strings of a dataset
	}
	r.collections[collection], r.last = struct{}{}, collection
}

// elements looks into n elements of type t, array dimensions and all.
func (r *heapRefs) elements(t *Datatype, raw []byte, n int) {
	if !t.refersToHeap() {
		return
	}
	if n > len(raw)/t.width() {
		r.fail(fmt.Errorf("%d elements of %d bytes in %d: %w", n, t.width(), len(raw), ErrCorrupt))
		return
	}
	size := t.Size()
	n *= t.width() / size
	switch t.raw.Class {
	case format.ClassVLen:
		for i := range n {
			r.sequence(t, raw, i)
		}
	case format.ClassReference:
		for i := range n {
			r.region(t, raw[i*size:(i+1)*size])
		}
	default:
		for i := range n {
			for _, m := range t.members {
				r.elements(m.Type, raw[i*size+m.offset:], 1)
			}
		}
	}
}

// sequence looks into the i-th variable-length value of raw.
func (r *heapRefs) sequence(t *Datatype, raw []byte, i int) {
	d := decoder{file: r.file}
	ref := d.heapRef(raw, i)
	if ref.empty() {
		r.emptySequence(ref)
		return
	}
	width := 1
	if t.base != nil {
		width = t.base.width()
	}
	b, err := d.object(ref, width)
	if err != nil {
		r.fail(err)
		return
	}
	r.use(ref.collection)
	if t.base == nil || !t.base.refersToHeap() {
		return
	}
	// Sequences of sequences may share their elements, and a small file can
	// make of that any amount of work.
	if r.nested += int64(len(b)); r.nested > r.file.defaultLimit() {
		r.fail(fmt.Errorf("sequences of sequences: %w", ErrTooLarge))
		return
	}
	r.elements(t.base, b, int(ref.length))
}

// emptySequence takes in the collection that a value of length zero points to.
// Readers look at the length alone, but a writer that takes the value away may
// follow the rest of the reference.
func (r *heapRefs) emptySequence(ref heapRef) {
	if ref.collection == 0 || ref.collection == format.Undefined {
		return
	}
	if _, err := r.file.strings.Object(ref.collection, ref.index); err == nil {
		r.use(ref.collection)
	}
}

// region looks into a reference to a region of a dataset, whose description is
// in the global heap (section IV.A.2.d, class 7).
func (r *heapRefs) region(t *Datatype, raw []byte) {
	offset := r.file.sb.Sizes.Offset
	if t.raw.RefKind != format.RefRegion || len(raw) < offset+4 {
		r.fail(fmt.Errorf("reference of kind %d and %d bytes: %w", t.raw.RefKind, len(raw), ErrUnsupported))
		return
	}
	collection, object := loadBytes(raw[:offset], false), binary.LittleEndian.Uint32(raw[offset:])
	if collection == 0 || collection == 1<<(8*offset)-1 {
		return
	}
	if _, err := r.file.strings.Object(collection, object); err != nil {
		r.fail(err)
		return
	}
	r.use(collection)
}
