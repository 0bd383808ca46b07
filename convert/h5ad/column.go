package h5ad

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// A decoded is what an object of the input holds, as an array that a Loom file can
// store.
type decoded struct {
	values *hdf5.Array // nil if there is no counterpart
	lost   string      // what of it the values do not tell, "" for nothing
	filled string      // what stands for missing values, "" if there are none
}

// without returns a decoded of nothing, and why.
func without(format string, args ...any) decoded { return decoded{lost: fmt.Sprintf(format, args...)} }

// decode returns the values of an object in any encoding that one array can hold:
// an array, a categorical, an array with a mask.
func (in *input) decode(ctx context.Context, o hdf5.Object) (decoded, error) {
	switch o := o.(type) {
	case *hdf5.Dataset:
		if _, err := o.Attribute("categories"); err == nil {
			return in.referredCategorical(ctx, o)
		}
		return in.array(ctx, o)
	case *hdf5.Group:
		switch encoding := encodingOf(o); encoding {
		case "categorical":
			return in.categorical(ctx, o)
		case "nullable-integer", "nullable-boolean", "nullable-string-array":
			return in.masked(ctx, o)
		}
	}
	return without("%s has no counterpart", describe(o)), nil
}

// array returns the values of a dataset of numbers, strings or booleans.
func (in *input) array(ctx context.Context, d *hdf5.Dataset) (decoded, error) {
	if d.IsNull() {
		return without("null has no counterpart"), nil
	}
	switch d.Type().Class() {
	case hdf5.Integer, hdf5.Float, hdf5.String, hdf5.Bool:
		values, err := read(ctx, d)
		return decoded{values: values}, err
	}
	return without("elements of type %s have no counterpart", d.Type()), nil
}

// categorical decodes a group of codes and the categories that they stand for
// (anndata 0.8 and later).
func (in *input) categorical(ctx context.Context, g *hdf5.Group) (decoded, error) {
	codes, err := in.dataset(g, "codes")
	if err != nil {
		return decoded{}, err
	}
	o, err := in.lookup(under(g.Path(), "categories"))
	if err != nil {
		return decoded{}, err
	}
	if o == nil {
		return decoded{}, in.bad(under(g.Path(), "categories"), "no such dataset in %s", describe(g))
	}
	if nested, ok := o.(*hdf5.Group); ok && encodingOf(nested) == "categorical" {
		return decoded{}, in.bad(nested.Path(), "categories of categories")
	}
	categories, err := in.decode(ctx, o)
	if err != nil || categories.values == nil {
		return categories, err
	}
	return in.take(ctx, codes, categories.values, flagAttribute(g, "ordered"))
}

// referredCategorical decodes a dataset of codes with an attribute that leads to
// the categories (anndata 0.7).
func (in *input) referredCategorical(ctx context.Context, codes *hdf5.Dataset) (decoded, error) {
	d, err := in.referredCategories(codes)
	if err != nil {
		return decoded{}, err
	}
	categories, err := in.array(ctx, d)
	if err != nil || categories.values == nil {
		return categories, err
	}
	return in.take(ctx, codes, categories.values, flagAttribute(d, "ordered"))
}

// referredCategories returns the dataset that a dataset of codes refers to: by
// an object reference or, in files that were a Zarr store once, by a path beside it.
func (in *input) referredCategories(codes *hdf5.Dataset) (*hdf5.Dataset, error) {
	var o hdf5.Object
	attribute, err := codes.Attribute("categories")
	if err != nil {
		return nil, failed(err)
	}
	target, err := attribute.Read()
	if err != nil {
		return nil, failed(err)
	}
	refs, notRefs := hdf5.Values[hdf5.ObjectRef](target)
	texts, notTexts := target.Strings()
	switch {
	case notRefs == nil && len(refs) == 1:
		o, err = in.file.Dereference(refs[0])
	case notTexts == nil && len(texts) == 1:
		o, err = in.file.Lookup(codes.Path()[:strings.LastIndexByte(codes.Path(), '/')+1] + texts[0])
	default:
		err = fmt.Errorf("%d values of type %s", target.Len(), target.Type())
	}
	d, ok := o.(*hdf5.Dataset)
	if err != nil || !ok {
		return nil, in.bad(codes.Path(), "its categories are nowhere to be found: %v", err)
	}
	return d, nil
}

// flagAttribute reports whether an attribute is there and true.
func flagAttribute(o hdf5.Object, name string) bool {
	a, err := o.Attribute(name)
	if err != nil {
		return false
	}
	values, err := a.Read()
	if err != nil {
		return false
	}
	flags, err := values.Int64s()
	return err == nil && len(flags) == 1 && flags[0] != 0
}

// take returns the category that each code stands for. What has none, of the code
// -1, becomes an empty string or, of numbers and booleans, NaN.
func (in *input) take(ctx context.Context, codes *hdf5.Dataset, categories *hdf5.Array, ordered bool) (decoded, error) {
	if codes.Type().Class() != hdf5.Integer || len(codes.Shape()) != 1 || len(categories.Shape()) != 1 {
		return decoded{}, in.bad(codes.Path(), "codes of type %s and shape %v for categories of shape %v", codes.Type(), codes.Shape(), categories.Shape())
	}
	values, err := read(ctx, codes)
	if err != nil {
		return decoded{}, err
	}
	numbers, err := values.Int64s()
	if err != nil {
		return decoded{}, failed(err)
	}
	for i, code := range numbers {
		if code < -1 || code >= int64(categories.Len()) {
			return decoded{}, in.bad(codes.Path(), "code %d at position %d, of %d categories", code, i, categories.Len())
		}
	}
	return takeCategories(numbers, categories, ordered)
}

// takeCategories is take of codes that are in range.
func takeCategories(codes []int64, categories *hdf5.Array, ordered bool) (decoded, error) {
	positions, used, missing := make([]int, len(codes)), make([]bool, categories.Len()), 0
	for i, code := range codes {
		if code == -1 {
			missing++
			positions[i] = categories.Len()
			continue
		}
		positions[i], used[code] = int(code), true
	}
	lost := categoryLosses(categories, used, ordered)
	filled := ""
	if missing > 0 {
		more, fill, err := withMissing(categories)
		if err != nil {
			return decoded{}, failed(err)
		}
		if texts, err := categories.Strings(); err == nil && slices.Contains(texts, "") {
			lost = append(lost, fmt.Sprintf("%d missing values are empty strings, as some that are there", missing))
		}
		categories, filled = more, fill
	}
	chosen, err := categories.Select(positions)
	return decoded{chosen, strings.Join(lost, ", "), filled}, failed(err)
}

// categoryLosses returns what of categories their values do not tell: that they
// are ordered, an order that is not that of the values, categories without values.
func categoryLosses(categories *hdf5.Array, used []bool, ordered bool) []string {
	var lost []string
	if ordered || !sortedCategories(categories) {
		lost = append(lost, "its categories have an order, which is gone")
	}
	unused := 0
	for _, u := range used {
		if !u {
			unused++
		}
	}
	if unused > 0 {
		lost = append(lost, fmt.Sprintf("%d of its %d categories have no values and are gone", unused, len(used)))
	}
	return lost
}

// sortedCategories reports whether categories are in an order that pandas or
// anndata gives them.
func sortedCategories(categories *hdf5.Array) bool {
	if texts, err := categories.Strings(); err == nil {
		return slices.IsSorted(texts) || slices.IsSortedFunc(texts, compareNatural)
	}
	numbers, err := categories.Float64s()
	return err == nil && slices.IsSortedFunc(numbers, cmp.Compare)
}

// withMissing returns values with one more that stands for those that are
// missing, and what that is.
func withMissing(values *hdf5.Array) (*hdf5.Array, string, error) {
	if texts, err := values.Strings(); err == nil {
		a, err := hdf5.NewArray(append(slices.Clone(texts), ""))
		return a, "empty strings", err
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil, "", err
	}
	a, err := hdf5.NewArray(append(slices.Clone(numbers), math.NaN()))
	return a, "NaN", err
}

// masked decodes a group of values and a mask that is true where there is none.
func (in *input) masked(ctx context.Context, g *hdf5.Group) (decoded, error) {
	d, err := in.dataset(g, "values")
	if err != nil {
		return decoded{}, err
	}
	result, err := in.array(ctx, d)
	if err != nil || result.values == nil || !g.Has("mask") {
		return result, err
	}
	m, err := in.dataset(g, "mask")
	if err != nil {
		return decoded{}, err
	}
	flags, err := read(ctx, m)
	if err != nil {
		return decoded{}, err
	}
	mask, err := flags.Int64s()
	if err != nil || !slices.Equal(flags.Shape(), result.values.Shape()) || len(flags.Shape()) != 1 {
		return decoded{}, in.bad(m.Path(), "mask of type %s and shape %v for values of shape %v", flags.Type(), flags.Shape(), result.values.Shape())
	}
	positions, missing := make([]int, len(mask)), 0
	for i, masked := range mask {
		positions[i] = i
		if masked != 0 {
			positions[i] = len(mask)
			missing++
		}
	}
	if missing == 0 {
		return result, nil
	}
	all, filled, err := withMissing(result.values)
	if err != nil {
		return decoded{}, failed(err)
	}
	values, err := all.Select(positions)
	return decoded{values: values, filled: filled}, failed(err)
}
