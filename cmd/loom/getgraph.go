package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// edgesAtOnce is how many edges are held at a time.
const edgesAtOnce = 1 << 18

// graph prints the edges of a graph, also of one whose edges lead to vertices
// that do not exist: the vectors are printed as the file has them.
func (g *getter) graph(ctx context.Context, axis loom.Axis, name string) error {
	graphs, kind, homes := g.conn.RowGraphs(), "row graph", []string{"row_graphs", "row_edges"}
	if axis == loom.Columns {
		graphs, kind, homes = g.conn.ColGraphs(), "column graph", []string{"col_graphs", "col_edges"}
	}
	if !graphs.Has(name) {
		return missing(g.conn, kind, homes[0]+"/"+name, name, graphs.Names())
	}
	if err := g.refuse(kind, "rows", "cols"); err != nil {
		return err
	}
	n, err := graphs.Edges(name)
	if err != nil {
		return err
	}
	vectors, err := g.vectors(ctx, homes, name, n)
	if err != nil {
		return err
	}
	if g.header {
		g.lines.buf = append(g.lines.buf, "a\tb\tw"...)
		if err := g.lines.end(); err != nil {
			return err
		}
	}
	for first := 0; first < n; first += edgesAtOnce {
		if err := g.edges(ctx, vectors, first, min(first+edgesAtOnce, n)); err != nil {
			return err
		}
	}
	return nil
}

// vectors finds the three vectors of a graph, under the name that the present
// specification or an old one has for the group.
func (g *getter) vectors(ctx context.Context, homes []string, name string, n int) ([]*hdf5.Dataset, error) {
	group, err := g.conn.File().Group(homes[0] + "/" + name)
	if errors.Is(err, hdf5.ErrNotExist) || errors.Is(err, hdf5.ErrKind) {
		group, err = g.conn.File().Group(homes[1] + "/" + name)
	}
	if err != nil {
		return nil, err
	}
	var vectors []*hdf5.Dataset
	for _, vector := range []string{"a", "b", "w"} {
		dataset, err := group.Dataset(vector)
		if err != nil {
			return nil, err
		}
		if err := g.checkStored(ctx, dataset, product(n, dataset.Type().Size())); err != nil {
			return nil, err
		}
		vectors = append(vectors, dataset)
	}
	return vectors, nil
}

// edges prints the edges from first up to, not including, end.
func (g *getter) edges(ctx context.Context, vectors []*hdf5.Dataset, first, end int) error {
	var text [3]appender
	for i, vector := range vectors {
		values, err := vector.Read(ctx, loom.Range(first, end))
		if err != nil {
			return err
		}
		if values.Len() != end-first {
			return fmt.Errorf("%s: elements of several values: %w", vector.Path(), loom.ErrShape)
		}
		text[i] = textOf(values)
	}
	for k := range end - first {
		for i, value := range text {
			if i > 0 {
				g.lines.tab()
			}
			g.lines.buf = value(g.lines.buf, k)
		}
		if err := g.lines.end(); err != nil {
			return err
		}
	}
	return nil
}
