package loom

import (
	"context"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// A typeRule says which datatypes the specification allows somewhere.
type typeRule struct {
	allows   func(t *hdf5.Datatype) bool
	expected string
}

var (
	matrixTypes = typeRule{isNumber, "integers or floating point numbers"}
	vertexTypes = typeRule{isInteger, "integers"}
	weightTypes = typeRule{isFloat, "floating point numbers"}

	attributeTypes = typeRule{
		func(t *hdf5.Datatype) bool { return isNumber(t) || isPythonObject(t) },
		"numbers or strings of variable length",
	}
	oldAttributeTypes = typeRule{
		func(t *hdf5.Datatype) bool { return isNumber(t) || t.Class() == hdf5.String && !t.VariableLength() },
		"numbers or strings of fixed length",
	}
)

// checkType holds the datatype of a dataset against a rule.
func (c *specChecker) checkType(d *hdf5.Dataset, rule typeRule) {
	if !rule.allows(d.Type()) || hasArrayElements(d) {
		c.fail("%s: %s, expected %s", d.Path(), typeTitle(d.Type()), rule.expected)
	}
}

func isNumber(t *hdf5.Datatype) bool { return isInteger(t) || isFloat(t) }

// isFloat refuses big-endian numbers, as loompy does: to numpy they are of
// another type.
func isFloat(t *hdf5.Datatype) bool { return t.Class() == hdf5.Float && !t.BigEndian() }

// isInteger takes enumerations for integers, as numpy does, except for
// booleans. Big-endian integers are refused as by isFloat.
func isInteger(t *hdf5.Datatype) bool {
	if t.BigEndian() {
		return false
	}
	return t.Class() == hdf5.Integer || t.Class() == hdf5.Enum && !isBoolean(t)
}

// isBoolean knows booleans of any width by their names, as h5py does.
func isBoolean(t *hdf5.Datatype) bool {
	names, values := t.EnumNames()
	if len(names) != 2 {
		return false
	}
	f, t1 := slices.Index(names, "FALSE"), slices.Index(names, "TRUE")
	return f >= 0 && t1 >= 0 && values[f] == 0 && values[t1] == 1
}

// isPythonObject reports whether h5py reads values as Python objects, which is
// all that loompy asks of strings.
func isPythonObject(t *hdf5.Datatype) bool {
	switch t.Class() {
	case hdf5.String:
		return t.VariableLength()
	case hdf5.Sequence, hdf5.Reference:
		return true
	}
	return false
}

// hasArrayElements reports whether each element is an array itself. Those have
// dimensions that only show in what is read, be it nothing.
func hasArrayElements(d *hdf5.Dataset) bool {
	selectors := make([]hdf5.Selector, len(d.Shape()))
	if len(selectors) == 0 {
		return false
	}
	for i := range selectors {
		selectors[i] = hdf5.Range(0, 0)
	}
	nothing, err := d.Read(context.Background(), selectors...)
	return err == nil && len(nothing.Shape()) > len(selectors)
}

// typeTitle describes a datatype in a report.
func typeTitle(t *hdf5.Datatype) string {
	switch {
	case t.Class() == hdf5.String && t.VariableLength():
		return "strings of variable length"
	case t.Class() == hdf5.String:
		return "strings of fixed length"
	case isBoolean(t):
		return "booleans"
	case t.Class() == hdf5.Enum:
		return t.String() + " enumeration"
	case t.BigEndian():
		return "big-endian " + t.String()
	case isNumber(t):
		return t.String()
	}
	return t.String() + " elements"
}
