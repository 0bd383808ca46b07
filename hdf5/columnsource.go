package hdf5

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
)

// A columnSource is what [Tx.WriteColumns] takes from one matrix.
type columnSource struct {
	from      *Dataset
	first     int   // column of the matrix that is written where it begins
	rows      []int // see Columns; nil if they are the same
	cols      axis  // without order
	list      []int // the columns in their new order, if they are a list
	translate translator

	// What rowAxis returned last.
	r0, r1 int
	axis   *axis
}

// newColumnSource checks c against the matrix that its columns become part of.
func newColumnSource(c Columns, to *Dataset, first int) (*columnSource, error) {
	d := c.From
	if err := d.file.check(); err != nil {
		return nil, err
	}
	if len(d.space.dims) != 2 || !d.numbers() {
		return nil, fmt.Errorf("%s values of shape %v are no matrix of numbers: %w", d.dtype, d.space.dims, ErrType)
	}
	s := &columnSource{from: d, first: first, rows: c.Rows}
	if err := s.checkRows(to.space.dims[0]); err != nil {
		return nil, err
	}
	var err error
	if s.cols, err = c.Cols.resolve(d.space.dims[1]); err != nil {
		return nil, fmt.Errorf("dimension 1: %w", err)
	}
	if s.cols.sorted != nil {
		s.list = c.Cols.positions
	}
	s.translate, err = d.translator(to.dtype)
	return s, err
}

// checkRows checks the rows for a matrix of n rows.
func (s *columnSource) checkRows(n int) error {
	height := s.from.space.dims[0]
	if s.rows == nil {
		if n != height {
			return fmt.Errorf("%d rows for %d: %w", height, n, ErrSelection)
		}
		return nil
	}
	if len(s.rows) != n {
		return fmt.Errorf("%d rows for %d: %w", len(s.rows), n, ErrSelection)
	}
	same := n == height
	for i, row := range s.rows {
		if row >= height {
			return fmt.Errorf("row %d of %d: %w", row, height, ErrSelection)
		}
		same = same && row == i
	}
	if same {
		s.rows = nil
	}
	return nil
}

// A columnPart is what a source has of one block.
type columnPart struct {
	source *columnSource
	plan   *plan
	absent bool // what is not stored matters, too
	at     int  // of the part's first column in a row of the block
	stride int  // columns of the block
}

// part returns what the source has of a block, nil if there is nothing but the fill
// value.
func (s *columnSource) part(ctx context.Context, b columnBox, to *Dataset) (*columnPart, error) {
	c0, c1 := max(b.c0, s.first), min(b.c1, s.first+s.cols.n)
	if c0 >= c1 {
		return nil, nil
	}
	cols, err := s.colAxis(c0-s.first, c1-s.first)
	if err != nil {
		return nil, err
	}
	p := &plan{d: s.from, axes: []axis{*s.rowAxis(b.r0, b.r1), cols}}
	part := &columnPart{source: s, plan: p, absent: s.from.fill != nil || to.fill != nil, at: c0 - b.c0, stride: b.c1 - b.c0}
	switch err := p.each(ctx, part.absent, func(piece) error { return errStop }); err {
	case errStop:
		return part, nil
	default:
		return nil, err
	}
}

// rowAxis returns the rows of the source that become rows r0 up to r1, counted from
// r0.
func (s *columnSource) rowAxis(r0, r1 int) *axis {
	if s.axis != nil && s.r0 == r0 && s.r1 == r1 {
		return s.axis
	}
	s.r0, s.r1 = r0, r1
	if s.rows == nil {
		s.axis = &axis{n: r1 - r0, start: r0, step: 1}
		return s.axis
	}
	order := make([]int, 0, r1-r0)
	for i, row := range s.rows[r0:r1] {
		if row >= 0 {
			order = append(order, i)
		}
	}
	rows := s.rows[r0:r1]
	slices.SortStableFunc(order, func(i, j int) int { return rows[i] - rows[j] })
	sorted := make([]int, len(order))
	for k, i := range order {
		sorted[k] = rows[i]
	}
	s.axis = &axis{n: len(sorted), sorted: sorted, order: order}
	return s.axis
}

// colAxis returns the columns from the k0-th up to the k1-th.
func (s *columnSource) colAxis(k0, k1 int) (axis, error) {
	if s.list == nil {
		return axis{n: k1 - k0, start: s.cols.start + k0*s.cols.step, step: s.cols.step}, nil
	}
	return Indices(s.list[k0:k1]).resolve(s.from.space.dims[1])
}

// read decodes the part into a block.
func (p *columnPart) read(ctx context.Context, b *columnBlock) error {
	d, translate, size := p.source.from, p.source.translate, b.to.width
	work := func(pc *piece, values []byte) (struct{}, error) {
		if pc.absent {
			values = d.pieceValues(pc, nil)
		}
		if translate != nil {
			s := numberScratchPool.Get().(*numberScratch)
			defer s.release()
			var err error
			if values, err = translate(values, s); err != nil {
				return struct{}{}, err
			}
		}
		if b.sieve != nil {
			p.sift(b, pc, values)
			return struct{}{}, nil
		}
		block := b.values[p.at*size:]
		c := p.plan.copier(block, size, pc, values)
		defer c.release()
		c.sides[resultSide].apart[0] = p.stride * size
		c.copy(false)
		return struct{}{}, nil
	}
	return stream(ctx, p.plan, p.absent, work, nil)
}

// storedLike reports whether whole chunks of the source are stored as those of
// another matrix are, and have the same rows.
func (s *columnSource) storedLike(to *Dataset) bool {
	d := s.from
	if d.chunks == nil || d.external || s.rows != nil || s.translate != nil || d.fill != nil || to.fill != nil {
		return false
	}
	sameFilter := func(a, b Filter) bool {
		return a.ID == b.ID && (a.ID == filterDeflate || slices.Equal(a.Params, b.Params))
	}
	return slices.Equal(d.chunk, to.chunk) && slices.EqualFunc(d.filters, to.filters, sameFilter)
}

// A chunkRun is n columns of a chunk grid that become columns of another one.
type chunkRun struct{ from, to, n int }

// chunkRuns yields the whole columns of the source's chunk grid that become whole
// columns of the other grid, whose chunks are as wide.
func (s *columnSource) chunkRuns(width int) iter.Seq[chunkRun] {
	return func(yield func(chunkRun) bool) {
		var run chunkRun
		for to := (s.first + width - 1) / width; (to+1)*width <= s.first+s.cols.n; to++ {
			start, whole := s.straight(to*width-s.first, width)
			if !whole || start%width != 0 {
				continue
			}
			if run.n > 0 && run.to+run.n == to && run.from+run.n == start/width {
				run.n++
				continue
			}
			if run.n > 0 && !yield(run) {
				return
			}
			run = chunkRun{from: start / width, to: to, n: 1}
		}
		if run.n > 0 {
			yield(run)
		}
	}
}

// straight returns the column that becomes the k-th, and whether those after it
// become the n-1 next.
func (s *columnSource) straight(k, n int) (int, bool) {
	if s.list == nil {
		return s.cols.start + k*s.cols.step, s.cols.step == 1 || n == 1
	}
	for i := range n {
		if s.list[k+i] != s.list[k]+i {
			return 0, false
		}
	}
	return s.list[k], true
}

// copyColumns has the first rows of chunks of a run copied, and adds them to a list.
func (c *chunkCopier) copyColumns(ctx context.Context, run chunkRun, rows int, list []copiedChunk) ([]copiedChunk, error) {
	// All of the grid is there as a rule, but it is a claim, and no chunk takes less than a byte.
	list = slices.Grow(list, int(min(uint64(rows)*uint64(run.n), uint64(c.from.file.size)/chunkListShare)))
	copied := len(list)
	lo, hi := []uint64{0, uint64(run.from)}, []uint64{uint64(rows), uint64(run.from + run.n)}
	err := c.from.chunks.Visit(lo, hi, func(chunk index.Chunk) error {
		row, col := chunk.Scaled[0], chunk.Scaled[1]-uint64(run.from)+uint64(run.to)
		list = append(list, copiedChunk{row, col, chunk.Addr, chunk.Size, chunk.Mask})
		if len(list)-copied < windowPieces {
			return nil
		}
		some := list[copied:]
		copied = len(list)
		if err := ctx.Err(); err != nil {
			return err
		}
		return c.copy(some)
	})
	if err != nil {
		return nil, err
	}
	return list, c.copy(list[copied:])
}

// chunkListShare is how many bytes of a file warrant memory for one chunk of a list at once.
const chunkListShare = 128

// rowChunks returns about how many chunks, one below the other, are decoded if n
// rows are made in blocks of a height.
func (s *columnSource) rowChunks(n, height int) float64 {
	unit := 1
	if s.from.chunks != nil {
		unit = s.from.chunk[0]
	}
	if s.rows == nil {
		return float64(n)/float64(unit) + float64(n)/float64(height)
	}
	return crossings(s.rows, 0, height, unit)
}

// colChunks is rowChunks for columns in blocks that begin at column left.
func (s *columnSource) colChunks(left, width int) float64 {
	unit := max(1, s.from.space.dims[1])
	if s.from.chunks != nil {
		unit = s.from.chunk[1]
	}
	if s.list == nil {
		n := float64(s.cols.n)
		return min(n, n*float64(s.cols.step)/float64(unit)) + n/float64(width)
	}
	return crossings(s.list, s.first-left, width, unit)
}

// crossings counts the chunks, of a length, that positions in blocks of a length
// lie in, in each block anew. The first position is that far from where a block
// begins.
func crossings(positions []int, first, block, chunk int) float64 {
	total := 0
	seen := map[int]bool{}
	for k, position := range positions {
		if (first+k)%block == 0 {
			clear(seen)
		}
		if at := position / chunk; position >= 0 && !seen[at] {
			seen[at] = true
			total++
		}
	}
	return float64(total)
}
