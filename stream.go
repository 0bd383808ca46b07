package loom

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// A Stream is a layer that is not in memory: its elements come in batches of
// whole columns or rows, from another file or from a computation. It can be stored once, by
// [Layers.SetStream].
type Stream struct {
	rows, cols int
	dtype      *hdf5.Datatype
	// stripes yields the elements in stripes of the given number of columns, or of rows,
	// the last with what is left, and where each begins.
	stripes func(width int) iter.Seq2[stripe, error]
	axis    Axis // of the stripes
}

// A stripe is some lines of one axis: columns or rows from first on.
type stripe struct {
	first int
	tiles tiler
}

// StreamColumns returns a Stream of rows x cols elements of type T whose columns
// come in order, in batches of any number. The batches need not be valid after the
// next one was asked for. An error among them ends the Stream, and is that of
// [Layers.SetStream].
func StreamColumns[T Number](rows, cols int, batches iter.Seq2[*sparse.CSC[T], error]) *Stream {
	s := lineStream[T]{axis: Columns, count: cols, across: rows}
	return s.stream(rows, cols, func(yield func(lineBatch[T], error) bool) {
		for batch, err := range batches {
			l := lineBatch[T]{}
			if err == nil {
				l.across, l.count = batch.Dims()
				l.ptr, l.idx, l.values = batch.Raw()
			}
			if !yield(l, err) {
				return
			}
		}
	})
}

// StreamRows is [StreamColumns] for elements that come row by row.
func StreamRows[T Number](rows, cols int, batches iter.Seq2[*sparse.CSR[T], error]) *Stream {
	s := lineStream[T]{axis: Rows, count: rows, across: cols}
	return s.stream(rows, cols, func(yield func(lineBatch[T], error) bool) {
		for batch, err := range batches {
			l := lineBatch[T]{}
			if err == nil {
				l.count, l.across = batch.Dims()
				l.ptr, l.idx, l.values = batch.Raw()
			}
			if !yield(l, err) {
				return
			}
		}
	})
}

// SetStream gives the file a layer, as [Layers.Set] does, of elements that come
// in batches. In memory are a stripe as wide as a chunk, or as some chunks where lines are short,
// and a batch. A Stream of more or fewer lines than it has announced, or of lines of another
// length, is an error that wraps [ErrShape].
func (l *Layers) SetStream(ctx context.Context, name string, s *Stream, opts ...WriteOption) error {
	return l.change(ctx, name, func(e *edit) error {
		ctx := e.startWriting(ctx, "set layer", int64(s.rows)*int64(s.cols))
		return e.setStream(ctx, name, s, newWriteSettings(opts))
	})
}

// setStream checks, then stores, a layer that comes in batches.
func (e *edit) setStream(ctx context.Context, name string, s *Stream, settings writeSettings) error {
	rule, err := settings.rule(s.dtype)
	if err != nil {
		return err
	}
	path, err := e.makeLayer(name, s.rows, s.cols, rule.dtype)
	if err != nil {
		return err
	}
	return e.writePlaced(ctx, path, rule, s.parts(layerChunks(s.rows, s.cols)))
}

// stripeElements is about how many elements a stripe has, zeros among them.
const stripeElements = 1 << 21

// parts yields the stripes of a Stream, which are of whole chunks.
func (s *Stream) parts(chunk []int) iter.Seq2[placed, error] {
	count, across := pick(s.axis, s.rows, s.cols), pick(s.axis, s.cols, s.rows)
	width := wholeChunks(chunk[s.axis], stripeElements/max(across, 1), count)
	return func(yield func(placed, error) bool) {
		for stripe, err := range s.stripes(width) {
			part := placed{col: stripe.first, tiles: stripe.tiles}
			if s.axis == Rows {
				part.row, part.col = stripe.first, 0
			}
			if !yield(part, err) || err != nil {
				return
			}
		}
	}
}

// wholeChunks returns the greatest multiple of a chunk's length that is not above
// the bound, or needed for the total, and at least one chunk.
func wholeChunks(chunk, bound, total int) int {
	needed := (total + chunk - 1) / chunk
	return chunk * max(1, min(bound/chunk, needed))
}

// A lineBatch is count columns of across rows, compressed by column, or rows of
// columns, compressed by row.
type lineBatch[T Number] struct {
	count, across int
	ptr           []int
	idx           []int32
	values        []T
}

// A lineStream makes stripes of batches.
type lineStream[T Number] struct {
	axis          Axis
	count, across int
	batches       iter.Seq2[lineBatch[T], error]

	done   int          // lines that have been yielded
	held   lineBatch[T] // and those after them
	wanted int          // lines of a stripe
}

func (s lineStream[T]) stream(rows, cols int, batches iter.Seq2[lineBatch[T], error]) *Stream {
	s.batches = batches
	return &Stream{
		rows: rows, cols: cols, dtype: tilesOf[T]{}.dtype(), axis: s.axis,
		stripes: func(width int) iter.Seq2[stripe, error] {
			run := s // a copy, in which to count
			run.wanted = width
			return run.stripes
		},
	}
}

// stripes yields the lines of the batches in stripes.
func (s *lineStream[T]) stripes(yield func(stripe, error) bool) {
	s.hold()
	for batch, err := range s.batches {
		if err == nil {
			err = s.check(batch)
		}
		if err != nil {
			yield(stripe{}, err)
			return
		}
		for from := 0; from < batch.count; {
			to := min(batch.count, from+s.wanted-s.held.count)
			s.append(batch, from, to)
			from = to
			if s.held.count == s.wanted && !s.flush(yield) {
				return
			}
		}
	}
	if s.held.count > 0 && !s.flush(yield) {
		return
	}
	if s.done != s.count {
		yield(stripe{}, fmt.Errorf("stream has ended after %d of %d %s: %w", s.done, s.count, s.axis, ErrShape))
	}
}

// check refuses a batch that does not fit.
func (s *lineStream[T]) check(batch lineBatch[T]) error {
	if batch.across != s.across {
		return fmt.Errorf("stream has %s of %d elements, want %d: %w", s.axis, batch.across, s.across, ErrShape)
	}
	if n := s.done + s.held.count; batch.count > s.count-n {
		return fmt.Errorf("stream has at least %d %s, want %d: %w", n+batch.count, s.axis, s.count, ErrShape)
	}
	return nil
}

// hold begins a new stripe.
func (s *lineStream[T]) hold() {
	s.held = lineBatch[T]{across: s.across, ptr: []int{0}}
}

// append puts lines of a batch to those that are held.
func (s *lineStream[T]) append(batch lineBatch[T], from, to int) {
	start, shift := batch.ptr[from], len(s.held.idx)-batch.ptr[from]
	s.held.idx = append(s.held.idx, batch.idx[start:batch.ptr[to]]...)
	s.held.values = append(s.held.values, batch.values[start:batch.ptr[to]]...)
	for _, p := range batch.ptr[from+1 : to+1] {
		s.held.ptr = append(s.held.ptr, p+shift)
	}
	s.held.count += to - from
}

// flush yields the lines that are held as a stripe.
func (s *lineStream[T]) flush(yield func(stripe, error) bool) bool {
	tiles, err := s.held.tiles(s.axis)
	at := stripe{first: s.done, tiles: tiles}
	s.done += s.held.count
	s.hold()
	return yield(at, err) && err == nil
}

// tiles returns the lines, which are those of an axis, as a matrix.
func (l lineBatch[T]) tiles(axis Axis) (tiler, error) {
	if axis == Columns {
		m, err := sparse.NewCSC(l.across, l.count, l.ptr, l.idx, l.values)
		if err != nil {
			return nil, err
		}
		return newTiler(m)
	}
	m, err := sparse.NewCSR(l.count, l.across, l.ptr, l.idx, l.values)
	if err != nil {
		return nil, err
	}
	return newTiler(m)
}
