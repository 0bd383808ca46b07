package hdf5

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
)

// This file makes a matrix of columns of others. What is stored in the same way
// here and there is copied as it is. The rest goes block by block: a block is a box
// of whole chunks of the new matrix. The old chunks that lie across it are decoded
// into it, and it is then encoded, both by several workers, while the one before it is
// stored. What is copied goes to its place while the index, of which it is part, is built.

// Columns are columns of one matrix that become columns of another one: see
// [Tx.WriteColumns].
type Columns struct {
	// From is the matrix, of any file.
	From *Dataset

	// Rows has, for each row of the matrix that is written, the row of From that
	// it gets, or a negative number for none: there it has its fill value. Nil
	// stands for the same row in both, which must have equally many.
	Rows []int

	// Cols are the columns of From, in their new order.
	Cols Selector
}

// ColumnOptions say where, and how, [Tx.WriteColumns] writes.
type ColumnOptions struct {
	Left   int // the first column that is written
	AtOnce int // columns that are decoded at a time, but whole chunks; 0 for as many as fit

	Wrote func(elements int) // if not nil, is told of every part that is done
}

// WriteColumns writes columns of other matrices, side by side, into the chunked
// matrix of numbers at a path, which must have room for them. The values are
// converted to its type: a number that an integer type cannot hold exactly, or that
// becomes infinite, is an error that wraps [ErrType]; fractions may be rounded.
//
// Chunks are copied as they are stored, and not decoded, where a whole chunk of one
// matrix becomes a whole chunk of another one of the same rows, chunk shape, type and
// filters. All others are decoded and encoded again. In memory it holds two blocks of
// 32 MiB, or as large as the largest chunk, of which what is zero takes no space and what is
// not up to twice its size, some chunks for each worker, and about
// 100 bytes for each chunk that is stored. Every chunk is decoded once, or twice
// where it lies across two blocks. Only if rows and columns both come in an order that
// leads to and fro across more than a block are they decoded more often.
func (tx *Tx) WriteColumns(ctx context.Context, name string, opts ColumnOptions, from ...Columns) error {
	return tx.f.fail(name, tx.writeColumns(ctx, name, opts, from))
}

func (tx *Tx) writeColumns(ctx context.Context, name string, opts ColumnOptions, from []Columns) error {
	to, err := tx.dataset(name)
	if err != nil {
		return err
	}
	w := columnWriter{tx: tx, to: to, left: opts.Left, right: opts.Left, copied: map[int]int{}, wrote: opts.Wrote}
	if w.wrote == nil {
		w.wrote = func(int) {}
	}
	if err := w.prepare(from); err != nil {
		return err
	}
	if w.left == w.right || to.space.dims[0] == 0 {
		return nil
	}
	w.copier = newRawCopier()
	defer w.copier.end() // of which the error is that below
	for _, step := range []func(context.Context) error{
		w.completeChunks,
		w.dropChunks,
		w.copyChunks,
		func(ctx context.Context) error { return w.encodeBlocks(ctx, opts.AtOnce) },
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	layout, err := tx.reindexCopied(to, to.space.dims, w.stored, w.whole)
	if err != nil {
		return err
	}
	if err := w.copier.end(); err != nil {
		tx.st.Fail(err)
		return err
	}
	tx.st.SyncAhead()
	return tx.relayout(name, layout)
}

// A columnWriter writes columns of a matrix.
type columnWriter struct {
	tx          *Tx
	to          *Dataset
	start, end  int // of what was asked for
	left, right int // of all that is in the same chunks
	sources     []*columnSource
	copier      *rawCopier  // of whole chunks
	copied      map[int]int // by column of the grid, how many of its first chunks were copied
	spare       []*columnBlock
	whole       []copiedChunk
	stored      []newChunk
	wrote       func(elements int)
}

// prepare checks what is to be written.
func (w *columnWriter) prepare(from []Columns) error {
	if len(w.to.space.dims) != 2 || !w.to.numbers() || w.to.chunks == nil || w.to.external {
		return fmt.Errorf("%v dataset of %s values and shape %v, want a chunked matrix of numbers: %w",
			w.to.Layout(), w.to.dtype, w.to.space.dims, ErrSelection)
	}
	cols := w.to.space.dims[1]
	if w.left < 0 || w.left > cols {
		return fmt.Errorf("columns from %d on in a matrix of %d: %w", w.left, cols, ErrSelection)
	}
	for _, c := range from {
		s, err := newColumnSource(c, w.to, w.right)
		if err != nil {
			return c.From.fail(err)
		}
		if n := s.cols.n; n > cols-w.right {
			return c.From.fail(fmt.Errorf("%d columns into a matrix of %d from column %d on: %w", n, cols, w.right, ErrSelection))
		}
		w.right += s.cols.n
		w.sources = append(w.sources, s)
	}
	return nil
}

// completeChunks makes the matrix itself the source of those columns beside what
// is written that lie in the same chunks.
func (w *columnWriter) completeChunks(context.Context) error {
	width, cols := w.to.chunk[1], w.to.space.dims[1]
	w.start, w.end = w.left, w.right
	start, end := w.left-w.left%width, min(cols, roundUp(w.right, width))
	for _, kept := range [][2]int{{start, w.left}, {w.right, end}} {
		if kept[0] == kept[1] {
			continue
		}
		s, err := newColumnSource(Columns{From: w.to, Cols: Range(kept[0], kept[1])}, w.to, kept[0])
		if err != nil {
			return err
		}
		w.sources = append(w.sources, s)
	}
	w.left, w.right = start, end
	return nil
}

// dropChunks takes what is stored for the columns so far out of the index. What is
// stored for them from now on comes later in the list, and so takes its place.
func (w *columnWriter) dropChunks(ctx context.Context) error {
	chunk, rows := w.to.chunk, w.to.space.dims[0]
	lo := []uint64{0, uint64(w.left / chunk[1])}
	hi := []uint64{uint64((rows-1)/chunk[0] + 1), uint64((w.right-1)/chunk[1] + 1)}
	return w.to.chunks.Overlapping(lo, hi, func(c index.Chunk) error {
		w.stored = append(w.stored, newChunk{Chunk: index.Chunk{Scaled: slices.Clone(c.Scaled)}, dropped: true})
		return ctx.Err()
	})
}

// copyChunks has those chunks copied that can stay as they are stored.
func (w *columnWriter) copyChunks(ctx context.Context) error {
	whole := w.to.space.dims[0] / w.to.chunk[0]
	for _, s := range w.sources {
		if whole == 0 || !s.storedLike(w.to) {
			continue
		}
		copier := chunkCopier{tx: w.tx, from: s.from, by: w.copier}
		for run := range s.chunkRuns(w.to.chunk[1]) {
			var err error
			if w.whole, err = copier.copyColumns(ctx, run, whole, w.whole); err != nil {
				return s.from.fail(err)
			}
			for j := range run.n {
				w.copied[run.to+j] = whole
			}
			w.wrote(whole * w.to.chunk[0] * run.n * w.to.chunk[1])
		}
	}
	return nil
}

// A columnBox is part of the matrix that is written: whole chunks, rows from r0 up
// to r1 and columns from c0 up to c1.
type columnBox struct{ r0, r1, c0, c1 int }

// encodeBlocks makes, block by block, what has not been copied.
func (w *columnWriter) encodeBlocks(ctx context.Context, atOnce int) error {
	height, width := w.blockShape(atOnce)
	chunk := w.to.chunk
	n := ((height-1)/chunk[0] + 1) * ((width-1)/chunk[1] + 1)
	once := 1
	if room := columnBlockBytes / (w.to.width * height * width); room > 0 {
		once = max(2, min(room, w.to.workers()+1)) // one is stored while others are made
	}
	return storeInOrder(ctx, once, func(yield func(*columnBlock, error) bool) {
		for box := range w.boxes(height, width) {
			b, err := w.block(ctx, box, n)
			if !yield(b, err) || err != nil {
				return
			}
		}
	})
}

// boxes yields what has not been copied in boxes of a height and a width at the most.
func (w *columnWriter) boxes(height, width int) iter.Seq[columnBox] {
	chunk, rows := w.to.chunk, w.to.space.dims[0]
	return func(yield func(columnBox) bool) {
		for c0 := w.left; c0 < w.right; {
			done, c1 := w.copied[c0/chunk[1]], c0
			for c1 < w.right && c1-c0 < width && w.copied[c1/chunk[1]] == done {
				c1 += min(chunk[1], w.right-c1)
			}
			for r0 := done * chunk[0]; r0 < rows; {
				r1 := r0 + min(height, rows-r0)
				if !yield(columnBox{r0, r1, c0, c1}) {
					return
				}
				r0 = r1
			}
			c0 = c1
		}
	}
}

// columnBlockBytes is how many bytes a block has, unless a chunk has more.
const columnBlockBytes = 32 << 20

// blockShape chooses how many rows and columns a block has: whole chunks, in the
// shape in which the fewest have to be decoded.
func (w *columnWriter) blockShape(atOnce int) (height, width int) {
	chunk := w.to.chunk
	rows, cols := roundUp(w.to.space.dims[0], chunk[0]), roundUp(w.right-w.left, chunk[1])
	if atOnce > 0 {
		cols = min(cols, roundUp(atOnce, chunk[1]))
	}
	limit := uint64(columnBlockBytes)
	for _, s := range w.sources {
		if s.from.chunks != nil {
			// No more than the file warrants: the shape of a chunk is a claim.
			limit = max(limit, min(s.from.pieceBytes(piece{extent: s.from.chunk}), uint64(s.from.file.defaultLimit()), math.MaxInt32))
		}
	}
	elements := int(limit) / w.to.width
	tall := min(rows, wholeMultiple(elements/chunk[1], chunk[0]))
	wide := min(cols, wholeMultiple(elements/chunk[0], chunk[1]))
	flat := min(rows, wholeMultiple(elements/wide, chunk[0]))
	slim := min(cols, wholeMultiple(elements/tall, chunk[1]))
	if w.decodes(tall, slim) < w.decodes(flat, wide) {
		return tall, slim
	}
	return flat, wide
}

// wholeMultiple returns the greatest multiple of a step that is not above n, but
// at least one.
func wholeMultiple(n, step int) int { return max(1, n/step) * step }

// decodes returns about how many chunks are decoded for blocks of a shape.
func (w *columnWriter) decodes(height, width int) float64 {
	total := 0.0
	for _, s := range w.sources {
		total += s.rowChunks(w.to.space.dims[0], height) * s.colChunks(w.left, width)
	}
	return total
}
