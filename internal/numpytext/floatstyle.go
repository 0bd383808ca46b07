package numpytext

import (
	"bytes"
	"math"
	"slices"
)

// A floatStyle is the common format of an array's floating point numbers.
type floatStyle struct {
	size     int  // bits of a number
	plus     bool // positive numbers have a sign
	exponent bool
	before   int // columns before the point, the sign among them
	after    int // digits after the point
	expWidth int // digits of the exponent

	// The finite values that decide the format, and the shortest digits of each: to find those takes
	// longer than all else, and they are needed again when the values are appended, which happens
	// in the same order.
	finite   []float64
	shortest []keptDecimal
	next     int // of them to be appended

	text, digits [64]byte // reused for every number
}

// A keptDecimal is a decimal of a float, which has 17 digits at the most.
type keptDecimal struct {
	digits   [17]byte
	n        uint8 // digits
	negative bool
	point    int16
}

// set makes s the format of floats of size bits that these values decide. It keeps them.
func (s *floatStyle) set(values []float64, size int, plus bool) {
	finite := values
	if slices.ContainsFunc(values, notFinite) {
		finite = slices.DeleteFunc(slices.Clone(values), notFinite)
	}
	*s = floatStyle{size: size, plus: plus, exponent: needExponent(finite, size), finite: finite, shortest: s.shortest[:0]}
	for _, v := range finite {
		d := decimal{digits: s.digits[:0]}
		d.shorten(v, size)
		kept := keptDecimal{n: uint8(len(d.digits)), negative: d.negative, point: int16(d.point)}
		copy(kept.digits[:], d.digits)
		s.shortest = append(s.shortest, kept)
		s.makeRoom(v, &d)
	}
	for _, v := range values {
		if !isFinite(v) {
			var buf [8]byte
			s.before = max(s.before, len(s.appendSpecial(buf[:0], v))-s.behind())
		}
	}
}

func notFinite(v float64) bool { return !isFinite(v) }

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// needExponent reports whether an array of these finite values is written with
// exponents: when the largest magnitude is 1e8 or more, the smallest but zero is
// below 1e-4, or the one is more than 1000 times the other.
func needExponent(finite []float64, size int) bool {
	least, most := math.Inf(1), 0.0
	for _, v := range finite {
		if v != 0 {
			least, most = min(least, math.Abs(v)), max(most, math.Abs(v))
		}
	}
	if most == 0 {
		return false
	}
	return most >= 1e8 || least < 1e-4 || roundTo(most/least, size) > 1000
}

// roundTo rounds v to a float of size bits. Numpy divides in the array's type.
func roundTo(v float64, size int) float64 {
	switch size {
	case 16:
		return roundToHalf(v)
	case 32:
		return float64(float32(v))
	}
	return v
}

// makeRoom widens the format until the finite value v fits: with its shortest
// digits, which are d, but at most [precision] of them after the point.
func (s *floatStyle) makeRoom(v float64, d *decimal) {
	d.fit(v, s.size, extent{relative: s.exponent, least: shortest.least, most: precision})
	s.after = max(s.after, d.place(s.exponent))
	whole := 1
	if s.exponent {
		s.expWidth = max(s.expWidth, d.exponentDigits())
	} else {
		whole = max(whole, d.point)
	}
	if d.negative || s.plus {
		whole++
	}
	s.before = max(s.before, whole)
}

// behind returns the columns from the point on.
func (s *floatStyle) behind() int {
	n := len(".") + s.after
	if s.exponent {
		n += len("e+") + s.expWidth
	}
	return n
}

// append appends v in the common format. With exponents, all have the same
// digits after the point, as many of the exact value as that takes; without,
// spaces follow the shortest digits.
func (s *floatStyle) append(dst []byte, v float64) []byte {
	number := s.text[:0]
	if !isFinite(v) {
		special := s.appendSpecial(number, v)
		return append(appendRepeated(dst, ' ', s.before+s.behind()-len(special)), special...)
	}
	d := s.shortestOf(v)
	if s.plus && !math.Signbit(v) {
		number = append(number, '+')
	}
	if s.exponent {
		d.fit(v, s.size, extent{relative: true, least: s.after, most: s.after})
		dst = s.appendAligned(dst, d.appendMantissa(number), '0')
		return d.appendExponent(dst, s.expWidth)
	}
	d.fit(v, s.size, extent{least: 0, most: precision})
	return s.appendAligned(dst, d.appendPositional(number), ' ')
}

// shortestOf returns the shortest digits of v.
func (s *floatStyle) shortestOf(v float64) decimal {
	d := decimal{digits: s.digits[:0]}
	if k := s.next; k < len(s.finite) && math.Float64bits(s.finite[k]) == math.Float64bits(v) {
		s.next++
		kept := &s.shortest[k]
		return decimal{negative: kept.negative, digits: append(d.digits, kept.digits[:kept.n]...), point: int(kept.point)}
	}
	d.shorten(v, s.size)
	return d
}

// appendSpecial appends NaN, which counts as positive, or an infinity.
func (s *floatStyle) appendSpecial(dst []byte, v float64) []byte {
	if s.plus && !math.IsInf(v, -1) {
		dst = append(dst, '+')
	}
	return appendNonFinite(dst, v)
}

// appendAligned appends a number with a point under the point of the others,
// and fills it up behind.
func (s *floatStyle) appendAligned(dst, number []byte, fill byte) []byte {
	point := bytes.IndexByte(number, '.')
	dst = appendRepeated(dst, ' ', s.before-point)
	dst = append(dst, number...)
	return appendRepeated(dst, fill, s.after-(len(number)-point-1))
}
