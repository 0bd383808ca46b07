package loom

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom/internal/progress"
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

// A BatchOption is what [BatchSize] returns: an option of all that goes batch by
// batch.
type BatchOption int

func (n BatchOption) applyToScan(s *scanSettings)       { s.batchSize = int(n) }
func (n BatchOption) applyToAddLoom(s *combineSettings) { s.atOnce = int(n) }
func (n BatchOption) applyToCombine(s *combineSettings) { s.atOnce = int(n) }

// BatchSize makes batches of n positions. [Conn.Scan] cuts the scanned axis there
// instead of every 512. [Combine] and [Conn.AddLoom] decode at most so many columns
// at a time, rounded up to whole chunks, instead of as many as fit 32 MiB.
func BatchSize(n int) BatchOption { return BatchOption(n) }

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
// order.
//
//	for b, err := range ds.Scan(ctx, loom.Columns, loom.OnlyLayers("")) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// While the body of the loop works on a batch, the next one is read: memory is
// taken for two batches, and for the attributes and graphs of the other axis, which
// all batches share. A scan of a [View] reads nothing ahead and takes memory for
// one batch. When the loop is left, in whatever way, reading has ended.
//
// An error, with a nil Batch, ends the scan, after all batches before it. If the
// context has ended, or the file is closed, that is the error instead of the next batch.
// A batch may be kept, and changes no more. Graphs of the scanned axis lose the
// edges that lead from one batch to another.
func (c *contents) Scan(ctx context.Context, axis Axis, opts ...ScanOption) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		s, err := c.newScan(ctx, axis, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		ctx, done := progress.Start(ctx, "scan", int64(s.count()), axis.String())
		for b, err := range s.batches(ctx) {
			if ended := s.readable(ctx); ended != nil {
				err = ended
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(b, nil) {
				return
			}
			done.Add(len(b.Positions))
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

	shared struct { // what all batches have of the other axis and of the file
		attributes *Attributes
		graphs     *Graphs
		global     *GlobalAttributes
	}
	parts []*Graphs // of the scanned axis, by batch; nil if there are none
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
	if err := s.choose(); err != nil {
		return nil, err
	}
	if err := s.order(ctx); err != nil {
		return nil, err
	}
	var err error
	s.shared.attributes, s.shared.graphs, err = c.slicedAxis(ctx, axis.across(), s.across, s.settings.view)
	if err != nil {
		return nil, err
	}
	s.shared.global = c.attrs.loaded()
	return s, s.divideGraphs(ctx)
}

// choose resolves the selected items.
func (s *scan) choose() error {
	n, size := s.length(s.axis), s.settings.batchSize
	if s.settings.items == nil {
		return s.afford(min(size, n), 8, s.axis.String()+" in a batch")
	}
	count, err := s.settings.items.Count(n)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.filename, s.axis, err)
	}
	if err := s.afford(count, 16, s.axis.String()); err != nil {
		return err
	}
	if s.items, err = chosenItems(*s.settings.items, n, size); err != nil {
		return fmt.Errorf("%s: %s: %w", s.filename, s.axis, err)
	}
	return nil
}

// count returns how many positions all batches have together.
func (s *scan) count() int {
	if s.items != nil {
		return len(s.items)
	}
	return s.length(s.axis)
}

// order resolves the order of the other axis.
func (s *scan) order(ctx context.Context) error {
	if !s.settings.ordered {
		return nil
	}
	key := s.settings.key
	attributes := s.attributes(s.axis.across())
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

// divideGraphs splits the graphs of the scanned axis into those of the batches,
// in one pass over the edges.
func (s *scan) divideGraphs(ctx context.Context) error {
	graphs := s.graphs(s.axis)
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

// batches reads the batches, those of a file one ahead.
func (s *scan) batches(ctx context.Context) iter.Seq2[*Batch, error] {
	if main := s.Matrix(); main.dataset != nil {
		return prefetched(ctx, s.inTurn)
	}
	return s.inTurn(ctx)
}

// readable returns why no batch is to be had any more. What was read ahead must not
// depend on whether that was sooner or later than the end of the context or a Close.
func (s *scan) readable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: scan of %s: %w", s.filename, s.axis, err)
	}
	if main := s.Matrix(); main.dataset != nil {
		_, err := main.dataset.Read(ctx, Range(0, 0), Range(0, 0)) // nothing, of an open file
		return err
	}
	return nil
}

// inTurn reads one batch after the other, up to the first error.
func (s *scan) inTurn(ctx context.Context) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		n := 0
		for w := range s.windows() {
			b, err := s.batch(ctx, w, n)
			if !yield(b, err) || err != nil {
				return
			}
			n++
		}
	}
}

// batch reads the n-th batch.
func (s *scan) batch(ctx context.Context, w window, n int) (*Batch, error) {
	rows, cols := pick(s.axis, w.selector, s.across), pick(s.axis, s.across, w.selector)
	v := &View{contents{filename: s.filename, attrs: s.shared.global}}
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
	graphs := s.noGraphs(s.axis, attributes.length)
	if s.parts != nil {
		graphs = s.parts[n]
	}
	v.rowAttrs, v.colAttrs = pick(s.axis, attributes, s.shared.attributes), pick(s.axis, s.shared.attributes, attributes)
	v.rowGraphs, v.colGraphs = pick(s.axis, graphs, s.shared.graphs), pick(s.axis, s.shared.graphs, graphs)
	return &Batch{Start: w.start, Positions: w.positions, View: v}, nil
}
