package loom

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// Set gives the file a global attribute, in place of one of the same name if
// there is one, in a transaction: see [Conn.Update]. The value is of any shape;
// [hdf5.NewScalar] makes one of a string or a number. Names and types are
// restricted as those of [Attributes.Set] are.
//
// The time of the last change, "last_modified", is always that of the
// transaction.
func (g *GlobalAttributes) Set(name string, value *Array) error {
	ctx := context.Background()
	return g.change(ctx, name, func(e *edit) error {
		if err := checkPlain(value); err != nil {
			return err
		}
		return e.setGlobal(ctx, name, value)
	})
}

// Delete removes a global attribute from the file, in a transaction. It is an
// error that wraps [ErrNotExist] if there is none of that name.
func (g *GlobalAttributes) Delete(name string) error {
	return g.change(context.Background(), name, func(e *edit) error { return e.deleteGlobal(name) })
}

func (g *GlobalAttributes) change(ctx context.Context, name string, f func(*edit) error) error {
	return changeWith(ctx, g.writer, g.filename, func(e *edit) error {
		if err := f(e); err != nil {
			return fmt.Errorf("%s: global attribute %q: %w", g.filename, name, err)
		}
		return nil
	})
}

// Arrays returns the values of all attributes by name, such as [Create] takes.
func (g *GlobalAttributes) Arrays() (map[string]*Array, error) {
	arrays := make(map[string]*Array, len(g.names))
	for attribute, err := range g.All() {
		if err != nil {
			return nil, err
		}
		arrays[attribute.Name] = attribute.Values
	}
	return arrays, nil
}

// setGlobal checks, then stores, the value of a global attribute.
func (e *edit) setGlobal(ctx context.Context, name string, value *Array) error {
	if err := checkName(name); err != nil {
		return err
	}
	stored, err := e.storable(value)
	if err != nil {
		return err
	}
	grouped, err := e.has("", "attrs")
	if err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	if !grouped && e.old {
		e.touched[""] = true
		if err := e.h.SetAttribute("/", name, stored); err != nil {
			return err
		}
		return e.versionChanged(name)
	}
	if !grouped {
		if err := e.moveGlobals(ctx); err != nil {
			return err
		}
	}
	e.touched["attrs"] = true
	if err := e.writeGlobal(ctx, name, stored); err != nil {
		return err
	}
	return e.versionChanged(name)
}

// writeGlobal stores a global attribute as a dataset of the group /attrs.
func (e *edit) writeGlobal(ctx context.Context, name string, value *Array) error {
	if err := e.clear("attrs", name); err != nil {
		return err
	}
	return e.store(ctx, memberPath("attrs", name), hdf5.DatasetSpec{Type: value.Type(), Shape: value.Shape()}, value)
}

// moveGlobals makes the group /attrs and copies to it what an attribute of the
// root group was for want of it. What is not of a type that can be written stays
// where it is.
func (e *edit) moveGlobals(ctx context.Context) error {
	if err := e.makeGroup("attrs"); err != nil {
		return err
	}
	for attribute, err := range e.before.attrs.All() {
		if err != nil {
			continue
		}
		stored, err := e.storable(attribute.Values)
		if err != nil || checkName(attribute.Name) != nil {
			continue
		}
		if err := e.writeGlobal(ctx, attribute.Name, stored); err != nil {
			return err
		}
	}
	return nil
}

// deleteGlobal removes a global attribute from where the file has it.
func (e *edit) deleteGlobal(name string) error {
	grouped, err := e.has("", "attrs")
	if err != nil {
		return err
	}
	if grouped {
		if err := e.remove("attrs", name); err != nil {
			return err
		}
		return e.versionChanged(name)
	}
	state, err := e.state()
	if err != nil {
		return err
	}
	if !state.attrs.Has(name) {
		return absent("there is none")
	}
	if err := e.start(); err != nil {
		return err
	}
	e.touched[""] = true
	if err := e.h.DeleteAttribute("/", name); err != nil {
		return err
	}
	return e.versionChanged(name)
}

// versionChanged finds out which dialect the file has from now on, if the
// attribute that says so was changed.
func (e *edit) versionChanged(name string) error {
	if name != specVersionName {
		return nil
	}
	state, err := e.state()
	if err != nil {
		return err
	}
	e.old = isOld(state.spec)
	return nil
}

// setGlobals sets several global attributes, in the order of their names.
func (e *edit) setGlobals(ctx context.Context, values map[string]*Array) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := e.setGlobal(ctx, name, values[name]); err != nil {
			return fmt.Errorf("global attribute %q: %w", name, err)
		}
	}
	return nil
}
