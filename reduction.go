package loom

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// A reduction makes numbers of the cells of a layer: of every line, a row or a
// column, and every group of positions across it.
type reduction struct {
	layer  *Layer
	axis   Axis // of the lines
	across Selector
	groups *grouping
	fs     []Func
	// none returns the number for a cell without elements or, of a function that finds
	// no element, without any that it looks for.
	none func(r Reducer) float64

	results [][]float64 // by function: line by line, and group by group within a line
	spare   sync.Pool   // of entries that are handed over
}

// run computes the results. It reads the layer in bands of whole lines, and
// reports the lines of each.
//
// Reducers take the elements that are not zero as they stream by. They do not
// depend on the number of processors, as the elements of a line come in an order of their
// own. An [Apply] needs lines whole; so do reducers that ask for the order of a
// selection which is not that of the file.
func (r *reduction) run(ctx context.Context, done *progress.Tracker) ([][]float64, error) {
	if err := r.allocate(); err != nil {
		return nil, r.layer.failed(err)
	}
	if r.needsWhole() {
		return r.results, r.runWhole(ctx, done)
	}
	return r.results, r.runBands(ctx, done)
}

// allocate makes room for the results.
func (r *reduction) allocate() error {
	size := int64(8 * max(1, len(r.fs)))
	lines := r.layer.length(r.axis)
	what := fmt.Sprintf("results for %s, in %d groups each", r.axis, r.groups.n)
	if err := checkAllowance(r.layer.allowance, lines, size*int64(r.groups.n), what); err != nil {
		return err
	}
	r.results = make([][]float64, len(r.fs))
	for i := range r.results {
		r.results[i] = make([]float64, lines*r.groups.n)
	}
	return nil
}

// needsWhole reports whether any of the functions needs all elements, or an
// order in which they are not stored.
func (r *reduction) needsWhole() bool {
	isApply := func(f Func) bool { _, ok := f.(Apply); return ok }
	return slices.ContainsFunc(r.fs, isApply) ||
		slices.ContainsFunc(r.fs, inOrder) && !r.groups.positions.ascend()
}

// runBands streams the elements that are not zero. As the elements of a line are added up one after the
// other, it is bands that the processors share out among them, each decoding and adding up
// one after the other. Only where there are too few bands, they decode for each other.
func (r *reduction) runBands(ctx context.Context, done *progress.Tracker) error {
	n, workers := r.layer.length(r.axis), runtime.GOMAXPROCS(0)
	step := r.bandLines(max(workers, bandsAtOnce))
	atOnce, add := workers, r.addAlone
	if (n+step-1)/step < workers || r.layer.largeChunks() {
		atOnce, add = min(bandsAtOnce, workers), r.addTogether
	}
	g, banded := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for first := 0; first < n && banded.Err() == nil; first += step {
		g.Go(func() error {
			end := min(first+step, n)
			if err := r.band(banded, first, end, add); err != nil {
				return err
			}
			done.Add(end - first)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err() // which may have kept bands from being begun
}

// bandsAtOnce is how many bands are reduced at a time of which each has all workers decode
// for it: while one adds up, another waits for chunks.
const bandsAtOnce = 2

// bandLines returns how many lines make a band, of which so many are reduced at a time:
// bandsAtOnce as large as what is read whole at a time, of a moderate number of cells, or more that
// are smaller. They are never less than a chunk, as none is decoded twice.
func (r *reduction) bandLines(atOnce int) int {
	const elementsPerCell = 16 // the least, for an accumulator takes more than an element
	width := max(r.groups.width(), elementsPerCell*r.groups.n)
	share := max(1, atOnce/bandsAtOnce)
	d := r.layer.dataset
	lines := max(1, r.layer.length(r.axis))
	n := min(r.layer.linesAtOnce(r.axis, width*share), (lines+atOnce-1)/atOnce)
	switch {
	case d == nil:
	case d.Chunks() != nil:
		chunk := d.Chunks()[r.axis]
		n = max(n-n%chunk, chunk)
	case r.axis == Columns:
		n = r.layer.cols // in rows, all of which each column would look at
	}
	return min(max(1, n), lines)
}

// band reduces the lines from first up to end, whose elements are added in one of two ways.
func (r *reduction) band(ctx context.Context, first, end int,
	add func(ctx context.Context, t *tallies, rows, cols Selector) error) error {
	if int64(end-first)*int64(r.groups.n) > math.MaxInt32 {
		return r.layer.failed(fmt.Errorf("%d groups of %d %s at a time: %w", r.groups.n, end-first, r.axis, ErrTooLarge))
	}
	t := newTallies(r, end-first)
	lines := Range(first, end)
	if err := add(ctx, t, pick(r.axis, lines, r.across), pick(r.axis, r.across, lines)); err != nil {
		return err
	}
	t.finish(first)
	return nil
}

// addAlone decodes chunks and adds their elements while they are in the processor's cache.
func (r *reduction) addAlone(ctx context.Context, t *tallies, rows, cols Selector) error {
	var e entries
	return eachNonZeros(ctx, r.layer, rows, cols, func(nz *hdf5.NonZeros[float64]) error {
		r.groups.mark(&e, nz, r.axis, t.ranked)
		t.add(&e)
		return nil
	})
}

// addTogether has chunks decoded by several workers.
func (r *reduction) addTogether(ctx context.Context, t *tallies, rows, cols Selector) error {
	work := func(nz *hdf5.NonZeros[float64]) (*entries, error) {
		var marked entries
		r.groups.mark(&marked, nz, r.axis, t.ranked)
		e, ok := r.spare.Get().(*entries)
		if !ok {
			e = new(entries)
		}
		e.set(&marked)
		return e, nil
	}
	deliver := func(e *entries) error {
		t.add(e)
		r.spare.Put(e)
		return nil
	}
	return streamNonZeros(ctx, r.layer, rows, cols, work, deliver)
}

// runWhole reads lines whole, some at a time.
func (r *reduction) runWhole(ctx context.Context, done *progress.Tracker) error {
	n, step := r.layer.length(r.axis), r.layer.linesAtOnce(r.axis, max(r.groups.width(), r.groups.n))
	for first := 0; first < n; first += step {
		lines := Range(first, min(first+step, n))
		block, err := r.layer.Read(ctx, pick(r.axis, lines, r.across), pick(r.axis, r.across, lines))
		if err != nil {
			return err
		}
		values, err := denseAs[float64](block)
		if err != nil {
			return err
		}
		if err := r.block(ctx, values, first, min(step, n-first)); err != nil {
			return err
		}
		done.Add(min(step, n-first))
	}
	return nil
}

// block reduces n lines that are in memory.
func (r *reduction) block(ctx context.Context, values *sparse.Dense[float64], first, n int) error {
	var line, cell []float64
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		line = appendLine(line[:0], values, r.axis, i)
		t := newTallies(r, 1)
		t.add(r.groups.entriesOf(line))
		t.finish(first + i)
		for k, f := range r.fs {
			apply, ok := f.(Apply)
			if !ok {
				continue
			}
			for g := range r.groups.n {
				cell = r.groups.appendCell(cell[:0], line, g)
				r.results[k][(first+i)*r.groups.n+g] = apply(cell)
			}
		}
	}
	return nil
}

// appendLine appends row or column i.
func appendLine(to []float64, m *sparse.Dense[float64], axis Axis, i int) []float64 {
	if axis == Rows {
		return append(to, m.Row(i)...)
	}
	for _, v := range m.Col(i) {
		to = append(to, v)
	}
	return to
}

// largeChunks reports whether a chunk of the layer has more elements than are read at a time.
func (l *Layer) largeChunks() bool {
	if l.dataset == nil {
		return false
	}
	n := 1
	for _, size := range l.dataset.Chunks() {
		if n *= size; n > elementsAtOnce {
			return true
		}
	}
	return false
}

// elementsAtOnce is how many elements of whole lines are read at a time, if a
// line is not longer: 32 MiB.
const elementsAtOnce = 1 << 22

// linesAtOnce returns how many lines of the given length to read at a time: as
// many as fit, and if possible whole chunks, so that none is decoded twice.
func (l *Layer) linesAtOnce(axis Axis, length int) int {
	n := max(1, elementsAtOnce/max(1, length))
	if l.dataset == nil {
		return n
	}
	if chunks := l.dataset.Chunks(); chunks != nil && chunks[axis] <= n {
		n -= n % chunks[axis]
	}
	return n
}
