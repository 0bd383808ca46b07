package h5ad

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// Bounds of uns. A damaged file can have groups that contain themselves.
const (
	unsDepth   = 16
	unsMembers = 1 << 16
)

// fileAttributes are global attributes that say something of the Loom file
// itself: every file has its own.
var fileAttributes = []string{"LOOM_SPEC_VERSION", "CreationDate", "last_modified"}

// A globalImporter makes global attributes of uns.
type globalImporter struct {
	*importer
	taken map[string]bool
	seen  int
}

// setGlobals makes global attributes of what is in uns.
func (im *importer) setGlobals(ctx context.Context) error {
	g := globalImporter{importer: im, taken: map[string]bool{}}
	for _, name := range fileAttributes {
		g.taken[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(im.opts.Attrs)) {
		if err := im.tx.Attrs().Set(name, im.opts.Attrs[name]); err != nil {
			return err
		}
		g.taken[name] = true
	}
	return g.setGroup(ctx, "/uns", "", 0)
}

// setGroup makes global attributes of the members of a group: "group.name".
func (g *globalImporter) setGroup(ctx context.Context, path, prefix string, depth int) error {
	members, err := g.members(path)
	if err != nil {
		return err
	}
	for _, m := range members {
		if g.seen++; g.seen > unsMembers || depth > unsDepth {
			return g.bad(path, "more than %d members, or groups in groups more than %d deep", unsMembers, unsDepth)
		}
		if err := g.setMember(ctx, path, prefix+m.name, m, depth); err != nil {
			return err
		}
	}
	if len(members) == 0 && depth > 0 {
		g.lose(g.name, "uns", strings.TrimSuffix(prefix, "."), "a group without members")
	}
	return nil
}

func (g *globalImporter) setMember(ctx context.Context, path, name string, m member, depth int) error {
	if g.legacy[m.path()] || depth == 0 && slices.Contains(fileAttributes, m.name) {
		return nil
	}
	if group, ok := m.object.(*hdf5.Group); ok {
		if encoding := encodingOf(group); encoding == "" || encoding == "dict" {
			return g.setGroup(ctx, under(path, m.name), name+".", depth+1)
		}
	}
	v, err := g.decode(ctx, m.object)
	if err != nil {
		return err
	}
	g.note("uns", name, v)
	if v.values == nil {
		return nil
	}
	if _, given := g.opts.Attrs[name]; given {
		return nil
	}
	err = g.tx.Attrs().Set(g.rename(g.taken, "attrs", name, "_uns"), scalarOf(m.object, v.values))
	if errors.Is(err, loom.ErrType) {
		return g.bad(m.path(), "%v", err)
	}
	return err
}

// scalarOf returns the one string of an array of fixed length as a scalar: so did
// old versions of anndata store it.
func scalarOf(o hdf5.Object, values *hdf5.Array) *hdf5.Array {
	texts, err := values.Strings()
	if err != nil || len(texts) != 1 || values.Type().VariableLength() || encodingOf(o) != "" {
		return values
	}
	return hdf5.NewScalar(texts[0])
}

// legacyCategorical returns the categories of a column of codes, if they are in
// uns: there anndata 0.6 kept them.
func (im *importer) legacyCategorical(ctx context.Context, name string, values *hdf5.Array) (decoded, error) {
	path := "/uns/" + name + "_categories"
	if values.Type().Class() != hdf5.Integer || len(values.Shape()) != 1 || strings.Contains(name, "/") {
		return decoded{values: values}, nil
	}
	o, err := im.lookup(path)
	d, ok := o.(*hdf5.Dataset)
	if err != nil || !ok {
		return decoded{values: values}, err
	}
	categories, err := im.array(ctx, d)
	if err != nil || categories.values == nil {
		return decoded{values: values}, err
	}
	if len(categories.values.Shape()) == 0 {
		if categories.values, err = oneElement(categories.values); err != nil {
			return decoded{}, err
		}
	}
	codes, err := values.Int64s()
	if err != nil || len(categories.values.Shape()) != 1 || slices.ContainsFunc(codes, func(c int64) bool { return c < -1 || c >= int64(categories.values.Len()) }) {
		return decoded{values: values}, nil
	}
	im.legacy[path] = true
	return takeCategories(codes, categories.values, false)
}
