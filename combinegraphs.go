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

// equal reports whether two lists have the same edges in the same order; the
// weights are in one array each.
func (l *edgeList) equal(other edgeList) bool {
	return slices.Equal(l.a, other.a) && slices.Equal(l.b, other.b) && sameValues(l.w[0], other.w[0])
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
		edges, err := c.columnEdges(ctx, name)
		if err == nil {
			err = e.setEdges(ctx, Columns, name, edges)
		}
		if err != nil {
			return fmt.Errorf("column graph %q: %w", name, err)
		}
	}
	for _, name := range c.allNames(func(s *mergeSource) []string { return s.rowGraphs.names }) {
		edges, err := c.rowEdges(ctx, name)
		if err == nil {
			err = e.setEdges(ctx, Rows, name, edges)
		}
		if err != nil {
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

// columnEdges returns the edges that all sources have in the graphs of a name.
func (c *combination) columnEdges(ctx context.Context, name string) (edgeList, error) {
	var edges edgeList
	left := 0
	for _, s := range c.sources {
		if s.colGraphs.Has(name) {
			if err := s.addColumnEdges(ctx, &edges, name, left); err != nil {
				return edges, err
			}
		}
		left += s.width
	}
	return edges, nil
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

// rowEdges returns the graph of a name of the first source that has it. Others that
// differ are lost.
func (c *combination) rowEdges(ctx context.Context, name string) (edgeList, error) {
	var first *mergeSource
	var edges edgeList
	for _, s := range c.sources {
		if !s.rowGraphs.Has(name) {
			continue
		}
		own, err := s.ownRowEdges(ctx, name)
		switch {
		case err != nil:
			return edges, err
		case first == nil:
			first, edges = s, own
		case !edges.equal(own):
			c.lose(s, rowGraphLoss, name, "it differs from that of %s", first.filename)
		}
	}
	return edges, nil
}

// ownRowEdges returns the edges of a row graph between the rows that are taken.
func (m *mergeSource) ownRowEdges(ctx context.Context, name string) (edgeList, error) {
	var edges edgeList
	var rows []int
	var places []int32 // of these rows in the result
	for place, row := range m.at {
		if row >= 0 {
			rows, places = append(rows, row), append(places, int32(place))
		}
	}
	g, err := m.rowGraphs.only(name).sliced(ctx, Indices(rows))
	if err != nil {
		return edges, err
	}
	graph, err := g.get(ctx, name)
	if err != nil {
		return edges, err
	}
	return edges, edges.add(graph, func(vertex int32) int32 { return places[vertex] })
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
