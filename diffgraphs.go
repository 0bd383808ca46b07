package loom

import (
	"cmp"
	"context"
	"slices"
)

// graphs compares the graphs of an axis.
func (d *differ) graphs(ctx context.Context, axis Axis) error {
	a, b := d.a.graphs(axis), d.b.graphs(axis)
	part := axis.singular() + " graph"
	for _, name := range d.common(part, a.names, b.names) {
		x, err := a.get(ctx, name)
		if err != nil {
			return err
		}
		y, err := b.get(ctx, name)
		if err != nil {
			return err
		}
		if x.w.Type().String() != y.w.Type().String() {
			d.add(Difference{Part: part, Name: name, Kind: Types, A: x.w.Type().String(), B: y.w.Type().String()})
		}
		n, err := differentEdges(x, y)
		if err != nil {
			return a.failed(name, err)
		}
		if n > 0 {
			d.add(Difference{Part: part, Name: name, Kind: Values, Count: n})
		}
	}
	return nil
}

// An edge leads from a to b with a weight.
type edge struct {
	a, b int32
	w    float64
}

func compareEdges(x, y edge) int {
	return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.w, y.w))
}

// differentEdges returns how many edges only one of two graphs has.
func differentEdges(x, y *Graph) (int64, error) {
	if slices.Equal(x.a, y.a) && slices.Equal(x.b, y.b) && !differentSequences(x.w, y.w) {
		return 0, nil
	}
	a, err := sortedEdges(x)
	if err != nil {
		return 0, err
	}
	b, err := sortedEdges(y)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for len(a) > 0 && len(b) > 0 {
		switch c := compareEdges(a[0], b[0]); {
		case c == 0:
			a, b = a[1:], b[1:]
		case c < 0:
			a, n = a[1:], n+1
		default:
			b, n = b[1:], n+1
		}
	}
	return n + int64(len(a)+len(b)), nil
}

func sortedEdges(g *Graph) ([]edge, error) {
	weights, err := g.w.Float64s()
	if err != nil {
		return nil, err
	}
	edges := make([]edge, len(g.a))
	for k := range edges {
		edges[k] = edge{g.a[k], g.b[k], weights[k]}
	}
	slices.SortFunc(edges, compareEdges)
	return edges, nil
}
