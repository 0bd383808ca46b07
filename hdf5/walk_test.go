package hdf5_test

import (
	"context"

	"github.com/goloom/loom/hdf5"
)

// walk visits every object below a group once for each path, and reads it all.
// It returns what could not be read.
func walk(f *hdf5.File, visit func(o hdf5.Object)) (problems []error) {
	seen := map[string]bool{}
	var into func(g *hdf5.Group, depth int)
	into = func(g *hdf5.Group, depth int) {
		links, err := g.Links()
		if err != nil {
			problems = append(problems, err)
			return
		}
		for _, l := range links {
			o, err := g.Lookup(l.Name)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			if seen[o.Path()] || depth > 20 {
				continue
			}
			seen[o.Path()] = true
			visit(o)
			if sub, ok := o.(*hdf5.Group); ok {
				into(sub, depth+1)
			}
		}
	}
	visit(f.Root())
	into(f.Root(), 0)
	return problems
}

// readAll reads an object's values and attributes.
func readAll(ctx context.Context, o hdf5.Object) error {
	attrs, err := o.Attributes()
	if err != nil {
		return err
	}
	for _, a := range attrs {
		if _, err := a.Read(); err != nil {
			return err
		}
	}
	if d, ok := o.(*hdf5.Dataset); ok {
		if _, err := d.Read(ctx); err != nil {
			return err
		}
		if _, err := d.FillValue(); err != nil {
			return err
		}
		if _, err := d.StoredBytes(ctx); err != nil {
			return err
		}
	}
	return nil
}
