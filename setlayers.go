package loom

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// A WriteOption changes how the elements of a layer are stored.
type WriteOption func(*writeSettings)

type writeSettings struct {
	dtype     string // "" for that of the matrix
	nonFinite bool
}

func newWriteSettings(opts []WriteOption) writeSettings {
	var s writeSettings
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// rule says how values of a type become elements of a new layer.
func (s writeSettings) rule(dtype *hdf5.Datatype) (elementRule, error) {
	if s.dtype != "" {
		named, err := hdf5.NamedType(s.dtype)
		if err != nil {
			return elementRule{}, err
		}
		dtype = named
	}
	return newElementRule(dtype, s.nonFinite)
}

// AllowNonFinite lets NaN and infinities into a layer, which are refused
// otherwise: few programs expect them there.
func AllowNonFinite() WriteOption {
	return func(s *writeSettings) { s.nonFinite = true }
}

// StoreAs gives a new layer the type of the given name, numpy's ("float16" ...
// "uint64"), instead of that of the matrix. Numbers that an integer type cannot
// hold exactly are an error that wraps [ErrType].
func StoreAs(dtype string) WriteOption {
	return func(s *writeSettings) { s.dtype = dtype }
}

// Set gives the file a layer, in place of one of the same name if there is one,
// in a transaction: see [Conn.Update]. The name "" is the main matrix.
//
// The matrix is a *[sparse.Dense], a *[sparse.COO], a *[sparse.CSR] or a
// *[sparse.CSC], or anything else of float64. A sparse one is made dense tile by tile;
// chunks of nothing but zeros take no space.
//
// It must have the shape of the main matrix, or of the attributes if there is no
// main matrix yet: another one is an error that wraps [ErrShape]. NaN and infinities are
// an error that wraps [ErrNotFinite] unless [AllowNonFinite] is given.
func (l *Layers) Set(ctx context.Context, name string, m Matrix, opts ...WriteOption) error {
	return l.change(ctx, name, func(e *edit) error {
		ctx := e.startProgress(ctx, "set layer", map[string]Matrix{name: m})
		return e.setLayer(ctx, name, m, newWriteSettings(opts))
	})
}

// SetEmpty gives the file a layer of zeros of the given type, numpy's name of
// which is "float16" ... "uint64", in the shape of the main matrix. It takes no
// space until elements are written: see [Layer.Write].
func (l *Layers) SetEmpty(ctx context.Context, name, dtype string) error {
	return l.change(ctx, name, func(e *edit) error { return e.setEmptyLayer(name, dtype) })
}

// Delete removes a layer from the file, in a transaction. It is an error that
// wraps [ErrNotExist] if there is none of that name, and one that wraps
// [ErrName] to delete the main matrix.
func (l *Layers) Delete(name string) error {
	return l.change(context.Background(), name, func(e *edit) error {
		if name == "" {
			return fmt.Errorf("cannot be deleted: %w", ErrName)
		}
		return e.remove("layers", name)
	})
}

func (l *Layers) change(ctx context.Context, name string, f func(*edit) error) error {
	return changeWith(ctx, l.writer, l.filename, func(e *edit) error {
		if err := f(e); err != nil {
			return fmt.Errorf("%s: %s: %w", l.filename, layerTitle(name), err)
		}
		return nil
	})
}

// Matrices returns the elements of all layers by name, such as [Create] takes,
// in memory: those of a view as they are.
func (l *Layers) Matrices(ctx context.Context) (map[string]Matrix, error) {
	matrices := make(map[string]Matrix, len(l.layers))
	for _, layer := range l.layers {
		if layer.values != nil {
			matrices[layer.name] = layer.values
			continue
		}
		values, err := layer.Read(ctx, All(), All())
		if err != nil {
			return nil, err
		}
		matrices[layer.name] = values
	}
	return matrices, nil
}

// Write stores values where the selected rows and columns cross, in a
// transaction: see [Conn.Update]. The Layer goes on reading what it read before.
//
// The values must have the shape of the selection, and are converted to the
// layer's type: numbers that an integer type cannot hold exactly are an error that wraps
// [ErrType]. NaN and infinities are one that wraps [ErrNotFinite] unless
// [AllowNonFinite] is given. If a position is selected twice, which of its values is
// stored is not defined.
func (l *Layer) Write(ctx context.Context, rows, cols Selector, values Matrix, opts ...WriteOption) error {
	if l.missing != nil {
		return l.missing
	}
	return changeWith(ctx, l.writer, l.filename, func(e *edit) error {
		if err := e.writeLayer(ctx, l.name, rows, cols, values, newWriteSettings(opts)); err != nil {
			return l.failed(err)
		}
		return nil
	})
}

// layerPlace returns the group and the name of a layer's dataset.
func layerPlace(name string) (group, member string, err error) {
	if name == "" {
		return "", "matrix", nil
	}
	return "layers", name, checkName(name)
}

// setLayer checks, then stores, a layer.
func (e *edit) setLayer(ctx context.Context, name string, m Matrix, s writeSettings) error {
	tiles, err := newTiler(m)
	if err != nil {
		return err
	}
	rule, err := s.rule(tiles.dtype())
	if err != nil {
		return err
	}
	rows, cols := tiles.dims()
	path, err := e.makeLayer(name, rows, cols, rule.dtype)
	if err != nil {
		return err
	}
	return e.writePlaced(ctx, path, rule, onePlaced(tiles, 0))
}

// startProgress begins to report on the writing of layers, in elements.
func (e *edit) startProgress(ctx context.Context, operation string, layers map[string]Matrix) context.Context {
	total := int64(0)
	for _, m := range layers {
		if m != nil {
			rows, cols := m.Dims()
			total += int64(rows) * int64(cols)
		}
	}
	return e.startWriting(ctx, operation, total)
}

// startWriting begins to report on the writing of that many elements.
func (e *edit) startWriting(ctx context.Context, operation string, elements int64) context.Context {
	ctx, e.progress = progress.Start(ctx, operation, elements, "values")
	return ctx
}

// setEmptyLayer checks, then makes, a layer of zeros.
func (e *edit) setEmptyLayer(name, dtype string) error {
	t, err := hdf5.NamedType(dtype)
	if err != nil {
		return err
	}
	if _, err := numbersOf(t); err != nil {
		return err
	}
	if e.lengths[Rows] == unknownLength || e.lengths[Columns] == unknownLength {
		return fmt.Errorf("empty, in a file of no shape: %w", ErrShape)
	}
	_, err = e.makeLayer(name, e.lengths[Rows], e.lengths[Columns], t)
	return err
}

// makeLayer checks the name and the shape of a new layer and makes it, as loompy
// does: compressed in chunks, and free to grow to the right.
func (e *edit) makeLayer(name string, rows, cols int, t *hdf5.Datatype) (path string, err error) {
	group, member, err := layerPlace(name)
	if err != nil {
		return "", err
	}
	if err := e.checkShape(name, rows, cols); err != nil {
		return "", err
	}
	if err := e.start(); err != nil {
		return "", err
	}
	if err := e.clear(group, member); err != nil {
		return "", err
	}
	e.lengths = [2]int{rows, cols}
	path = memberPath(group, member)
	spec := hdf5.DatasetSpec{
		Type: t, Shape: []int{rows, cols}, MaxShape: []int{rows, -1},
		Chunks: layerChunks(rows, cols), Deflate: deflateLevel,
	}
	if err := e.h.CreateDataset(path, spec); err != nil {
		return "", err
	}
	return path, e.changed(group, member)
}

// checkShape refuses a layer that is not of the file's shape, or is empty.
func (e *edit) checkShape(name string, rows, cols int) error {
	if rows == 0 || cols == 0 {
		return fmt.Errorf("shape [%d %d], which is empty: %w", rows, cols, ErrShape)
	}
	main, err := e.has("", "matrix")
	if err != nil {
		return err
	}
	if name != "" && !main {
		return fmt.Errorf("in a file without a main matrix, which comes first: %w", ErrShape)
	}
	for _, axis := range []Axis{Rows, Columns} {
		want, n := e.lengths[axis], pick(axis, rows, cols)
		if want != unknownLength && n != want {
			return fmt.Errorf("shape [%d %d] in a file with %d %s: %w", rows, cols, want, axis, ErrShape)
		}
	}
	return nil
}

// layerChunks returns the shape of the chunks of a layer.
func layerChunks(rows, cols int) []int {
	const side = 64
	return []int{max(1, min(side, rows)), max(1, min(side, cols))}
}

// writeLayer checks, then stores, elements of a layer.
func (e *edit) writeLayer(ctx context.Context, name string, rows, cols Selector, m Matrix, s writeSettings) error {
	if s.dtype != "" {
		return fmt.Errorf("StoreAs %q of a layer that has a type: %w", s.dtype, ErrType)
	}
	tiles, err := newTiler(m)
	if err != nil {
		return err
	}
	state, err := e.state()
	if err != nil {
		return err
	}
	layer, err := state.layers.Get(name)
	if err != nil {
		return err
	}
	rule, err := newElementRule(layer.dtype, s.nonFinite)
	if err != nil {
		return err
	}
	height, width := tiles.dims()
	if err := layer.checkSelected(rows, cols, height, width); err != nil {
		return err
	}
	whole, err := tiles.tile(0, height, 0, width)
	if err != nil {
		return err
	}
	values, err := rule.apply(whole)
	if err != nil {
		return err
	}
	if err := e.start(); err != nil {
		return err
	}
	group, member, err := layerPlace(name)
	if err != nil {
		return err
	}
	if err := e.h.Write(ctx, memberPath(group, member), values, rows, cols); err != nil {
		return err
	}
	return e.changed(group, member)
}

// checkSelected refuses values that do not have the shape of a selection.
func (l *Layer) checkSelected(rows, cols Selector, height, width int) error {
	r, err := rows.Count(l.rows)
	if err != nil {
		return fmt.Errorf("%s: %w", Rows, err)
	}
	c, err := cols.Count(l.cols)
	if err != nil {
		return fmt.Errorf("%s: %w", Columns, err)
	}
	if height != r || width != c {
		return fmt.Errorf("values of shape [%d %d] for a selection of [%d %d]: %w", height, width, r, c, ErrShape)
	}
	return nil
}

// setLayers sets several layers: the main matrix first, then by name.
func (e *edit) setLayers(ctx context.Context, matrices map[string]Matrix, s writeSettings) error {
	for _, name := range slices.Sorted(maps.Keys(matrices)) {
		if err := e.setLayer(ctx, name, matrices[name], s); err != nil {
			return fmt.Errorf("%s: %w", layerTitle(name), err)
		}
	}
	return nil
}
