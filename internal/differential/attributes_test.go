package differential

import (
	"context"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

func setAttr(t *rapid.T, s state) (operation, bool) {
	axis, name := drawAxis(t), drawName(t)
	values := drawArray(t, s.old, drawShape(t, length(s, axis))...)
	return settingAttr(axis, name, values), true
}

func settingAttr(axis loom.Axis, name string, values *loom.Array) operation {
	return operation{
		ours:    func(_ context.Context, ds target) error { return attributes(ds, axis).Set(name, values) },
		theirs:  []request{{"op": "set_attr", "axis": axis, "name": name, "values": specOf(values)}},
		touched: []string{attrPath(axis, name)},
	}
}

// drawShape draws the shape of an attribute: one dimension, and sometimes another.
func drawShape(t *rapid.T, n int) []int {
	if wide := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "width"); wide > 0 {
		return []int{n, wide}
	}
	return []int{n}
}

func deleteAttr(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	name, ok := drawExisting(t, attributes(s, axis).Names())
	return operation{
		ours:    func(_ context.Context, ds target) error { return attributes(ds, axis).Delete(name) },
		theirs:  []request{{"op": "delete_attr", "axis": axis, "name": name}},
		removed: []string{attrPath(axis, name)},
	}, ok
}

func setGlobal(t *rapid.T, s state) (operation, bool) {
	name := drawName(t)
	shape := rapid.SampledFrom([][]int{nil, nil, {1}, {3}, {2, 2}}).Draw(t, "shape")
	value := drawArray(t, s.old, shape...)
	return operation{
		ours:   func(_ context.Context, ds target) error { return ds.Attrs().Set(name, value) },
		theirs: []request{{"op": "set_global", "name": name, "values": specOf(value)}},
	}, true
}

func deleteGlobal(t *rapid.T, s state) (operation, bool) {
	name, ok := drawExisting(t, among(names, s.Attrs()))
	return operation{
		ours:   func(_ context.Context, ds target) error { return ds.Attrs().Delete(name) },
		theirs: []request{{"op": "delete_global", "name": name}},
	}, ok
}
