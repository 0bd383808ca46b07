package differential

import (
	"context"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"pgregory.net/rapid"
)

// dialects are the kinds of file that a sequence can begin with: what this
// library creates, and what loompy_sequence.py makes. Those that are new have no matrix at
// first: columns are added to nothing.
var dialects = []string{"ours", "loompy", "latest", "spec2", "old", "our new", "new"}

// A start is the content of the file that a sequence begins with.
type start struct {
	dialect            string
	layers             map[string]layerValue
	rowAttrs, colAttrs map[string]*loom.Array
	attrs              map[string]*loom.Array
	graphs             []axisGraph
}

type axisGraph struct {
	axis loom.Axis
	name string
	graphValue
}

// sides are the lengths of axes: those at which chunks end, and others.
var sides = []int{1, 2, 5, 30, 63, 64, 65, 70}

func drawStart(t *rapid.T) start {
	s := start{
		dialect: rapid.SampledFrom(dialects).Draw(t, "dialect"),
		layers:  map[string]layerValue{}, attrs: map[string]*loom.Array{},
		rowAttrs: map[string]*loom.Array{}, colAttrs: map[string]*loom.Array{},
	}
	old := s.dialect == "spec2" || s.dialect == "old"
	rows, cols := rapid.SampledFrom(sides).Draw(t, "rows"), rapid.SampledFrom(sides).Draw(t, "columns")
	s.layers[""] = drawStartLayer(t, rows, cols)
	for _, name := range drawNames(t) {
		s.layers[name] = drawStartLayer(t, rows, cols)
	}
	for _, name := range drawNames(t) {
		s.rowAttrs[name] = drawArray(t, old, drawShape(t, rows)...)
	}
	for _, name := range drawNames(t) {
		s.colAttrs[name] = drawArray(t, old, drawShape(t, cols)...)
	}
	for _, name := range drawNames(t) {
		s.attrs[name] = drawArray(t, old)
	}
	for _, name := range drawNames(t) {
		s.graphs = append(s.graphs, axisGraph{loom.Columns, name, drawGraph(t, cols)})
	}
	if s.isNew() && len(s.rowAttrs) == 0 { // which tell loompy how many rows there are
		s.rowAttrs["A"] = drawArray(t, old, rows)
	}
	return s
}

func (s start) isNew() bool { return s.dialect == "our new" || s.dialect == "new" }

// drawNames draws a few different names.
func drawNames(t *rapid.T) []string {
	first := rapid.IntRange(0, len(names)).Draw(t, "first")
	return names[first:min(len(names), first+rapid.IntRange(0, 3).Draw(t, "names"))]
}

// drawStartLayer draws a dense layer, not of float16, which is no type of a
// matrix in memory.
func drawStartLayer(t *rapid.T, rows, cols int) layerValue {
	value := drawMatrix(t, rows, cols)
	if value.dtype == "float16" {
		value.dtype = "float32"
	}
	return value
}

// create makes the file with this library.
func (s start) create(ctx context.Context, path string) error {
	if s.isNew() {
		ds, err := loom.New(ctx, path, s.attrs)
		if err != nil {
			return err
		}
		return ds.Close()
	}
	if err := loom.Create(ctx, path, matrices(s.layers), s.rowAttrs, s.colAttrs, s.attrs); err != nil {
		return err
	}
	ds, err := loom.Connect(path)
	if err != nil {
		return err
	}
	defer ds.Close()
	for _, g := range s.graphs {
		if err := graphs(ds, g.axis).Set(g.name, g.a, g.b, g.w); err != nil {
			return err
		}
	}
	return nil
}

// request asks loompy_sequence.py to make the file.
func (s start) request(path string) request {
	edges := []request{}
	for _, g := range s.graphs {
		edges = append(edges, g.graphValue.request(g.axis, g.name))
	}
	return request{
		"make": s.dialect, "path": path, "layers": layerSpecs(s.layers), "graphs": edges,
		"row_attrs": specsOf(s.rowAttrs), "col_attrs": specsOf(s.colAttrs), "attrs": specsOf(s.attrs),
	}
}

// first is the operation that every sequence begins with: loompy changes the groups of old files when it
// connects to them, this library when it first changes anything.
func first() *operation {
	value := hdf5.NewScalar("begun")
	return &operation{
		kind:   "begin",
		ours:   func(_ context.Context, ds target) error { return ds.Attrs().Set("A", value) },
		theirs: []request{{"op": "set_global", "name": "A", "values": specOf(value)}},
	}
}

// fill adds the first columns to a new file.
func (s start) fill() *operation {
	return &operation{
		kind: "fill",
		ours: func(ctx context.Context, ds target) error {
			_, err := ds.AddColumns(ctx, matrices(s.layers), s.colAttrs, loom.WithRowAttrs(s.rowAttrs))
			return err
		},
		theirs: []request{{
			"op": "add_columns", "layers": layerSpecs(s.layers), "attrs": specsOf(s.colAttrs), "row_attrs": specsOf(s.rowAttrs),
		}},
		grown:   true,
		touched: attrPaths(loom.Rows, s.rowAttrs),
	}
}

func attrPaths(axis loom.Axis, attrs map[string]*loom.Array) []string {
	var paths []string
	for name := range attrs {
		paths = append(paths, attrPath(axis, name))
	}
	return paths
}

func (s start) String() string { return fmt.Sprintf("%s file", s.dialect) }
