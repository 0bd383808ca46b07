package numpytext

import "strconv"

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

type float interface {
	float32 | float64
}

// integers in an array are aligned on the right.
func integers[T integer](values []T) texts {
	return texts{
		scalar: func(dst []byte, i int) []byte { return appendInteger(dst, values[i]) },
		column: func(_ *scratch, places []int) elementAppender {
			var buf [20]byte
			width := 0
			for _, p := range places {
				width = max(width, len(appendInteger(buf[:0], values[p])))
			}
			return func(dst []byte, i int) []byte {
				text := appendInteger(buf[:0], values[i])
				return append(appendRepeated(dst, ' ', width-len(text)), text...)
			}
		},
		fields: func(dst []byte, first, end int) []byte { return appendIntegerFields(dst, values[first:end]) },
	}
}

func appendInteger[T integer](dst []byte, v T) []byte {
	if v < 0 {
		return strconv.AppendInt(dst, int64(v), 10)
	}
	return strconv.AppendUint(dst, uint64(v), 10)
}

// bools in an array are aligned on the right, True or not.
func bools(values []bool) texts {
	return texts{
		scalar: func(dst []byte, i int) []byte { return AppendBool(dst, values[i]) },
		column: func(*scratch, []int) elementAppender {
			return func(dst []byte, i int) []byte {
				if values[i] {
					dst = append(dst, ' ')
				}
				return AppendBool(dst, values[i])
			}
		},
	}
}

// floats, of 16, 32 or 64 bits, are aligned on the point in an array, and all
// have an exponent when one of them is large or small, or when they are far apart.
func floats[T float](values []T, size int) texts {
	return texts{
		scalar: func(dst []byte, i int) []byte { return appendScalar(dst, float64(values[i]), size) },
		column: func(s *scratch, places []int) elementAppender {
			s.deciding = s.deciding[:0]
			for _, p := range places {
				s.deciding = append(s.deciding, float64(values[p]))
			}
			s.style.set(s.deciding, size, false)
			return func(dst []byte, i int) []byte { return s.style.append(dst, float64(values[i])) }
		},
		fields: func(dst []byte, first, end int) []byte { return appendFloatFields(dst, values[first:end], size) },
	}
}
