package hdf5

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A Tx is a transaction: changes that become part of the file all at once, or
// not at all. It is valid until the function that it was passed to returns, and
// not for concurrent use.
//
// Nothing that is committed is overwritten. A change writes new versions of the
// objects that it touches behind what is there, up to a new root group; see
// docs/decisions/0002-copy-on-write.md.
type Tx struct {
	ctx context.Context
	st  *storage.Tx
	f   *File // the file as the transaction has changed it so far

	heap *index.HeapBuilder // of the strings and sequences written so far

	groups map[string]*stagedGroup // by path

	prepared []*Prepared // and not made yet, in this order

	// references are the addresses of objects that values of the file refer to,
	// with the path of the value. They are looked for once, before the first
	// object moves.
	references map[uint64]string
	regions    string // a value that refers to regions, if there is one
	scanned    bool

	// orders are the datasets that are to be reordered when the file is written
	// anew, by address; nil if reordering happens at once.
	orders map[uint64]*reordering
}

// File returns the file as the transaction has changed it so far. It must not be
// used after the transaction. Calling it after every change writes the groups
// above what changed each time, instead of once.
func (tx *Tx) File() (*File, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
	return tx.f, nil
}

// encode returns n elements of type t as they are stored; see encoder.encode.
// What is of variable length is in the file only after flush.
func (tx *Tx) encode(t *Datatype, data any, n int) ([]byte, error) {
	e := encoder{sz: tx.f.sb.Sizes, heap: tx.heapBuilder()}
	return e.encode(t, data, n)
}

// heapBuilder returns where values of variable length go.
func (tx *Tx) heapBuilder() *index.HeapBuilder {
	if tx.heap == nil {
		tx.heap = index.NewHeapBuilder(tx.st, tx.f.sb.Sizes)
	}
	return tx.heap
}

// fit returns the datatype as this file stores it: references to values of
// variable length are as wide as the file's addresses demand.
func (tx *Tx) fit(t *Datatype) (*Datatype, error) {
	if !t.holdsHeapRefs() {
		return t, nil
	}
	size := uint32(8 + tx.f.sb.Sizes.Offset)
	if t.class == Compound && !t.heapRefsHave(size) {
		return nil, fmt.Errorf("compound whose references are not of %d bytes, as this file's are: %w", size, ErrUnsupported)
	}
	if t.class == Compound || t.raw.Size == size {
		return t, nil
	}
	raw := *t.raw
	raw.Size = size
	fitted := *t
	fitted.raw = &raw
	return &fitted, nil
}

// heapRefsHave reports whether all fields that refer to values of variable
// length are of the given size.
func (t *Datatype) heapRefsHave(size uint32) bool {
	if t.VariableLength() {
		return t.raw.Size == size
	}
	for _, m := range t.members {
		if !m.Type.heapRefsHave(size) {
			return false
		}
	}
	return true
}

// flush writes what is still in memory: values of variable length, and groups.
func (tx *Tx) flush() error {
	if tx.heap != nil {
		if err := tx.heap.Flush(); err != nil {
			return err
		}
	}
	return tx.flushGroups()
}

// refresh lets tx.f read what has been written since.
func (tx *Tx) refresh() {
	f := tx.f.sibling(tx.st.Reader())
	f.directories = tx.f.directories // a transaction uses no address twice
	tx.f = f
}

// write stores b at a new place.
func (tx *Tx) write(b []byte) (uint64, error) {
	addr, err := tx.st.Alloc(uint64(len(b)))
	if err != nil {
		return 0, err
	}
	return addr, tx.st.WriteAt(b, addr)
}

// writeHeader stores an object header at a new place.
func (tx *Tx) writeHeader(h *format.Header) (uint64, error) {
	b, err := format.EncodeHeader(h, tx.f.sb.Sizes)
	if err != nil {
		return 0, err
	}
	return tx.write(b)
}
