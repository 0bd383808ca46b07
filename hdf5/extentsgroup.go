package hdf5

import (
	"fmt"
	"path"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// This file is the walk over a group's links and an object's attributes.

// group walks the links of a group.
func (w *walk) group(g *Group, h *format.Header) error {
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		return w.symbolTable(g, m)
	}
	for _, m := range h.Messages {
		if m.Type != format.MsgLink {
			continue
		}
		l, err := format.DecodeLink(m.Data, w.f.sb.Sizes)
		if err != nil {
			err = w.broken(g.addr, err)
		} else {
			err = w.member(g, newLink(l))
		}
		if err != nil {
			return err
		}
	}
	info, ok, err := linkInfo(h, w.f.sb.Sizes)
	if err != nil {
		return w.broken(g.addr, err)
	}
	if !ok || info.FractalHeap == format.Undefined {
		return nil
	}
	return w.denseLinks(g, info)
}

func (w *walk) symbolTable(g *Group, m format.Message) error {
	table, err := format.DecodeSymbolTableMessage(m.Data, w.f.sb.Sizes)
	if err != nil {
		return w.broken(g.addr, err)
	}
	// The superblock repeats what the root group's header says, and libhdf5
	// believes either.
	sb := w.f.sb
	if g.addr == sb.Root && sb.RootBTree != format.Undefined && (sb.RootBTree != table.BTree || sb.RootHeap != table.Heap) {
		err := w.broken(0, fmt.Errorf("superblock has the root group's B-tree at %#x and its heap at %#x, the group at %#x and %#x: %w",
			sb.RootBTree, sb.RootHeap, table.BTree, table.Heap, ErrCorrupt))
		if err != nil {
			return err
		}
	}
	return w.survey.SymbolTable(table.BTree, table.Heap, func(e index.SymbolEntry) error {
		return w.member(g, symbolLink(e))
	})
}

// denseLinks walks links in a fractal heap, through the index by name.
func (w *walk) denseLinks(g *Group, info format.LinkInfo) error {
	if err := w.survey.FractalHeap(info.FractalHeap); err != nil {
		return err
	}
	heap, err := index.OpenFractalHeap(w.f.r, w.f.sb.Sizes, info.FractalHeap)
	if err != nil {
		return nil // has been reported
	}
	err = w.survey.BTree2(info.NameIndex, func(t format.BTree2Type, record []byte) error {
		l, err := w.denseLink(heap, t, record)
		if err != nil {
			return w.broken(info.NameIndex, err)
		}
		return w.member(g, newLink(l))
	})
	if err != nil {
		return err
	}
	return w.survey.BTree2(info.OrderIndex, nil)
}

func (w *walk) denseLink(heap *index.FractalHeap, t format.BTree2Type, record []byte) (format.Link, error) {
	if t != format.BTree2LinkName {
		return format.Link{}, fmt.Errorf("index of links by name has records of type %d: %w", t, ErrCorrupt)
	}
	rec, err := format.DecodeLinkNameRecord(record)
	if err != nil {
		return format.Link{}, err
	}
	b, err := heap.Object(rec.ID[:])
	if err != nil {
		return format.Link{}, err
	}
	l, err := format.DecodeLink(b, w.f.sb.Sizes)
	if err != nil {
		return format.Link{}, err
	}
	return l, checkHash(l.Name, rec.Hash)
}

// checkHash makes sure that a name is found under its hash.
func checkHash(name string, hash uint32) error {
	if want := format.Checksum([]byte(name)); want != hash {
		return fmt.Errorf("index has hash %#08x for the name %q, want %#08x: %w", hash, name, want, ErrCorrupt)
	}
	return nil
}

// member takes in a link of g.
func (w *walk) member(g *Group, l Link) error {
	switch {
	case l.Kind == HardLink:
		w.link(path.Join(g.path, l.Name), l.addr)
	case l.Kind == SoftLink && w.deep:
		return w.softLink(g, l)
	}
	return nil
}

// attributes walks an object's attributes.
func (w *walk) attributes(o *object, h *format.Header) error {
	for _, m := range h.Messages {
		if m.Type != format.MsgAttribute {
			continue
		}
		b, err := w.f.payload(m)
		if err != nil {
			err = w.broken(o.addr, err)
		} else {
			err = w.attribute(o, b)
		}
		if err != nil {
			return err
		}
	}
	m, ok := h.Find(format.MsgAttributeInfo)
	if !ok {
		return nil
	}
	info, err := format.DecodeAttributeInfo(m.Data, w.f.sb.Sizes)
	if err != nil {
		return w.broken(o.addr, err)
	}
	return w.denseAttributes(o, info)
}

// denseAttributes walks attributes in a fractal heap, through the index by name.
func (w *walk) denseAttributes(o *object, info format.AttributeInfo) error {
	if info.FractalHeap == format.Undefined {
		return nil
	}
	if err := w.survey.FractalHeap(info.FractalHeap); err != nil {
		return err
	}
	heap, err := index.OpenFractalHeap(w.f.r, w.f.sb.Sizes, info.FractalHeap)
	if err != nil {
		return nil // has been reported
	}
	err = w.survey.BTree2(info.NameIndex, func(t format.BTree2Type, record []byte) error {
		b, err := w.denseAttribute(heap, t, record)
		if err != nil {
			return w.broken(info.NameIndex, err)
		}
		return w.attribute(o, b)
	})
	if err != nil {
		return err
	}
	return w.survey.BTree2(info.OrderIndex, nil)
}

func (w *walk) denseAttribute(heap *index.FractalHeap, t format.BTree2Type, record []byte) ([]byte, error) {
	if t != format.BTree2AttributeName {
		return nil, fmt.Errorf("index of attributes by name has records of type %d: %w", t, ErrCorrupt)
	}
	rec, err := format.DecodeAttributeRecord(record, t)
	if err != nil {
		return nil, err
	}
	m := format.Message{Type: format.MsgAttribute, Flags: rec.Flags}
	var b []byte
	if m.Shared() {
		b, err = w.f.sharedHeapObject(m.Type, rec.ID[:])
	} else {
		b, err = heap.Object(rec.ID[:])
	}
	if err != nil {
		return nil, err
	}
	raw, err := format.DecodeAttribute(b, w.f.sb.Sizes)
	if err != nil {
		return nil, err
	}
	return b, checkHash(raw.Name, rec.Hash)
}

// attribute walks an attribute message.
func (w *walk) attribute(o *object, b []byte) error {
	w.counts.Attributes++
	raw, err := format.DecodeAttribute(b, w.f.sb.Sizes)
	if err != nil {
		return w.broken(o.addr, err)
	}
	if raw.TypeShared {
		if err := w.sharedRecord(raw.RawType); err != nil {
			return err
		}
	}
	if raw.SpaceShared {
		if err := w.sharedRecord(raw.RawSpace); err != nil {
			return err
		}
	}
	a, err := o.decodeAttribute(b)
	if err != nil {
		return w.broken(o.addr, err)
	}
	n, err := a.space.elements()
	if err != nil {
		return w.broken(o.addr, err)
	}
	refs := heapRefs{file: w.f}
	refs.elements(a.dtype, a.data, n)
	if err := w.found(o.addr, refs, "attribute "+a.name); err != nil || !w.deep {
		return err
	}
	if len(refs.errs) > 0 {
		return nil // has been reported
	}
	if _, err := a.Read(); err != nil {
		return w.broken(o.addr, err)
	}
	return nil
}

// found takes in the references that were found in the values of something of
// the object being visited.
func (w *walk) found(addr uint64, refs heapRefs, what string) error {
	for collection := range refs.collections {
		if _, ok := w.collections[collection]; !ok {
			w.collections[collection] = w.path
		}
	}
	if len(refs.errs) == 0 {
		return nil
	}
	err := fmt.Errorf("%s: %w", what, refs.errs[0])
	if more := len(refs.errs) - 1; more > 0 {
		err = fmt.Errorf("%w (and %d more values)", err, more)
	}
	return w.broken(addr, err)
}
