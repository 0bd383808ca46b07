package hdf5_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// recordTypes returns the type of records of a number and two strings, and of one in which
// these are nested.
func recordTypes() (flat, nested *hdf5.Datatype) {
	flat = must(hdf5.CompoundOf(
		hdf5.Member{Name: "n", Type: must(hdf5.NamedType("int16"))},
		hdf5.Member{Name: "s", Type: must(hdf5.FixedString(3, hdf5.UTF8)), Dims: []int{2}},
	))
	return flat, must(hdf5.CompoundOf(hdf5.Member{Name: "inner", Type: flat}, hdf5.Member{Name: "f", Type: must(hdf5.NamedType("float32"))}))
}

// nestedRecords makes 3 x 2 nested records.
func nestedRecords() *hdf5.Array {
	flat, nested := recordTypes()
	inner := must(hdf5.NewRecords(flat, []*hdf5.Array{
		must(hdf5.NewArray([]int16{1, 2, 3, 4, 5, 6}, 3, 2)),
		must(hdf5.NewArray([]string{"a", "A", "b", "B", "c", "C", "d", "D", "e", "E", "f", "F"}, 3, 2, 2)),
	}, 3, 2))
	return must(hdf5.NewRecords(nested, []*hdf5.Array{inner, must(hdf5.NewArray([]float32{.1, .2, .3, .4, .5, .6}, 3, 2))}, 3, 2))
}

// fieldsOf returns the values of all fields, nested ones too, with their shapes.
func fieldsOf(a *hdf5.Array) []any {
	records, err := a.Records()
	if err != nil {
		return []any{a.Shape(), a.Data()}
	}
	var all []any
	for _, field := range records.Fields() {
		all = append(all, field.Name, fieldsOf(field.Values))
	}
	return all
}

// TestRecordsOfTwoDimensions: records come back from a file in the shape in which they were
// written, and are selected along its first dimension, in memory as in the file.
func TestRecordsOfTwoDimensions(t *testing.T) {
	path, want := filepath.Join(t.TempDir(), "records.h5"), nestedRecords()
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		if err := tx.CreateDataset("/r", hdf5.DatasetSpec{Type: want.Type(), Shape: want.Shape(), Chunks: []int{2, 1}, Deflate: 1}); err != nil {
			return err
		}
		return tx.Write(t.Context(), "/r", want)
	})
	if err != nil {
		t.Fatal(err)
	}
	f := must(hdf5.Open(path))
	defer f.Close()
	d := must(f.Dataset("/r"))
	if !d.Type().Equal(want.Type()) || d.Type().Equal(must(hdf5.NamedType("int16"))) {
		t.Errorf("type %v", d.Type().Members())
	}
	got := must(d.Read(t.Context()))
	if !reflect.DeepEqual(fieldsOf(got), fieldsOf(want)) {
		t.Errorf("%v, want %v", fieldsOf(got), fieldsOf(want))
	}
	rows := []int{2, 0, 0}
	selected, read := must(got.Select(rows)), must(d.Read(t.Context(), hdf5.Indices(rows), hdf5.All()))
	if !reflect.DeepEqual(fieldsOf(selected), fieldsOf(read)) {
		t.Errorf("%v, read %v", fieldsOf(selected), fieldsOf(read))
	}
	numbers := must(must(selected.Records()).Field("inner").Records()).Field("n")
	if !reflect.DeepEqual(numbers.Data(), []int16{5, 6, 1, 2, 1, 2}) {
		t.Errorf("%v", numbers.Data())
	}
	whole := must(hdf5.Concatenate(must(want.Select([]int{0})), must(want.Select(nil)), must(want.Select([]int{1, 2}))))
	if !reflect.DeepEqual(fieldsOf(whole), fieldsOf(want)) || !reflect.DeepEqual(whole.Shape(), want.Shape()) {
		t.Errorf("%v after it was cut and put together, want %v", fieldsOf(whole), fieldsOf(want))
	}
	zeros := must(hdf5.Zeros(want.Type(), 1, 2))
	if n := must(must(zeros.Records()).Field("inner").Records()).Field("s"); !reflect.DeepEqual(n.Data(), make([]string, 4)) {
		t.Errorf("%v", n.Data())
	}
}

// TestRecordsRefused: what does not fit the type is an error.
func TestRecordsRefused(t *testing.T) {
	flat, nested := recordTypes()
	n, s := must(hdf5.NewArray([]int16{1, 2})), must(hdf5.NewArray(make([]string, 4), 2, 2))
	records := func(t *hdf5.Datatype, values ...*hdf5.Array) error {
		_, err := hdf5.NewRecords(t, values)
		return err
	}
	together := func(arrays ...*hdf5.Array) error {
		_, err := hdf5.Concatenate(arrays...)
		return err
	}
	whole := must(hdf5.NewRecords(flat, []*hdf5.Array{n, s}))
	for what, c := range map[string]struct{ err, want error }{
		"right":            {records(flat, n, s), nil},
		"no compound":      {records(n.Type(), n), hdf5.ErrType},
		"too few":          {records(flat, n), hdf5.ErrType},
		"other order":      {records(flat, s, n), hdf5.ErrType},
		"other type":       {records(flat, must(hdf5.NewArray([]int32{1, 2})), s), hdf5.ErrType},
		"other length":     {records(flat, must(hdf5.NewArray([]int16{1})), s), hdf5.ErrSelection},
		"nested":           {records(nested, whole, must(hdf5.NewArray([]float32{1, 2}))), nil},
		"no arrays":        {together(), hdf5.ErrSelection},
		"scalar":           {together(hdf5.NewScalar("x")), hdf5.ErrSelection},
		"numbers and text": {together(n, s), hdf5.ErrType},
		"other records":    {together(whole, must(hdf5.Zeros(nested, 2))), hdf5.ErrType},
		"other shape":      {together(s, must(hdf5.NewArray(make([]string, 6), 2, 3))), hdf5.ErrSelection},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", what, c.err, c.want)
		}
	}
}
