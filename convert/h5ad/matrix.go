package h5ad

import (
	"context"
	"iter"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// A layout is how a matrix of the input is stored.
type layout int

const (
	dense layout = iota
	csr          // compressed by row
	csc          // compressed by column
)

// A matrix is a matrix of the input, in its orientation: a row for each
// observation in X and the layers.
type matrix struct {
	in         *input
	path       string
	rows, cols int
	layout     layout

	values  *hdf5.Dataset // all elements, or those that are stored
	indices *hdf5.Dataset // of compressed ones: the column, or row, of each value
	ptr     []int64       // and where the values of each row, or column, begin
}

// isMatrix reports whether an object says that it is a matrix, or says nothing and
// looks like a dense one.
func isMatrix(o hdf5.Object) bool {
	switch encoding := encodingOf(o); encoding {
	case "csr_matrix", "csc_matrix":
		return true
	case "", "array":
		d, ok := o.(*hdf5.Dataset)
		return ok && len(d.Shape()) == 2 && elementsOf(d.Type()) != nil
	}
	return false
}

// matrix returns the matrix that an object is. It reads the pointers of a
// compressed one, and nothing of a dense one.
func (in *input) matrix(ctx context.Context, o hdf5.Object) (*matrix, error) {
	m := &matrix{in: in, path: o.Path()}
	encoding := encodingOf(o)
	switch o := o.(type) {
	case *hdf5.Dataset:
		if encoding != "" && encoding != "array" {
			return nil, in.bad(m.path, "%s is no matrix", describe(o))
		}
		m.values = o
		return m, m.openDense()
	case *hdf5.Group:
		switch encoding {
		case "csr_matrix":
			m.layout = csr
		case "csc_matrix":
			m.layout = csc
		default:
			return nil, in.bad(m.path, "%s is no matrix", describe(o))
		}
		return m, m.openCompressed(ctx, o)
	}
	return nil, in.bad(m.path, "%s is no matrix", describe(o))
}

func (m *matrix) openDense() error {
	shape := m.values.Shape()
	if len(shape) != 2 {
		return m.in.bad(m.path, "shape %v, want two dimensions", shape)
	}
	if max(shape[0], shape[1]) > math.MaxInt32 {
		return m.in.bad(m.path, "shape %v, at most %d each", shape, math.MaxInt32)
	}
	m.rows, m.cols = shape[0], shape[1]
	return m.checkType()
}

// checkType refuses elements that a Loom file cannot have.
func (m *matrix) checkType() error {
	if elementsOf(m.values.Type()) == nil {
		return m.in.bad(m.values.Path(), "elements of type %s, want numbers", m.values.Type())
	}
	return nil
}

func (m *matrix) openCompressed(ctx context.Context, g *hdf5.Group) (err error) {
	if err := m.readShape(g); err != nil {
		return err
	}
	if m.values, err = m.in.dataset(g, "data"); err != nil {
		return err
	}
	if err := m.checkType(); err != nil {
		return err
	}
	if m.indices, err = m.in.dataset(g, "indices"); err != nil {
		return err
	}
	for _, d := range []*hdf5.Dataset{m.values, m.indices} {
		if len(d.Shape()) != 1 {
			return m.in.bad(d.Path(), "shape %v, want one dimension", d.Shape())
		}
	}
	if t := m.indices.Type(); t.Class() != hdf5.Integer {
		return m.in.bad(m.indices.Path(), "elements of type %s, want integers", t)
	}
	if n, want := m.indices.Shape()[0], m.values.Shape()[0]; n != want {
		return m.in.bad(m.indices.Path(), "%d indices of %d values", n, want)
	}
	d, err := m.in.dataset(g, "indptr")
	if err != nil {
		return err
	}
	return m.readPointers(ctx, d)
}

// readShape reads the shape of a compressed matrix.
func (m *matrix) readShape(g *hdf5.Group) error {
	a, err := g.Attribute("shape")
	if err != nil {
		a, err = g.Attribute("h5sparse_shape")
	}
	if err != nil {
		return m.in.bad(m.path, "has no attribute shape")
	}
	values, err := a.Read()
	if err != nil {
		return failed(err)
	}
	shape, err := values.Int64s()
	if err != nil || len(shape) != 2 || min(shape[0], shape[1]) < 0 || max(shape[0], shape[1]) > math.MaxInt32 {
		return m.in.bad(m.path, "shape %v, want two lengths", values.Data())
	}
	m.rows, m.cols = int(shape[0]), int(shape[1])
	return nil
}

// readPointers reads and checks the pointers of a compressed matrix.
func (m *matrix) readPointers(ctx context.Context, d *hdf5.Dataset) error {
	lines, _ := m.lines()
	if shape := d.Shape(); len(shape) != 1 || shape[0] != lines+1 || d.Type().Class() != hdf5.Integer {
		return m.in.bad(d.Path(), "pointers of type %s and shape %v, want %d integers", d.Type(), shape, lines+1)
	}
	values, err := read(ctx, d)
	if err != nil {
		return err
	}
	if m.ptr, err = values.Int64s(); err != nil {
		return failed(err)
	}
	n := int64(m.values.Shape()[0])
	if m.ptr[0] != 0 || m.ptr[lines] != n {
		return m.in.bad(d.Path(), "pointers from %d to %d, want 0 to %d, the number of values", m.ptr[0], m.ptr[lines], n)
	}
	for i := range lines {
		if m.ptr[i+1] < m.ptr[i] {
			return m.in.bad(d.Path(), "pointers %d and %d are %d and %d, want them to ascend", i, i+1, m.ptr[i], m.ptr[i+1])
		}
	}
	return nil
}

// lines returns the number of the lines in which a matrix is stored, rows unless
// it is compressed by column, and of the elements across them.
func (m *matrix) lines() (lines, across int) {
	if m.layout == csc {
		return m.cols, m.rows
	}
	return m.rows, m.cols
}

// A batch is some lines of a matrix: the elements that are not zero, or are
// stored, of line k are from ptr[k] up to ptr[k+1].
type batch[T hdf5.Number] struct {
	first  int // line
	ptr    []int
	idx    []int32
	values []T
}

// elements are the operations that need the type of a matrix's elements.
type elements interface {
	// stream returns a matrix of observations and variables as a layer.
	stream(ctx context.Context, m *matrix, done *progress.Tracker) *loom.Stream
	// edges returns the elements that are stored, or are not zero.
	edges(ctx context.Context, m *matrix) (a, b []int32, w *hdf5.Array, err error)
	// whole returns all elements.
	whole(ctx context.Context, m *matrix) (*hdf5.Array, error)
	// exportGraph writes a graph of n vertices.
	exportGraph(ctx context.Context, e *exporter, g *loom.Graph, path string, n int) error
	// export writes a layer of a Loom file.
	export(ctx context.Context, e *exporter, l *loom.Layer, path string) error
}

// numbers are elements of the Go type T.
type numbers[T hdf5.Number] struct{}

// elementsOf returns the operations on elements of a type, nil if they are not
// numbers. Booleans are 0 and 1.
func elementsOf(t *hdf5.Datatype) elements {
	switch t.String() {
	case "int8":
		return numbers[int8]{}
	case "int16":
		return numbers[int16]{}
	case "int32":
		return numbers[int32]{}
	case "int64":
		return numbers[int64]{}
	case "uint8", "bool":
		return numbers[uint8]{}
	case "uint16":
		return numbers[uint16]{}
	case "uint32":
		return numbers[uint32]{}
	case "uint64":
		return numbers[uint64]{}
	case "float16", "float32":
		return numbers[float32]{}
	case "float64":
		return numbers[float64]{}
	}
	return nil
}

// batches yields a matrix line by line, in batches that are valid until the next.
func batches[T hdf5.Number](ctx context.Context, m *matrix) iter.Seq2[batch[T], error] {
	if m.layout == dense {
		return denseBatches[T](ctx, m)
	}
	return compressedBatches[T](ctx, m)
}

func (numbers[T]) stream(ctx context.Context, m *matrix, done *progress.Tracker) *loom.Stream {
	lines, across := m.lines()
	if m.layout == csc {
		return loom.StreamRows(lines, across, func(yield func(*sparse.CSR[T], error) bool) {
			for b, err := range batches[T](ctx, m) {
				var rows *sparse.CSR[T]
				if err == nil {
					rows, err = sparse.NewCSR(len(b.ptr)-1, across, b.ptr, b.idx, b.values)
					done.Add((len(b.ptr) - 1) * across)
				}
				if !yield(rows, err) || err != nil {
					return
				}
			}
		})
	}
	return loom.StreamColumns(across, lines, func(yield func(*sparse.CSC[T], error) bool) {
		for b, err := range batches[T](ctx, m) {
			var cols *sparse.CSC[T]
			if err == nil {
				cols, err = sparse.NewCSC(across, len(b.ptr)-1, b.ptr, b.idx, b.values)
				done.Add((len(b.ptr) - 1) * across)
			}
			if !yield(cols, err) || err != nil {
				return
			}
		}
	})
}

// maxEdges is how many elements of a dense matrix may become edges of a graph: those of
// one that is dense indeed are no graph, and would not fit into memory.
const maxEdges = 1 << 26

func (numbers[T]) edges(ctx context.Context, m *matrix) (a, b []int32, w *hdf5.Array, err error) {
	var weights []T
	for batch, err := range batches[T](ctx, m) {
		if err != nil {
			return nil, nil, nil, err
		}
		for k := range len(batch.ptr) - 1 {
			for range batch.ptr[k+1] - batch.ptr[k] {
				a = append(a, int32(batch.first+k))
			}
		}
		b = append(b, batch.idx...)
		weights = append(weights, batch.values...)
		if m.layout == dense && len(a) > maxEdges {
			return nil, nil, nil, errTooManyEdges
		}
	}
	if m.layout == csc {
		a, b = b, a
	}
	w, err = hdf5.NewArray(weights)
	return a, b, w, err
}

func (numbers[T]) whole(ctx context.Context, m *matrix) (*hdf5.Array, error) {
	all := make([]T, m.rows*m.cols)
	for b, err := range batches[T](ctx, m) {
		if err != nil {
			return nil, err
		}
		for k := range len(b.ptr) - 1 {
			for i := b.ptr[k]; i < b.ptr[k+1]; i++ {
				row, col := b.first+k, int(b.idx[i])
				if m.layout == csc {
					row, col = col, row
				}
				all[row*m.cols+col] += b.values[i]
			}
		}
	}
	return hdf5.NewArray(all, m.rows, m.cols)
}

// valuesOf returns the values of an array as a []T, which they are, or are 0 and 1
// of booleans.
func valuesOf[T hdf5.Number](a *hdf5.Array) ([]T, error) {
	flags, ok := a.Data().([]bool)
	if !ok {
		return hdf5.Values[T](a)
	}
	values := make([]T, len(flags))
	for i, flag := range flags {
		if flag {
			values[i] = 1
		}
	}
	return values, nil
}
