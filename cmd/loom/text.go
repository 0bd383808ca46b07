package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/numpytext"
)

// An appender appends the text of the i-th value of an array to dst.
type appender func(dst []byte, i int) []byte

// textOf returns how the values of an array are written as fields of
// tab-delimited text, so that they can be read back exactly:
//
//	numbers    the shortest decimal form that has the same value in the same type
//	booleans   true, false
//	strings    as they are, but \t, \n, \r and \\ for tab, line ends and backslash
//	opaque     hexadecimal digits
//	references the address, a number
//	complex    1+2j, as Python writes it, without parentheses
//	compounds  one JSON object, see [jsonOf]
//	sequences  one JSON array
func textOf(a *loom.Array) appender {
	if numbers := numbersOf(a); numbers != nil {
		return numbers
	}
	switch data := a.Data().(type) {
	case []string:
		return func(dst []byte, i int) []byte { return appendEscaped(dst, data[i]) }
	case [][]byte:
		return func(dst []byte, i int) []byte { return hex.AppendEncode(dst, data[i]) }
	case []complex64:
		return func(dst []byte, i int) []byte {
			return appendComplex(dst, float64(real(data[i])), float64(imag(data[i])), 32)
		}
	case []complex128:
		return func(dst []byte, i int) []byte { return appendComplex(dst, real(data[i]), imag(data[i]), 64) }
	}
	return jsonOf(a)
}

// numbersOf returns the appender for values whose text and JSON are the same,
// save for what JSON has no number for: nan, inf and -inf. It is nil for others.
func numbersOf(a *loom.Array) appender {
	switch data := a.Data().(type) {
	case []int8:
		return signed(data)
	case []int16:
		return signed(data)
	case []int32:
		return signed(data)
	case []int64:
		return signed(data)
	case []uint8:
		return unsigned(data)
	case []uint16:
		return unsigned(data)
	case []uint32:
		return unsigned(data)
	case []uint64:
		return unsigned(data)
	case []hdf5.ObjectRef:
		return unsigned(data)
	case []float32:
		bits := 32
		if a.Type().String() == "float16" {
			bits = 16
		}
		return func(dst []byte, i int) []byte { return appendFloat(dst, float64(data[i]), bits) }
	case []float64:
		return func(dst []byte, i int) []byte { return appendFloat(dst, data[i], 64) }
	case []bool:
		return func(dst []byte, i int) []byte { return strconv.AppendBool(dst, data[i]) }
	}
	return nil
}

func signed[T int8 | int16 | int32 | int64](data []T) appender {
	return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(data[i]), 10) }
}

func unsigned[T uint8 | uint16 | uint32 | uint64 | hdf5.ObjectRef](data []T) appender {
	return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(data[i]), 10) }
}

// appendFloat appends the shortest digits that read back as v in a type of the
// given number of bits. Exponents are left to the very large and the very small,
// as sort -n does not know them.
func appendFloat(dst []byte, v float64, bits int) []byte {
	magnitude := math.Abs(v)
	switch {
	case magnitude < 1<<11 && v == math.Trunc(v) && !(v == 0 && math.Signbit(v)):
		// Whole numbers, of which most matrices consist. Below this bound even
		// float16 needs all their digits.
		return strconv.AppendInt(dst, int64(v), 10)
	case math.IsNaN(v):
		return append(dst, "nan"...)
	case math.IsInf(v, 1):
		return append(dst, "inf"...)
	case math.IsInf(v, -1):
		return append(dst, "-inf"...)
	case bits == 16:
		return bytes.TrimSuffix(numpytext.AppendFloat16(dst, float32(v)), []byte(".0"))
	case magnitude != 0 && magnitude < 1e-4 || magnitude >= 1e16:
		return strconv.AppendFloat(dst, v, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

func appendComplex(dst []byte, re, im float64, bits int) []byte {
	dst = appendFloat(dst, re, bits)
	if !math.Signbit(im) || math.IsNaN(im) {
		dst = append(dst, '+')
	}
	return append(appendFloat(dst, im, bits), 'j')
}

// appendEscaped appends a string in such a way that it stays one field of one line.
func appendEscaped(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, "\t\n\r\\") {
		return append(dst, s...)
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\\':
			dst = append(dst, `\\`...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// printable escapes what a terminal might act upon, so that a file's names and
// values cannot do more than be seen.
func printable(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b []byte
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			b = fmt.Appendf(b, `\x%02x`, s[0])
		case unprintable(r):
			b = append(b, strings.Trim(strconv.QuoteRune(r), "'")...)
		default:
			b = append(b, s[:size]...)
		}
		s = s[size:]
	}
	return string(b)
}

// unprintable holds for bytes that are not UTF-8, too, which range decodes as
// the replacement character.
func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// positionText is the appender for what has no name but its position.
func positionText(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(i), 10) }
