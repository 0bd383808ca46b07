package loom

import (
	"context"
	"errors"
	"fmt"
)

// Rename gives an attribute another name, in a transaction: see [Conn.Update].
// Its values stay where they are. It is an error that wraps [ErrNotExist] if there is
// none of the name from, one that wraps [ErrExist] if the name to is taken, and one that
// wraps [ErrName] if to is empty or contains a slash.
func (a *Attributes) Rename(from, to string) error {
	return a.change(context.Background(), from, func(e *edit) error { return e.rename(attrsGroup(a.axis), from, to) })
}

// Rename gives a global attribute another name, as [Attributes.Rename] does.
func (g *GlobalAttributes) Rename(from, to string) error {
	return g.change(context.Background(), from, func(e *edit) error { return e.renameGlobal(from, to) })
}

// Rename gives a layer another name, as [Attributes.Rename] does. That of the
// main matrix, "", can neither be changed nor given.
func (l *Layers) Rename(from, to string) error {
	return l.change(context.Background(), from, func(e *edit) error {
		if from == "" {
			return fmt.Errorf("cannot be renamed: %w", ErrName)
		}
		return e.rename("layers", from, to)
	})
}

// Rename gives a graph another name, as [Attributes.Rename] does.
func (g *Graphs) Rename(from, to string) error {
	return g.change(context.Background(), from, func(e *edit) error { return e.rename(graphsGroup(g.axis), from, to) })
}

// rename checks the names, then renames a member of a group.
func (e *edit) rename(group, from, to string) error {
	if err := e.checkRename(group, from, to); err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	if err := e.h.Rename(memberPath(group, from), memberPath(group, to)); err != nil {
		return err
	}
	if err := e.renamed(group, from, to); err != nil {
		return err
	}
	return e.changed(group, to)
}

// checkRename refuses to rename what is not in a group, and to take a name that
// cannot be had.
func (e *edit) checkRename(group, from, to string) error {
	if err := checkName(from); err != nil {
		return err
	}
	names, err := e.members(group)
	if err != nil {
		return err
	}
	if !names[from] {
		return absent("there is none")
	}
	return checkNewName(to, names[to])
}

// checkNewName refuses a name that something cannot get.
func checkNewName(name string, taken bool) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("new name %q: %w", name, err)
	}
	if taken {
		return fmt.Errorf("new name %q: %w", name, ErrExist)
	}
	return nil
}

// renameGlobal renames a global attribute where the file has it.
func (e *edit) renameGlobal(from, to string) error {
	grouped, err := e.has("", "attrs")
	if err != nil {
		return err
	}
	rename := e.renameRootAttribute
	if grouped {
		rename = e.renameInAttrs
	}
	if err := rename(from, to); err != nil {
		return err
	}
	return errors.Join(e.versionChanged(from), e.versionChanged(to))
}

// renameInAttrs renames a global attribute that is a dataset. Those have no
// timestamps of their own.
func (e *edit) renameInAttrs(from, to string) error {
	if err := e.checkRename("attrs", from, to); err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	if err := e.h.Rename(memberPath("attrs", from), memberPath("attrs", to)); err != nil {
		return err
	}
	e.touched["attrs"] = true
	return e.renamed("attrs", from, to)
}

// renamed keeps the names in a group true.
func (e *edit) renamed(group, from, to string) error {
	names, err := e.members(group)
	if err != nil {
		return err
	}
	delete(names, from)
	names[to] = true
	return nil
}

// renameRootAttribute renames a global attribute that is an attribute of the root
// group, by storing its value, as it is, again.
func (e *edit) renameRootAttribute(from, to string) error {
	state, err := e.state()
	if err != nil {
		return err
	}
	attribute, err := state.file.Root().Attribute(from)
	if err != nil {
		return err
	}
	if err := checkNewName(to, state.attrs.Has(to)); err != nil {
		return err
	}
	value, err := attribute.Read()
	if err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	e.touched[""] = true
	if err := e.h.SetAttribute("/", to, value); err != nil {
		return err
	}
	return e.h.DeleteAttribute("/", from)
}
