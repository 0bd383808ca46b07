package numpytext

import (
	"math"
	"strconv"
)

// AppendBool appends True or False.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "True"...)
	}
	return append(dst, "False"...)
}

// AppendFloat64 appends the text of a float64 scalar: the shortest digits that
// read back as v, with an exponent from 1e16 up and below 1e-4, and with a
// digit after the point otherwise.
func AppendFloat64(dst []byte, v float64) []byte { return appendScalar(dst, v, 64) }

// AppendFloat32 is [AppendFloat64] for float32: the digits are the shortest
// that read back as the same float32.
func AppendFloat32(dst []byte, v float32) []byte { return appendScalar(dst, float64(v), 32) }

// AppendFloat16 is [AppendFloat64] for float16, whose values v holds exactly.
// Other values are rounded to float16 first.
func AppendFloat16(dst []byte, v float32) []byte {
	return appendScalar(dst, roundToHalf(float64(v)), 16)
}

func appendScalar(dst []byte, v float64, size int) []byte {
	if digit := uint64(v); digit < 10 && math.Float64bits(v) == math.Float64bits(float64(digit)) {
		return append(dst, byte('0'+digit), '.', '0')
	}
	magnitude := math.Abs(v)
	switch {
	case magnitude < exactBelow(size) && v == math.Trunc(v):
		return appendIntegral(dst, v)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return appendNonFinite(dst, v)
	}
	var buf [24]byte
	d := decimal{digits: buf[:0]}
	d.set(v, size, shortest)
	if magnitude < 1e-4 || magnitude >= 1e16 {
		return d.appendScientific(dst)
	}
	dst = d.appendPositional(dst)
	if dst[len(dst)-1] == '.' {
		dst = append(dst, '0')
	}
	return dst
}

// exactBelow returns the magnitude below which a type of size bits has
// every integer, so that none of an integer's digits can be left out.
func exactBelow(size int) float64 {
	switch size {
	case 16:
		return 1 << 11
	case 32:
		return 1 << 24
	}
	return 1 << 53
}

// appendIntegral is the short way for whole numbers, of which expression
// matrices consist.
func appendIntegral(dst []byte, v float64) []byte {
	if v == 0 && math.Signbit(v) {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, int64(v), 10)
	return append(dst, ".0"...)
}

func appendNonFinite(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, "nan"...)
	case v < 0:
		return append(dst, "-inf"...)
	}
	return append(dst, "inf"...)
}

// roundToHalf returns the value of IEEE 754 binary16 that is nearest to v,
// ties to even.
func roundToHalf(v float64) float64 {
	const (
		maxHalf     = 65504
		smallest    = -24 // exponent of the least subnormal
		precision   = 11  // binary digits of a normal value
		overflowsAt = 65520
	)
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	if math.Abs(v) >= overflowsAt {
		return math.Inf(int(math.Copysign(1, v)))
	}
	_, exp := math.Frexp(v)
	unit := max(exp-precision, smallest)
	rounded := math.Ldexp(math.RoundToEven(math.Ldexp(v, -unit)), unit)
	return math.Max(-maxHalf, math.Min(maxHalf, rounded))
}
