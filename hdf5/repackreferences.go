package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A valueCopier adapts values to the file that they are copied to, whose addresses
// are of the same size: it copies what they refer to in the global heap, and
// replaces the addresses of objects.
type valueCopier struct {
	from   *File
	to     *index.HeapBuilder
	budget int64 // bytes that may yet be copied

	where    map[uint64]uint64 // addresses of the copies of objects; nil if not known yet
	referred bool              // an address of an object has been asked for
}

// elements adapts n elements of type t.
func (c *valueCopier) elements(t *Datatype, raw []byte, n int) error {
	if !t.addressed() {
		return nil
	}
	if n > len(raw)/t.width() {
		return fmt.Errorf("%d elements of %d bytes in %d: %w", n, t.width(), len(raw), ErrCorrupt)
	}
	size := t.Size()
	n *= t.width() / size
	for i := range n {
		if err := c.element(t, raw[i*size:(i+1)*size]); err != nil {
			return err
		}
	}
	return nil
}

// element adapts one element, of an array datatype one of its elements.
func (c *valueCopier) element(t *Datatype, raw []byte) error {
	offset := c.from.sb.Sizes.Offset
	switch t.raw.Class {
	case format.ClassVLen:
		if len(raw) != 8+offset {
			return fmt.Errorf("value of variable length in an element of %d bytes, want %d: %w", len(raw), 8+offset, ErrCorrupt)
		}
		return c.value(t, raw)
	case format.ClassReference:
		switch {
		case allZero(raw):
			return nil
		case t.raw.RefKind == format.RefObject && len(raw) >= offset:
			return c.object(raw[:offset])
		case t.raw.RefKind == format.RefRegion && len(raw) >= offset+4:
			return c.region(raw)
		}
		return fmt.Errorf("reference of kind %d and %d bytes: %w", t.raw.RefKind, len(raw), ErrUnsupported)
	}
	for _, m := range t.members {
		if err := c.elements(m.Type, raw[m.offset:][:m.Type.width()], 1); err != nil {
			return err
		}
	}
	return nil
}

// object replaces the address of an object by that of its copy.
func (c *valueCopier) object(raw []byte) error {
	addr := loadBytes(raw, false)
	if addr == 0 || addr == 1<<(8*len(raw))-1 {
		return nil
	}
	now, err := c.address(addr)
	putBytes(raw, now, false)
	return err
}

// address returns where the copy of the object at addr is or, while that is not
// known, addr.
func (c *valueCopier) address(addr uint64) (uint64, error) {
	c.referred = true
	if c.where == nil {
		return addr, nil
	}
	now, ok := c.where[addr]
	if !ok {
		return 0, fmt.Errorf("reference to address %#x, to which no link leads: %w", addr, ErrReferenced)
	}
	return now, nil
}

// region copies what a reference to a region refers to: the address of a dataset
// and a selection of its elements (section III.E, "Reference to Dataset Region").
func (c *valueCopier) region(raw []byte) error {
	offset := c.from.sb.Sizes.Offset
	collection := loadBytes(raw[:offset], false)
	if collection == 0 || collection == 1<<(8*offset)-1 {
		return nil
	}
	b, err := c.from.strings.Object(collection, binary.LittleEndian.Uint32(raw[offset:]))
	if err != nil {
		return err
	}
	if len(b) < offset {
		return fmt.Errorf("reference to a region of %d bytes: %w", len(b), ErrCorrupt)
	}
	b = bytes.Clone(b)
	if err := c.object(b[:offset]); err != nil {
		return err
	}
	return c.put(b, raw)
}

// put stores b in the heap, and its place in ref.
func (c *valueCopier) put(b, ref []byte) error {
	// Values of a sound file do not share their bytes. Those of a damaged one
	// could, and the copy would grow without bounds.
	if c.budget -= int64(len(b)); c.budget < 0 {
		return fmt.Errorf("values of variable length add up to more than the file can hold: %w", ErrTooLarge)
	}
	collection, i, err := c.to.Put(b)
	if err != nil {
		return err
	}
	offset := c.from.sb.Sizes.Offset
	putBytes(ref[:offset], collection, false)
	binary.LittleEndian.PutUint32(ref[offset:], i)
	return nil
}

// value copies the value that one element of variable length refers to.
func (c *valueCopier) value(t *Datatype, element []byte) error {
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
	if t.base != nil && t.base.addressed() {
		b = bytes.Clone(b)
		if err := c.elements(t.base, b, int(ref.length)); err != nil {
			return err
		}
	}
	return c.put(b, element[4:])
}

// addressed reports whether values of t hold addresses, and so cannot be copied
// as they are.
func (t *Datatype) addressed() bool { return t.refersToHeap() || t.refers() }
