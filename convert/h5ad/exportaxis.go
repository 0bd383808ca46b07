package h5ad

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// An exportAxis is what becomes of the attributes of an axis.
type exportAxis struct {
	axis       loom.Axis
	attributes *loom.Attributes
	part       string // "obs" or "var"
	n          int

	index   string   // of the index in the table
	columns []string // of the table, in order
}

// writeAxis writes the attributes of an axis: those of one dimension as the
// columns of a table, those of more as members of obsm or varm.
func (e *exporter) writeAxis(ctx context.Context, axis loom.Axis) error {
	a := &exportAxis{axis: axis, attributes: e.ds.ColAttrs(), part: "obs", n: e.cols}
	if axis == loom.Rows {
		a.attributes, a.part, a.n = e.ds.RowAttrs(), "var", e.rows
	}
	if err := e.makeGroup("/"+a.part, "dataframe", "0.2.0"); err != nil {
		return err
	}
	if err := e.makeGroup("/"+a.part+"m", "dict", "0.1.0"); err != nil {
		return err
	}
	if err := e.writeIndex(ctx, a); err != nil {
		return err
	}
	taken := map[string]bool{"_index": true, a.index: true}
	for _, name := range a.attributes.Names() {
		if name == a.index {
			continue
		}
		if err := e.writeAttribute(ctx, a, taken, name); err != nil {
			return err
		}
	}
	return e.writeTableAttributes(a)
}

// writeTableAttributes says of a table what its columns and its index are.
func (e *exporter) writeTableAttributes(a *exportAxis) error {
	order, err := hdf5.NewArray(a.columns)
	if err != nil {
		return err
	}
	if err := e.tx.SetAttribute("/"+a.part, "column-order", order); err != nil {
		return err
	}
	return e.tx.SetAttribute("/"+a.part, "_index", hdf5.NewScalar(a.index))
}

// writeAttribute writes an attribute that is not the index.
func (e *exporter) writeAttribute(ctx context.Context, a *exportAxis, taken map[string]bool, name string) error {
	info, err := a.attributes.Stat(name)
	if err != nil {
		return err
	}
	if !storable(info.Type) || len(info.Shape) == 0 || info.Shape[0] != a.n {
		e.lose(e.ds.Filename(), a.kind(), name, "elements of type %s in the shape %v, not numbers or strings for %d %s", info.Type, info.Shape, a.n, a.axis)
		return nil
	}
	values, err := a.attributes.Get(name)
	if err != nil {
		return err
	}
	if len(info.Shape) > 1 {
		return e.writeArray(ctx, "/"+a.part+"m/"+name, values)
	}
	column := e.rename(taken, a.part, name, "_")
	a.columns = append(a.columns, column)
	return e.writeColumn(ctx, "/"+a.part+"/"+column, values)
}

// kind is the kind of losses of attributes.
func (a *exportAxis) kind() string {
	if a.axis == loom.Rows {
		return "row attribute"
	}
	return "column attribute"
}

// writeColumn writes a column of a table: as categories, if it has strings of
// which some are equal.
func (e *exporter) writeColumn(ctx context.Context, path string, values *hdf5.Array) error {
	texts, err := values.Strings()
	if err != nil {
		return e.writeArray(ctx, path, values)
	}
	categories := slices.Clone(texts)
	slices.Sort(categories)
	categories = slices.Compact(categories)
	if len(categories) >= len(texts) {
		return e.writeArray(ctx, path, values)
	}
	slices.SortFunc(categories, compareNatural)
	return e.writeCategorical(ctx, path, texts, categories)
}

func (e *exporter) writeCategorical(ctx context.Context, path string, texts, categories []string) error {
	if err := e.makeGroup(path, "categorical", "0.2.0"); err != nil {
		return err
	}
	if err := e.tx.SetAttribute(path, "ordered", hdf5.NewScalar(false)); err != nil {
		return err
	}
	all, err := hdf5.NewArray(categories)
	if err != nil {
		return err
	}
	if err := e.writeArray(ctx, path+"/categories", all); err != nil {
		return err
	}
	codes, err := codesOf(texts, categories)
	if err != nil {
		return err
	}
	return e.writeArray(ctx, path+"/codes", codes)
}

// codesOf returns the place of each text among the categories, in the smallest
// type that pandas has for that many.
func codesOf(texts, categories []string) (*hdf5.Array, error) {
	places := make(map[string]int, len(categories))
	for i, category := range categories {
		places[category] = i
	}
	switch n := len(categories); {
	case n <= math.MaxInt8:
		return hdf5.NewArray(codesAs[int8](texts, places))
	case n <= math.MaxInt16:
		return hdf5.NewArray(codesAs[int16](texts, places))
	}
	return hdf5.NewArray(codesAs[int32](texts, places))
}

func codesAs[T int8 | int16 | int32](texts []string, places map[string]int) []T {
	codes := make([]T, len(texts))
	for i, text := range texts {
		codes[i] = T(places[text])
	}
	return codes
}

// writeIndex writes the names of the observations or variables. Where they are not
// what an attribute holds, that attribute becomes a column, too.
func (e *exporter) writeIndex(ctx context.Context, a *exportAxis) error {
	name, err := e.indexAttribute(a)
	if err != nil {
		return err
	}
	a.index = "_index"
	names := make([]string, a.n)
	if name == "" {
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		e.warn("%s: there is no attribute of names, so that they are numbers", a.part)
	} else {
		values, err := a.attributes.Get(name)
		if err != nil {
			return err
		}
		texts, err := asTexts(values)
		if err != nil {
			return err
		}
		names = texts
		if !e.opts.KeepDuplicates {
			names = uniqueNames(texts)
		}
		if values.Type().Class() == hdf5.String && slices.Equal(names, texts) && name != "_index" {
			a.index = name
		} else if !slices.Equal(names, texts) {
			e.warn("%s: names that occur more than once have numbers; the column %q has those of the Loom file", a.part, name)
		}
	}
	values, err := hdf5.NewArray(names)
	if err != nil {
		return err
	}
	return e.writeArray(ctx, "/"+a.part+"/"+a.index, values)
}

// indexAttribute returns the attribute that has the names of an axis, "" if there
// is none.
func (e *exporter) indexAttribute(a *exportAxis) (string, error) {
	wanted, usual := e.opts.ObsNames, []string{"CellID", "obs_names"}
	if a.axis == loom.Rows {
		wanted, usual = e.opts.VarNames, []string{"Gene", "var_names", "Accession"}
	}
	if wanted != "" {
		usual = []string{wanted}
	}
	for _, name := range usual {
		info, err := a.attributes.Stat(name)
		if err == nil && len(info.Shape) == 1 && info.Shape[0] == a.n && storable(info.Type) {
			return name, nil
		}
		if wanted != "" {
			return "", cmp.Or(err, fmt.Errorf("%s: %s %q: shape %v and type %s, want a name for each of %d %s: %w",
				e.ds.Filename(), a.kind(), name, info.Shape, info.Type, a.n, a.axis, loom.ErrShape))
		}
	}
	return "", nil
}
