package differential

import (
	"context"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

// rename gives an attribute, a layer, a graph or a global attribute another name.
// loompy cannot; HDF5 can.
func rename(t *rapid.T, s state) (operation, bool) {
	op, taken, ok := drawRename(t, s)
	return op, ok && !taken
}

// nameTaken gives something a name that something else has.
func nameTaken(t *rapid.T, s state) (operation, bool) {
	op, taken, ok := drawRename(t, s)
	return op.refusedAs(loom.ErrExist).byUsAlone(), ok && taken
}

func drawRename(t *rapid.T, s state) (op operation, taken, ok bool) {
	axis, to := drawAxis(t), drawName(t)
	things := rapid.SampledFrom([]renamable{
		{func(ds target) named { return attributes(ds, axis) }, attrPath(axis, "")},
		{func(ds target) named { return graphs(ds, axis) }, graphPath(axis, "")},
		{func(ds target) named { return ds.Layers() }, layerPath("")},
		{func(ds target) named { return ds.Attrs() }, "attrs/"},
	}).Draw(t, "what")
	existing := things.of(s)
	name, ok := drawExisting(t, among(names, existing))
	op = operation{
		ours:    func(_ context.Context, ds target) error { return things.of(ds).Rename(name, to) },
		theirs:  []request{{"op": "rename", "group": things.group, "name": name, "to": to}},
		touched: []string{things.group + to},
		removed: []string{things.group + name},
	}
	if things.group == "attrs/" { // which have no times
		op.touched = nil
	}
	return op, existing.Has(to), ok
}

// renamable are things of one sort, in a group.
type renamable struct {
	of    func(target) named
	group string
}

type named interface {
	Has(name string) bool
	Rename(from, to string) error
}

// GoString is how rapid prints what it has drawn.
func (r renamable) GoString() string { return r.group }

// among returns those of the names that exist.
func among(names []string, existing interface{ Has(name string) bool }) []string {
	var there []string
	for _, name := range names {
		if existing.Has(name) {
			there = append(there, name)
		}
	}
	return there
}
