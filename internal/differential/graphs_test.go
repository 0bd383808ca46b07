package differential

import (
	"context"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

// A graphValue is a list of edges.
type graphValue struct {
	a, b []int32
	w    *loom.Array
}

// drawGraph draws edges between n vertices, some of them twice. The weights are floats,
// as the specification has it.
func drawGraph(t *rapid.T, n int) graphValue {
	edges := rapid.SampledFrom([]int{0, 1, 5, 64, 65}).Draw(t, "edges")
	d := dtypes[rapid.IntRange(0, 2).Draw(t, "type")]
	r := drawRand(t)
	g := graphValue{make([]int32, edges), make([]int32, edges), withSpecials(r, d.array(r, true, edges))}
	for k := range edges {
		g.a[k], g.b[k] = int32(r.IntN(n)), int32(r.IntN(n))
	}
	return g
}

func setGraph(t *rapid.T, s state) (operation, bool) {
	axis, name := drawAxis(t), drawName(t)
	g := drawGraph(t, length(s, axis))
	return operation{
		ours:    func(_ context.Context, ds target) error { return graphs(ds, axis).Set(name, g.a, g.b, g.w) },
		theirs:  []request{g.request(axis, name)},
		touched: []string{graphPath(axis, name)},
	}, true
}

func (g graphValue) request(axis loom.Axis, name string) request {
	return request{"op": "set_graph", "axis": axis, "name": name, "a": g.a, "b": g.b, "values": specOf(g.w)}
}

func deleteGraph(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	name, ok := drawExisting(t, graphs(s, axis).Names())
	return operation{
		ours:    func(_ context.Context, ds target) error { return graphs(ds, axis).Delete(name) },
		theirs:  []request{{"op": "delete_graph", "axis": axis, "name": name}},
		removed: []string{graphPath(axis, name)},
	}, ok
}
