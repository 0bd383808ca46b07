package table

import (
	"fmt"
	"math"
	"strconv"

	"github.com/goloom/loom"
)

// An appender appends the text of the i-th of some values.
type appender func(dst []byte, i int) []byte

// textOf returns what appends the texts of numbers and booleans.
func textOf(values *loom.Array) (appender, error) {
	switch data := values.Data().(type) {
	case []int8:
		return signed(data), nil
	case []int16:
		return signed(data), nil
	case []int32:
		return signed(data), nil
	case []int64:
		return signed(data), nil
	case []uint8:
		return unsigned(data), nil
	case []uint16:
		return unsigned(data), nil
	case []uint32:
		return unsigned(data), nil
	case []uint64:
		return unsigned(data), nil
	case []float32:
		return func(dst []byte, i int) []byte { return appendFloat(dst, float64(data[i]), 32) }, nil
	case []float64:
		return func(dst []byte, i int) []byte { return appendFloat(dst, data[i], 64) }, nil
	case []bool:
		return func(dst []byte, i int) []byte {
			return append(dst, map[bool]string{false: "False", true: "True"}[data[i]]...)
		}, nil
	}
	return nil, fmt.Errorf("values of the type %s in a table: %w", values.Type(), loom.ErrType)
}

func signed[T int8 | int16 | int32 | int64](data []T) appender {
	return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(data[i]), 10) }
}

func unsigned[T uint8 | uint16 | uint32 | uint64](data []T) appender {
	return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(data[i]), 10) }
}

// appendFloat appends the shortest text of a float: a whole number without a point.
func appendFloat(dst []byte, v float64, bits int) []byte {
	const exact = 1 << 53
	switch {
	case v == math.Trunc(v) && math.Abs(v) < exact:
		return strconv.AppendInt(dst, int64(v), 10)
	case math.IsNaN(v):
		return append(dst, "nan"...)
	case math.IsInf(v, 0):
		return append(dst, map[bool]string{true: "inf", false: "-inf"}[v > 0]...)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, bits)
}
