package table

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// attributeOf makes an attribute of texts: of int64 if all are whole numbers, of float64
// if all are numbers, of booleans if all are True or False, of two dimensions if all are
// lists of as many numbers, such as numpy writes, and else of strings.
//
// Numbers with zeros in front are names, and so not numbers here. What is missing, NA or
// nothing, is NaN among numbers that are not all missing.
func attributeOf(texts []string) (*loom.Array, error) {
	for _, as := range []func([]string) (*loom.Array, bool){wholeNumbers, decimalNumbers, booleans, lists} {
		if array, ok := as(texts); ok {
			return array, nil
		}
	}
	return hdf5.NewArray(slices.Clone(texts))
}

func wholeNumbers(texts []string) (*loom.Array, bool) {
	values := make([]int64, len(texts))
	for i, text := range texts {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != text {
			return nil, false
		}
		values[i] = n
	}
	array, err := hdf5.NewArray(values)
	return array, err == nil
}

func decimalNumbers(texts []string) (*loom.Array, bool) {
	values := make([]float64, len(texts))
	some := false
	for i, text := range texts {
		v, missing, ok := decimalNumber(text)
		if !ok {
			return nil, false
		}
		values[i] = v
		some = some || !missing
	}
	if !some {
		return nil, false
	}
	array, err := hdf5.NewArray(values)
	return array, err == nil
}

// decimalNumber reads a number, or that there is none.
func decimalNumber(text string) (v float64, missing, ok bool) {
	if text == "" || text == "NA" {
		return math.NaN(), true, true
	}
	digits := text
	if digits[0] == '-' || digits[0] == '+' {
		digits = digits[1:]
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0, false, false
	}
	n, err := parse([]byte(text))
	if err != nil || n.form == large || text != string(bytes.TrimSpace([]byte(text))) {
		return 0, false, false
	}
	return n.f, false, true
}

func booleans(texts []string) (*loom.Array, bool) {
	values := make([]bool, len(texts))
	for i, text := range texts {
		switch text {
		case "True", "TRUE", "true":
			values[i] = true
		case "False", "FALSE", "false":
		default:
			return nil, false
		}
	}
	array, err := hdf5.NewArray(values)
	return array, err == nil && len(texts) > 0
}

// lists reads rows of numbers in brackets.
func lists(texts []string) (*loom.Array, bool) {
	var values []float64
	width, point := 0, false
	for i, text := range texts {
		inside := []byte(text)
		if len(inside) < 2 || inside[0] != '[' || inside[len(inside)-1] != ']' {
			return nil, false
		}
		fields := bytes.Fields(inside[1 : len(inside)-1])
		if i == 0 {
			width = len(fields)
		}
		if len(fields) != width || width == 0 {
			return nil, false
		}
		for _, field := range fields {
			n, err := parse(field)
			if err != nil {
				return nil, false
			}
			values = append(values, n.f)
			point = point || n.form != whole
		}
	}
	if len(texts) == 0 {
		return nil, false
	}
	if point {
		array, err := hdf5.NewArray(values, len(texts), width)
		return array, err == nil
	}
	ints := make([]int64, len(values))
	for i, v := range values {
		ints[i] = int64(v)
	}
	array, err := hdf5.NewArray(ints, len(texts), width)
	return array, err == nil
}
