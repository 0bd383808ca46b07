package loom

// A Graph is a list of weighted edges between positions of one axis.
type Graph struct {
	name     string
	vertices int
	a, b     []int32
	w        *Array
}

// Name returns the graph's name.
func (g *Graph) Name() string { return g.name }

// Vertices returns the number of vertices: the positions of the axis.
func (g *Graph) Vertices() int { return g.vertices }

// Len returns the number of edges.
func (g *Graph) Len() int { return len(g.a) }

// Edges returns the positions at which the edges start, those at which they
// end, and their weights, in the file's order and, of the weights, the file's
// type. The slices are the graph's own and must not be changed.
func (g *Graph) Edges() (a, b []int32, w *Array) { return g.a, g.b, g.w }

// Matrix returns the adjacency matrix, a *[sparse.COO] of the type of the
// weights: an edge from a to b with weight w is an entry w at row a and column b.
// It shares the memory of the graph. It is an error that wraps [ErrType] if the
// weights are not numbers.
func (g *Graph) Matrix() (Matrix, error) {
	numbers, err := numbersOf(g.w.Type())
	if err != nil {
		return nil, err
	}
	return numbers.adjacency(g)
}
