package loom

import (
	"reflect"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// sameElements returns what tells whether an array has the same values at two
// positions of its first dimension. NaN is the same as NaN.
func sameElements(values *Array) func(i, j int) bool {
	if records, err := values.Records(); err == nil {
		return sameRecords(records)
	}
	equal := equality(values)
	width := 1
	for _, d := range values.Shape()[1:] {
		width *= d
	}
	return func(i, j int) bool {
		for k := range width {
			if !equal(i*width+k, j*width+k) {
				return false
			}
		}
		return true
	}
}

// sameRecords is sameElements of compounds: all fields are the same.
func sameRecords(records *hdf5.Records) func(i, j int) bool {
	var fields []func(i, j int) bool
	for _, field := range records.Fields() {
		fields = append(fields, sameElements(field.Values))
	}
	return func(i, j int) bool {
		return !slices.ContainsFunc(fields, func(same func(i, j int) bool) bool { return !same(i, j) })
	}
}

// equality returns what tells whether the values at two positions are the same.
func equality(values *Array) func(i, j int) bool {
	if compare, err := comparison(values); err == nil {
		return func(i, j int) bool { return compare(i, j) == 0 }
	}
	of := reflect.ValueOf(values.Data())
	return func(i, j int) bool { return reflect.DeepEqual(of.Index(i).Interface(), of.Index(j).Interface()) }
}

// identical reports whether two arrays of strings or numbers have the same type, shape and values, as
// most have that anybody compares. It is fast, and false where a value is NaN, or of another type.
func identical(a, b *Array) bool {
	if !a.Type().Equal(b.Type()) || !slices.Equal(a.Shape(), b.Shape()) {
		return false
	}
	if isText(a) {
		x, errX := hdf5.Values[string](a)
		y, errY := hdf5.Values[string](b)
		return errX == nil && errY == nil && slices.Equal(x, y)
	}
	n, err := numbersOf(a.Type())
	return err == nil && n.identical(a, b)
}

func (numbersIn[T]) identical(a, b *Array) bool {
	x, errX := hdf5.Values[T](a)
	y, errY := hdf5.Values[T](b)
	return errX == nil && errY == nil && slices.Equal(x, y)
}

// sameValues reports whether two arrays of strings or numbers have the same shape
// and values, whatever types of numbers they are.
func sameValues(a, b *Array) bool {
	if !slices.Equal(a.Shape(), b.Shape()) || isText(a) != isText(b) {
		return false
	}
	if isText(a) {
		return slices.Equal(a.Data().([]string), b.Data().([]string))
	}
	x, errX := a.Int64s()
	y, errY := b.Int64s()
	if errX == nil && errY == nil {
		return slices.Equal(x, y)
	}
	v, errV := a.Float64s()
	w, errW := b.Float64s()
	return errV == nil && errW == nil && slices.EqualFunc(v, w, func(v, w float64) bool { return v == w || v != v && w != w })
}
