package hdf5

import (
	"encoding/binary"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A heapCopier copies what values refer to from the global heap of one file to
// that of another, whose addresses are of the same size.
type heapCopier struct {
	from   *File
	to     *index.HeapBuilder
	budget int64 // bytes that may yet be copied
}

// elements copies what n elements of type t refer to, and makes them refer to
// the copies. References to objects are refused: their addresses change.
func (c *heapCopier) elements(t *Datatype, raw []byte, n int) error {
	if t.refers() && !allZero(raw) {
		return fmt.Errorf("values refer to objects or regions by their address, which changes: %w", ErrReferenced)
	}
	if !t.refersToHeap() {
		return nil
	}
	if n > len(raw)/t.width() {
		return fmt.Errorf("%d elements of %d bytes in %d: %w", n, t.width(), len(raw), ErrCorrupt)
	}
	size := t.Size()
	n *= t.width() / size
	switch t.raw.Class {
	case format.ClassReference: // all null
	case format.ClassVLen:
		if want := 8 + c.from.sb.Sizes.Offset; size != want {
			return fmt.Errorf("values of variable length in elements of %d bytes, want %d: %w", size, want, ErrCorrupt)
		}
		for i := range n {
			if err := c.value(t, raw[i*size:(i+1)*size]); err != nil {
				return err
			}
		}
	default:
		for i := range n {
			for _, m := range t.members {
				if err := c.elements(m.Type, raw[i*size+m.offset:][:m.Type.width()], 1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// value copies the value that one element of variable length refers to.
func (c *heapCopier) value(t *Datatype, element []byte) error {
	d := decoder{file: c.from}
	ref := d.heapRef(element, 0)
	if ref.empty() {
		clear(element)
		return nil
	}
	width := 1
	if t.base != nil {
		width = t.base.width()
	}
	b, err := d.object(ref, width)
	if err != nil {
		return err
	}
	// Values of a sound file do not share their bytes. Those of a damaged one
	// could, and the copy would grow without bounds.
	if c.budget -= int64(len(b)); c.budget < 0 {
		return fmt.Errorf("values of variable length add up to more than the file can hold: %w", ErrTooLarge)
	}
	if t.base != nil && (t.base.refersToHeap() || t.base.refers()) {
		b = append([]byte(nil), b...)
		if err := c.elements(t.base, b, int(ref.length)); err != nil {
			return err
		}
	}
	collection, i, err := c.to.Put(b)
	if err != nil {
		return err
	}
	offset := c.from.sb.Sizes.Offset
	putBytes(element[4:4+offset], collection, false)
	binary.LittleEndian.PutUint32(element[4+offset:], i)
	return nil
}
