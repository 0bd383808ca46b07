package hdf5

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// CreateGroup makes a group, and those above it that do not exist. It is an
// error that wraps [ErrExist] if something of that name exists.
func (tx *Tx) CreateGroup(name string) error {
	p, err := tx.locate(name)
	if errors.Is(err, ErrNotExist) {
		if err = tx.createParents(name); err == nil {
			p, err = tx.locate(name)
		}
	}
	if err != nil {
		return tx.f.fail(name, err)
	}
	h := &format.Header{Version: 1, RefCount: 1, Messages: []format.Message{{Type: format.MsgSymbolTable}}}
	addr, err := tx.writeGroup(h, nil)
	if err != nil {
		return tx.f.fail(name, err)
	}
	return tx.f.fail(name, tx.addLink(p, Link{Name: p.name, addr: addr, order: -1}))
}

// createParents makes the missing groups above a path.
func (tx *Tx) createParents(name string) error {
	parent := path.Dir(path.Clean("/" + name))
	if parent == "/" {
		return nil
	}
	if _, _, err := tx.objectPlace(parent); err == nil || !errors.Is(err, ErrNotExist) {
		return err
	}
	return tx.CreateGroup(parent)
}

// Delete removes the link at a path: the object goes with its last link, and a
// group with all that is in it. The space that it leaves is used again by later
// transactions.
func (tx *Tx) Delete(name string) error {
	p, err := tx.locate(name)
	if err != nil {
		return tx.f.fail(name, err)
	}
	return tx.f.fail(name, tx.unlink(p))
}

// unlink removes a link, and counts it off the object's references.
func (tx *Tx) unlink(p place) error {
	l, err := tx.linkAt(p)
	if err != nil {
		return err
	}
	if err := tx.forgetGroups(); err != nil {
		return err
	}
	if l, err = tx.linkAt(p); err != nil {
		return err
	}
	if l.Kind == HardLink {
		if err := tx.checkUnreferenced(l.addr); err != nil {
			return err
		}
		if err := tx.dropReference(p, l.addr); err != nil {
			return err
		}
	}
	return tx.changeGroup(p.groups, func(links []Link) ([]Link, error) {
		return slices.DeleteFunc(links, func(l Link) bool { return l.Name == p.name }), nil
	})
}

// dropReference takes one off the link count of an object that has others.
func (tx *Tx) dropReference(p place, addr uint64) error {
	tx.refresh()
	o := object{file: tx.f, path: p.String(), addr: addr}
	h, err := o.header()
	if err != nil || h.RefCount <= 1 {
		return nil // what cannot be read can still be removed
	}
	changed := *h
	changed.RefCount--
	now, err := tx.writeHeader(&changed)
	if err != nil {
		return err
	}
	return tx.moved(p, h, addr, now)
}

// Rename gives the link at a path another path in the same file. The object
// itself stays where it is. It is an error that wraps [ErrExist] if something of
// the new name exists.
func (tx *Tx) Rename(from, to string) error {
	return tx.f.fail(from, tx.rename(from, to))
}

func (tx *Tx) rename(from, to string) error {
	source, err := tx.locate(from)
	if err != nil {
		return err
	}
	target, err := tx.locate(to)
	if err != nil {
		return err
	}
	if target.within(source) {
		return fmt.Errorf("rename to %v, which is inside it: %w", target, ErrSelection)
	}
	if err := tx.forgetGroups(); err != nil {
		return err
	}
	l, err := tx.linkAt(source)
	if err != nil {
		return err
	}
	l.Name, l.order = target.name, -1
	if err := tx.addLink(target, l); err != nil {
		return err
	}
	return tx.changeGroup(source.groups, func(links []Link) ([]Link, error) {
		return slices.DeleteFunc(links, func(l Link) bool { return l.Name == source.name }), nil
	})
}

// within reports whether p is q or lies below it.
func (p place) within(q place) bool {
	names := append(slices.Clone(p.groups), p.name)
	above := append(slices.Clone(q.groups), q.name)
	return len(names) >= len(above) && slices.Equal(names[:len(above)], above)
}

// addLink adds a link to a group.
func (tx *Tx) addLink(p place, l Link) error {
	if p.name == "" || p.name == "." {
		return fmt.Errorf("name %q: %w", p.name, ErrSelection)
	}
	return tx.changeGroup(p.groups, func(links []Link) ([]Link, error) {
		if slices.ContainsFunc(links, func(other Link) bool { return other.Name == p.name }) {
			return nil, fmt.Errorf("%v: %w", p, ErrExist)
		}
		return append(links, l), nil
	})
}
