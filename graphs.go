package loom

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Graphs are the graphs between the rows or between the columns.
//
// Every call reads what it returns; nothing is cached.
type Graphs struct {
	filename  string
	axis      Axis
	length    int // of the axis
	names     []string
	source    graphSource
	writer    writer // nil for those of a view
	allowance int64  // see contents.memory
}

// graphSource is where graphs come from: a file or memory. The names that it is
// asked for exist.
type graphSource interface {
	// edges returns the number of edges.
	edges(name string) (int, error)
	// ends yields the ends of all edges, in order, in pieces of which the first
	// edge's number is given. Ends are checked to be less than length. The slices
	// are valid until yield returns.
	ends(ctx context.Context, name string, length int, yield func(first int, a, b []int32) error) error
	// weights returns the weights of the selected edges.
	weights(ctx context.Context, name string, edges Selector) (*Array, error)
	lastModified(name string) (time.Time, error)
}

// Names returns the names of the graphs in the file's order.
func (g *Graphs) Names() []string { return slices.Clone(g.names) }

// Len returns the number of graphs.
func (g *Graphs) Len() int { return len(g.names) }

// Has reports whether there is a graph of the given name.
func (g *Graphs) Has(name string) bool { return slices.Contains(g.names, name) }

// Edges returns the number of edges of a graph, without reading them. It is an
// error that wraps [ErrNotExist] if there is none of that name, and one that wraps
// [ErrInvalid] or [ErrShape] if it lacks one of the vectors a, b and w or they differ
// in length.
func (g *Graphs) Edges(name string) (int, error) {
	if err := g.check(name); err != nil {
		return 0, err
	}
	n, err := g.source.edges(name)
	if err != nil {
		return 0, g.failed(name, err)
	}
	return n, nil
}

// Get returns a graph, in memory. It is an error that wraps [ErrNotExist] if
// there is none of that name, and one that wraps [ErrInvalid] if an edge leads
// to a vertex that the axis does not have.
func (g *Graphs) Get(name string) (*Graph, error) {
	return g.get(context.Background(), name)
}

func (g *Graphs) get(ctx context.Context, name string) (*Graph, error) {
	if err := g.check(name); err != nil {
		return nil, err
	}
	graph := &Graph{name: name, vertices: g.length}
	err := g.source.ends(ctx, name, g.length, func(_ int, a, b []int32) error {
		graph.a, graph.b = append(graph.a, a...), append(graph.b, b...)
		return nil
	})
	if err != nil {
		return nil, g.failed(name, err)
	}
	graph.w, err = g.source.weights(ctx, name, All())
	if err != nil {
		return nil, g.failed(name, err)
	}
	return graph, nil
}

func (g *Graphs) check(name string) error {
	if !g.Has(name) {
		return absent("%s: no %s graph %q", g.filename, g.axis.singular(), name)
	}
	return nil
}

func (g *Graphs) failed(name string, err error) error {
	return fmt.Errorf("%s: %s graph %q: %w", g.filename, g.axis.singular(), name, err)
}

// All iterates over the graphs, which it reads one by one. If one cannot be
// read, the graph has only its name, and the iteration goes on.
func (g *Graphs) All() iter.Seq2[*Graph, error] {
	return func(yield func(*Graph, error) bool) {
		for _, name := range g.names {
			graph, err := g.Get(name)
			if err != nil {
				graph = &Graph{name: name}
			}
			if !yield(graph, err) {
				return
			}
		}
	}
}

// Select returns, of every graph, the part between the selected positions, in
// memory: the edges both of whose ends are selected. Vertices are renumbered to
// their places in the selection. A position that is selected k times becomes k
// vertices, each with all edges, as indexing the adjacency matrix has it.
//
// It costs one look at every edge, and memory for the selected ones.
func (g *Graphs) Select(positions Selector) (*Graphs, error) {
	return g.sliced(context.Background(), positions)
}

func (g *Graphs) sliced(ctx context.Context, positions Selector) (*Graphs, error) {
	n, err := positions.Count(g.length)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", g.filename, g.axis, err)
	}
	if len(g.names) == 0 {
		return &Graphs{filename: g.filename, axis: g.axis, length: n, source: memoryGraphs{}}, nil
	}
	if err := checkAllowance(g.allowance, max(n, g.length), 16, g.filename+": "+g.axis.String()); err != nil {
		return nil, err
	}
	at, err := positions.Positions(g.length)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", g.filename, g.axis, err)
	}
	parts, err := g.divided(ctx, newDivision(g.length, at))
	if err != nil {
		return nil, err
	}
	return parts[0], nil
}

// LastModified returns the time at which a graph was last changed, and the zero
// time if the file does not say. It is an error that wraps [ErrNotExist] if
// there is none of that name.
func (g *Graphs) LastModified(name string) (time.Time, error) {
	if err := g.check(name); err != nil {
		return time.Time{}, err
	}
	return g.source.lastModified(name)
}
