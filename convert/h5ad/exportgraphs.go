package h5ad

import (
	"context"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// writeGraphs writes the graphs of an axis to obsp or varp: as matrices that are
// compressed by row, with an element for each edge.
func (e *exporter) writeGraphs(ctx context.Context, axis loom.Axis) error {
	graphs, part, kind, n := e.ds.ColGraphs(), "/obsp", "column graph", e.cols
	if axis == loom.Rows {
		graphs, part, kind, n = e.ds.RowGraphs(), "/varp", "row graph", e.rows
	}
	if err := e.makeGroup(part, "dict", "0.1.0"); err != nil {
		return err
	}
	for _, name := range graphs.Names() {
		g, err := graphs.Get(name)
		if err != nil {
			return err
		}
		_, _, w := g.Edges()
		elements := elementsOf(w.Type())
		if elements == nil || w.Type().Class() == hdf5.Bool {
			e.lose(e.ds.Filename(), kind, name, "weights of type %s, not numbers", w.Type())
			continue
		}
		if err := elements.exportGraph(ctx, e, g, under(part, name), n); err != nil {
			return err
		}
	}
	return nil
}

// exportGraph writes a graph of n vertices. Edges between the same vertices stay
// several, in their order, which scipy takes for one of the sum of their weights.
func (numbers[T]) exportGraph(ctx context.Context, e *exporter, g *loom.Graph, path string, n int) error {
	a, b, w := g.Edges()
	weights, err := hdf5.Values[T](w)
	if err != nil {
		return err
	}
	out, err := newCSRWriter[T](e, path, n, n)
	if err != nil {
		return err
	}
	ptr := make([]int, n+1)
	for _, from := range a {
		ptr[from+1]++
	}
	for i := range n {
		ptr[i+1] += ptr[i]
	}
	next, idx, values := append([]int(nil), ptr...), make([]int32, len(b)), make([]T, len(b))
	for k, from := range a {
		at := next[from]
		next[from]++
		idx[at], values[at] = b[k], weights[k]
	}
	if err := out.write(ctx, ptr, idx, values); err != nil {
		return err
	}
	return out.close(ctx)
}
