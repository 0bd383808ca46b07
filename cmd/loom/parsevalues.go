package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// The types of values besides those of numbers, numpy's.
const (
	stringType = "string"
	boolType   = "bool"
)

// A numberType is a type of numbers by numpy's name.
type numberType struct {
	kind byte // 'i', 'u' or 'f'
	bits int
}

var numberTypes = map[string]numberType{
	"int8": {'i', 8}, "int16": {'i', 16}, "int32": {'i', 32}, "int64": {'i', 64},
	"uint8": {'u', 8}, "uint16": {'u', 16}, "uint32": {'u', 32}, "uint64": {'u', 64},
	"float16": {'f', 16}, "float32": {'f', 32}, "float64": {'f', 64},
}

// checkType refuses a name that is not one of a type that can be set.
func checkType(dtype string, numbersOnly bool) error {
	if _, ok := numberTypes[dtype]; ok || !numbersOnly && (dtype == stringType || dtype == boolType) {
		return nil
	}
	want := "int8 ... int64, uint8 ... uint64, float16, float32, float64"
	if !numbersOnly {
		want += ", bool or string"
	}
	return fmt.Errorf("no type %q here, want %s", dtype, want)
}

// parseNumber reads a number of a type that T holds.
func parseNumber[T loom.Number](text string, t numberType) (T, error) {
	text = strings.TrimSpace(text)
	switch t.kind {
	case 'i':
		v, err := strconv.ParseInt(text, 10, t.bits)
		return T(v), numberError(err)
	case 'u':
		v, err := strconv.ParseUint(text, 10, t.bits)
		return T(v), numberError(err)
	}
	v, err := strconv.ParseFloat(text, max(32, t.bits))
	const tooLarge = 65520 // rounds to infinity in float16
	if err == nil && t.bits == 16 && math.Abs(v) >= tooLarge && !math.IsInf(v, 0) {
		err = strconv.ErrRange
	}
	return T(v), numberError(err)
}

// Why a text is no value of a type.
var (
	errNoNumber = errors.New("is not a number")
	errNoWhole  = errors.New("is not a whole number")
	errRange    = errors.New("is out of range")
	errNoBool   = errors.New("is neither true nor false")
)

func numberError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return errRange
	}
	return errNoNumber
}

// valueError says that a text is not a value of a type.
func valueError(text, dtype string, err error) error {
	if t, ok := numberTypes[dtype]; ok && t.kind != 'f' && err == errNoNumber {
		err = errNoWhole
	}
	if len(text) > 40 {
		text = text[:40] + "..."
	}
	return fmt.Errorf("%q %w, expected %s", text, err, dtype)
}

// parseValues reads values of a type. If one cannot be read it is named by
// failed, which is passed its place.
func parseValues(texts []string, dtype string, shape []int, failed func(i int, err error) error) (*loom.Array, error) {
	switch dtype {
	case stringType:
		values := make([]string, len(texts))
		for i, text := range texts {
			values[i] = unescapeText(text)
		}
		return shaped(values, shape)
	case boolType:
		return parseEach(texts, dtype, shape, failed, parseBool)
	case "int8":
		return parseNumbers[int8](texts, dtype, shape, failed)
	case "int16":
		return parseNumbers[int16](texts, dtype, shape, failed)
	case "int32":
		return parseNumbers[int32](texts, dtype, shape, failed)
	case "int64":
		return parseNumbers[int64](texts, dtype, shape, failed)
	case "uint8":
		return parseNumbers[uint8](texts, dtype, shape, failed)
	case "uint16":
		return parseNumbers[uint16](texts, dtype, shape, failed)
	case "uint32":
		return parseNumbers[uint32](texts, dtype, shape, failed)
	case "uint64":
		return parseNumbers[uint64](texts, dtype, shape, failed)
	case "float32":
		return parseNumbers[float32](texts, dtype, shape, failed)
	case "float64":
		return parseNumbers[float64](texts, dtype, shape, failed)
	case "float16":
		return parseHalves(texts, shape, failed)
	}
	return nil, checkType(dtype, false)
}

func parseBool(text string) (bool, error) {
	switch strings.TrimSpace(text) {
	case "true", "True", "TRUE", "1":
		return true, nil
	case "false", "False", "FALSE", "0":
		return false, nil
	}
	return false, errNoBool
}

func parseNumbers[T loom.Number](texts []string, dtype string, shape []int, failed func(int, error) error) (*loom.Array, error) {
	t := numberTypes[dtype]
	return parseEach(texts, dtype, shape, failed, func(text string) (T, error) { return parseNumber[T](text, t) })
}

func parseHalves(texts []string, shape []int, failed func(int, error) error) (*loom.Array, error) {
	values, err := parseNumbers[float32](texts, "float16", shape, failed)
	if err != nil {
		return nil, err
	}
	t, err := hdf5.NamedType("float16")
	if err != nil {
		return nil, err
	}
	return values.WithType(t)
}

func parseEach[T hdf5.Element](texts []string, dtype string, shape []int, failed func(int, error) error, parse func(string) (T, error)) (*loom.Array, error) {
	values := make([]T, len(texts))
	for i, text := range texts {
		v, err := parse(text)
		if err != nil {
			return nil, failed(i, valueError(text, dtype, err))
		}
		values[i] = v
	}
	return shaped(values, shape)
}

func shaped[T hdf5.Element](values []T, shape []int) (*loom.Array, error) {
	if len(shape) == 0 {
		return hdf5.NewScalar(values[0]), nil
	}
	return hdf5.NewArray(values, shape...)
}

// guessType returns the type that texts of which nothing is known have: int64 or
// float64 if all are numbers, bool if all are true or false, or else string.
func guessType(texts []string) string {
	isInt := func(text string) bool { _, err := parseNumber[int64](text, numberTypes["int64"]); return err == nil }
	isFloat := func(text string) bool {
		_, err := parseNumber[float64](text, numberTypes["float64"])
		return err == nil
	}
	isBool := func(text string) bool { return text == "true" || text == "false" }
	for _, guess := range []struct {
		dtype string
		is    func(string) bool
	}{{"int64", isInt}, {"float64", isFloat}, {boolType, isBool}} {
		if len(texts) > 0 && !slices.ContainsFunc(texts, func(text string) bool { return !guess.is(text) }) {
			return guess.dtype
		}
	}
	return stringType
}

// textType returns the type by which a datatype's values can be set again, and
// whether there is one.
func textType(t *hdf5.Datatype) (dtype string, ok bool) {
	switch t.Class() {
	case hdf5.String:
		return stringType, true
	case hdf5.Bool:
		return boolType, true
	case hdf5.Integer, hdf5.Float:
		return t.String(), true
	}
	return "", false
}
