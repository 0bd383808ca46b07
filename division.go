package loom

import (
	"context"
	"slices"
)

// A division splits an axis into parts: lists of positions, each of which will
// be the whole axis of a view. It is what a graph needs to know to be split, too.
type division struct {
	bounds []int   // part p holds the places from bounds[p] up to bounds[p+1]
	start  []int32 // position i has the places list[start[i]:start[i+1]]
	list   []int32 // ascending for each position
}

// newDivision divides an axis of n positions. A position may occur any number of
// times, in one part or in several.
func newDivision(n int, parts ...[]int) *division {
	d := &division{bounds: make([]int, 1, len(parts)+1), start: make([]int32, n+2)}
	total := 0
	for _, part := range parts {
		total += len(part)
		d.bounds = append(d.bounds, total)
		for _, position := range part {
			d.start[position+2]++
		}
	}
	for i := 2; i < len(d.start); i++ {
		d.start[i] += d.start[i-1]
	}
	// A counting sort: start[i+1] is where the next place of position i goes, and
	// ends as where those of position i+1 begin.
	d.list = make([]int32, total)
	place := int32(0)
	for _, part := range parts {
		for _, position := range part {
			d.list[d.start[position+1]] = place
			d.start[position+1]++
			place++
		}
	}
	return d
}

// places returns the places of a position.
func (d *division) places(position int32) []int32 {
	return d.list[d.start[position]:d.start[position+1]]
}

// part returns the part that holds a place.
func (d *division) part(place int32) int {
	p, exact := slices.BinarySearch(d.bounds, int(place))
	if exact {
		// Of equal bounds, the last begins the part that is not empty.
		for p+1 < len(d.bounds) && d.bounds[p+1] == int(place) {
			p++
		}
		return p
	}
	return p - 1
}

// divided returns, for each part of a division, what every graph has between
// the positions of that part, in memory and with the vertices numbered by place
// in the part. It costs one look at every edge.
func (g *Graphs) divided(ctx context.Context, d *division) ([]*Graphs, error) {
	parts := make([]*Graphs, len(d.bounds)-1)
	for p := range parts {
		parts[p] = &Graphs{filename: g.filename, axis: g.axis, length: d.bounds[p+1] - d.bounds[p], names: g.names, source: memoryGraphs{}}
	}
	for _, name := range g.names {
		graphs, err := g.dividedGraph(ctx, name, d)
		if err != nil {
			return nil, g.failed(name, err)
		}
		for p, part := range parts {
			part.source.(memoryGraphs)[name] = graphs[p]
		}
	}
	return parts, nil
}

// dividedGraph divides one graph. The weights of all edges that are kept are
// read at once.
func (g *Graphs) dividedGraph(ctx context.Context, name string, d *division) ([]*Graph, error) {
	parts, err := g.dividedEdges(ctx, name, d)
	if err != nil {
		return nil, err
	}
	var kept []int
	for _, part := range parts {
		kept = append(kept, part.number...)
	}
	weights, err := g.source.weights(ctx, name, Indices(kept))
	if err != nil {
		return nil, err
	}
	graphs := make([]*Graph, len(parts))
	first := 0
	for p, part := range parts {
		positions, err := Range(first, first+len(part.a)).Positions(len(kept))
		if err != nil {
			return nil, err
		}
		w, err := weights.Select(positions)
		if err != nil {
			return nil, err
		}
		graphs[p] = &Graph{name: name, vertices: d.bounds[p+1] - d.bounds[p], a: part.a, b: part.b, w: w}
		first += len(part.a)
	}
	return graphs, nil
}

// partEdges are the edges of one part: their numbers in the whole graph and
// their ends, renumbered.
type partEdges struct {
	number []int
	a, b   []int32
}

// dividedEdges sorts the edges of a graph into the parts.
func (g *Graphs) dividedEdges(ctx context.Context, name string, d *division) ([]partEdges, error) {
	parts := make([]partEdges, len(d.bounds)-1)
	err := g.source.ends(ctx, name, g.length, func(first int, a, b []int32) error {
		for k := range a {
			for _, from := range d.places(a[k]) {
				p := d.part(from)
				parts[p].add(first+k, from, d.places(b[k]), d.bounds[p], d.bounds[p+1])
			}
		}
		return nil
	})
	return parts, err
}

// add adds the edge of the given number that starts at place from, for each of
// its ends that lies in the part too.
func (e *partEdges) add(number int, from int32, ends []int32, lo, hi int) {
	for _, to := range ends {
		if int(to) < lo || int(to) >= hi {
			continue
		}
		e.number = append(e.number, number)
		e.a = append(e.a, from-int32(lo))
		e.b = append(e.b, to-int32(lo))
	}
}
