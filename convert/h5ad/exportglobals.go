package h5ad

import (
	"context"
)

// writeGlobals writes the global attributes to uns.
func (e *exporter) writeGlobals(ctx context.Context) error {
	if err := e.makeGroup("/uns", "dict", "0.1.0"); err != nil {
		return err
	}
	for attribute, err := range e.ds.Attrs().All() {
		if err != nil {
			return err
		}
		name := attribute.Name
		if t := attribute.Values.Type(); !storable(t) {
			e.lose(e.ds.Filename(), "global attribute", name, "elements of type %s, not numbers or strings", t)
			continue
		}
		if name == "." || name == ".." {
			e.lose(e.ds.Filename(), "global attribute", name, "a name that stands for a group")
			continue
		}
		if err := e.writeArray(ctx, under("/uns", name), attribute.Values); err != nil {
			return err
		}
	}
	return nil
}
