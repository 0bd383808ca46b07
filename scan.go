package loom

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// A Batch is what a scan yields: a view of up to a batch size of rows, with all
// columns, or the reverse.
type Batch struct {
	// Start is where the batch begins on the scanned axis of the file: a
	// multiple of the batch size.
	Start int
	// Positions are the rows or columns of the file that the view has, in its
	// order.
	Positions []int
	*View
}

// defaultBatchSize is loompy's.
const defaultBatchSize = 512

// A ScanOption changes what [Conn.Scan] yields. The options of views are scan
// options, too.
type ScanOption interface {
	applyToScan(*scanSettings)
}

type scanOption func(*scanSettings)

func (o scanOption) applyToScan(s *scanSettings) { o(s) }

type scanSettings struct {
	view      viewSettings
	batchSize int
	items     *Selector // nil for all
	key       string    // attribute that orders the other axis, if ordered
	ordered   bool
}

// BatchSize cuts the scanned axis every n positions instead of every 512.
func BatchSize(n int) ScanOption {
	return scanOption(func(s *scanSettings) { s.batchSize = n })
}

// Items yields only the selected positions of the scanned axis. The axis is cut
// into batches all the same, by the positions in the file, and batches without
// selected positions are left out. Within a batch, positions come in the order
// of the selection.
func Items(positions Selector) ScanOption {
	return scanOption(func(s *scanSettings) { s.items = &positions })
}

// OrderBy sorts the axis that is not scanned by the values of one of its
// attributes, in every batch. Equal values stay in the file's order, and NaN
// comes last.
func OrderBy(name string) ScanOption {
	return scanOption(func(s *scanSettings) { s.key, s.ordered = name, true })
}

// Scan yields the whole file in batches of rows or of columns, in the file's
// order. It holds one batch in memory, with the attributes and graphs of the
// other axis, which all batches share.
//
//	for b, err := range ds.Scan(ctx, loom.Columns, loom.OnlyLayers("")) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// An error, with a nil Batch, ends the scan. A batch may be kept. Graphs of the
// scanned axis lose the edges that lead from one batch to another.
func (c *contents) Scan(ctx context.Context, axis Axis, opts ...ScanOption) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		s, err := c.newScan(ctx, axis, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		n := 0
		for w := range s.windows() {
			b, err := s.batch(ctx, w, n)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(b, nil) {
				return
			}
			n++
		}
	}
}

// A scan is what all batches have in common.
type scan struct {
	*contents
	axis     Axis
	settings scanSettings
	items    []int    // sorted by window; nil for all
	across   Selector // positions of the other axis

	// Of the other axis.
	attributes *Attributes
	graphs     *Graphs
	// Of the scanned axis, by batch; nil if there are none.
	parts  []*Graphs
	global *GlobalAttributes
}

func (c *contents) newScan(ctx context.Context, axis Axis, opts []ScanOption) (*scan, error) {
	if err := axis.check(); err != nil {
		return nil, err
	}
	s := &scan{contents: c, axis: axis, settings: scanSettings{view: newViewSettings(nil), batchSize: defaultBatchSize}}
	for _, opt := range opts {
		opt.applyToScan(&s.settings)
	}
	if s.settings.batchSize < 1 {
		return nil, fmt.Errorf("batches of %d %s, want 1 or more: %w", s.settings.batchSize, axis, ErrSelection)
	}
	if err := s.afford(min(s.settings.batchSize, s.length(axis)), 8, axis.String()+" in a batch"); err != nil {
		return nil, err
	}
	if err := s.choose(); err != nil {
		return nil, err
	}
	if err := s.order(ctx); err != nil {
		return nil, err
	}
	var err error
	if s.attributes, s.graphs, err = c.slicedAxis(ctx, axis.across(), s.across, s.settings.view); err != nil {
		return nil, err
	}
	s.global = c.attrs.loaded()
	return s, s.divideGraphs(ctx)
}

// choose resolves the selected items and sorts them by window.
func (s *scan) choose() error {
	if s.settings.items == nil {
		return nil
	}
	items, err := s.settings.items.Positions(s.length(s.axis))
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.filename, s.axis, err)
	}
	size := s.settings.batchSize
	slices.SortStableFunc(items, func(a, b int) int { return a/size - b/size })
	s.items = items
	if items == nil {
		s.items = []int{}
	}
	return nil
}

// order resolves the order of the other axis.
func (s *scan) order(ctx context.Context) error {
	if !s.settings.ordered {
		return nil
	}
	key := s.settings.key
	attributes := s.contents.attributes(s.axis.across())
	values, err := attributes.get(ctx, key)
	if err != nil {
		return err
	}
	if shape := values.Shape(); len(shape) != 1 || shape[0] != attributes.length {
		return attributes.failed(key, fmt.Errorf("shape %v, a key for %d %s has [%d]: %w",
			shape, attributes.length, attributes.axis, attributes.length, ErrShape))
	}
	ordering, err := argsort(values)
	if err != nil {
		return attributes.failed(key, fmt.Errorf("as a key: %w", err))
	}
	s.across = Indices(ordering)
	return nil
}

// argsort returns the positions of values in ascending order, stable, with NaN
// last as in numpy.
func argsort(values *Array) ([]int, error) {
	compare, err := comparison(values)
	if err != nil {
		return nil, err
	}
	ordering := make([]int, values.Len())
	for i := range ordering {
		ordering[i] = i
	}
	slices.SortStableFunc(ordering, compare)
	return ordering, nil
}

// comparison returns the order of the values at two positions.
func comparison(values *Array) (func(i, j int) int, error) {
	if texts, err := values.Strings(); err == nil {
		return func(i, j int) int { return strings.Compare(texts[i], texts[j]) }, nil
	}
	if integers, err := values.Int64s(); err == nil {
		return func(i, j int) int { return cmp.Compare(integers[i], integers[j]) }, nil
	}
	if large, err := hdf5.Values[uint64](values); err == nil {
		return func(i, j int) int { return cmp.Compare(large[i], large[j]) }, nil
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil, err
	}
	return func(i, j int) int {
		// The reverse of the order of negated numbers has NaN, the least, last.
		return cmp.Compare(-numbers[j], -numbers[i])
	}, nil
}

// A window is the part of the scanned axis that makes a batch.
type window struct {
	start     int
	positions []int
	selector  Selector // of the same positions
}

// windows cuts the scanned axis.
func (s *scan) windows() iter.Seq[window] {
	if s.items != nil {
		return s.itemWindows
	}
	return func(yield func(window) bool) {
		n, size := s.length(s.axis), s.settings.batchSize
		for start := 0; start < n; {
			stop := n
			if size < n-start {
				stop = start + size
			}
			positions := make([]int, stop-start)
			for i := range positions {
				positions[i] = start + i
			}
			if !yield(window{start, positions, Range(start, stop)}) {
				return
			}
			start = stop
		}
	}
}

// itemWindows yields the windows that have items.
func (s *scan) itemWindows(yield func(window) bool) {
	size := s.settings.batchSize
	for items := s.items; len(items) > 0; {
		k := items[0] / size
		n := 1
		for n < len(items) && items[n]/size == k {
			n++
		}
		positions := slices.Clone(items[:n])
		if !yield(window{k * size, positions, Indices(positions)}) {
			return
		}
		items = items[n:]
	}
}

// divideGraphs splits the graphs of the scanned axis into those of the batches,
// in one pass over the edges.
func (s *scan) divideGraphs(ctx context.Context) error {
	graphs := s.contents.graphs(s.axis)
	if graphs.Len() == 0 || !s.settings.view.carries(graphsPart(s.axis)) {
		return nil
	}
	if err := s.afford(s.length(s.axis), 16, s.axis.String()); err != nil {
		return err
	}
	var parts [][]int
	for w := range s.windows() {
		parts = append(parts, w.positions)
	}
	var err error
	s.parts, err = graphs.divided(ctx, newDivision(graphs.length, parts...))
	return err
}

// batch reads the n-th batch.
func (s *scan) batch(ctx context.Context, w window, n int) (*Batch, error) {
	rows, cols := pick(s.axis, w.selector, s.across), pick(s.axis, s.across, w.selector)
	v := &View{contents{filename: s.filename, attrs: s.global}}
	var err error
	if v.layers, err = s.slicedLayers(ctx, rows, cols, s.settings.view.layers); err != nil {
		return nil, err
	}
	if err := v.measure(s.contents, rows, cols); err != nil {
		return nil, err
	}
	attributes, err := s.slicedAttributes(ctx, s.axis, w.selector, s.settings.view)
	if err != nil {
		return nil, err
	}
	graphs := s.noGraphs(s.axis)
	if s.parts != nil {
		graphs = s.parts[n]
	}
	v.rowAttrs, v.colAttrs = pick(s.axis, attributes, s.attributes), pick(s.axis, s.attributes, attributes)
	v.rowGraphs, v.colGraphs = pick(s.axis, graphs, s.graphs), pick(s.axis, s.graphs, graphs)
	return &Batch{Start: w.start, Positions: w.positions, View: v}, nil
}
