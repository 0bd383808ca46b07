package loom

import (
	"math"
	"slices"
)

// The elements of a line that belong to one group make a cell, of which each
// [Reducer] makes one number. An accumulator does so for many cells at a time, and is told only
// of the elements that are not zero. It is the one place where reducers compute:
// Map and Aggregate differ in what their cells are.

// entries are elements that are not zero. Those of one cell come in the order of
// their ranks.
type entries struct {
	cells  []int32
	ranks  []int32 // places in the cell, zeros counted; nil if no accumulator asks
	values []float64

	memory struct{ rows, cells, ranks []int32 } // in which cells and ranks may be
}

// set makes e a copy of other entries.
func (e *entries) set(other *entries) {
	e.cells = append(e.cells[:0], other.cells...)
	e.ranks = append(e.ranks[:0], other.ranks...)
	e.values = append(e.values[:0], other.values...)
}

// withoutNaN returns the entries that are not NaN, e itself if all are.
func (e *entries) withoutNaN() *entries {
	if !slices.ContainsFunc(e.values, math.IsNaN) {
		return e
	}
	some := &entries{}
	for k, v := range e.values {
		if v == v {
			some.cells, some.values = append(some.cells, e.cells[k]), append(some.values, v)
		}
	}
	return some
}

// An accumulator takes the elements of cells and makes a number of each. Those of
// one cell come in order, all before the first number is asked for.
type accumulator interface {
	add(e *entries)
	// of returns the number that a reducer, which skips nothing, makes of a cell, and false if there
	// is none. The cell has n elements, of which nonZeros were added if the reducer is
	// counted, and n is not 0.
	of(r Reducer, cell int32, n, nonZeros int) (float64, bool)
}

// newAccumulator returns what computes a reducer for the given number of cells.
// Cells are numbered line by line, and group by group within a line.
func newAccumulator(r Reducer, cells int, g *grouping) accumulator {
	switch r.base() {
	case Sum, Mean:
		return sums(make([]float64, cells))
	case Var, Std:
		return spreads(make([]spread, cells))
	case Min:
		return newExtremes(cells, math.Inf(1), least)
	case Max:
		return newExtremes(cells, math.Inf(-1), greatest)
	case Prod:
		return newProducts(cells)
	case SumOfSquares:
		return &squares{sum: make([]float64, cells)}
	case First:
		return &firsts{cells: make([]firstSeen, cells), skip: r.skips()}
	case Last:
		return &lasts{cells: make([]lastSeen, cells), skip: r.skips(), groups: g}
	case ArgMin:
		return newPlaces(cells, -1, r.skips(), g)
	case ArgMax:
		return newPlaces(cells, 1, r.skips(), g)
	case Median:
		return &medians{cells: cells}
	case NonZeros:
		return countOf(func(_, nonZeros int) float64 { return float64(nonZeros) })
	case Len:
		return countOf(func(n, _ int) float64 { return float64(n) })
	case AnyNonZero:
		return countOf(func(_, nonZeros int) float64 { return truth(nonZeros > 0) })
	}
	return countOf(func(n, nonZeros int) float64 { return truth(nonZeros == n) })
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// countOf needs no elements: how many there are is counted for all accumulators.
type countOf func(n, nonZeros int) float64

func (countOf) add(*entries) {}

func (f countOf) of(_ Reducer, _ int32, n, nonZeros int) (float64, bool) { return f(n, nonZeros), true }

// counts are how many entries each cell has.
type counts []int32

func (c counts) add(e *entries) {
	for _, cell := range e.cells {
		c[cell]++
	}
}

// sums are sums in the order in which elements are added. They serve Sum and Mean.
type sums []float64

func (s sums) add(e *entries) {
	values := e.values[:len(e.cells)]
	for k, cell := range e.cells {
		s[cell] += values[k]
	}
}

func (s sums) of(r Reducer, cell int32, n, _ int) (float64, bool) {
	if r == Mean {
		return s[cell] / float64(n), true
	}
	return s[cell], true
}

type squares struct{ sum []float64 }

func (s *squares) add(e *entries) {
	for k, cell := range e.cells {
		s.sum[cell] += e.values[k] * e.values[k]
	}
}

func (s *squares) of(_ Reducer, cell int32, _, _ int) (float64, bool) { return s.sum[cell], true }

// spreads are sums of the distances from one of the elements, the first that is
// added, and of their squares. The sum of squared distances from the mean is their difference, which
// loses few digits where that of the elements' own sums could lose all: as the
// element is one of n, its squared distance from the mean is at most n times the variance.
//
// They serve Var and Std and, beside these, Sum and Mean.
type spreads []spread

type spread struct {
	n                  int // elements that were added
	total              float64
	from, sum, squares float64
}

func (s spreads) add(e *entries) {
	values := e.values[:len(e.cells)]
	for k, cell := range e.cells {
		c, v := &s[cell], values[k]
		if c.n == 0 {
			c.from = v
		}
		c.n++
		c.total += v
		d := v - c.from
		c.sum += d
		c.squares += d * d
	}
}

// of combines the elements that were added with the zeros by way of the distance
// between the two means (Chan, Golub and LeVeque, 1979).
func (s spreads) of(r Reducer, cell int32, n, _ int) (float64, bool) {
	c := &s[cell]
	switch {
	case r == Sum:
		return c.total, true
	case r == Mean:
		return c.total / float64(n), true
	case c.n == 0:
		return 0, true
	}
	added := float64(c.n)
	mean := c.from + c.sum/added
	squares := max(0, c.squares-c.sum*c.sum/added)
	if zeros := n - c.n; zeros > 0 {
		squares += mean * mean * added * float64(zeros) / float64(n)
	}
	variance := squares / float64(n)
	if r == Std {
		return math.Sqrt(variance), true
	}
	return variance, true
}

// extremes are the least elements, or the greatest.
type extremes struct {
	cells []float64
	pick  func(cells []float64, e *entries)
}

func newExtremes(cells int, start float64, pick func([]float64, *entries)) *extremes {
	return &extremes{cells: slices.Repeat([]float64{start}, cells), pick: pick}
}

func least(cells []float64, e *entries) {
	for k, cell := range e.cells {
		cells[cell] = min(cells[cell], e.values[k])
	}
}

func greatest(cells []float64, e *entries) {
	for k, cell := range e.cells {
		cells[cell] = max(cells[cell], e.values[k])
	}
}

func (x *extremes) add(e *entries) { x.pick(x.cells, e) }

func (x *extremes) of(_ Reducer, cell int32, n, nonZeros int) (float64, bool) {
	if nonZeros < n {
		x.pick(x.cells, &entries{cells: []int32{cell}, values: []float64{0}})
	}
	return x.cells[cell], true
}

// products are products, and what becomes of them if there is a zero: NaN if
// there is an infinity or NaN too.
type products struct {
	product, zero []float64
}

func newProducts(cells int) *products {
	return &products{slices.Repeat([]float64{1}, cells), make([]float64, cells)}
}

func (p *products) add(e *entries) {
	for k, cell := range e.cells {
		p.product[cell] *= e.values[k]
		p.zero[cell] += 0 * e.values[k]
	}
}

func (p *products) of(_ Reducer, cell int32, n, nonZeros int) (float64, bool) {
	if nonZeros < n {
		return p.zero[cell], true
	}
	return p.product[cell], true
}

// firsts are the first elements or, with skip, the first that are not NaN.
type firsts struct {
	cells []firstSeen
	skip  bool
}

// A firstSeen is the element at a rank before which all are NaN; it is zero until it
// is added.
type firstSeen struct {
	rank  int32
	value float64
}

func (f *firsts) add(e *entries) {
	for k, cell := range e.cells {
		c := &f.cells[cell]
		switch v := e.values[k]; {
		case e.ranks[k] != c.rank:
		case f.skip && v != v:
			c.rank++
		default:
			c.value = v
		}
	}
}

func (f *firsts) of(_ Reducer, cell int32, _, _ int) (float64, bool) {
	return f.cells[cell].value, true
}

// lasts are the last elements or, with skip, the last that are not NaN.
type lasts struct {
	cells  []lastSeen
	skip   bool
	groups *grouping
}

// A lastSeen is the last element before rank end that counts.
type lastSeen struct {
	end   int32
	value float64
}

func (l *lasts) add(e *entries) {
	for k, cell := range e.cells {
		c, v := &l.cells[cell], e.values[k]
		if e.ranks[k] > c.end {
			c.value = 0 // what lies between is zero
		}
		c.end = e.ranks[k] + 1
		if !l.skip || v == v {
			c.value = v
		}
	}
}

func (l *lasts) of(_ Reducer, cell int32, _, _ int) (float64, bool) {
	c := l.cells[cell]
	if int(c.end) < l.groups.size(int(cell)%l.groups.n) {
		return 0, true
	}
	return c.value, true
}

// places are where the greatest elements are or, of a negative sign, the least.
type places struct {
	cells  []place
	sign   float64
	skip   bool
	groups *grouping
}

// A place is that of the best of the elements so far, signed, and of the first zero: the rank
// before which none is.
type place struct {
	best       float64
	rank, zero int32
	found, nan bool
}

func newPlaces(cells int, sign float64, skip bool, g *grouping) *places {
	return &places{make([]place, cells), sign, skip, g}
}

func (p *places) add(e *entries) {
	for k, cell := range e.cells {
		c, v := &p.cells[cell], p.sign*e.values[k]
		if e.ranks[k] == c.zero {
			c.zero++
		}
		switch {
		case v != v:
			c.nan = true
		case !c.found || v > c.best:
			c.found, c.best, c.rank = true, v, e.ranks[k]
		}
	}
}

// of finds no place where NaN, to which nothing is equal, is the extreme, as
// numpy-groupies does.
func (p *places) of(_ Reducer, cell int32, n, _ int) (float64, bool) {
	c, group := p.cells[cell], int(cell)%p.groups.n
	if c.nan && !p.skip {
		return 0, false
	}
	rank := c.rank
	if zeros := int(c.zero) < p.groups.size(group); zeros && (!c.found || c.best < 0) {
		rank = c.zero
	}
	return float64(p.groups.position(group, int(rank))), true
}

// medians keep all elements: those of the lines that are reduced at a time.
type medians struct {
	cells  int
	added  []int32 // cells of the values, until these are sorted
	values []float64
	start  []int32 // by cell, once they are sorted: the place of its first element
}

func (m *medians) add(e *entries) {
	m.added, m.values = append(m.added, e.cells...), append(m.values, e.values...)
}

// sort brings the elements of each cell together by a counting sort, and in
// ascending order.
func (m *medians) sort() {
	m.start = make([]int32, m.cells+1)
	for _, cell := range m.added {
		m.start[cell+1]++
	}
	for i := range m.cells {
		m.start[i+1] += m.start[i]
	}
	next, sorted := slices.Clone(m.start), make([]float64, len(m.values))
	for k, cell := range m.added {
		sorted[next[cell]] = m.values[k]
		next[cell]++
	}
	for i := range m.cells {
		slices.Sort(sorted[m.start[i]:m.start[i+1]])
	}
	m.added, m.values = nil, sorted
}

func (m *medians) of(_ Reducer, cell int32, n, _ int) (float64, bool) {
	if m.start == nil {
		m.sort()
	}
	values := m.values[m.start[cell]:m.start[cell+1]]
	if len(values) > 0 && math.IsNaN(values[0]) { // which sorts first
		return math.NaN(), true
	}
	zeros := n - len(values)
	negative, _ := slices.BinarySearch(values, 0)
	at := func(i int) float64 {
		switch {
		case i < negative:
			return values[i]
		case i < negative+zeros:
			return 0
		}
		return values[i-zeros]
	}
	if n%2 == 1 {
		return at(n / 2), true
	}
	return (at(n/2-1) + at(n/2)) / 2, true
}
