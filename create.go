package loom

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// createdVersion is the version of the specification that new files follow.
const createdVersion = "3.0.0"

// Create makes a new Loom file, of version 3.0.0 of the specification, in place
// of an existing one. The layers, among them the main matrix "", have one shape;
// the attributes have one value for each row or column. See [Layers.Set],
// [Attributes.Set] and [GlobalAttributes.Set] for what they can be, and
// [Layers.Matrices] and [Attributes.Arrays] for those of another file or view. Attributes
// that these have and Set refuses, compounds for one, as in SCope's files, are stored
// as they are, but are not valid: see [Validate].
//
//	err := loom.Create(ctx, "cells.loom", map[string]loom.Matrix{"": counts}, rowAttrs, colAttrs, nil)
//
// The file appears, whole and durable, when all is written: if anything fails,
// what was at path before is still there. LOOM_SPEC_VERSION, CreationDate and
// last_modified are set among the global attributes.
func Create(ctx context.Context, path string, layers map[string]Matrix, rowAttrs, colAttrs, attrs map[string]*Array, opts ...WriteOption) error {
	return create(ctx, path, attrs, func(e *edit) error {
		if layers[""] == nil {
			return absent("no main matrix")
		}
		ctx := e.startProgress(ctx, "create", layers)
		if err := e.setLayers(ctx, layers, newWriteSettings(opts)); err != nil {
			return err
		}
		if err := e.setAttributes(ctx, Rows, rowAttrs); err != nil {
			return err
		}
		return e.setAttributes(ctx, Columns, colAttrs)
	})
}

// New makes a new file without a matrix, in place of an existing one, and
// connects to it. It is no valid Loom file before it has a matrix: see
// [Layers.Set] and [Conn.AddColumns].
func New(ctx context.Context, path string, attrs map[string]*Array) (*Conn, error) {
	if err := create(ctx, path, attrs, func(*edit) error { return nil }); err != nil {
		return nil, err
	}
	return Connect(path, SkipValidation())
}

// create makes a file with the groups and global attributes that every file
// has, and with what fill adds.
func create(ctx context.Context, path string, attrs map[string]*Array, fill func(*edit) error) error {
	err := hdf5.Create(ctx, path, func(h *hdf5.Tx) error {
		file, err := h.File()
		if err != nil {
			return err
		}
		empty, err := newSnapshot(file, path, 0, nil)
		if err != nil {
			return err
		}
		e := newEdit(h, empty, 0, nil)
		e.old = false
		if err := e.makeGroups(); err != nil {
			return err
		}
		if err := fill(e); err != nil {
			return err
		}
		if err := e.setGlobals(ctx, attrs); err != nil {
			return err
		}
		e.touched["attrs"] = true
		return errors.Join(
			e.writeGlobal(ctx, "CreationDate", hdf5.NewScalar(e.stamp)),
			e.writeGlobal(ctx, specVersionName, hdf5.NewScalar(createdVersion)),
			e.finish(ctx),
		)
	})
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	return nil
}

// makeGroups makes the groups that the specification asks for.
func (e *edit) makeGroups() error {
	for _, group := range []string{"attrs", "layers", "row_attrs", "col_attrs", "row_graphs", "col_graphs"} {
		if err := e.makeGroup(group); err != nil {
			return err
		}
	}
	return nil
}

// Create makes a new Loom file of the view, as [Create] does: with its layers,
// attributes and graphs. LOOM_SPEC_VERSION, CreationDate and last_modified are
// those of the new file. To copy part of a file without holding it in memory, see
// [Combine].
func (v *View) Create(ctx context.Context, path string, opts ...WriteOption) error {
	attrs, err := v.attrs.Arrays()
	if err != nil {
		return err
	}
	layers, err := v.layers.Matrices(ctx)
	if err != nil {
		return err
	}
	return create(ctx, path, attrs, func(e *edit) error {
		if layers[""] == nil {
			return absent("no main matrix")
		}
		ctx := e.startProgress(ctx, "create", layers)
		if err := e.setLayers(ctx, layers, newWriteSettings(opts)); err != nil {
			return err
		}
		for _, axis := range []Axis{Rows, Columns} {
			if err := v.createAxis(ctx, e, axis); err != nil {
				return err
			}
		}
		return nil
	})
}

// createAxis gives a new file the attributes and graphs that c has on an axis.
func (c *contents) createAxis(ctx context.Context, e *edit, axis Axis) error {
	attributes, err := c.attributes(axis).Arrays()
	if err != nil {
		return err
	}
	if err := e.setAttributes(ctx, axis, attributes); err != nil {
		return err
	}
	for graph, err := range c.graphs(axis).All() {
		if err != nil {
			return err
		}
		if err := e.setGraph(ctx, axis, graph.name, graph.a, graph.b, graph.w); err != nil {
			return fmt.Errorf("%s graph %q: %w", axis.singular(), graph.name, err)
		}
	}
	return nil
}
