package loom

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// Set gives the file a graph, in place of one of the same name if there is one,
// in a transaction: see [Conn.Update]. Edge k leads from position a[k] to position
// b[k] of the axis and has the weight w[k]; the weights are numbers. [Graph.Edges]
// returns the three of another graph.
//
// Vectors of different lengths are an error that wraps [ErrShape], and ends
// that the axis does not have one that wraps [ErrSelection].
func (g *Graphs) Set(name string, a, b []int32, w *Array) error {
	ctx := context.Background()
	return g.change(ctx, name, func(e *edit) error { return e.setGraph(ctx, g.axis, name, a, b, w) })
}

// Delete removes a graph from the file, in a transaction. It is an error that
// wraps [ErrNotExist] if there is none of that name.
func (g *Graphs) Delete(name string) error {
	return g.change(context.Background(), name, func(e *edit) error { return e.remove(graphsGroup(g.axis), name) })
}

func (g *Graphs) change(ctx context.Context, name string, f func(*edit) error) error {
	return changeWith(ctx, g.writer, g.filename, func(e *edit) error {
		if err := f(e); err != nil {
			return g.failed(name, err)
		}
		return nil
	})
}

// setGraph checks, then stores, a graph: three vectors in one piece each, as
// loompy stores them.
func (e *edit) setGraph(ctx context.Context, axis Axis, name string, a, b []int32, w *Array) error {
	if err := checkName(name); err != nil {
		return err
	}
	weights, err := e.storable(w)
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	if _, err := numbersOf(weights.Type()); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	if shape := weights.Shape(); len(shape) != 1 || len(a) != shape[0] || len(b) != shape[0] {
		return fmt.Errorf("weights of shape %v for edges from %d positions to %d: %w", shape, len(a), len(b), ErrShape)
	}
	n := max(0, e.lengths[axis])
	for k := range a {
		if min(a[k], b[k]) < 0 || int(max(a[k], b[k])) >= n {
			return fmt.Errorf("edge %d leads from %d to %d, of %d %s: %w", k, a[k], b[k], n, axis, ErrSelection)
		}
	}
	if err := e.start(); err != nil {
		return err
	}
	return e.storeGraph(ctx, graphsGroup(axis), name, a, b, weights)
}

func (e *edit) storeGraph(ctx context.Context, group, name string, a, b []int32, w *Array) error {
	if err := e.clear(group, name); err != nil {
		return err
	}
	path := memberPath(group, name)
	if err := e.h.CreateGroup(path); err != nil {
		return err
	}
	from, err := hdf5.NewArray(a)
	if err != nil {
		return err
	}
	to, err := hdf5.NewArray(b)
	if err != nil {
		return err
	}
	for _, vector := range []struct {
		name   string
		values *Array
	}{{"a", from}, {"b", to}, {"w", w}} {
		spec := hdf5.DatasetSpec{Type: vector.values.Type(), Shape: vector.values.Shape()}
		if err := e.store(ctx, path+"/"+vector.name, spec, vector.values); err != nil {
			return err
		}
	}
	return e.changed(group, name)
}
