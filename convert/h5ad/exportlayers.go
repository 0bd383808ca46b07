package h5ad

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// writeLayers writes X and the layers.
func (e *exporter) writeLayers(ctx context.Context) error {
	if err := e.makeGroup("/layers", "dict", "0.1.0"); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, name := range e.ds.Layers().Names() {
		if name != e.opts.Layer && name != "" {
			taken[name] = true
		}
	}
	for l := range e.ds.Layers().All() {
		path := under("/layers", l.Name())
		switch l.Name() {
		case e.opts.Layer:
			path = "/X"
		case "":
			path = under("/layers", e.rename(taken, "layer", "matrix", "_"))
		}
		elements := layerElements(l)
		if elements == nil && path == "/X" {
			return fmt.Errorf("%s: layer %q: elements of type %s, want numbers: %w", e.ds.Filename(), l.Name(), l.Type(), loom.ErrType)
		}
		if elements == nil {
			e.lose(e.ds.Filename(), "layer", l.Name(), "elements of type %s, not numbers", l.Type())
			continue
		}
		if err := elements.export(ctx, e, l, path); err != nil {
			return err
		}
	}
	return nil
}

// layerElements returns the operations on the elements of a layer, nil if they are
// not numbers.
func layerElements(l *loom.Layer) elements {
	if t := l.Type(); t.IsNumeric() {
		return elementsOf(t)
	}
	return nil
}

// export writes a layer with a row for each cell.
func (numbers[T]) export(ctx context.Context, e *exporter, l *loom.Layer, path string) error {
	if e.opts.Dense {
		return writeDense[T](ctx, e, l, path)
	}
	return writeCSR[T](ctx, e, l, path)
}

// stripeElements is how many elements of a layer are read at a time.
const stripeElements = 1 << 22

// stripes yields ranges of the columns of a layer, which are whole chunks.
func (e *exporter) stripes(l *loom.Layer) iter.Seq2[int, int] {
	width := max(1, stripeElements/max(1, e.rows))
	if chunks := l.Dataset().Chunks(); chunks != nil {
		width = max(1, width/chunks[1]) * chunks[1]
	}
	return func(yield func(int, int) bool) {
		for first := 0; first < e.cols; first += width {
			if !yield(first, min(e.cols, first+width)) {
				return
			}
		}
	}
}

// writeCSR writes a layer compressed by cell: a stripe of columns that is
// compressed by column is just that.
func writeCSR[T hdf5.Number](ctx context.Context, e *exporter, l *loom.Layer, path string) error {
	w, err := newCSRWriter[T](e, path, e.cols, e.rows)
	if err != nil {
		return err
	}
	for first, end := range e.stripes(l) {
		stripe, err := loom.CSCAs[T](ctx, l, loom.All(), loom.Range(first, end))
		if err != nil {
			return err
		}
		ptr, idx, values := stripe.Raw()
		if err := w.write(ctx, ptr, idx, values); err != nil {
			return err
		}
		e.done.Add((end - first) * e.rows)
	}
	return w.close(ctx)
}

// A csrWriter writes a matrix that is compressed by row, of which nobody knows how many
// elements it will have.
type csrWriter[T hdf5.Number] struct {
	e               *exporter
	path            string
	values, indices *hdf5.Appender
	ptr             []int64
}

func newCSRWriter[T hdf5.Number](e *exporter, path string, rows, cols int) (*csrWriter[T], error) {
	if err := e.makeGroup(path, "csr_matrix", "0.1.0"); err != nil {
		return nil, err
	}
	shape, err := hdf5.NewArray([]int64{int64(rows), int64(cols)})
	if err != nil {
		return nil, err
	}
	if err := e.tx.SetAttribute(path, "shape", shape); err != nil {
		return nil, err
	}
	w := &csrWriter[T]{e: e, path: path, ptr: make([]int64, 1, rows+1)}
	var zero T
	if w.values, err = e.growing(under(path, "data"), hdf5.NewScalar(zero).Type()); err != nil {
		return nil, err
	}
	w.indices, err = e.growing(under(path, "indices"), hdf5.NewScalar(int32(0)).Type())
	return w, err
}

// growing makes a dataset of one dimension to append to.
func (e *exporter) growing(path string, t *hdf5.Datatype) (*hdf5.Appender, error) {
	spec := hdf5.DatasetSpec{Type: t, Shape: []int{0}, MaxShape: []int{-1}, Chunks: []int{chunkBytes / t.Size()}}
	e.compress(&spec)
	if err := e.tx.CreateDataset(path, spec); err != nil {
		return nil, err
	}
	if err := e.encode(path, "array", "0.2.0"); err != nil {
		return nil, err
	}
	return e.tx.Append(path)
}

// write appends rows: the elements of row k are from ptr[k] up to ptr[k+1].
func (w *csrWriter[T]) write(ctx context.Context, ptr []int, idx []int32, values []T) error {
	base := w.ptr[len(w.ptr)-1]
	for _, p := range ptr[1:] {
		w.ptr = append(w.ptr, base+int64(p))
	}
	data, err := hdf5.NewArray(values)
	if err != nil {
		return err
	}
	if err := w.values.Write(ctx, data); err != nil {
		return err
	}
	indices, err := hdf5.NewArray(idx)
	if err != nil {
		return err
	}
	return w.indices.Write(ctx, indices)
}

// close writes the pointers: of the type of the indices, as scipy wants it,
// unless that does not hold them.
func (w *csrWriter[T]) close(ctx context.Context) error {
	if err := w.values.Close(ctx); err != nil {
		return err
	}
	if err := w.indices.Close(ctx); err != nil {
		return err
	}
	ptr, err := hdf5.NewArray(w.ptr)
	if w.ptr[len(w.ptr)-1] <= math.MaxInt32 {
		short := make([]int32, len(w.ptr))
		for i, p := range w.ptr {
			short[i] = int32(p)
		}
		ptr, err = hdf5.NewArray(short)
	}
	if err != nil {
		return err
	}
	return w.e.writeArray(ctx, under(w.path, "indptr"), ptr)
}

// Bounds of the chunks of dense matrices, in cells and genes.
const (
	denseChunkRows = 64
	denseChunkCols = 1024
)

// writeDense writes all elements of a layer.
func writeDense[T hdf5.Number](ctx context.Context, e *exporter, l *loom.Layer, path string) error {
	var zero T
	spec := hdf5.DatasetSpec{
		Type: hdf5.NewScalar(zero).Type(), Shape: []int{e.cols, e.rows},
		Chunks: []int{min(denseChunkRows, e.cols), min(denseChunkCols, e.rows)},
	}
	e.compress(&spec)
	if err := e.tx.CreateDataset(path, spec); err != nil {
		return err
	}
	if err := e.encode(path, "array", "0.2.0"); err != nil {
		return err
	}
	return e.tx.WriteParts(ctx, path, func(yield func(hdf5.Part, error) bool) {
		for first := 0; first < e.cols; {
			end := min(e.cols, first+e.denseHeight(l))
			part, err := densePart[T](ctx, l, first, end)
			if !yield(part, err) || err != nil {
				return
			}
			e.done.Add((end - first) * e.rows)
			first = end
		}
	})
}

// denseHeight returns how many cells of a layer to write at a time: whole chunks
// of the new matrix and, if these are narrower, of the layer.
func (e *exporter) denseHeight(l *loom.Layer) int {
	height := denseChunkRows
	if chunks := l.Dataset().Chunks(); chunks != nil && chunks[1] <= stripeElements/max(1, e.rows) {
		for height%chunks[1] != 0 && height < stripeElements/max(1, e.rows) {
			height += denseChunkRows
		}
	}
	return max(1, stripeElements/max(1, e.rows)/height) * height
}

// densePart returns columns of a layer as rows.
func densePart[T hdf5.Number](ctx context.Context, l *loom.Layer, first, end int) (hdf5.Part, error) {
	tile, err := loom.ReadAs[T](ctx, l, loom.All(), loom.Range(first, end))
	if err != nil {
		return hdf5.Part{}, err
	}
	rows, cols := tile.Dims()
	from, to := tile.Raw(), make([]T, rows*cols)
	for i := range rows {
		for j, v := range from[i*cols:][:cols] {
			to[j*rows+i] = v
		}
	}
	values, err := hdf5.NewArray(to, cols, rows)
	return hdf5.Part{Values: values, Selectors: []hdf5.Selector{hdf5.Range(first, end), hdf5.All()}}, err
}
