package hdf5

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A plan is a request turned into the pieces of the file that it touches. It
// is walked, not listed: the pieces of a large request need not be in memory
// at once.
type plan struct {
	d    *Dataset
	axes []axis // one for each dimension

	// selectedOnly says that nothing of a chunk but the selected elements is looked at.
	selectedOnly bool
	// inTurn says that pieces are decoded one after the other, in this order.
	inTurn bool
	// byColumn says that elements are collected column by column, not row by row.
	byColumn bool
}

// A piece is a box of a dataset whose values are stored together: a chunk, or a
// stretch of a contiguous dataset.
type piece struct {
	origin []int // of the box, in elements
	extent []int // of the box; a chunk may stick out of the dataset
	addr   uint64
	size   uint64 // bytes stored
	mask   uint32 // filters that were skipped
	inline []byte // the values themselves, in a compact dataset
	absent bool   // nothing is stored: the values are the fill value
}

// newPlan resolves one selector for each dimension, or none for everything.
func (d *Dataset) newPlan(selectors []Selector) (*plan, error) {
	if len(selectors) == 0 {
		selectors = make([]Selector, len(d.space.dims))
	}
	if len(selectors) != len(d.space.dims) {
		return nil, fmt.Errorf("%d selectors for a dataset of shape %v: %w", len(selectors), d.space.dims, ErrSelection)
	}
	p := &plan{d: d, axes: make([]axis, len(selectors))}
	for i, s := range selectors {
		a, err := s.resolve(d.space.dims[i])
		if err != nil {
			return nil, fmt.Errorf("dimension %d: %w", i, err)
		}
		p.axes[i] = a
	}
	return p, nil
}

// shape returns the shape of the result.
func (p *plan) shape() []int {
	shape := make([]int, len(p.axes))
	for i := range p.axes {
		shape[i] = p.axes[i].n
	}
	return shape
}

// empty reports whether nothing is selected.
func (p *plan) empty() bool {
	if p.d.space.null {
		return true
	}
	for i := range p.axes {
		if p.axes[i].n == 0 {
			return true
		}
	}
	return false
}

// each yields the stored pieces that hold selected elements and, if absent is
// true, also those of which nothing is stored. The order depends on the
// selection alone. The slices of a piece are the callee's to keep.
func (p *plan) each(ctx context.Context, absent bool, yield func(piece) error) error {
	if p.empty() {
		return nil
	}
	if p.d.external {
		return fmt.Errorf("values in external files: %w", ErrUnsupported)
	}
	switch p.d.layout.Class {
	case format.Compact:
		return p.compact(yield)
	case format.Contiguous:
		return p.contiguous(ctx, absent, yield)
	case format.Chunked:
		return p.chunked(ctx, absent, yield)
	}
	return fmt.Errorf("%v dataset: %w", p.d.Layout(), ErrUnsupported)
}

func (p *plan) compact(yield func(piece) error) error {
	d := p.d
	values := d.layout.Compact
	if int64(len(values)) < d.size() {
		return fmt.Errorf("compact dataset of %d bytes stores %d: %w", d.size(), len(values), ErrCorrupt)
	}
	return yield(piece{origin: make([]int, len(p.axes)), extent: d.space.dims, inline: values[:d.size()]})
}

// chunked yields the chunks that the selection touches.
func (p *plan) chunked(ctx context.Context, absent bool, yield func(piece) error) error {
	origins := origins{rank: len(p.axes)}
	return p.boxes(func(lo, hi []uint64) error {
		w := chunkWalk{ctx: ctx, plan: p, origins: &origins, absent: absent, lo: lo, hi: hi, next: toInts(lo), yield: yield}
		if err := p.d.chunks.Overlapping(lo, hi, w.stored); err != nil {
			return err
		}
		return w.finish()
	})
}

// A chunkWalk turns the index's chunks of one box of the grid into pieces and
// finds those that are missing between them.
type chunkWalk struct {
	ctx     context.Context
	plan    *plan
	origins *origins
	absent  bool
	lo, hi  []uint64
	at      []int // grid position of the chunk in hand
	next    []int // grid position that is due
	done    bool  // next has passed the end
	yield   func(piece) error
}

// origins cuts the origins of many pieces out of one allocation: a request has tens of thousands.
type origins struct {
	rank int
	free []int
	cut  int // pieces so far
}

// next returns an origin that belongs to the caller.
func (o *origins) next() []int {
	const most = 256
	if len(o.free) < o.rank {
		o.free = make([]int, o.rank*min(max(o.cut, 1), most))
	}
	origin := o.free[:o.rank:o.rank]
	o.free = o.free[o.rank:]
	o.cut++
	return origin
}

// stored handles a chunk of the index. They come in the order of the grid.
func (w *chunkWalk) stored(c index.Chunk) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.at = w.at[:0]
	for _, v := range c.Scaled {
		w.at = append(w.at, int(v))
	}
	at := w.at
	if w.absent {
		for !w.done && !equalInts(w.next, at) {
			if err := w.missing(); err != nil {
				return err
			}
		}
		w.advance()
	}
	if !w.plan.touches(at) {
		return nil
	}
	pc := w.plan.chunkAt(at, w.origins.next())
	pc.addr, pc.size, pc.mask = c.Addr, c.Size, c.Mask
	return w.yield(pc)
}

// finish yields what is missing after the last stored chunk.
func (w *chunkWalk) finish() error {
	for w.absent && !w.done {
		if err := w.missing(); err != nil {
			return err
		}
	}
	return nil
}

func (w *chunkWalk) missing() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	at := append([]int(nil), w.next...)
	w.advance()
	if !w.plan.touches(at) {
		return nil
	}
	pc := w.plan.chunkAt(at, w.origins.next())
	pc.absent = true
	return w.yield(pc)
}

// advance moves next to the following position of the box in row-major order.
func (w *chunkWalk) advance() {
	for d := len(w.next) - 1; d >= 0; d-- {
		if w.next[d]++; w.next[d] < int(w.hi[d]) {
			return
		}
		w.next[d] = int(w.lo[d])
	}
	w.done = true
}

func toInts(v []uint64) []int {
	out := make([]int, len(v))
	for i := range v {
		out[i] = int(v[i])
	}
	return out
}

func equalInts(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// touches reports whether the chunk at a grid position holds selected elements.
func (p *plan) touches(at []int) bool {
	for i := range p.axes {
		lo := at[i] * p.d.chunk[i]
		r := p.axes[i].within(lo, lo+p.d.chunk[i])
		if r.n == 0 {
			return false
		}
	}
	return true
}

// chunkAt returns the box of the chunk at a grid position, with origin as the memory for its own.
func (p *plan) chunkAt(at, origin []int) piece {
	for i := range at {
		origin[i] = at[i] * p.d.chunk[i]
	}
	return piece{origin: origin, extent: p.d.chunk}
}

// Boxes of the grid are asked for one by one where that saves reading much of
// the index, but no more than maxBoxes of them: chunks between them are cheaper
// to skip than to avoid. The index lists chunks with the last dimension varying
// fastest, in nodes of dozens, so a gap in that dimension must be wide to be
// worth it.
const (
	maxBoxes    = 4096
	lastDimGap  = 64
	otherDimGap = 1
)

// boxes yields boxes of the chunk grid that hold all chunks with selected
// elements, as half-open intervals.
func (p *plan) boxes(yield func(lo, hi []uint64) error) error {
	rank := len(p.axes)
	intervals := make([][]interval, rank)
	total := 1
	for i := range p.axes {
		gap := otherDimGap
		if i == rank-1 {
			gap = lastDimGap
		}
		intervals[i] = p.axes[i].intervals(p.d.chunk[i], gap)
		if total *= len(intervals[i]); total > maxBoxes {
			return yield(p.bounds())
		}
	}
	lo, hi := make([]uint64, rank), make([]uint64, rank)
	return product(intervals, lo, hi, 0, yield)
}

// bounds returns the box of the grid around the whole selection.
func (p *plan) bounds() (lo, hi []uint64) {
	for i := range p.axes {
		first, end := p.axes[i].bounds()
		c := p.d.chunk[i]
		lo = append(lo, uint64(first/c))
		hi = append(hi, uint64((end-1)/c+1))
	}
	return lo, hi
}

// product yields every combination of one interval for each dimension.
func product(intervals [][]interval, lo, hi []uint64, dim int, yield func(lo, hi []uint64) error) error {
	if dim == len(intervals) {
		return yield(lo, hi)
	}
	for _, iv := range intervals[dim] {
		lo[dim], hi[dim] = uint64(iv.lo), uint64(iv.hi)
		if err := product(intervals, lo, hi, dim+1, yield); err != nil {
			return err
		}
	}
	return nil
}

// An interval is a half-open range of grid positions.
type interval struct{ lo, hi int }

// intervals returns the grid positions that a selects from, for chunks of
// length size, as intervals with more than gap positions between them.
func (a *axis) intervals(size, gap int) []interval {
	first, end := a.bounds()
	if a.sorted == nil && a.step <= size*(gap+1) {
		return []interval{{first / size, (end-1)/size + 1}}
	}
	var out []interval
	for k := range a.n {
		at := a.start + k*a.step
		if a.sorted != nil {
			at = a.sorted[k]
		}
		at /= size
		if n := len(out); n > 0 && at-out[n-1].hi < gap {
			out[n-1].hi = at + 1
			continue
		}
		out = append(out, interval{at, at + 1})
	}
	return out
}

// storedBytes returns how many bytes of the file hold the values of a selection, filters
// applied, and others that are stored together with them.
func (p *plan) storedBytes(ctx context.Context) (int64, error) {
	if p.d.layout.Class != format.Chunked {
		return p.d.size(), nil
	}
	var total int64
	err := p.boxes(func(lo, hi []uint64) error {
		return p.d.chunks.Overlapping(lo, hi, func(c index.Chunk) error {
			total += int64(c.Size)
			return ctx.Err()
		})
	})
	return total, err
}

// storedTogether returns the shape of the boxes of a matrix that its pieces are.
func (d *Dataset) storedTogether() []int {
	if d.layout.Class == format.Chunked {
		return d.chunk
	}
	return []int{max(1, maxStretch/d.width/max(1, d.space.dims[1])), max(1, d.space.dims[1])}
}
