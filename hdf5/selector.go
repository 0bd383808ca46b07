package hdf5

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// A Selector picks positions along one dimension of a dataset. Positions count
// from 0. The zero Selector is [All].
type Selector struct {
	kind              selectorKind
	start, stop, step int
	positions         []int
	mask              int // length of the mask that positions come from
}

type selectorKind uint8

const (
	selectAll selectorKind = iota
	selectRange
	selectPositions
	selectMask
)

// All selects every position.
func All() Selector { return Selector{} }

// At selects the one position i. The dimension stays in the result, with
// length 1.
func At(i int) Selector { return Strided(i, i+1, 1) }

// Range selects the positions from start up to, not including, stop.
func Range(start, stop int) Selector { return Strided(start, stop, 1) }

// Strided selects start, start+step, start+2*step, ... below stop. The step
// must be positive.
func Strided(start, stop, step int) Selector {
	return Selector{kind: selectRange, start: start, stop: stop, step: step}
}

// Indices selects the given positions, in the given order; a position may
// occur more than once. The slice must not be changed while the Selector is in
// use.
func Indices(positions []int) Selector {
	return Selector{kind: selectPositions, positions: positions}
}

// Mask selects the positions at which mask is true. The mask must be as long
// as the dimension.
func Mask(mask []bool) Selector {
	var positions []int
	for i, selected := range mask {
		if selected {
			positions = append(positions, i)
		}
	}
	return Selector{kind: selectMask, positions: positions, mask: len(mask)}
}

// Positions returns the positions that the Selector picks from a dimension of
// length n, in the order of the selection. A position outside the dimension,
// or a mask of another length, is an error that wraps [ErrSelection].
func (s Selector) Positions(n int) ([]int, error) {
	a, err := s.resolve(n)
	if err != nil {
		return nil, err
	}
	if a.sorted != nil {
		return slices.Clone(s.positions), nil
	}
	positions := make([]int, a.n)
	for k := range positions {
		positions[k] = a.start + k*a.step
	}
	return positions, nil
}

// Count returns how many positions the Selector picks from a dimension of
// length n, with the errors of [Selector.Positions].
func (s Selector) Count(n int) (int, error) {
	a, err := s.resolve(n)
	return a.n, err
}

// resolve checks s against a dimension of length n.
func (s Selector) resolve(n int) (axis, error) {
	switch s.kind {
	case selectAll:
		return axis{n: n, step: 1}, nil
	case selectRange:
		return s.resolveRange(n)
	case selectMask:
		if s.mask != n {
			return axis{}, fmt.Errorf("mask of length %d for a dimension of length %d: %w", s.mask, n, ErrSelection)
		}
	}
	return s.resolvePositions(n)
}

func (s Selector) resolveRange(n int) (axis, error) {
	if s.step < 1 {
		return axis{}, fmt.Errorf("step %d, must be positive: %w", s.step, ErrSelection)
	}
	if s.start < 0 || s.stop < s.start || s.stop > n {
		return axis{}, fmt.Errorf("range %d:%d of a dimension of length %d: %w", s.start, s.stop, n, ErrSelection)
	}
	count := 0
	if s.stop > s.start {
		count = (s.stop-s.start-1)/s.step + 1
	}
	return axis{n: count, start: s.start, step: s.step}, nil
}

func (s Selector) resolvePositions(n int) (axis, error) {
	a := axis{n: len(s.positions), sorted: s.positions}
	for _, p := range s.positions {
		if p < 0 || p >= n {
			return axis{}, fmt.Errorf("position %d of a dimension of length %d: %w", p, n, ErrSelection)
		}
	}
	if a.sorted == nil {
		a.sorted = []int{}
	}
	if slices.IsSorted(s.positions) {
		return a, nil
	}
	a.order = make([]int, a.n)
	for k := range a.order {
		a.order[k] = k
	}
	slices.SortStableFunc(a.order, func(i, j int) int { return s.positions[i] - s.positions[j] })
	a.sorted = make([]int, a.n)
	for k, i := range a.order {
		a.sorted[k] = s.positions[i]
	}
	return a, nil
}

// An axis is a Selector resolved for one dimension: n positions, each with its
// place in the result. It holds a progression or a list.
type axis struct {
	n           int
	start, step int   // a progression, if sorted is nil
	sorted      []int // the positions in ascending order
	order       []int // places in the result of sorted; nil if they follow each other
	first       int   // place of the first, if order is nil
}

// position returns the k-th position in ascending order.
func (a *axis) position(k int) int {
	if a.sorted == nil {
		return a.start + k*a.step
	}
	return a.sorted[k]
}

// part returns the positions from the first up to the end-th in ascending order.
func (a *axis) part(first, end int) axis {
	part := axis{n: end - first, start: a.start + first*a.step, step: a.step, first: a.first + first}
	if a.sorted != nil {
		part.sorted = a.sorted[first:end]
	}
	if a.order != nil {
		part.order = a.order[first:end]
	}
	return part
}

// units returns how many units of adjacent positions, of one size, an axis spans that is not
// empty.
func (a *axis) units(size int) int {
	lo, hi := a.bounds()
	return (hi-1)/size + 1 - lo/size
}

// cuts returns where to cut an axis that is not empty into parts within so many units each: the
// number of the first position of each part, and that of all positions.
func (a *axis) cuts(size, units int) []int {
	cuts := []int{0}
	for first := 0; first < a.n; {
		lo := a.position(first)
		lo -= lo % size
		r := a.within(lo, lo+min(size*units, math.MaxInt-lo))
		first += r.n
		cuts = append(cuts, first)
	}
	return cuts
}

// bounds returns the lowest position and one past the highest.
func (a *axis) bounds() (lo, hi int) {
	switch {
	case a.n == 0:
		return 0, 0
	case a.sorted == nil:
		return a.start, a.start + (a.n-1)*a.step + 1
	}
	return a.sorted[0], a.sorted[a.n-1] + 1
}

// within returns the part of the axis that lies in [lo, hi).
func (a *axis) within(lo, hi int) run {
	if a.sorted == nil {
		first := 0
		if lo > a.start {
			first = (lo - a.start + a.step - 1) / a.step
		}
		end := 0
		if hi > a.start {
			end = min(a.n, (hi-a.start-1)/a.step+1)
		}
		return run{n: max(0, end-first), src: a.start + first*a.step - lo, step: a.step, dst: a.first + first}
	}
	first := sort.SearchInts(a.sorted, lo)
	end := first + sort.SearchInts(a.sorted[first:], hi)
	r := run{n: end - first, list: a.sorted[first:end], origin: lo, dst: a.first + first}
	if a.order != nil {
		r.places = a.order[first:end]
	}
	return r
}

// A run is what an axis selects from one chunk: n positions, counted from the
// chunk's origin, and their places in the result.
type run struct {
	n         int
	src, step int   // a progression, if list is nil
	list      []int // positions from the dataset's origin
	origin    int   // of the chunk, to subtract from list
	dst       int   // place of the first, if places is nil
	places    []int
}

// from returns the k-th position within the chunk.
func (r *run) from(k int) int {
	if r.list == nil {
		return r.src + k*r.step
	}
	return r.list[k] - r.origin
}

// to returns the k-th place in the result.
func (r *run) to(k int) int {
	if r.places == nil {
		return r.dst + k
	}
	return r.places[k]
}

// dense reports whether the run is one contiguous stretch on both sides.
func (r *run) dense() bool {
	return r.list == nil && r.step == 1
}
