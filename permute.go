package loom

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/permutation"
	"github.com/goloom/loom/internal/progress"
)

// Permute gives the rows, or the columns, of the file another order: what was at
// position ordering[i] comes to position i, in all layers and in all attributes of the
// axis, and the graphs of the axis are renumbered to match. ordering has each position once,
// else the error wraps [ErrSelection] and says which one is there twice, or not at all,
// and nothing is changed; so are layers, attributes and graphs of which one
// does not fit the axis, with [ErrShape] or [ErrInvalid]. Precomputed tiles, which old files
// may have for a viewer, are deleted.
//
// It is a transaction: see [Conn.Update]. The file is written anew beside the old one and
// takes its place at once and under all locks, as package hdf5 has it
// in [hdf5.Editor.Rewrite], so that it does not grow however often it is permuted; there has to be
// room for both. Everything else that is in the file stays.
//
// All chunks are decoded and encoded once, by all processors, unless those across the axis
// (a row of chunks, when columns are permuted) take more than 32 MiB. What is in memory at
// a time is the non-zero elements of twice that and what comes of them.
func (c *Conn) Permute(ctx context.Context, ordering []int, axis Axis) error {
	ctx = progress.Named(ctx, "permute")
	return c.transact(ctx, (*hdf5.Editor).Rewrite, func(e *edit) error { return e.permute(ctx, ordering, axis) })
}

// Permute changes the order of the rows, or the columns, as [Conn.Permute] does,
// as part of the transaction: in the file itself, whose old content becomes free
// space.
func (tx *Tx) Permute(ctx context.Context, ordering []int, axis Axis) error {
	return tx.change(ctx, func(e *edit) error { return e.permute(ctx, ordering, axis) })
}

// Permute gives the rows, or the columns, of the view another order, as
// [Conn.Permute] does of a file. Layers, attributes and graphs that were obtained
// from the view before keep theirs. While it runs the view must not be used.
func (v *View) Permute(ctx context.Context, ordering []int, axis Axis) error {
	if err := axis.check(); err != nil {
		return fmt.Errorf("%s: permute: %w", v.filename, err)
	}
	if _, err := permutation.Inverse(ordering, v.length(axis)); err != nil {
		return fmt.Errorf("%s: permute %s: %w: %w", v.filename, axis, err, ErrSelection)
	}
	selectors := [2]Selector{All(), All()}
	selectors[axis] = Indices(ordering)
	permuted, err := v.View(ctx, selectors[Rows], selectors[Columns])
	if err != nil {
		return err
	}
	v.contents = permuted.contents
	return nil
}

// permute checks, then changes, the order of an axis.
func (e *edit) permute(ctx context.Context, ordering []int, axis Axis) error {
	if err := axis.check(); err != nil {
		return fmt.Errorf("%s: permute: %w", e.filename, err)
	}
	n := max(0, e.lengths[axis])
	inverse, err := permutation.Inverse(ordering, n)
	if err != nil {
		return fmt.Errorf("%s: permute %s: %w: %w", e.filename, axis, err, ErrSelection)
	}
	state, err := e.state()
	if err != nil {
		return err
	}
	p := permuting{edit: e, state: state, axis: axis, ordering: ordering, inverse: inverse}
	if err := p.check(n); err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	return p.run(ctx)
}

// A permuting is one change of the order of an axis.
type permuting struct {
	*edit
	state    *snapshot
	axis     Axis
	ordering []int // where what comes to a position is now
	inverse  []int // where what is at a position goes

	done []*hdf5.Dataset // which may have several names
}

// check refuses an axis of which not all parts have n positions.
func (p *permuting) check(n int) error {
	for _, layer := range p.state.layers.layers {
		if layer.length(p.axis) != n {
			return layer.failed(fmt.Errorf("shape [%d %d], want %d %s: %w", layer.rows, layer.cols, n, p.axis, ErrShape))
		}
	}
	attributes := p.state.attributes(p.axis)
	for _, name := range attributes.names {
		if shape := attributes.source.stat(name).Shape; len(shape) == 0 || shape[0] != n {
			return attributes.failed(name, fmt.Errorf("shape %v, want %d %s: %w", shape, n, p.axis, ErrShape))
		}
	}
	graphs := p.state.graphs(p.axis)
	for _, name := range graphs.names {
		if _, err := graphs.Edges(name); err != nil {
			return err
		}
	}
	return nil
}

func (p *permuting) run(ctx context.Context) error {
	tiles, err := p.has("", "tiles")
	if err != nil {
		return err
	}
	if tiles {
		if err := p.h.Delete("/tiles"); err != nil {
			return err
		}
		delete(p.names[""], "tiles")
	}
	for _, layer := range p.state.layers.layers {
		group, member, err := layerPlace(layer.name)
		if err != nil {
			return err
		}
		if err := p.reorder(ctx, group, member, layer.dataset, int(p.axis)); err != nil {
			return layer.failed(err)
		}
	}
	attributes := p.state.attributes(p.axis)
	stored := attributes.source.(storedAttributes)
	for _, name := range attributes.names {
		if err := p.reorder(ctx, attrsGroup(p.axis), name, stored.datasets[name], 0); err != nil {
			return attributes.failed(name, err)
		}
	}
	graphs := p.state.graphs(p.axis)
	for _, name := range graphs.names {
		if err := p.renumber(ctx, graphs, name); err != nil {
			return err
		}
	}
	return nil
}

// once reports whether a dataset has not been changed under another name.
func (p *permuting) once(d *hdf5.Dataset) bool {
	for _, other := range p.done {
		if d.Same(other) {
			return false
		}
	}
	p.done = append(p.done, d)
	return true
}

func (p *permuting) reorder(ctx context.Context, group, member string, d *hdf5.Dataset, dim int) error {
	if p.once(d) {
		if err := p.h.Reorder(ctx, memberPath(group, member), dim, p.ordering); err != nil {
			return err
		}
	}
	return p.changed(group, member)
}

// renumber changes the vertices of a graph. Those of a type too narrow for all
// positions of the axis get the type that loompy stores.
func (p *permuting) renumber(ctx context.Context, graphs *Graphs, name string) error {
	a, b, _, _, err := graphs.source.(storedGraphs).vectors(name)
	if err != nil {
		return graphs.failed(name, err)
	}
	group := graphsGroup(p.axis)
	for _, end := range []struct {
		name    string
		dataset *hdf5.Dataset
	}{{"a", a}, {"b", b}} {
		if !p.once(end.dataset) {
			continue
		}
		err := p.h.Renumber(ctx, memberPath(group, name)+"/"+end.name, p.inverse)
		if errors.Is(err, hdf5.ErrType) {
			return p.restore(ctx, graphs, name)
		}
		if errors.Is(err, ErrSelection) {
			err = fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if err != nil {
			return graphs.failed(name, err)
		}
	}
	return p.changed(group, name)
}

// restore stores a graph anew, with other vertices.
func (p *permuting) restore(ctx context.Context, graphs *Graphs, name string) error {
	graph, err := graphs.get(ctx, name)
	if err != nil {
		return err
	}
	for i := range graph.a {
		graph.a[i], graph.b[i] = int32(p.inverse[graph.a[i]]), int32(p.inverse[graph.b[i]])
	}
	return p.storeGraph(ctx, graphsGroup(p.axis), name, graph.a, graph.b, graph.w)
}
