package loom

import "slices"

// tallies are the accumulators of all reducers of a reduction, for the cells of
// some of its lines.
type tallies struct {
	reduction *reduction
	lines     int
	ranked    bool
	nonZeros  [2]counts // of all elements, and of those that are not NaN; nil if nobody asks
	feeds     []feed
	of        []tally
}

// A tally is one reducer's. Several may have the same accumulator.
type tally struct {
	Reducer
	accumulator
	result []float64
}

// A feed is an accumulator, and whether it is told of elements that are NaN.
type feed struct {
	accumulator
	skipsNaN bool
}

func newTallies(r *reduction, lines int) *tallies {
	cells := lines * r.groups.n
	t := &tallies{reduction: r, lines: lines}
	counted := false
	shared := map[Reducer]accumulator{}
	for i, f := range r.fs {
		reducer, ok := f.(Reducer)
		if !ok {
			continue
		}
		t.ranked = t.ranked || inOrder(reducer)
		if t.nonZeros[1] == nil && (reducer.skips() || reducer == AnyNaN || reducer == AllNaN) {
			t.nonZeros[1] = make(counts, cells)
		}
		like := r.sharing(reducer)
		a := shared[like]
		if a == nil {
			a = newAccumulator(like, cells, r.groups)
			shared[like] = a
			t.feeds = append(t.feeds, feed{a, like.skips() && !inOrder(like)})
		}
		counted = counted || reducer.counted()
		t.of = append(t.of, tally{reducer, a, r.results[i]})
	}
	if counted || t.nonZeros[1] != nil {
		t.nonZeros[0] = make(counts, cells)
	}
	return t
}

// sharing returns the reducer whose accumulator a reducer has: one pass over the elements
// serves sums and spreads, if both are asked for.
func (r *reduction) sharing(f Reducer) Reducer {
	has := func(other Reducer) bool {
		return slices.ContainsFunc(r.fs, func(f Func) bool { return f == Func(other) })
	}
	skips := f & skipNaN
	switch f.base() {
	case Sum, Mean, Var, Std:
		if has(Var|skips) || has(Std|skips) {
			return Var | skips
		}
		return Sum | skips
	}
	return f
}

// add adds entries to the accumulators.
func (t *tallies) add(e *entries) {
	some := e
	if t.nonZeros[0] != nil {
		t.nonZeros[0].add(e)
	}
	if t.nonZeros[1] != nil {
		some = e.withoutNaN()
		t.nonZeros[1].add(some)
	}
	for _, f := range t.feeds {
		if f.skipsNaN {
			f.add(some)
		} else {
			f.add(e)
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
	nonZeros, nans := 0, 0
	if t.nonZeros[0] != nil {
		nonZeros = int(t.nonZeros[0][cell])
	}
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
	if v, ok := of.of(of.base(), cell, size, nonZeros); ok {
		return v
	}
	return t.reduction.none(of.Reducer)
}
