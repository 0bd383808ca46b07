package loom

import "github.com/goloom/loom/hdf5"

// tallies are the accumulators of all reducers of a reduction, for the cells of
// some of its lines.
type tallies struct {
	reduction *reduction
	lines     int
	ranked    bool
	nonZeros  [2]counts // of all elements, and of those that are not NaN
	of        []tally
}

// A tally is one reducer's.
type tally struct {
	Reducer
	accumulator
	result []float64
}

func newTallies(r *reduction, lines int) *tallies {
	cells := lines * r.groups.n
	t := &tallies{reduction: r, lines: lines}
	t.nonZeros[0] = make(counts, cells)
	for i, f := range r.fs {
		reducer, ok := f.(Reducer)
		if !ok {
			continue
		}
		t.ranked = t.ranked || inOrder(reducer)
		if t.nonZeros[1] == nil && (reducer.skips() || reducer == AnyNaN || reducer == AllNaN) {
			t.nonZeros[1] = make(counts, cells)
		}
		t.of = append(t.of, tally{reducer, newAccumulator(reducer, cells, r.groups), r.results[i]})
	}
	return t
}

// fill makes entries of elements of the lines. It may be called concurrently.
func (t *tallies) fill(e *entries, nz *hdf5.NonZeros[float64]) {
	lines, places := pick(t.reduction.axis, nz.Rows, nz.Cols), pick(t.reduction.axis, nz.Cols, nz.Rows)
	e.resize(len(nz.Values), t.ranked)
	copy(e.values, nz.Values)
	t.reduction.groups.mark(e, lines, places)
}

func (t *tallies) add(e *entries) {
	some := e
	t.nonZeros[0].add(e)
	if t.nonZeros[1] != nil {
		some = e.withoutNaN()
		t.nonZeros[1].add(some)
	}
	for _, tally := range t.of {
		if tally.skips() && !inOrder(tally.Reducer) {
			tally.add(some)
		} else {
			tally.add(e)
		}
	}
}

// finish sets the results of the lines, which are those from first on.
func (t *tallies) finish(first int) {
	n := t.reduction.groups.n
	for _, tally := range t.of {
		result := tally.result[first*n : (first+t.lines)*n]
		for cell := range result {
			result[cell] = t.number(tally, int32(cell), t.reduction.groups.size(cell%n))
		}
	}
}

// number returns the result for a cell of size elements.
func (t *tallies) number(of tally, cell int32, size int) float64 {
	nonZeros := int(t.nonZeros[0][cell])
	nans := 0
	if t.nonZeros[1] != nil {
		nans = nonZeros - int(t.nonZeros[1][cell])
	}
	switch {
	case size == 0:
		return t.reduction.none(of.Reducer)
	case of.Reducer == AnyNaN:
		return truth(nans > 0)
	case of.Reducer == AllNaN:
		return truth(nans == size)
	case of.skips():
		size, nonZeros = size-nans, nonZeros-nans
	}
	if size == 0 {
		return t.reduction.none(of.Reducer)
	}
	if v, ok := of.of(cell, size, nonZeros); ok {
		return v
	}
	return t.reduction.none(of.Reducer)
}
