package loom

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goloom/loom/hdf5"
)

// storable returns the values of an attribute as this file stores them, which is
// as loompy does: those of normalized, and before version 3.0.0 of the specification
// strings of fixed length in ASCII with XML entities.
func (e *edit) storable(values *Array) (*Array, error) {
	normal, err := normalized(values)
	if err != nil || !e.old || normal.Type().Class() != hdf5.String {
		return normal, err
	}
	return asciiStrings(normal)
}

// normalized returns values of the types that attributes can have: numbers in
// the byte order of most machines, as which booleans become uint8, strings of
// variable length, and others as they are if isKept.
func normalized(values *Array) (*Array, error) {
	if values != nil && isKept(values.Type()) {
		return values, nil
	}
	if err := checkPlain(values); err != nil {
		return nil, err
	}
	switch values.Type().Class() {
	case hdf5.Bool:
		return normalizedBools(values)
	case hdf5.String:
		return normalizedStrings(values)
	}
	t, err := hdf5.NamedType(values.Type().String())
	if err != nil {
		return nil, err
	}
	return values.WithType(t)
}

// checkPlain refuses values of types that the specification does not know.
func checkPlain(values *Array) error {
	if values == nil {
		return fmt.Errorf("no values: %w", ErrType)
	}
	if !isPlain(values.Type()) {
		return fmt.Errorf("%s values, want numbers, strings or booleans: %w", values.Type(), ErrType)
	}
	return nil
}

// isPlain reports whether the specification knows values of a type.
func isPlain(t *hdf5.Datatype) bool {
	switch t.Class() {
	case hdf5.Bool, hdf5.String, hdf5.Integer, hdf5.Float:
		return true
	}
	return false
}

// isKept reports whether values of a type that the specification does not know can be
// stored as they are, which is what becomes of them: compounds, as SCope has them for embeddings
// and regulons, and others that mean the same in every file. References do not.
func isKept(t *hdf5.Datatype) bool {
	switch t.Class() {
	case hdf5.Enum, hdf5.Complex, hdf5.Opaque:
		return true
	case hdf5.Sequence:
		return isPlain(t.Elem()) || isKept(t.Elem())
	case hdf5.Compound:
		return !slices.ContainsFunc(t.Members(), func(m hdf5.Member) bool { return !isPlain(m.Type) && !isKept(m.Type) })
	}
	return false
}

func normalizedBools(values *Array) (*Array, error) {
	flags, err := hdf5.Values[bool](values)
	if err != nil {
		return nil, err
	}
	bytes := make([]uint8, len(flags))
	for i, flag := range flags {
		if flag {
			bytes[i] = 1
		}
	}
	return reshaped(bytes, values.Shape())
}

func normalizedStrings(values *Array) (*Array, error) {
	texts, err := values.Strings()
	if err != nil {
		return nil, err
	}
	for i, text := range texts {
		if strings.Contains(text, "\x00") {
			return nil, fmt.Errorf("string %d, %q, contains a zero byte, which ends strings in HDF5: %w", i, text, ErrType)
		}
	}
	return reshaped(texts, values.Shape())
}

// asciiStrings returns strings of as many bytes as the longest takes when it is
// escaped.
func asciiStrings(values *Array) (*Array, error) {
	texts, err := values.Strings()
	if err != nil {
		return nil, err
	}
	escaped, width := make([]string, len(texts)), 1 // no type has strings of no bytes
	for i, text := range texts {
		escaped[i] = escape(text)
		width = max(width, len(escaped[i]))
	}
	t, err := hdf5.FixedString(width, hdf5.ASCII)
	if err != nil {
		return nil, err
	}
	ascii, err := reshaped(escaped, values.Shape())
	if err != nil {
		return nil, err
	}
	return ascii.WithType(t)
}

// reshaped makes an array of the given shape, which may be that of a scalar.
func reshaped[T hdf5.Element](values []T, shape []int) (*Array, error) {
	if len(shape) == 0 && len(values) == 1 {
		return hdf5.NewScalar(values[0]), nil
	}
	return hdf5.NewArray(values, shape...)
}

// escape returns the ASCII text that [unescape] turns into the given one. Every
// character beyond ASCII becomes a numeric reference, as Python's
// "xmlcharrefreplace" has it; an ampersand becomes one only where it would be read
// as the beginning of one.
func escape(text string) string {
	ascii := true
	for i := range len(text) {
		ascii = ascii && text[i] < utf8.RuneSelf
	}
	ambiguous := strings.Contains(text, "&") && (unescape(text) != text || html.UnescapeString(text) != text)
	if ascii && !ambiguous {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '&' && ambiguous:
			b.WriteString("&amp;")
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		default:
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		}
	}
	return b.String()
}
