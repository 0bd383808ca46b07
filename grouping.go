package loom

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// A grouping splits the selected positions of an axis into n groups. The place of
// a position is its number in the selection, its rank that in its group.
type grouping struct {
	n         int
	positions positionsOf
	of        []int32 // group by place; nil if there is but one
	ranks     []int32 // rank by place; nil if there is but one
	places    []int32 // by group, and by rank within it; nil if there is but one
	first     []int   // group g has the places from first[g] up to first[g+1]
}

// positionsOf are the selected positions: a list, or the whole axis if it is nil.
type positionsOf []int

func (p positionsOf) at(place int) int {
	if p == nil {
		return place
	}
	return p[place]
}

// oneGroup has all of width positions.
func oneGroup(width int, positions positionsOf) *grouping {
	return &grouping{n: 1, positions: positions, first: []int{0, width}}
}

// newGrouping puts each place into one of n groups.
func newGrouping(n int, of []int32, positions positionsOf) *grouping {
	g := &grouping{
		n: n, positions: positions, of: of,
		ranks: make([]int32, len(of)), places: make([]int32, len(of)), first: make([]int, n+1),
	}
	for place, group := range of {
		g.ranks[place] = int32(g.first[group+1])
		g.first[group+1]++
	}
	for i := range n {
		g.first[i+1] += g.first[i]
	}
	for place, group := range of {
		g.places[g.first[group]+int(g.ranks[place])] = int32(place)
	}
	return g
}

// size returns the number of positions in a group.
func (g *grouping) size(group int) int { return g.first[group+1] - g.first[group] }

// width returns the number of positions in all groups.
func (g *grouping) width() int { return g.first[g.n] }

// position returns the position of the given rank in a group.
func (g *grouping) position(group, rank int) int {
	if g.places == nil {
		return g.positions.at(rank)
	}
	return g.positions.at(int(g.places[g.first[group]+rank]))
}

// mark makes entries of elements, which are in the lines of an axis, with ranks or without.
// They are valid as long as the elements.
func (g *grouping) mark(e *entries, nz *hdf5.NonZeros[float64], axis Axis, ranked bool) {
	if axis == Rows || g.of != nil || ranked {
		e.memory.rows = nz.AppendRows(e.memory.rows[:0])
	}
	lines, places := pick(axis, e.memory.rows, nz.Cols), pick(axis, nz.Cols, e.memory.rows)
	e.cells, e.ranks, e.values = lines, nil, nz.Values
	if ranked {
		e.ranks = places
	}
	if g.of == nil {
		return
	}
	e.memory.cells = slices.Grow(e.memory.cells[:0], len(lines))
	e.cells = e.memory.cells[:len(lines)]
	for k, place := range places[:len(lines)] {
		e.cells[k] = lines[k]*int32(g.n) + g.of[place]
	}
	if !ranked {
		return
	}
	e.memory.ranks = slices.Grow(e.memory.ranks[:0], len(lines))
	e.ranks = e.memory.ranks[:len(lines)]
	for k, place := range places[:len(lines)] {
		e.ranks[k] = g.ranks[place]
	}
}

// entriesOf returns the elements of one line, in places, that are not zero.
func (g *grouping) entriesOf(line []float64) *entries {
	nz := hdf5.NonZeros[float64]{Rows: []int32{0}}
	for place, v := range line {
		if v != 0 {
			nz.Cols, nz.Values = append(nz.Cols, int32(place)), append(nz.Values, v)
		}
	}
	nz.Ends = []int{len(nz.Values)}
	e := &entries{}
	g.mark(e, &nz, Rows, true)
	return e
}

// appendCell appends the elements of a line, in places, that are in a group.
func (g *grouping) appendCell(to, line []float64, group int) []float64 {
	if g.places == nil {
		return append(to, line...)
	}
	for _, place := range g.places[g.first[group]:g.first[group+1]] {
		to = append(to, line[place])
	}
	return to
}

// positionsOf returns the positions that a selector picks from an axis, nil if
// they are all of it in its order.
func (l *Layer) positionsOf(axis Axis, selected Selector) (positionsOf, error) {
	count, err := selected.Count(l.length(axis))
	if err == nil {
		err = checkAllowance(l.allowance, count, 8, axis.String())
	}
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", axis, err))
	}
	positions, err := selected.Positions(l.length(axis))
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", axis, err))
	}
	whole := len(positions) == l.length(axis)
	for place, position := range positions {
		whole = whole && place == position
	}
	if whole {
		return nil, nil
	}
	return append(positionsOf{}, positions...), nil
}

// ascend reports whether the positions come in the order of the axis.
func (p positionsOf) ascend() bool { return slices.IsSorted(p) }
