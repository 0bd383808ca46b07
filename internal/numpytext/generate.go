package numpytext

import (
	"bytes"
	"math"
	"math/big"
)

// generate sets d digit by digit in exact arithmetic, after Steele and White,
// with the choices that numpy makes: digits end where either neighbour is out
// of reach, or where e says; the last is rounded to the side that is within
// reach, to the nearer if both or neither are, and to even in the middle.
//
// It is slow, and needed only where those choices differ from strconv's.
func (d *decimal) generate(v float64, size int, e extent) {
	g := newGenerator(v, size)
	d.negative, d.point, d.digits = math.Signbit(v), g.point, d.digits[:0]
	for {
		digit, low, high := g.next()
		d.digits = append(d.digits, '0'+digit)
		place := d.place(e.relative)
		if (low || high) && place >= e.least || place == e.most {
			d.round(g.roundsUp(digit, low, high))
			return
		}
	}
}

// round adds one to the last digit, if asked, and drops the zeros at the end.
func (d *decimal) round(up bool) {
	if !up {
		d.digits = bytes.TrimRight(d.digits, "0")
		return
	}
	d.digits = bytes.TrimRight(d.digits, "9")
	if last := len(d.digits) - 1; last >= 0 {
		d.digits[last]++
		return
	}
	d.digits, d.point = append(d.digits, '1'), d.point+1
}

// A generator holds what is left of a positive number after some of its
// digits, as a fraction, with the distances to the middles between it and its
// neighbours.
type generator struct {
	rest, below, above *big.Int // numerators
	unit               *big.Int // the denominator
	point              int      // of the number in decimal
	even               bool     // the middles round to the number itself
}

func newGenerator(v float64, size int) *generator {
	v = math.Abs(v)
	_, exp := math.Frexp(v)
	ulp := max(exp, leastExponent(size)+1) - mantissaBits(size)
	mantissa := uint64(math.Ldexp(v, -ulp))

	// In quarters of the last place, so that all distances are whole.
	g := &generator{
		rest:  new(big.Int).SetUint64(4 * mantissa),
		below: big.NewInt(2),
		above: big.NewInt(2),
		unit:  big.NewInt(4),
		even:  mantissa%2 == 0,
	}
	if hasUnequalNeighbours(v, size) {
		g.below.SetInt64(1)
	}
	if ulp < 0 {
		g.unit.Lsh(g.unit, uint(-ulp))
	} else {
		g.multiply(new(big.Int).Lsh(big.NewInt(1), uint(ulp)))
	}
	g.normalise(int(math.Floor(math.Log10(v))))
	return g
}

func (g *generator) multiply(by *big.Int) {
	for _, n := range []*big.Int{g.rest, g.below, g.above} {
		n.Mul(n, by)
	}
}

// normalise divides the number by the power of ten that brings it into
// [0.1, 1), of which the estimate may be a few too low.
func (g *generator) normalise(estimate int) {
	ten := big.NewInt(10)
	power := new(big.Int).Exp(ten, big.NewInt(int64(max(estimate, -estimate))), nil)
	if estimate < 0 {
		g.multiply(power)
	} else {
		g.unit.Mul(g.unit, power)
	}
	g.point = estimate
	for g.rest.Cmp(g.unit) >= 0 {
		g.unit.Mul(g.unit, ten)
		g.point++
	}
}

// next takes the next digit off, and reports whether the number is within
// reach of what lies below and above it in its place.
func (g *generator) next() (digit byte, low, high bool) {
	g.multiply(big.NewInt(10))
	quotient := new(big.Int)
	quotient.QuoRem(g.rest, g.unit, g.rest)
	down := g.rest.Cmp(g.below)
	up := new(big.Int).Add(g.rest, g.above).Cmp(g.unit)
	return byte(quotient.Uint64()), down < 0 || g.even && down == 0, up > 0 || g.even && up == 0
}

// roundsUp reports whether the last digit is to be rounded up.
func (g *generator) roundsUp(digit byte, low, high bool) bool {
	if low != high {
		return high
	}
	middle := new(big.Int).Lsh(g.rest, 1).Cmp(g.unit)
	return middle > 0 || middle == 0 && digit%2 == 1
}
