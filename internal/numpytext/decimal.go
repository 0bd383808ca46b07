package numpytext

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"
)

// A decimal is a finite number in decimal digits: 0.d1d2d3... times ten to the
// power of point. The digits do not end in zeros, except that zero is "0" with
// its point behind it.
type decimal struct {
	negative bool
	digits   []byte
	point    int
}

// An extent bounds the places of a decimal's last digit: counted from the
// first digit if relative, else from the point. A number gets its shortest
// digits; where they go beyond most it is rounded there, where they end before
// least its exact value goes on until there.
type extent struct {
	relative    bool
	least, most int
}

// shortest is the extent that leaves the shortest digits alone.
var shortest = extent{least: math.MinInt32, most: math.MaxInt32}

// set makes d the digits of v, a finite value of a float of size bits, in the
// buffer that it has.
func (d *decimal) set(v float64, size int, e extent) {
	d.shorten(v, size)
	d.fit(v, size, e)
}

// shorten makes d the shortest digits of v as strconv chooses them.
func (d *decimal) shorten(v float64, size int) {
	d.setFixed(v, shortestDigits(v, size, d.digits[:0]))
}

// fit makes of d, which shorten has set, what set does.
func (d *decimal) fit(v float64, size int, e extent) {
	place := d.place(e.relative)
	fits := place >= e.least && place <= e.most
	rounding := d.rounding(v)
	switch {
	case fits && rounding == exact && size != 16:
		return
	case rounding == tie || hasUnequalNeighbours(v, size):
		// Strconv rounds some of these up that numpy rounds down.
		d.generate(v, size, e)
		return
	case fits:
		return
	}
	place = max(min(place, e.most), e.least)
	if e.relative {
		d.setFixed(v, strconv.AppendFloat(d.digits[:0], v, 'e', place, 64))
		return
	}
	d.setFixed(v, strconv.AppendFloat(d.digits[:0], v, 'f', place, 64))
}

// place returns the place of the last digit: how far it is behind the first
// digit or behind the point, before which places are negative.
func (d *decimal) place(relative bool) int {
	if relative {
		return len(d.digits) - 1
	}
	return len(d.digits) - d.point
}

// setFixed takes the digits of v out of a text of strconv's, whose buffer
// becomes that of d.
func (d *decimal) setFixed(v float64, text []byte) {
	digits, point, exponent := text[:0], -1, 0
	for i, c := range text {
		if c == 'e' {
			exponent = exponentOf(text[i+1:])
			break
		}
		switch {
		case c == '.':
			point = len(digits)
		case c != '-':
			digits = append(digits, c)
		}
	}
	if point < 0 {
		point = len(digits)
	}
	significant := bytes.TrimLeft(digits, "0")
	d.negative = math.Signbit(v)
	d.point = point + exponent - (len(digits) - len(significant))
	d.digits = trimZeros(significant)
	if len(d.digits) == 0 {
		d.digits, d.point = append(d.digits, '0'), 1
	}
}

// exponentOf returns the exponent that strconv has written after an e: a sign and digits.
func exponentOf(text []byte) int {
	n := 0
	for _, c := range text[1:] {
		n = 10*n + int(c-'0')
	}
	if text[0] == '-' {
		return -n
	}
	return n
}

// trimZeros drops the zeros at the end.
func trimZeros(digits []byte) []byte {
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return digits
}

// shortestDigits appends v in strconv's format e with the fewest digits that
// tell it from the other values of its size. Of binary16, which strconv does
// not know, it finds those that are also the nearest to v, as they are unless
// v's neighbours are not equally far.
func shortestDigits(v float64, size int, dst []byte) []byte {
	if size != 16 {
		return strconv.AppendFloat(dst, v, 'e', -1, size)
	}
	const enough = 5 // digits, for all of binary16
	from := len(dst)
	for digits := 1; digits < enough; digits++ {
		dst = strconv.AppendFloat(dst[:from], v, 'e', digits-1, 64)
		if back, err := strconv.ParseFloat(string(dst[from:]), 64); err == nil && roundToHalf(back) == v {
			return dst
		}
	}
	return strconv.AppendFloat(dst[:from], v, 'e', enough-1, 64)
}

// hasUnequalNeighbours reports whether the value below v is nearer than the
// one above, as it is for powers of two.
func hasUnequalNeighbours(v float64, size int) bool {
	mantissa, exponent := oddTimesPower(v)
	return mantissa == 1 && exponent > leastExponent(size)
}

// oddTimesPower returns the odd number and the power of two whose product is the magnitude of v, a
// finite value; the odd number of zero is zero.
func oddTimesPower(v float64) (mantissa uint64, exponent int) {
	const (
		fraction = 52 // bits
		bias     = 1023 + fraction
	)
	b := math.Float64bits(v)
	mantissa, exponent = b&(1<<fraction-1), int(b>>fraction&0x7ff)-bias
	if exponent == -bias {
		exponent++ // subnormal
	} else {
		mantissa |= 1 << fraction
	}
	zeros := bits.TrailingZeros64(mantissa)
	return mantissa >> zeros, exponent + zeros
}

// How the digits of a decimal relate to the number that they stand for.
const (
	exact   = iota // they are all of its digits
	inexact        // they are some of its digits
	tie            // it may lie in the middle between two numbers of as many digits
)

// rounding compares d with the number v that it is the shortest digits of. A
// float is an odd number times a power of two, so it has one digit after the
// point for each time that the odd number is halved.
func (d *decimal) rounding(v float64) int {
	if v == 0 {
		return exact
	}
	_, exponent := oddTimesPower(v)
	halvings := -exponent
	switch missing := halvings - d.place(false); {
	case missing == 1:
		return tie
	case missing <= 0 && halvings >= 0:
		return exact
	}
	return inexact
}

// leastExponent returns the power of two that is the least normal float of
// size bits.
func leastExponent(size int) int {
	switch size {
	case 16:
		return -14
	case 32:
		return -126
	}
	return -1022
}

// mantissaBits returns the digits of a normal binary float of size bits.
func mantissaBits(size int) int {
	switch size {
	case 16:
		return 11
	case 32:
		return 24
	}
	return 53
}

// appendPositional appends d without an exponent. There is a point, and at
// least one digit before it, but only the digits of d after it.
func (d *decimal) appendPositional(dst []byte) []byte {
	if d.negative {
		dst = append(dst, '-')
	}
	if d.point <= 0 {
		dst = append(dst, "0."...)
		dst = appendRepeated(dst, '0', -d.point)
		return append(dst, d.digits...)
	}
	n := min(d.point, len(d.digits))
	dst = append(dst, d.digits[:n]...)
	dst = appendRepeated(dst, '0', d.point-n)
	dst = append(dst, '.')
	return append(dst, d.digits[n:]...)
}

// appendScientific appends d with one digit before the point, which is left out
// if it comes last, and an exponent.
func (d *decimal) appendScientific(dst []byte) []byte {
	dst = d.appendMantissa(dst)
	if len(d.digits) == 1 {
		dst = dst[:len(dst)-1]
	}
	return d.appendExponent(dst, 2)
}

// appendMantissa appends the first digit of d, a point, and the other digits.
func (d *decimal) appendMantissa(dst []byte) []byte {
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(dst, d.digits[0], '.')
	return append(dst, d.digits[1:]...)
}

// appendExponent appends what follows the mantissa, with at least so many
// digits.
func (d *decimal) appendExponent(dst []byte, width int) []byte {
	exponent, sign := d.point-1, byte('+')
	if exponent < 0 {
		exponent, sign = -exponent, '-'
	}
	var buf [4]byte
	text := strconv.AppendInt(buf[:0], int64(exponent), 10)
	dst = append(dst, 'e', sign)
	dst = appendRepeated(dst, '0', width-len(text))
	return append(dst, text...)
}

// exponentDigits returns how many digits the exponent has, at least two.
func (d *decimal) exponentDigits() int {
	if exponent := d.point - 1; exponent <= -100 || exponent >= 100 {
		return 3
	}
	return 2
}

func appendRepeated(dst []byte, c byte, n int) []byte {
	for range n {
		dst = append(dst, c)
	}
	return dst
}
