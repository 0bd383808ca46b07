package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// jsonOf returns how the values of an array are written as JSON: numbers and
// booleans as such, in full precision; nan, inf and -inf, for which JSON has no
// numbers, as strings; complex numbers as an array of two; opaque bytes as a string
// of hexadecimal digits; compounds as an object with their fields in the file's
// order; sequences and fields that are arrays as arrays.
func jsonOf(a *loom.Array) appender {
	switch data := a.Data().(type) {
	case []float32, []float64:
		return quoteNonFinite(numbersOf(a))
	case []string:
		return func(dst []byte, i int) []byte { return appendJSONString(dst, data[i]) }
	case [][]byte:
		return func(dst []byte, i int) []byte { return appendJSONString(dst, hex.EncodeToString(data[i])) }
	case []complex64:
		return func(dst []byte, i int) []byte {
			return appendPair(dst, float64(real(data[i])), float64(imag(data[i])), 32)
		}
	case []complex128:
		return func(dst []byte, i int) []byte { return appendPair(dst, real(data[i]), imag(data[i]), 64) }
	case []*loom.Array:
		return func(dst []byte, i int) []byte { return appendJSONArray(dst, data[i]) }
	}
	if records, err := a.Records(); err == nil {
		return objectsOf(records.Fields(), len(a.Shape()))
	}
	return numbersOf(a)
}

// quoteNonFinite puts nan, inf and -inf in quotes.
func quoteNonFinite(number appender) appender {
	return func(dst []byte, i int) []byte {
		at := len(dst)
		dst = number(dst, i)
		if last := dst[len(dst)-1]; last != 'n' && last != 'f' {
			return dst
		}
		return appendJSONString(dst[:at], string(dst[at:]))
	}
}

func appendPair(dst []byte, re, im float64, bits int) []byte {
	part := quoteNonFinite(func(dst []byte, i int) []byte { return appendFloat(dst, []float64{re, im}[i], bits) })
	dst = append(part(append(dst, '['), 0), ',')
	return append(part(dst, 1), ']')
}

func appendJSONString(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return append(dst, "null"...) // does not happen: any string can be encoded
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// appendJSONArray appends a whole array: the value alone if it is a scalar, and
// arrays within arrays if it has several dimensions.
func appendJSONArray(dst []byte, a *loom.Array) []byte {
	if a == nil {
		return append(dst, "[]"...)
	}
	dst, _ = appendNested(dst, jsonOf(a), 0, a.Shape())
	return dst
}

// appendNested appends the values from the i-th on that fill the given
// dimensions, and returns the number of the one after them.
func appendNested(dst []byte, value appender, i int, dims []int) ([]byte, int) {
	if len(dims) == 0 {
		return value(dst, i), i + 1
	}
	dst = append(dst, '[')
	for k := range dims[0] {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst, i = appendNested(dst, value, i, dims[1:])
	}
	return append(dst, ']'), i
}

// A column is one field of the compounds in an array.
type column struct {
	key   []byte // as JSON
	value appender
	dims  []int // of the field itself
	size  int   // product of dims
}

// objectsOf returns the appender for compounds in an array of the given number
// of dimensions.
func objectsOf(fields []hdf5.Field, dimensions int) appender {
	columns := make([]column, len(fields))
	for k, field := range fields {
		c := column{
			key:   appendJSONString(nil, field.Name),
			value: jsonOf(field.Values),
			dims:  field.Values.Shape()[dimensions:],
			size:  1,
		}
		for _, d := range c.dims {
			c.size *= d
		}
		columns[k] = c
	}
	return func(dst []byte, i int) []byte {
		dst = append(dst, '{')
		for k, c := range columns {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, c.key...), ':')
			dst, _ = appendNested(dst, c.value, i*c.size, c.dims)
		}
		return append(dst, '}')
	}
}
