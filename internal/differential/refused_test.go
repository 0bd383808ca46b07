package differential

import (
	"context"
	"errors"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// refusals are the kinds of operation that must be refused, with nothing changed.
// loompy is left out where it lets them through, or fails when it has changed
// something.
var refusals = []kind{
	{"attribute of a wrong length", 1, wrongLength},
	{"name with a slash", 1, wrongName},
	{"delete what does not exist", 1, deleteNothing},
	{"take a name that is taken", 2, nameTaken},
	{"layer of a wrong shape", 1, wrongShape},
	{"NaN in a layer", 1, notFinite},
	{"element that the layer cannot hold", 1, wrongElement},
	{"edge that leads nowhere", 1, wrongEdge},
	{"columns that do not fit", 1, wrongColumns},
	{"no permutation", 1, noPermutation},
}

func wrongLength(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	op := settingAttr(axis, drawName(t), drawArray(t, s.old, length(s, axis)+1))
	return op.refusedAs(loom.ErrShape), true
}

func (op operation) refusedAs(err error) operation {
	op.refused, op.touched, op.removed = err, nil, nil
	return op
}

// byUsAlone leaves loompy out.
func (op operation) byUsAlone() operation {
	op.theirs = nil
	return op
}

func wrongName(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	if rapid.Bool().Draw(t, "layer") {
		rows, cols := s.Shape()
		return settingLayer("a/b", drawMatrix(t, rows, cols)).refusedAs(loom.ErrName), true
	}
	return settingAttr(axis, "a/b", drawArray(t, s.old, length(s, axis))).refusedAs(loom.ErrName), true
}

func deleteNothing(t *rapid.T, _ state) (operation, bool) {
	const name = "none"
	axis := drawAxis(t)
	op := rapid.SampledFrom([]operation{
		{
			ours:   func(_ context.Context, ds target) error { return attributes(ds, axis).Delete(name) },
			theirs: []request{{"op": "delete_attr", "axis": axis, "name": name}},
		}, {
			ours:   func(_ context.Context, ds target) error { return graphs(ds, axis).Delete(name) },
			theirs: []request{{"op": "delete_graph", "axis": axis, "name": name}},
		}, {
			ours:   func(_ context.Context, ds target) error { return ds.Layers().Delete(name) },
			theirs: []request{{"op": "delete_layer", "name": name}},
		}, {
			ours:   func(_ context.Context, ds target) error { return ds.Attrs().Delete(name) },
			theirs: []request{{"op": "delete_global", "name": name}},
		},
	}).Draw(t, "what")
	return op.refusedAs(loom.ErrNotExist), true
}

func wrongShape(t *rapid.T, s state) (operation, bool) {
	rows, cols := s.Shape()
	return settingLayer(drawName(t), drawMatrix(t, rows, cols+1)).refusedAs(loom.ErrShape), true
}

// notFinite puts NaN into a new layer, which loompy refuses, or into an old one,
// which it does not.
func notFinite(t *rapid.T, s state) (operation, bool) {
	rows, cols := s.Shape()
	nan := must(sparse.NewDense(rows, cols, make([]float64, rows*cols)))
	nan.Raw()[rapid.IntRange(0, rows*cols-1).Draw(t, "at")] = math.NaN()
	value := layerValue{nan, "float64", "dense"}
	if rapid.Bool().Draw(t, "new") {
		return settingLayer(drawName(t), value).refusedAs(loom.ErrNotFinite), true
	}
	op := operation{ours: func(ctx context.Context, ds target) error {
		return must(ds.Layers().Get("")).Write(ctx, loom.All(), loom.All(), nan)
	}}
	if must(s.Layers().Get("")).Type().Class() == hdf5.Integer {
		return op.refusedAs(loom.ErrType), true
	}
	return op.refusedAs(loom.ErrNotFinite), true
}

// wrongElement writes a fraction to a layer of integers, where loompy cuts it off.
func wrongElement(t *rapid.T, s state) (operation, bool) {
	half := must(sparse.NewDense(1, 1, []float64{0.5}))
	for layer := range s.Layers().All() {
		if layer.Type().Class() == hdf5.Integer {
			op := operation{ours: func(ctx context.Context, ds target) error {
				return must(ds.Layers().Get(layer.Name())).Write(ctx, loom.At(0), loom.At(0), half)
			}}
			return op.refusedAs(loom.ErrType), true
		}
	}
	return operation{}, false
}

func wrongEdge(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	g := graphValue{[]int32{0}, []int32{int32(length(s, axis))}, arrayOf([]float64{1}, []int{1})}
	op := operation{
		ours:   func(_ context.Context, ds target) error { return graphs(ds, axis).Set("A", g.a, g.b, g.w) },
		theirs: []request{g.request(axis, "A")},
	}
	return op.refusedAs(loom.ErrSelection), true
}

// wrongColumns are of a wrong height, or there are none for some layer, at which
// loompy fails half-way.
func wrongColumns(t *rapid.T, s state) (operation, bool) {
	rows, _ := s.Shape()
	if !rapid.Bool().Draw(t, "height") {
		if s.Layers().Len() == 1 {
			return operation{}, false
		}
		layers := map[string]layerValue{"": drawMatrix(t, rows, 1)}
		return addingColumns(layers).refusedAs(loom.ErrShape).byUsAlone(), true
	}
	layers := map[string]layerValue{}
	for _, name := range s.Layers().Names() {
		layers[name] = drawMatrix(t, rows+1, 2)
	}
	return addingColumns(layers).refusedAs(loom.ErrShape), true
}

func addingColumns(layers map[string]layerValue) operation {
	return operation{
		ours: func(ctx context.Context, ds target) error {
			_, err := ds.AddColumns(ctx, matrices(layers), nil)
			return err
		},
		theirs: []request{{"op": "add_columns", "layers": layerSpecs(layers), "attrs": request{}, "fill": nil}},
	}
}

// errAbandoned is why the caller of an Update wants none of it.
var errAbandoned = errors.New("abandoned")
