package numpytext

import "strconv"

// An Integer is an integer type of numpy's.
type Integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// A Float is a floating point type of numpy's that Go has.
type Float interface {
	float32 | float64
}

// AppendInteger appends the text of an integer scalar.
func AppendInteger[T Integer](dst []byte, v T) []byte {
	if v < 0 {
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return strconv.AppendUint(dst, uint64(v), 10)
}

// AppendIntegers appends the text of a row-major array of integers, aligned on
// the right.
func AppendIntegers[T Integer](dst []byte, values []T, shape ...int) []byte {
	return appendArray(dst, shape, integerColumn(values, shown(shape)))
}

// AppendBools appends the text of a row-major array of booleans, aligned on
// the right.
func AppendBools(dst []byte, values []bool, shape ...int) []byte {
	return appendArray(dst, shape, boolColumn(values))
}

// AppendFloats appends the text of a row-major array of floating point numbers
// of 16, 32 or 64 bits, aligned on the point. All have an exponent when one of
// them is large or small, or when they are far apart.
func AppendFloats[T Float](dst []byte, values []T, bits int, shape ...int) []byte {
	return appendArray(dst, shape, floatColumn(values, shown(shape), bits))
}

func integerColumn[T Integer](values []T, places []int) elementAppender {
	width := 0
	var buf [20]byte
	for _, p := range places {
		width = max(width, len(AppendInteger(buf[:0], values[p])))
	}
	return func(dst []byte, i int) []byte {
		text := AppendInteger(buf[:0], values[i])
		return append(appendRepeated(dst, ' ', width-len(text)), text...)
	}
}

func boolColumn(values []bool) elementAppender {
	return func(dst []byte, i int) []byte {
		if values[i] {
			dst = append(dst, ' ')
		}
		return AppendBool(dst, values[i])
	}
}

func floatColumn[T Float](values []T, places []int, bits int) elementAppender {
	list := make([]float64, len(places))
	for k, p := range places {
		list[k] = float64(values[p])
	}
	style := newFloatStyle(list, bits)
	return func(dst []byte, i int) []byte { return style.append(dst, float64(values[i])) }
}
