package loom

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/goloom/loom/hdf5"
)

// valueDifferences are the values of two arrays of one shape that differ, found
// block by block.
type valueDifferences struct {
	shape []int // of the arrays
	count int64
	first []int  // position in the arrays; not nil if count is positive
	a, b  string // the values there
}

// block compares a block of each array, of one shape, that begins at a position.
func (v *valueDifferences) block(a, b *Array, at []int) {
	differs := differing(a, b)
	shape := a.Shape()
	for i := range a.Len() {
		if !differs(i) {
			continue
		}
		if v.count++; v.first != nil {
			continue
		}
		v.first = make([]int, len(shape))
		k := i
		for dim := len(shape) - 1; dim >= 0; dim-- {
			v.first[dim] = k % shape[dim]
			k /= shape[dim]
		}
		for dim, offset := range at {
			v.first[dim] += offset
		}
		v.a, v.b = valueText(a, i), valueText(b, i)
	}
}

// differing returns what tells whether two arrays of one shape have different values
// at the i-th place. Numbers of different types are compared by value, and NaN is the same as NaN.
func differing(a, b *Array) func(i int) bool {
	if x, ok := a.Data().([]string); ok {
		if y, ok := b.Data().([]string); ok {
			return func(i int) bool { return x[i] != y[i] }
		}
	}
	if x, y, ok := asInt64s(a, b); ok {
		return func(i int) bool { return x[i] != y[i] }
	}
	if x, ok := a.Data().([]uint64); ok {
		if y, ok := b.Data().([]uint64); ok {
			return func(i int) bool { return x[i] != y[i] }
		}
	}
	if x, err := a.Float64s(); err == nil {
		if y, err := b.Float64s(); err == nil {
			return func(i int) bool { return x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) }
		}
	}
	return differingOthers(a, b)
}

func asInt64s(a, b *Array) (x, y []int64, ok bool) {
	x, err := a.Int64s()
	if err != nil {
		return nil, nil, false
	}
	y, err = b.Int64s()
	return x, y, err == nil
}

// differingOthers is differing for what are neither numbers nor strings.
func differingOthers(a, b *Array) func(i int) bool {
	switch x := a.Data().(type) {
	case *hdf5.Records:
		if y, ok := b.Data().(*hdf5.Records); ok {
			return differingRecords(x, y, a.Len())
		}
	case []*Array:
		if y, ok := b.Data().([]*Array); ok {
			return func(i int) bool { return differentSequences(x[i], y[i]) }
		}
	case [][]byte:
		if y, ok := b.Data().([][]byte); ok {
			return func(i int) bool { return !bytes.Equal(x[i], y[i]) }
		}
	case []hdf5.ObjectRef:
		if _, ok := b.Data().([]hdf5.ObjectRef); ok {
			return func(int) bool { return false } // addresses, which are no content
		}
	}
	x, y := reflect.ValueOf(a.Data()), reflect.ValueOf(b.Data())
	if x.Kind() != reflect.Slice || x.Type() != y.Type() {
		return func(int) bool { return true }
	}
	return func(i int) bool { return !x.Index(i).Equal(y.Index(i)) } // complex numbers
}

// differingRecords compares n compounds field by field.
func differingRecords(a, b *hdf5.Records, n int) func(i int) bool {
	fields, others := a.Fields(), b.Fields()
	if len(fields) != len(others) {
		return func(int) bool { return true }
	}
	differ := make([]func(i int) bool, len(fields))
	width := make([]int, len(fields))
	for k, field := range fields {
		if field.Name != others[k].Name || field.Values.Len() != others[k].Values.Len() {
			return func(int) bool { return true }
		}
		differ[k] = differing(field.Values, others[k].Values)
		width[k] = field.Values.Len() / max(1, n)
	}
	return func(i int) bool {
		for k, differs := range differ {
			for j := range width[k] {
				if differs(i*width[k] + j) {
					return true
				}
			}
		}
		return false
	}
}

func differentSequences(a, b *Array) bool {
	if a == nil || b == nil {
		return (a == nil || a.Len() == 0) != (b == nil || b.Len() == 0)
	}
	if a.Len() != b.Len() {
		return true
	}
	differs := differing(a, b)
	for i := range a.Len() {
		if differs(i) {
			return true
		}
	}
	return false
}

// valueText returns a value for people.
func valueText(a *Array, i int) string {
	const most = 60
	text := "..."
	switch data := reflect.ValueOf(a.Data()); {
	case data.Kind() == reflect.Slice && data.Type().Elem().Kind() == reflect.String:
		text = fmt.Sprintf("%q", data.Index(i).String())
	case data.Kind() == reflect.Slice && data.Type().Elem().Kind() != reflect.Pointer:
		text = fmt.Sprint(data.Index(i).Interface())
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "..."
	}
	return text
}
