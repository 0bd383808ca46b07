package loom

import (
	"context"
	"fmt"
	"time"

	"github.com/goloom/loom/hdf5"
)

// storedGraphs are the groups in /row_graphs or /col_graphs. Each holds the
// vectors a and b, the ends of the edges, and w, their weights.
type storedGraphs struct {
	groups    map[string]*hdf5.Group
	allowance int64 // see contents.memory
}

// loadGraphs finds the graphs of an axis. Those under the name of old files,
// row_edges or col_edges, come after those under the present one, which win.
func (s *snapshot) loadGraphs(root *hdf5.Group, axis Axis) *Graphs {
	stored := storedGraphs{groups: map[string]*hdf5.Group{}, allowance: s.memory}
	graphs := &Graphs{filename: s.filename, axis: axis, length: s.length(axis), source: stored, allowance: s.memory}
	for _, home := range pick(axis, []string{"row_graphs", "row_edges"}, []string{"col_graphs", "col_edges"}) {
		for name, object := range s.children(root, home) {
			group, ok := object.(*hdf5.Group)
			if !ok {
				s.problem("/%s/%s: not a group: %w", home, name, ErrInvalid)
				continue
			}
			if stored.groups[name] != nil {
				continue
			}
			graphs.names = append(graphs.names, name)
			stored.groups[name] = group
		}
	}
	return graphs
}

// vectors returns the three vectors of a graph and the number of edges.
func (s storedGraphs) vectors(name string) (a, b, w *hdf5.Dataset, n int, err error) {
	var vectors [3]*hdf5.Dataset
	for i, vector := range []string{"a", "b", "w"} {
		vectors[i], err = s.vector(name, vector)
		if err != nil {
			return nil, nil, nil, 0, err
		}
		length := vectors[i].Shape()[0]
		if i == 0 {
			n = length
		}
		if length != n {
			return nil, nil, nil, 0, fmt.Errorf("vector %s of %d elements beside a of %d: %w", vector, length, n, ErrShape)
		}
	}
	return vectors[0], vectors[1], vectors[2], n, nil
}

func (s storedGraphs) vector(name, vector string) (*hdf5.Dataset, error) {
	dataset, err := s.groups[name].Dataset(vector)
	if err != nil {
		return nil, fmt.Errorf("vector %s: %w: %w", vector, ErrInvalid, err)
	}
	if shape := dataset.Shape(); len(shape) != 1 {
		return nil, fmt.Errorf("vector %s of shape %v: %w", vector, shape, ErrShape)
	}
	return dataset, nil
}

func (s storedGraphs) edges(name string) (int, error) {
	_, _, _, n, err := s.vectors(name)
	return n, err
}

// edgesAtOnce is how many edges are read at a time: 2 MiB of each vector.
const edgesAtOnce = 1 << 18

func (s storedGraphs) ends(ctx context.Context, name string, length int, yield func(first int, a, b []int32) error) error {
	from, to, _, n, err := s.vectors(name)
	if err != nil {
		return err
	}
	if err := s.checkEdges(ctx, from, to, n); err != nil {
		return err
	}
	for first := 0; first < n; first += edgesAtOnce {
		part := Range(first, min(first+edgesAtOnce, n))
		a, err := readVertices(ctx, from, part, first, length)
		if err != nil {
			return fmt.Errorf("vector a: %w", err)
		}
		b, err := readVertices(ctx, to, part, first, length)
		if err != nil {
			return fmt.Errorf("vector b: %w", err)
		}
		if err := yield(first, a, b); err != nil {
			return err
		}
	}
	return nil
}

// checkEdges refuses more edges than the file warrants: n is a claim. A graph
// may take what any file may, or what the stored bytes of its vectors can decode to.
func (s storedGraphs) checkEdges(ctx context.Context, from, to *hdf5.Dataset, n int) error {
	const edgeSize = 24 // in memory, while it is read
	refused := checkAllowance(s.allowance, n, edgeSize, "edges")
	if refused == nil {
		return nil
	}
	for _, d := range []*hdf5.Dataset{from, to} {
		stored, err := d.StoredBytes(ctx)
		if err != nil {
			return err
		}
		if int64(n)*int64(d.Type().Size())/maxDeflateRatio > stored {
			return refused
		}
	}
	return nil
}

// maxDeflateRatio is more than deflate can shrink anything: 258 bytes, its
// longest match, take 2 bits at least.
const maxDeflateRatio = 1032

// readVertices reads part of one of the vectors a and b, which starts at edge
// first. Vertices must be below length.
func readVertices(ctx context.Context, d *hdf5.Dataset, part Selector, first, length int) ([]int32, error) {
	array, err := d.Read(ctx, part)
	if err != nil {
		return nil, err
	}
	wide, err := array.Int64s()
	if err != nil {
		return nil, err
	}
	vertices := make([]int32, len(wide))
	for i, v := range wide {
		if v < 0 || v >= int64(length) || int64(int32(v)) != v {
			return nil, fmt.Errorf("edge %d has vertex %d of %d: %w", first+i, v, length, ErrInvalid)
		}
		vertices[i] = int32(v)
	}
	return vertices, nil
}

func (s storedGraphs) weights(ctx context.Context, name string, edges Selector) (*Array, error) {
	_, _, w, _, err := s.vectors(name)
	if err != nil {
		return nil, err
	}
	weights, err := w.Read(ctx, edges)
	if err != nil {
		return nil, fmt.Errorf("vector w: %w", err)
	}
	return weights, nil
}

func (s storedGraphs) lastModified(name string) (time.Time, error) {
	return modified(s.groups[name])
}
