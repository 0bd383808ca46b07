package loom

import (
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5"
)

// A Func makes one number of a row or a column: a [Reducer] or an [Apply].
type Func interface {
	check() error
}

// A Reducer is a [Func] that needs only the elements that are not zero. It
// computes in float64, whatever the type of the layer; integers beyond 2^53 are
// rounded first.
type Reducer int

// The reducers. Of no elements, Sum and NonZeros are 0 and the others NaN. If an
// element is NaN, all are NaN but NonZeros, which counts it.
const (
	Sum      Reducer = iota
	Mean             // sum divided by the number of elements
	Var              // population variance: mean squared distance from the mean
	Std              // square root of Var
	Min              // least element
	Max              // greatest element
	NonZeros         // number of elements that are not zero
)

// Apply is a [Func] that is called with all elements of a row or a column. The
// slice is valid until it returns, and may be changed. Calls come one at a time,
// in order.
type Apply func(values []float64) float64

func (f Apply) check() error {
	if f == nil {
		return fmt.Errorf("nil function to apply: %w", ErrType)
	}
	return nil
}

func (r Reducer) check() error {
	if r < Sum || r > NonZeros {
		return fmt.Errorf("unknown reducer %d: %w", int(r), ErrType)
	}
	return nil
}

// of returns the result for all elements of a line, given the moments of those
// that are not zero.
func (r Reducer) of(m moments, elements int) float64 {
	if r == NonZeros {
		return float64(m.n)
	}
	if zeros := elements - m.n; zeros > 0 {
		m.merge(moments{n: zeros})
	}
	if m.n == 0 && r != Sum {
		return math.NaN()
	}
	switch r {
	case Mean:
		return m.sum / float64(m.n)
	case Var:
		return m.squares / float64(m.n)
	case Std:
		return math.Sqrt(m.squares / float64(m.n))
	case Min:
		return m.min
	case Max:
		return m.max
	}
	return m.sum
}

// moments sum up some elements of a row or a column.
type moments struct {
	n        int
	sum      float64
	squares  float64 // of the distances from the mean
	min, max float64
}

// merge adds other elements. Squares are combined by way of the distance
// between the two means (Chan, Golub and LeVeque, 1979), which loses no digits where
// the difference of two large sums would.
func (m *moments) merge(o moments) {
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		*m = o
		return
	}
	a, b := float64(m.n), float64(o.n)
	d := o.sum/b - m.sum/a
	m.squares += o.squares + d*d*a*b/(a+b)
	m.n += o.n
	m.sum += o.sum
	m.min, m.max = min(m.min, o.min), max(m.max, o.max)
}

// lineMoments are the moments of consecutive lines, from the first on.
type lineMoments struct {
	first int
	lines []moments
	row   int // the last one of which something is in them
}

// momentsOf sums up the elements of one chunk, line by line. Lines are the rows
// or the columns. The squares take a second pass, and are left out unless they
// are needed.
func momentsOf(nz *hdf5.NonZeros[float64], axis Axis, squares bool) lineMoments {
	line := pick(axis, nz.Rows, nz.Cols)
	if len(line) == 0 {
		return lineMoments{}
	}
	first, last := line[0], line[0]
	for _, l := range line {
		first, last = min(first, l), max(last, l)
	}
	lines := make([]moments, last-first+1)
	for k, v := range nz.Values {
		m := &lines[line[k]-first]
		if m.n == 0 {
			m.min, m.max = v, v
		}
		m.n++
		m.sum += v
		m.min, m.max = min(m.min, v), max(m.max, v)
	}
	if squares {
		addSquares(nz.Values, line, first, lines)
	}
	return lineMoments{int(first), lines, int(nz.Rows[len(nz.Rows)-1])}
}

func addSquares(values []float64, line []int32, first int32, lines []moments) {
	means := make([]float64, len(lines))
	for i, m := range lines {
		means[i] = m.sum / float64(m.n)
	}
	for k, v := range values {
		i := line[k] - first
		d := v - means[i]
		lines[i].squares += d * d
	}
}

// momentsOfLine sums up the elements of one line that are not zero.
func momentsOfLine(line []float64) moments {
	var m moments
	for _, v := range line {
		if v == 0 {
			continue
		}
		if m.n == 0 {
			m.min, m.max = v, v
		}
		m.n++
		m.sum += v
		m.min, m.max = min(m.min, v), max(m.max, v)
	}
	mean := m.sum / float64(m.n)
	for _, v := range line {
		if v != 0 {
			m.squares += (v - mean) * (v - mean)
		}
	}
	return m
}
