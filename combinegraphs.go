package loom

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// An edgeList is a graph that is put together.
type edgeList struct {
	a, b []int32
	w    []*Array
}

// add adds the edges of a graph, whose vertices become those that renumber returns.
func (l *edgeList) add(g *Graph, renumber func(vertex int32) int32) error {
	weights, err := normalized(g.w)
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	for k := range g.a {
		l.a = append(l.a, renumber(g.a[k]))
		l.b = append(l.b, renumber(g.b[k]))
	}
	l.w = append(l.w, weights)
	return nil
}

// weights returns the weights of all edges.
func (l *edgeList) weights() (*Array, error) {
	if len(l.w) == 0 {
		return hdf5.NewArray([]float64{})
	}
	return concatenated(l.w...)
}

// writeGraphs writes the graphs, if they are asked for.
func (c *combination) writeGraphs(ctx context.Context, e *edit) error {
	if !c.settings.graphs {
		for _, s := range c.sources {
			c.loseGraphs(s, s.rowGraphs.names, rowGraphLoss, "graphs are not included")
			c.loseGraphs(s, s.colGraphs.names, colGraphLoss, "graphs are not included")
		}
		return nil
	}
	for _, name := range c.allNames(func(s *mergeSource) []string { return s.colGraphs.names }) {
		if err := c.writeColumnGraph(ctx, e, name); err != nil {
			return fmt.Errorf("column graph %q: %w", name, err)
		}
	}
	for _, name := range c.allNames(func(s *mergeSource) []string { return s.rowGraphs.names }) {
		if err := c.writeRowGraph(ctx, e, name); err != nil {
			return fmt.Errorf("row graph %q: %w", name, err)
		}
	}
	return nil
}

func (c *combination) loseGraphs(s *mergeSource, names []string, kind, reason string) {
	for _, name := range names {
		c.lose(s, kind, name, "%s", reason)
	}
}

// writeColumnGraph writes the edges that all sources have in the graphs of a name.
func (c *combination) writeColumnGraph(ctx context.Context, e *edit, name string) error {
	var edges edgeList
	left := 0
	for _, s := range c.sources {
		if s.colGraphs.Has(name) {
			if err := s.addColumnEdges(ctx, &edges, name, left); err != nil {
				return err
			}
		}
		left += s.width
	}
	return e.setEdges(ctx, Columns, name, edges)
}

// addColumnEdges adds the edges between the columns that are taken, the first of
// which becomes column left.
func (m *mergeSource) addColumnEdges(ctx context.Context, edges *edgeList, name string, left int) error {
	g, err := m.colGraphs.only(name).sliced(ctx, m.colSel)
	if err != nil {
		return err
	}
	graph, err := g.get(ctx, name)
	if err != nil {
		return err
	}
	return edges.add(graph, func(vertex int32) int32 { return vertex + int32(left) })
}

// writeRowGraph writes the graph of a name of the first source that has it.
func (c *combination) writeRowGraph(ctx context.Context, e *edit, name string) error {
	i := slices.IndexFunc(c.sources, func(s *mergeSource) bool { return s.rowGraphs.Has(name) })
	s := c.sources[i]
	for _, other := range c.sources[i+1:] {
		if other.rowGraphs.Has(name) {
			c.lose(other, rowGraphLoss, name, "that of %s is taken", s.filename)
		}
	}
	var rows []int
	var places []int32 // of these rows in the result
	for place, row := range s.at {
		if row >= 0 {
			rows, places = append(rows, row), append(places, int32(place))
		}
	}
	g, err := s.rowGraphs.only(name).sliced(ctx, Indices(rows))
	if err != nil {
		return err
	}
	graph, err := g.get(ctx, name)
	if err != nil {
		return err
	}
	var edges edgeList
	if err := edges.add(graph, func(vertex int32) int32 { return places[vertex] }); err != nil {
		return err
	}
	return e.setEdges(ctx, Rows, name, edges)
}

// only returns the one graph of a name.
func (g *Graphs) only(name string) *Graphs {
	one := *g
	one.names = []string{name}
	return &one
}

// setEdges stores a graph.
func (e *edit) setEdges(ctx context.Context, axis Axis, name string, edges edgeList) error {
	weights, err := edges.weights()
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	return e.setGraph(ctx, axis, name, edges.a, edges.b, weights)
}
