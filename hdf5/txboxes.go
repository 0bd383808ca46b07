package hdf5

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/index"
)

// This file makes the chunks of a matrix out of elements that a function gives.
// Each worker has one block of chunks at a time in memory, which that function fills
// and which is then encoded, chunk by chunk. What comes of a window of blocks
// is stored in the order of the grid while the next window is encoded.

// A Box is a rectangle of a matrix of numbers whose elements come from a function:
// see [WriteBoxes].
type Box[T Number] struct {
	Row, Col   int // where it begins in the matrix
	Rows, Cols int

	// Fill sets elements of the box in to, which is zero. Several goroutines call it
	// at a time, unless OneByOne is set: then only the one that writes the box.
	Fill func(at Panels, to []T) error

	Dense    bool // Fill sets all elements that it is to set, which need not be zero before
	ByColumn bool // elements that are one below the other are found together
	OneByOne bool

	Wrote func(elements int) // if not nil, is told of all that is done
}

// Panels say which elements of a box [Box.Fill] sets, and where. They are those of
// rows R0 up to R1 and columns C0 up to C1, counted from the box's first.
// They lie in panels, one after the other, each a matrix of Height x Width in
// row-major order. The first element of the first panel stands for row Row and column
// Col, which may lie outside the box, that of the next one for column Col+Width.
type Panels struct {
	R0, R1, C0, C1 int
	Row, Col       int
	Height, Width  int
}

// WriteBoxes writes boxes into the chunked matrix of numbers at a path, whose
// elements are held in Go as T. No two of them may touch the same chunk: that
// is an error that wraps [ErrSelection].
//
// It encodes on all processors; what it stores does not depend on how many there are. In
// memory it holds some chunks for each worker, 2,048 encoded ones, or 32 MiB if they are
// fewer, and about 100 bytes for each chunk that is stored. Only chunks of which a box is a part
// are read. The chunk index is written once, after the last box.
func WriteBoxes[T Number](ctx context.Context, tx *Tx, name string, boxes iter.Seq2[Box[T], error]) error {
	return tx.f.fail(name, writeBoxes(ctx, tx, name, boxes))
}

func writeBoxes[T Number](ctx context.Context, tx *Tx, name string, boxes iter.Seq2[Box[T], error]) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	if len(d.space.dims) != 2 || !d.numbers() || d.chunks == nil || d.external {
		return fmt.Errorf("%v dataset of %s values and shape %v, want a chunked matrix of numbers: %w",
			d.Layout(), d.dtype, d.space.dims, ErrSelection)
	}
	if held, _ := makeNumbers(d.dtype, 0); !isSlice[T](held) {
		return mismatch(d.dtype, []T(nil))
	}
	if size := d.pieceBytes(piece{extent: d.chunk}); size > uint64(d.file.defaultLimit()) && size > 2*uint64(d.size()) {
		return fmt.Errorf("chunks of %d bytes in a dataset of %d: %w", size, d.size(), ErrTooLarge)
	}
	w := boxWriter[T]{tx: tx, d: d, direct: d.dtype.plain() && !d.dtype.swapped()}
	for box, err := range boxes {
		if err != nil {
			return err
		}
		if err := w.write(ctx, box); err != nil {
			return err
		}
	}
	tx.st.SyncAhead() // while the index is made
	layout, err := tx.reindexOnce(d, w.stored)
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

func isSlice[T any](data any) bool {
	_, ok := data.([]T)
	return ok
}

// A boxWriter writes boxes of a matrix.
type boxWriter[T Number] struct {
	tx     *Tx
	d      *Dataset
	direct bool // elements are stored as Go holds them
	stored []newChunk

	spare    []*boxBlock
	together []byte // encoded chunks that are stored at once
	panels   sync.Pool
}

func (w *boxWriter[T]) write(ctx context.Context, box Box[T]) error {
	d := w.d
	rows, cols := d.space.dims[0], d.space.dims[1]
	if box.Row < 0 || box.Rows < 0 || box.Row > rows || box.Rows > rows-box.Row ||
		box.Col < 0 || box.Cols < 0 || box.Col > cols || box.Cols > cols-box.Col {
		return fmt.Errorf("%d x %d elements at row %d and column %d of shape %v: %w",
			box.Rows, box.Cols, box.Row, box.Col, d.space.dims, ErrSelection)
	}
	if box.Rows == 0 || box.Cols == 0 {
		return nil
	}
	if box.Wrote == nil {
		box.Wrote = func(int) {}
	}
	r0, r1 := wholeChunks(box.Row, box.Rows, d.chunk[0], rows)
	c0, c1 := wholeChunks(box.Col, box.Cols, d.chunk[1], cols)
	end := box.Row + box.Rows
	edges := func() error {
		for _, edge := range [][4]int{
			{box.Row, r0, box.Col, box.Col + box.Cols},
			{r0, r1, box.Col, c0},
			{r0, r1, c1, box.Col + box.Cols},
			{r1, end, box.Col, box.Col + box.Cols},
		} {
			if err := w.writeEdge(ctx, box, edge[0], edge[1], edge[2], edge[3]); err != nil {
				return err
			}
		}
		return nil
	}
	if r0 == r1 || c0 == c1 {
		return edges()
	}
	whole := gridBox{r0 / d.chunk[0], (r1-1)/d.chunk[0] + 1, c0 / d.chunk[1], (c1-1)/d.chunk[1] + 1}
	return w.writeWhole(ctx, box, whole, edges)
}

// wholeChunks returns which of the n positions from first on are those of whole chunks,
// of which the last one may stick out of the dimension.
func wholeChunks(first, n, chunk, dim int) (from, to int) {
	if from = first; first%chunk != 0 {
		from = roundUp(first, chunk)
	}
	to = first + n
	if to < dim {
		to -= to % chunk
	}
	if from >= to {
		return first + n, first + n
	}
	return from, to
}

// writeEdge writes elements whose chunks have others beside them.
func (w *boxWriter[T]) writeEdge(ctx context.Context, box Box[T], r0, r1, c0, c1 int) error {
	if r0 == r1 || c0 == c1 {
		return nil
	}
	p, err := w.d.newPlan([]Selector{Range(r0, r1), Range(c0, c1)})
	if err != nil {
		return err
	}
	var one sync.Mutex
	stored, err := w.tx.encodeChunks(ctx, p, func(pc *piece, values []byte) error {
		if box.OneByOne {
			one.Lock()
			defer one.Unlock()
		}
		return w.fillPart(box, pc, values, max(r0, pc.origin[0]), min(r1, pc.origin[0]+pc.extent[0]),
			max(c0, pc.origin[1]), min(c1, pc.origin[1]+pc.extent[1]))
	})
	w.stored = append(w.stored, stored...)
	box.Wrote((r1 - r0) * (c1 - c0))
	return err
}

// fillPart sets some elements of a chunk.
func (w *boxWriter[T]) fillPart(box Box[T], pc *piece, values []byte, r0, r1, c0, c1 int) error {
	height, width := pc.extent[0], pc.extent[1]
	scratch := w.scratch(gridBox{0, 1, 0, 1})
	defer w.panels.Put(scratch)
	to := scratch.values[:height*width]
	clear(to)
	at := Panels{
		R0: r0 - box.Row, R1: r1 - box.Row, C0: c0 - box.Col, C1: c1 - box.Col,
		Row: pc.origin[0] - box.Row, Col: pc.origin[1] - box.Col, Height: height, Width: width,
	}
	if err := box.Fill(at, to); err != nil {
		return err
	}
	raw, err := w.raw(to)
	if err != nil {
		return err
	}
	size := w.d.width
	for i := r0 - pc.origin[0]; i < r1-pc.origin[0]; i++ {
		from, end := (i*width+c0-pc.origin[1])*size, (i*width+c1-pc.origin[1])*size
		copy(values[from:end], raw[from:end])
	}
	return nil
}

// raw returns elements as they are stored.
func (w *boxWriter[T]) raw(values []T) ([]byte, error) {
	if w.direct {
		return bytesOf(values), nil
	}
	return encodeNumbers(w.d.dtype, values, len(values))
}

// A gridBox is a rectangle of the grid: chunks of rows r0 up to r1 and columns c0 up
// to c1.
type gridBox struct{ r0, r1, c0, c1 int }

func (g gridBox) chunks() int { return (g.r1 - g.r0) * (g.c1 - g.c0) }

// split yields parts of a box, at most so many chunks high and wide, row by row.
func (g gridBox) split(height, width int) iter.Seq[gridBox] {
	return func(yield func(gridBox) bool) {
		for r := g.r0; r < g.r1; r += height {
			for c := g.c0; c < g.c1; c += width {
				if !yield(gridBox{r, min(g.r1, r+height), c, min(g.c1, c+width)}) {
					return
				}
			}
		}
	}
}

// Sizes of what is done at once.
const (
	boxBytes    = 256 << 10 // of a block, unless a chunk has more: it should stay in a processor's cache
	blockHeight = 16        // chunks of a block of elements that come by column
)

// shapes returns how many chunks windows and blocks have. These must not depend on the
// number of workers, as the order in which chunks are stored does on them.
func (w *boxWriter[T]) shapes(whole gridBox, byColumn bool) (windowHeight, windowWidth, height, width int) {
	size := int(w.d.pieceBytes(piece{extent: w.d.chunk}))
	room := max(1, min(windowPieces, windowBytes/size))
	block := max(1, boxBytes/size)
	cols := whole.c1 - whole.c0
	if !byColumn {
		return max(1, room/cols), min(cols, room), 1, min(cols, room, block)
	}
	height = min(blockHeight, block, room, max(4, room/cols))
	return height, min(cols, room/height), height, 1
}

// writeWhole writes whole chunks, window by window. Before the first one is stored it calls edges, which
// has to wait for what it reads.
func (w *boxWriter[T]) writeWhole(ctx context.Context, box Box[T], whole gridBox, edges func() error) error {
	windowHeight, windowWidth, height, width := w.shapes(whole, box.ByColumn)
	meanwhile := edges
	for g := range whole.split(windowHeight, windowWidth) {
		next := &boxWindow{grid: g}
		for b := range g.split(height, width) {
			next.blocks = append(next.blocks, w.block(b))
		}
		// The last window is stored while this one is encoded.
		encoding := w.start(ctx, box, next)
		err := meanwhile()
		if failed := encoding(); err == nil {
			err = failed
		}
		if err != nil {
			return err
		}
		meanwhile = func() error { return w.store(next, box.Wrote) }
	}
	return meanwhile()
}

// A boxWindow is a rectangle of the grid in blocks.
type boxWindow struct {
	grid   gridBox
	blocks []*boxBlock
}

// A boxBlock is a rectangle of the grid and, in time, its encoded chunks.
type boxBlock struct {
	grid    gridBox
	encoded []byte         // one chunk after the other, row by row
	chunks  []encodedRange // likewise
}

// An encodedRange is where an encoded chunk ends, and the filters that were skipped. One
// of nothing but the fill value ends where it begins.
type encodedRange struct {
	end  int
	mask uint32
}

func (w *boxWriter[T]) block(g gridBox) *boxBlock {
	b := new(boxBlock)
	if n := len(w.spare); n > 0 {
		b, w.spare = w.spare[n-1], w.spare[:n-1]
	}
	b.grid, b.encoded, b.chunks = g, b.encoded[:0], b.chunks[:0]
	return b
}

// start has the workers fill and encode the blocks of a window. What it returns waits
// for that, and has the error of the first block that has one.
func (w *boxWriter[T]) start(ctx context.Context, box Box[T], window *boxWindow) (wait func() error) {
	errs := make([]error, len(window.blocks))
	var next atomic.Int64
	var failed atomic.Bool
	work := func() error {
		panels := w.scratch(window.blocks[0].grid)
		defer w.panels.Put(panels)
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= len(errs) {
				return nil
			}
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = w.encode(box, window.blocks[i], panels)
			}
			if errs[i] != nil {
				failed.Store(true)
			}
		}
		return nil
	}
	var g errgroup.Group
	if box.OneByOne {
		_ = work()
	} else {
		for range min(w.d.workers(), len(errs)) {
			g.Go(work)
		}
	}
	return func() error {
		_ = g.Wait() // all errors are in errs
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// boxScratch is what a worker needs.
type boxScratch[T Number] struct {
	values  []T
	chunk   []byte
	encoded []byte // of a block, whose size is known only in the end
}

// scratch returns memory for blocks no larger than the first of a window.
func (w *boxWriter[T]) scratch(g gridBox) *boxScratch[T] {
	s, _ := w.panels.Get().(*boxScratch[T])
	if s == nil {
		s = new(boxScratch[T])
	}
	if n := g.chunks() * w.d.chunk[0] * w.d.chunk[1]; len(s.values) < n {
		s.values = make([]T, n)
	}
	return s
}

// encode fills a block and encodes its chunks. A block is one chunk high or one chunk
// wide, so that each of its chunks is in one piece within the panels.
func (w *boxWriter[T]) encode(box Box[T], b *boxBlock, s *boxScratch[T]) error {
	d := w.d
	height, width := d.chunk[0], d.chunk[1]
	row, col := b.grid.r0*height, b.grid.c0*width
	values := s.values[:b.grid.chunks()*height*width]
	at := Panels{
		R0: row - box.Row, R1: min(b.grid.r1*height, d.space.dims[0]) - box.Row,
		C0: col - box.Col, C1: min(b.grid.c1*width, d.space.dims[1]) - box.Col,
		Row: row - box.Row, Col: col - box.Col, Height: (b.grid.r1 - b.grid.r0) * height, Width: width,
	}
	if whole := box.Dense && at.R1-at.R0 == at.Height; whole {
		clear(values[(at.C1-at.C0)/width*at.Height*width:]) // a panel that sticks out of the matrix
	} else {
		clear(values)
	}
	if err := box.Fill(at, values); err != nil {
		return err
	}
	raw, err := w.raw(values)
	if err != nil {
		return err
	}
	size := height * width * d.width
	s.encoded = s.encoded[:0]
	for i := range b.grid.chunks() {
		chunk := raw[i*size:][:size]
		if d.fill != nil {
			origin := []int{row + i/(b.grid.c1-b.grid.c0)*height, col + i%(b.grid.c1-b.grid.c0)*width}
			d.clip(&piece{origin: origin, extent: d.chunk}, chunk, d.space.dims)
		}
		var mask uint32
		if !d.isFill(chunk) {
			if s.chunk, mask, err = d.pipeline.Encode(s.chunk, chunk); err != nil {
				return err
			}
			s.encoded = append(s.encoded, s.chunk...)
		}
		b.chunks = append(b.chunks, encodedRange{len(s.encoded), mask})
	}
	b.encoded = append(b.encoded, s.encoded...)
	return nil
}

// store stores the encoded chunks of a window, in the order of the grid.
func (w *boxWriter[T]) store(window *boxWindow, wrote func(int)) error {
	g := window.grid
	scaled := make([]uint64, 2*g.chunks())
	first := len(w.stored)
	w.stored = slices.Grow(w.stored, g.chunks())
	size := 0
	for _, b := range window.blocks {
		size += len(b.encoded)
	}
	w.together = slices.Grow(w.together, size)
	for r := g.r0; r < g.r1; r++ {
		for _, b := range window.blocks {
			if r < b.grid.r0 || r >= b.grid.r1 {
				continue
			}
			for c := b.grid.c0; c < b.grid.c1; c++ {
				at := scaled[:2:2]
				scaled = scaled[2:]
				at[0], at[1] = uint64(r), uint64(c)
				bytes, mask := b.chunk(r, c)
				w.stored = append(w.stored, newChunk{
					Chunk:   index.Chunk{Scaled: at, Addr: uint64(len(w.together)), Size: uint64(len(bytes)), Mask: mask},
					dropped: len(bytes) == 0,
				})
				w.together = append(w.together, bytes...)
			}
		}
	}
	if len(w.together) > 0 {
		addr, err := w.tx.write(w.together)
		if err != nil {
			return err
		}
		for i := range w.stored[first:] {
			w.stored[first+i].Addr += addr
		}
		w.together = w.together[:0]
	}
	w.spare = append(w.spare, window.blocks...)
	dims, chunk := w.d.space.dims, w.d.chunk
	wrote((min(g.r1*chunk[0], dims[0]) - g.r0*chunk[0]) * (min(g.c1*chunk[1], dims[1]) - g.c0*chunk[1]))
	return nil
}

// chunk returns what is stored of a chunk of the block.
func (b *boxBlock) chunk(r, c int) ([]byte, uint32) {
	i := (r-b.grid.r0)*(b.grid.c1-b.grid.c0) + c - b.grid.c0
	from := 0
	if i > 0 {
		from = b.chunks[i-1].end
	}
	return b.encoded[from:b.chunks[i].end], b.chunks[i].mask
}
