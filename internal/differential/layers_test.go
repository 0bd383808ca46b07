package differential

import (
	"context"
	"slices"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

func layerPath(name string) string { return "layers/" + name }

func setLayer(t *rapid.T, s state) (operation, bool) {
	rows, cols := s.Shape()
	name := rapid.SampledFrom(append([]string{""}, names...)).Draw(t, "name")
	return settingLayer(name, drawMatrix(t, rows, cols)), true
}

func settingLayer(name string, value layerValue) operation {
	op := "set_layer"
	if value.form != "dense" && value.dtype != "float16" { // of which scipy makes no sparse matrix
		op = "set_sparse"
	}
	return operation{
		ours: func(ctx context.Context, ds target) error {
			return ds.Layers().Set(ctx, name, value.matrix, value.options()...)
		},
		theirs:  []request{{"op": op, "name": name, "values": value.spec()}},
		touched: []string{layerPath(name)},
	}
}

func setEmptyLayer(t *rapid.T, s state) (operation, bool) {
	name, dtype := drawName(t), dtypes[rapid.IntRange(0, len(dtypes)-1).Draw(t, "type")].name
	return operation{
		ours:    func(ctx context.Context, ds target) error { return ds.Layers().SetEmpty(ctx, name, dtype) },
		theirs:  []request{{"op": "set_empty", "name": name, "dtype": dtype}},
		touched: []string{layerPath(name)},
	}, true
}

func deleteLayer(t *rapid.T, s state) (operation, bool) {
	name, ok := drawExisting(t, without(s.Layers().Names(), ""))
	return operation{
		ours:    func(_ context.Context, ds target) error { return ds.Layers().Delete(name) },
		theirs:  []request{{"op": "delete_layer", "name": name}},
		removed: []string{layerPath(name)},
	}, ok
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}

func writeLayer(t *rapid.T, s state) (operation, bool) {
	name, ok := drawExisting(t, s.Layers().Names())
	if !ok {
		return operation{}, false
	}
	height, width := s.Shape()
	kinds := []string{"range", "strided", "list"}
	rows := drawSelection(t, height, kinds)
	if rows.spec["list"] != nil { // h5py takes a list for one axis only
		kinds = kinds[:2]
	}
	cols := drawSelection(t, width, kinds)
	value := drawFor(t, must(s.Layers().Get(name)), rows.count, cols.count)
	return operation{
		ours: func(ctx context.Context, ds target) error {
			layer, err := ds.Layers().Get(name)
			if err != nil {
				return err
			}
			return layer.Write(ctx, rows.selector, cols.selector, value.matrix)
		},
		theirs:  []request{{"op": "write_layer", "name": name, "rows": rows.spec, "cols": cols.spec, "values": value.spec()}},
		touched: []string{layerPath(name)},
	}, true
}

// drawFor draws a matrix of which a layer can hold the elements: any of its own
// type, or small integers of another.
func drawFor(t *rapid.T, layer *loom.Layer, rows, cols int) layerValue {
	own := rapid.Bool().Draw(t, "own type")
	at := rapid.IntRange(0, len(dtypes)-1).Draw(t, "type")
	if own {
		at = slices.IndexFunc(dtypes, func(d dtype) bool { return d.name == layer.Type().String() })
	}
	form := rapid.SampledFrom([]string{"dense", "coo", "csc", "csr"}).Draw(t, "form")
	return layerValue{dtypes[at].matrix(drawRand(t), own, form, rows, cols), dtypes[at].name, form}
}

// A selection picks positions along an axis, in increasing order.
type selection struct {
	selector loom.Selector
	spec     request
	count    int
}

func drawSelection(t *rapid.T, n int, kinds []string) selection {
	start := rapid.IntRange(0, n-1).Draw(t, "start")
	stop := rapid.IntRange(start+1, n).Draw(t, "stop")
	switch rapid.SampledFrom(kinds).Draw(t, "selection") {
	case "strided":
		step := rapid.IntRange(1, 9).Draw(t, "step")
		return selection{loom.Strided(start, stop, step), request{"slice": []int{start, stop, step}}, (stop - start + step - 1) / step}
	case "list":
		r := drawRand(t)
		list := []int{start}
		for i := start + 1; i < stop; i++ {
			if r.IntN(3) == 0 {
				list = append(list, i)
			}
		}
		return selection{loom.Indices(list), request{"list": list}, len(list)}
	}
	return selection{loom.Range(start, stop), request{"slice": []int{start, stop, 1}}, stop - start}
}
