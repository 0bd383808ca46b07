package loom

import (
	"fmt"
	"slices"
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

// mark sets the cells of entries, and their ranks if there are any: those of
// elements at the given places of the given lines.
func (g *grouping) mark(e *entries, lines, places []int32) {
	if g.of == nil {
		copy(e.cells, lines)
		copy(e.ranks, places)
		return
	}
	for k, place := range places[:len(lines)] {
		e.cells[k] = lines[k]*int32(g.n) + g.of[place]
	}
	for k := range e.ranks {
		e.ranks[k] = g.ranks[places[k]]
	}
}

// entriesOf returns the elements of one line, in places, that are not zero.
func (g *grouping) entriesOf(line []float64) *entries {
	e := &entries{}
	var places []int32
	for place, v := range line {
		if v != 0 {
			places, e.values = append(places, int32(place)), append(e.values, v)
		}
	}
	e.cells, e.ranks = make([]int32, len(places)), make([]int32, len(places))
	g.mark(e, e.cells, places)
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
