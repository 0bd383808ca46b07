package loom

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// A View is part of a file, in memory: some rows and columns of its layers with
// their attributes and graphs. It has everything that a [Conn] has to read,
// views of its own among it, and stays usable when the Conn is closed.
type View struct {
	contents
}

// A Part is something that a view may have besides its layers.
type Part int

// The parts of a view, for [Carry].
const (
	RowAttrsPart Part = iota
	ColAttrsPart
	RowGraphsPart
	ColGraphsPart
)

// attrsPart and graphsPart return the part that belongs to an axis.
func attrsPart(a Axis) Part  { return pick(a, RowAttrsPart, ColAttrsPart) }
func graphsPart(a Axis) Part { return pick(a, RowGraphsPart, ColGraphsPart) }

// A ViewOption says what a view is to have. Every ViewOption is a [ScanOption].
type ViewOption func(*viewSettings)

type viewSettings struct {
	layers   []string // nil for all
	parts    []Part   // unless allParts
	allParts bool
}

func (o ViewOption) applyToScan(s *scanSettings) { o(&s.view) }

func newViewSettings(opts []ViewOption) viewSettings {
	s := viewSettings{allParts: true}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

func (s *viewSettings) carries(p Part) bool { return s.allParts || slices.Contains(s.parts, p) }

// OnlyLayers gives the view these layers instead of all; "" is the main matrix.
func OnlyLayers(names ...string) ViewOption {
	return func(s *viewSettings) { s.layers = append([]string{}, names...) }
}

// Carry gives the view these parts instead of all, and none if none is named.
// Layers and global attributes are always there.
func Carry(parts ...Part) ViewOption {
	return func(s *viewSettings) { s.parts, s.allParts = parts, false }
}

// View returns the selected rows and columns of everything, in memory, in the
// order of the selection. Graphs keep the edges between selected positions; see
// [Graphs.Select].
//
// It takes memory for all that is selected. Layers and attributes that do not
// fit the main matrix are an error that wraps [ErrShape], names that do not exist
// one that wraps [ErrNotExist].
func (c *contents) View(ctx context.Context, rows, cols Selector, opts ...ViewOption) (*View, error) {
	s := newViewSettings(opts)
	v := &View{contents{filename: c.filename, attrs: c.attrs.loaded()}}
	var err error
	if v.layers, err = c.slicedLayers(ctx, rows, cols, s.layers); err != nil {
		return nil, err
	}
	if err := v.measure(c, rows, cols); err != nil {
		return nil, err
	}
	if v.rowAttrs, v.rowGraphs, err = c.slicedAxis(ctx, Rows, rows, s); err != nil {
		return nil, err
	}
	if v.colAttrs, v.colGraphs, err = c.slicedAxis(ctx, Columns, cols, s); err != nil {
		return nil, err
	}
	return v, nil
}

// measure sets the shape of a view of c.
func (v *View) measure(c *contents, rows, cols Selector) error {
	var err error
	if v.rows, err = rows.Count(c.rows); err != nil {
		return fmt.Errorf("%s: %s: %w", c.filename, Rows, err)
	}
	if v.cols, err = cols.Count(c.cols); err != nil {
		return fmt.Errorf("%s: %s: %w", c.filename, Columns, err)
	}
	return nil
}

// slicedLayers reads part of the named layers, or of all if names is nil.
func (c *contents) slicedLayers(ctx context.Context, rows, cols Selector, names []string) (*Layers, error) {
	if names == nil {
		names = c.layers.Names()
	}
	sliced := &Layers{filename: c.filename, layers: make([]*Layer, len(names))}
	failures := make([]error, len(names))
	var g errgroup.Group
	g.SetLimit(layersAtOnce)
	for i, name := range names {
		g.Go(func() error {
			sliced.layers[i], failures[i] = c.slicedLayer(ctx, name, rows, cols)
			return nil
		})
	}
	g.Wait()
	for _, err := range failures { // the first layer's, whichever failed sooner
		if err != nil {
			return nil, err
		}
	}
	return sliced, nil
}

// layersAtOnce is how many layers are read at a time: where one of them waits for the last of
// its chunks, or for the index of the next ones, there is work in the other.
const layersAtOnce = 2

func (c *contents) slicedLayer(ctx context.Context, name string, rows, cols Selector) (*Layer, error) {
	layer, err := c.layers.Get(name)
	if err != nil {
		return nil, err
	}
	if layer.rows != c.rows || layer.cols != c.cols {
		return nil, layer.failed(fmt.Errorf("shape [%d %d], the main matrix has [%d %d]: %w",
			layer.rows, layer.cols, c.rows, c.cols, ErrShape))
	}
	values, err := layer.Read(ctx, rows, cols)
	if err != nil {
		return nil, err
	}
	height, width := values.Dims()
	return &Layer{filename: c.filename, name: name, rows: height, cols: width, dtype: layer.dtype, values: values}, nil
}

// slicedAxis reads what of an axis' attributes and graphs a view carries.
func (c *contents) slicedAxis(ctx context.Context, axis Axis, positions Selector, s viewSettings) (*Attributes, *Graphs, error) {
	attributes, err := c.slicedAttributes(ctx, axis, positions, s)
	if err != nil {
		return nil, nil, err
	}
	if !s.carries(graphsPart(axis)) {
		return attributes, c.noGraphs(axis, attributes.length), nil
	}
	graphs, err := c.graphs(axis).sliced(ctx, positions)
	if err != nil {
		return nil, nil, err
	}
	return attributes, graphs, nil
}

func (c *contents) slicedAttributes(ctx context.Context, axis Axis, positions Selector, s viewSettings) (*Attributes, error) {
	if s.carries(attrsPart(axis)) {
		return c.attributes(axis).sliced(ctx, positions)
	}
	n, err := positions.Count(c.length(axis))
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", c.filename, axis, err)
	}
	return &Attributes{filename: c.filename, axis: axis, length: n, source: memoryAttributes{}}, nil
}

// noGraphs are the graphs, on an axis of n positions, of a view that does not
// carry them.
func (c *contents) noGraphs(axis Axis, n int) *Graphs {
	return &Graphs{filename: c.filename, axis: axis, length: n, source: memoryGraphs{}}
}
