package loom

import (
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// newMemoryView makes a view of everything that a view can have, without a file:
// the element at row i and column j of the main matrix is values[i*cols+j].
func newMemoryView(t rapid.TB, rows, cols int, values []float64) *View {
	t.Helper()
	v := &View{contents{filename: "memory", rows: rows, cols: cols}}
	v.layers = &Layers{filename: "memory", layers: []*Layer{memoryLayer(t, "", rows, cols, values)}}
	v.rowAttrs = &Attributes{filename: "memory", axis: Rows, length: rows, source: memoryAttributes{}}
	v.colAttrs = &Attributes{filename: "memory", axis: Columns, length: cols, source: memoryAttributes{}}
	v.rowGraphs = &Graphs{filename: "memory", axis: Rows, length: rows, source: memoryGraphs{}}
	v.colGraphs = &Graphs{filename: "memory", axis: Columns, length: cols, source: memoryGraphs{}}
	v.attrs = &GlobalAttributes{filename: "memory"}
	return v
}

func memoryLayer[T Number](t rapid.TB, name string, rows, cols int, values []T) *Layer {
	t.Helper()
	dense, err := sparse.NewDense(rows, cols, values)
	if err != nil {
		t.Fatal(err)
	}
	dtype := mustArray(t, values).Type()
	return &Layer{filename: "memory", name: name, rows: rows, cols: cols, dtype: dtype, values: dense}
}

func mustArray[T hdf5.Element](t rapid.TB, values []T, shape ...int) *Array {
	t.Helper()
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *Attributes) put(name string, values *Array) {
	a.names = append(a.names, name)
	a.source.(memoryAttributes)[name] = values
}

func (g *Graphs) put(t rapid.TB, name string, a, b []int32, w []float32) {
	t.Helper()
	g.names = append(g.names, name)
	g.source.(memoryGraphs)[name] = &Graph{name: name, vertices: g.length, a: a, b: b, w: mustArray(t, w)}
}

// drawView draws a view of up to 70 rows and columns, with attributes that say
// where each row and column comes from, and a graph on each axis.
func drawView(t *rapid.T) *View {
	rows, cols := rapid.IntRange(0, 70).Draw(t, "rows"), rapid.IntRange(0, 70).Draw(t, "cols")
	values := make([]float64, rows*cols)
	for range rapid.IntRange(0, 100).Draw(t, "values") {
		if len(values) > 0 {
			values[rapid.IntRange(0, len(values)-1).Draw(t, "at")] = rapid.Float64Range(-10, 10).Draw(t, "value")
		}
	}
	v := newMemoryView(t, rows, cols, values)
	for _, axis := range []Axis{Rows, Columns} {
		positions := make([]int64, v.length(axis))
		for i := range positions {
			positions[i] = int64(i)
		}
		v.attributes(axis).put("position", mustArray(t, positions))
		drawGraph(t, v.graphs(axis))
	}
	return v
}

func drawGraph(t *rapid.T, g *Graphs) {
	edges := 0
	if g.length > 0 {
		edges = rapid.IntRange(0, 60).Draw(t, "edges")
	}
	a, b, w := make([]int32, edges), make([]int32, edges), make([]float32, edges)
	for k := range a {
		a[k] = int32(rapid.IntRange(0, g.length-1).Draw(t, "a"))
		b[k] = int32(rapid.IntRange(0, g.length-1).Draw(t, "b"))
		w[k] = float32(k + 1)
	}
	g.put(t, "graph", a, b, w)
}

// drawSelection draws positions of an axis, which may repeat.
func drawSelection(t *rapid.T, n int) []int {
	if n == 0 {
		return []int{}
	}
	return rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 2*n).Draw(t, "positions")
}
