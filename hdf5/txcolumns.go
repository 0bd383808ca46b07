package hdf5

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/index"
)

// This file makes a matrix of columns of others. What is stored in the same way
// here and there is copied as it is. The rest goes block by block: a block is a box
// of whole chunks of the new matrix. The old chunks that lie across it are decoded
// into it, and it is then encoded, both by several workers.

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
// filters. All others are decoded and encoded again. In memory it holds a block of
// 32 MiB, or one as large as the largest chunk, some chunks for each worker, and about
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
	layout, err := tx.reindex(to, to.space.dims, w.stored)
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

// A columnWriter writes columns of a matrix.
type columnWriter struct {
	tx          *Tx
	to          *Dataset
	start, end  int // of what was asked for
	left, right int // of all that is in the same chunks
	sources     []*columnSource
	copied      map[int]int // by column of the grid, how many of its first chunks were copied
	block       []byte
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

// copyChunks copies the chunks that can stay as they are stored.
func (w *columnWriter) copyChunks(ctx context.Context) error {
	whole := w.to.space.dims[0] / w.to.chunk[0]
	for _, s := range w.sources {
		if whole == 0 || !s.storedLike(w.to) {
			continue
		}
		copier := chunkCopier{tx: w.tx, from: s.from}
		for run := range s.chunkRuns(w.to.chunk[1]) {
			stored, err := copier.copyColumns(ctx, run, whole)
			if err != nil {
				return s.from.fail(err)
			}
			w.stored = append(w.stored, stored...)
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
	chunk, rows := w.to.chunk, w.to.space.dims[0]
	for c0 := w.left; c0 < w.right; {
		done, c1 := w.copied[c0/chunk[1]], c0
		for c1 < w.right && c1-c0 < width && w.copied[c1/chunk[1]] == done {
			c1 += min(chunk[1], w.right-c1)
		}
		for r0 := done * chunk[0]; r0 < rows; {
			r1 := r0 + min(height, rows-r0)
			if err := w.encodeBlock(ctx, columnBox{r0, r1, c0, c1}); err != nil {
				return err
			}
			w.wrote((r1 - r0) * max(0, min(c1, w.end)-max(c0, w.start)))
			r0 = r1
		}
		c0 = c1
	}
	return nil
}

// encodeBlock makes one block, unless all of it has the fill value.
func (w *columnWriter) encodeBlock(ctx context.Context, b columnBox) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var parts []*columnPart
	for _, s := range w.sources {
		part, err := s.part(ctx, b, w.to)
		if err != nil {
			return s.from.fail(err)
		}
		if part != nil {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	w.block = sized(w.block, w.to.width*(b.r1-b.r0)*(b.c1-b.c0))
	w.to.clear(w.block)
	for _, part := range parts {
		if err := part.read(ctx, w.block, w.to.width); err != nil {
			return part.source.from.fail(err)
		}
	}
	var pieces []piece
	_ = eachBox([]int{b.r0, b.c0}, []int{b.r1, b.c1}, w.to.chunk, func(at []int) error {
		pieces = append(pieces, piece{origin: slices.Clone(at), extent: w.to.chunk})
		return nil
	})
	for some := range slices.Chunk(pieces, windowPieces) {
		if err := w.encodeChunks(ctx, b, some); err != nil {
			return err
		}
	}
	return nil
}

// encodeChunks stores chunks of a block.
func (w *columnWriter) encodeChunks(ctx context.Context, b columnBox, pieces []piece) error {
	chunks := make([]encodedChunk, len(pieces))
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(w.to.workers(), len(pieces)) {
		g.Go(func() error {
			buffers := buffersPool.Get().(*buffers)
			defer buffers.release()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(pieces) || ctx.Err() != nil {
					return ctx.Err()
				}
				var err error
				if chunks[i], err = w.encodeChunk(b, &pieces[i], buffers); err != nil {
					return err
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	stored, err := w.tx.storeEncoded(slices.DeleteFunc(chunks, func(c encodedChunk) bool { return c.b == nil }))
	w.stored = append(w.stored, stored...)
	return err
}

// encodeChunk encodes one chunk of a block.
func (w *columnWriter) encodeChunk(b columnBox, pc *piece, buffers *buffers) (encodedChunk, error) {
	size, width := w.to.width, pc.extent[1]
	buffers.decoded = sized(buffers.decoded, int(w.to.pieceBytes(*pc)))
	values := buffers.decoded
	rows, cols := min(pc.extent[0], b.r1-pc.origin[0]), min(width, b.c1-pc.origin[1])
	if rows < pc.extent[0] || cols < width {
		w.to.clear(values)
	}
	for i := range rows {
		from := (pc.origin[0]-b.r0+i)*(b.c1-b.c0) + pc.origin[1] - b.c0
		copy(values[i*width*size:], w.block[from*size:(from+cols)*size])
	}
	e := encodedChunk{at: w.to.gridPosition(pc)}
	if w.to.isFill(values) {
		return e, nil
	}
	var err error
	e.b, e.mask, err = w.to.pipeline.Encode(nil, values)
	return e, err
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
