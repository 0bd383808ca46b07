package hdf5

import (
	"fmt"
	"path"

	"github.com/goloom/loom/hdf5/internal/format"
)

// checkUnreferenced refuses to move or remove an object that a value of the
// file refers to: the reference, an address, would lead to what the object was
// before, or nowhere.
func (tx *Tx) checkUnreferenced(addr uint64) error {
	if !tx.scanned {
		if err := tx.findReferences(); err != nil {
			return err
		}
		tx.scanned = true
	}
	if tx.regions != "" {
		return fmt.Errorf("%s holds references to regions of datasets, which cannot be followed: %w", tx.regions, ErrReferenced)
	}
	if path, ok := tx.references[addr]; ok {
		return fmt.Errorf("the values of %s refer to this object, or to one below it: %w", path, ErrReferenced)
	}
	return nil
}

// findReferences collects the addresses that object references in datasets and
// attributes hold. It reads the headers of all objects, and the values of those
// that hold references.
func (tx *Tx) findReferences() error {
	tx.references = map[uint64]string{}
	seen := map[uint64]bool{}
	var visit func(name string, addr uint64) error
	visit = func(name string, addr uint64) error {
		if seen[addr] {
			return nil
		}
		seen[addr] = true
		o, err := tx.f.objectAt(name, addr)
		if err != nil {
			return nil // an object that cannot be read cannot be asked
		}
		if err := tx.collectReferences(o); err != nil {
			return err
		}
		g, ok := o.(*Group)
		if !ok {
			return nil
		}
		d, err := g.directory()
		if err != nil {
			return err
		}
		for _, l := range d.links {
			if l.Kind != HardLink {
				continue
			}
			if err := visit(path.Join(name, l.Name), l.addr); err != nil {
				return err
			}
		}
		return nil
	}
	return visit("/", tx.f.sb.Root)
}

func (tx *Tx) collectReferences(o Object) error {
	attrs, _ := o.Attributes() // those that cannot be read are left as they are
	for _, a := range attrs {
		if !a.dtype.refers() {
			continue
		}
		values, err := a.Read()
		if err != nil {
			return err
		}
		tx.noteReferences(o.Path()+" attribute "+a.name, values)
	}
	d, ok := o.(*Dataset)
	if !ok || !d.dtype.refers() {
		return nil
	}
	values, err := d.Read(tx.ctx)
	if err != nil {
		return err
	}
	tx.noteReferences(o.Path(), values)
	return nil
}

// noteReferences records the references among values.
func (tx *Tx) noteReferences(path string, values *Array) {
	if values.dtype.raw.Class == format.ClassReference && values.dtype.class != Reference {
		tx.regions = path
	}
	switch data := values.data.(type) {
	case []ObjectRef:
		for _, r := range data {
			tx.references[uint64(r)] = path
		}
	case *Records:
		for _, f := range data.fields {
			tx.noteReferences(path, f.Values)
		}
	case []*Array:
		for _, item := range data {
			tx.noteReferences(path, item)
		}
	}
}

// refers reports whether values of the type hold object references.
func (t *Datatype) refers() bool {
	if t.raw.Class == format.ClassReference {
		return true
	}
	for _, m := range t.members {
		if m.Type.refers() {
			return true
		}
	}
	return t.base != nil && t.base.refers()
}
