package demo

import (
	"cmp"
	"math"
	"slices"
)

// neighbours is how many nearest neighbours each cell is joined to.
const neighbours = 10

// A point of the embedding.
type point struct{ x, y float64 }

// A grid finds the nearest of many points: it knows those in each square.
type grid struct {
	points  []point
	low     point // corner
	side    float64
	wide    int
	high    int
	first   []int32 // in members, of each square; one more than there are squares
	members []int32
}

// newGrid makes a grid of squares that hold a few points on average.
func newGrid(points []point) *grid {
	const few = 4
	g := &grid{points: points, low: points[0]}
	top := points[0]
	for _, p := range points {
		g.low = point{min(g.low.x, p.x), min(g.low.y, p.y)}
		top = point{max(top.x, p.x), max(top.y, p.y)}
	}
	width, height := top.x-g.low.x, top.y-g.low.y
	g.side = max(math.Sqrt(width*height*few/float64(len(points))), max(width, height)/1e4, 1e-9)
	g.wide, g.high = int(width/g.side)+1, int(height/g.side)+1
	g.first = make([]int32, g.wide*g.high+1)
	for _, p := range points {
		column, row := g.square(p)
		g.first[row*g.wide+column+1]++
	}
	for i := 1; i < len(g.first); i++ {
		g.first[i] += g.first[i-1]
	}
	g.members = make([]int32, len(points))
	next := slices.Clone(g.first)
	for i, p := range points {
		column, row := g.square(p)
		at := &next[row*g.wide+column]
		g.members[*at] = int32(i)
		*at++
	}
	return g
}

func (g *grid) square(p point) (column, row int) {
	return min(int((p.x-g.low.x)/g.side), g.wide-1), min(int((p.y-g.low.y)/g.side), g.high-1)
}

// A neighbour is another point, at a distance.
type neighbour struct {
	index    int32
	distance float64
}

// nearest returns the k points that are nearest to the i-th, itself left out; of
// those that are as near the first ones. There are more than k points.
func (g *grid) nearest(i, k int, found []neighbour) []neighbour {
	found = found[:0]
	column, row := g.square(g.points[i])
	for ring := 0; ; ring++ {
		for r := max(0, row-ring); r <= min(g.high-1, row+ring); r++ {
			step := 1
			if r != row-ring && r != row+ring {
				step = max(1, 2*ring) // only the ends belong to the ring
			}
			for c := column - ring; c <= column+ring; c += step {
				if c >= 0 && c < g.wide {
					found = g.inSquare(i, r*g.wide+c, found)
				}
			}
		}
		// Whatever is not in the rings so far is at least this far away.
		const tolerance = 1 - 1e-9 // for the rounding of square
		reach := float64(ring) * g.side * tolerance
		if len(found) >= k {
			slices.SortFunc(found, func(a, b neighbour) int {
				return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.index, b.index))
			})
			if found[k-1].distance < reach || len(found) == len(g.points)-1 {
				return found[:k]
			}
		}
	}
}

// inSquare adds the points of a square.
func (g *grid) inSquare(i, square int, found []neighbour) []neighbour {
	p := g.points[i]
	for _, j := range g.members[g.first[square]:g.first[square+1]] {
		if int(j) != i {
			q := g.points[j]
			found = append(found, neighbour{j, math.Hypot(p.x-q.x, p.y-q.y)})
		}
	}
	return found
}

// graph returns the edges from each cell to its nearest neighbours. Weights fall from
// nearly 1 to 1/e, of the farthest.
func graph(cells []cell) (a, b []int32, w []float64) {
	points := make([]point, len(cells))
	for i, c := range cells {
		points[i] = point{float64(c.x), float64(c.y)}
	}
	k := min(neighbours, len(cells)-1)
	if k == 0 {
		return nil, nil, nil
	}
	g := newGrid(points)
	var found []neighbour
	for i := range cells {
		found = g.nearest(i, k, found)
		for _, n := range found {
			scaled := 0.0
			if farthest := found[k-1].distance; farthest > 0 {
				scaled = n.distance / farthest
			}
			a, b, w = append(a, int32(i)), append(b, n.index), append(w, math.Exp(-scaled*scaled))
		}
	}
	return a, b, w
}
