package h5ad

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// A frame is a table of the input: obs, var, raw/var or one in obsm. Its columns
// are read when they are asked for.
type frame struct {
	path    string
	rows    int
	index   column
	columns []column
	unnamed []string // what is in the table's group but not a column of it
}

// A column is a column of a frame, or its index.
type column struct {
	name, path string
	read       func(ctx context.Context) (decoded, error)
}

// frame returns the table that an object is: a group, or before anndata 0.7 a
// dataset of records.
func (in *input) frame(ctx context.Context, o hdf5.Object) (*frame, error) {
	switch o := o.(type) {
	case *hdf5.Dataset:
		return in.recordFrame(ctx, o)
	case *hdf5.Group:
		return in.groupFrame(ctx, o)
	}
	return nil, in.bad(o.Path(), "%s is no table", describe(o))
}

// isFrame reports whether an object says that it is a table.
func isFrame(o hdf5.Object) bool { return encodingOf(o) == "dataframe" }

// recordFrame returns the table of a dataset of records. All of it is read at
// once; the first field is the index.
func (in *input) recordFrame(ctx context.Context, d *hdf5.Dataset) (*frame, error) {
	if d.Type().Class() != hdf5.Compound || len(d.Shape()) != 1 {
		return nil, in.bad(d.Path(), "elements of type %s and shape %v are no table", d.Type(), d.Shape())
	}
	values, err := read(ctx, d)
	if err != nil {
		return nil, err
	}
	records, err := values.Records()
	if err != nil {
		return nil, failed(err)
	}
	f := &frame{path: d.Path(), rows: values.Len()}
	for _, field := range records.Fields() {
		f.columns = append(f.columns, column{field.Name, under(d.Path(), field.Name), func(context.Context) (decoded, error) {
			values, err := plainArray(field.Values)
			if err != nil {
				return without("elements of type %s have no counterpart", field.Values.Type()), nil
			}
			return decoded{values: values}, nil
		}})
	}
	f.index, f.columns = f.columns[0], f.columns[1:]
	return f, nil
}

// groupFrame returns the table of a group with an object for each column.
func (in *input) groupFrame(ctx context.Context, g *hdf5.Group) (*frame, error) {
	if encoding := encodingOf(g); encoding != "" && encoding != "dataframe" {
		return nil, in.bad(g.Path(), "%s is no table", describe(g))
	}
	f := &frame{path: g.Path()}
	index, ok := textAttribute(g, "_index")
	if !ok {
		index = "_index"
	}
	names, ordered := textsAttribute(g, "column-order")
	members, err := in.membersOf(g)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		switch {
		case m.name == index || m.name == "__categories":
		case !ordered:
			names = append(names, m.name)
		case !slices.ContainsFunc(names, func(name string) bool { return name == m.name || strings.HasPrefix(name, m.name+"/") }):
			f.unnamed = append(f.unnamed, m.name)
		}
	}
	o, err := in.columnObject(g, index)
	if err != nil {
		return nil, err
	}
	f.index = in.column(o, index)
	if f.rows, err = in.length(o); err != nil {
		return nil, err
	}
	for _, name := range names {
		o, err := in.columnObject(g, name)
		if err != nil {
			return nil, err
		}
		f.columns = append(f.columns, in.column(o, name))
	}
	return f, nil
}

// columnObject returns the object of a column, which must be there. The name may
// lead to a group in the table's, as h5py takes a slash in a name.
func (in *input) columnObject(g *hdf5.Group, name string) (hdf5.Object, error) {
	path := under(g.Path(), strings.TrimPrefix(name, "/"))
	o, err := in.lookup(path)
	if err == nil && o == nil {
		err = in.bad(path, "no such column in %s", describe(g))
	}
	return o, err
}

func (in *input) column(o hdf5.Object, name string) column {
	return column{name, o.Path(), func(ctx context.Context) (decoded, error) { return in.decode(ctx, o) }}
}

// length returns the number of values of the index of a table.
func (in *input) length(o hdf5.Object) (int, error) {
	if g, ok := o.(*hdf5.Group); ok {
		name := "values"
		if encodingOf(g) == "categorical" {
			name = "codes"
		}
		d, err := in.dataset(g, name)
		if err != nil {
			return 0, err
		}
		o = d
	}
	d, ok := o.(*hdf5.Dataset)
	if !ok || len(d.Shape()) != 1 {
		return 0, in.bad(o.Path(), "is no index of a table")
	}
	return d.Shape()[0], nil
}

// values reads a column, which must have a value for each row of the table.
func (in *input) values(ctx context.Context, f *frame, c column) (decoded, error) {
	v, err := c.read(ctx)
	if err != nil || v.values == nil {
		return v, err
	}
	if shape := v.values.Shape(); len(shape) == 0 || shape[0] != f.rows {
		return v, in.bad(c.path, "values of shape %v for a table of %d rows", shape, f.rows)
	}
	return v, nil
}

// names returns the index of a table as text.
func (in *input) names(ctx context.Context, f *frame) ([]string, error) {
	v, err := in.values(ctx, f, f.index)
	if err != nil {
		return nil, err
	}
	if v.values == nil || len(v.values.Shape()) != 1 {
		return nil, in.bad(f.index.path, "no index of a table: %s", v.lost)
	}
	return asTexts(v.values)
}

// asTexts returns the values of an array as text, as pandas makes an index of them.
func asTexts(values *hdf5.Array) ([]string, error) {
	if texts, err := values.Strings(); err == nil {
		return texts, nil
	}
	texts := make([]string, values.Len())
	if numbers, err := values.Int64s(); err == nil && values.Type().Class() != hdf5.Bool {
		for i, n := range numbers {
			texts[i] = fmt.Sprint(n)
		}
		return texts, nil
	}
	numbers, err := values.Float64s()
	for i, n := range numbers {
		texts[i] = fmt.Sprint(n)
	}
	return texts, failed(err)
}
