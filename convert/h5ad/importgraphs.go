package h5ad

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

var errTooManyEdges = errors.New("too many edges")

// setGraphs makes graphs of obsp or varp and, of observations, of the matrices
// that scanpy kept in uns before there was obsp.
func (im *importer) setGraphs(ctx context.Context, a *importAxis) error {
	taken := map[string]bool{}
	kind := a.part() + "p"
	members, err := im.members("/" + kind)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !isMatrix(m.object) {
			if encoding := encodingOf(m.object); encoding == "" || encoding == "array" {
				return im.bad(m.path(), "%s is no matrix", describe(m.object))
			}
			im.lose(im.name, kind, m.name, "%s has no counterpart", describe(m.object))
			continue
		}
		if err := im.setGraph(ctx, a, im.rename(taken, kind, m.name, "_"), m); err != nil {
			return err
		}
	}
	if a.axis != loom.Columns {
		return nil
	}
	for _, name := range unsGraphs {
		o, err := im.lookup("/uns/neighbors/" + name)
		if err != nil {
			return err
		}
		if o == nil || !isMatrix(o) || taken[name] {
			continue
		}
		if err := im.setGraph(ctx, a, name, member{name, o}); err != nil {
			return err
		}
		im.legacy[o.Path()] = true
	}
	return nil
}

// unsGraphs are the members of uns/neighbors that are graphs.
var unsGraphs = []string{"connectivities", "distances"}

// setGraph makes a graph of a matrix.
func (im *importer) setGraph(ctx context.Context, axis *importAxis, name string, m member) error {
	matrix, err := im.matrix(ctx, m.object)
	if err != nil {
		return err
	}
	if matrix.rows != axis.rows || matrix.cols != axis.rows {
		return im.bad(m.path(), "shape [%d %d], want %d rows and columns", matrix.rows, matrix.cols, axis.rows)
	}
	a, b, w, err := elementsOf(matrix.values.Type()).edges(ctx, matrix)
	if errors.Is(err, errTooManyEdges) {
		im.lose(im.name, axis.part()+"p", m.name, "a dense matrix of more than %d elements that are not zero", maxEdges)
		return nil
	}
	if err != nil {
		return err
	}
	if w, err = im.weights(axis, m, matrix.values.Type(), w); err != nil {
		return err
	}
	graphs := im.tx.ColGraphs()
	if axis.axis == loom.Rows {
		graphs = im.tx.RowGraphs()
	}
	return graphs.Set(name, a, b, w)
}

// weights returns the weights of edges in a type that a Loom file has for them: floating point
// numbers.
func (im *importer) weights(axis *importAxis, m member, t *hdf5.Datatype, w *hdf5.Array) (*hdf5.Array, error) {
	if t.String() == "float16" {
		return w.WithType(t)
	}
	if t.Class() == hdf5.Float {
		return w, nil
	}
	numbers, err := w.Float64s()
	if err != nil {
		return nil, failed(err)
	}
	if slices.ContainsFunc(numbers, func(v float64) bool { return math.Abs(v) > 1<<53 }) {
		im.lose(im.name, axis.part()+"p", m.name, "its integers beyond 2^53 are rounded")
	}
	return hdf5.NewArray(numbers)
}
