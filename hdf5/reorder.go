package hdf5

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/internal/permutation"
)

// This file is about storing the values of a dataset with its elements in another
// order along one dimension. Bytes are moved, whatever they mean.
//
// Chunks keep their shape, so those at one place of the grid in all other
// dimensions exchange elements among themselves and with no others. They make a
// stripe. Of each stripe all stored chunks are decoded once, and their elements
// put where they belong in new chunks, which are then encoded. While one stripe, or
// a block of some narrow ones, is stored the next ones are made. Of a stripe that is
// larger than memory allows a part of the new chunks is made at a time, and the stored
// ones are decoded anew for each.

// reorderBytes is how many bytes of new values a block has at the most, unless a single
// chunk is larger, and reorderLeast up to how many it is widened. It has no more than
// reorderChunks.
const (
	reorderBytes  = 32 << 20
	reorderLeast  = 8 << 20
	reorderChunks = 1 << 16
)

// A reordering says which elements go where along one dimension.
type reordering struct {
	dim  int
	from []int // where the element at a position comes from
	to   []int // where the element at a position goes to
}

// newReordering checks that order is a permutation of the positions of a
// dimension of d.
func newReordering(d *Dataset, dim int, order []int) (*reordering, error) {
	if dim < 0 || dim >= len(d.space.dims) {
		return nil, fmt.Errorf("dimension %d of shape %v: %w", dim, d.space.dims, ErrSelection)
	}
	to, err := permutation.Inverse(order, d.space.dims[dim])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrSelection)
	}
	return &reordering{dim: dim, from: order, to: to}, nil
}

// A reorderer stores the values of one dataset in another order.
type reorderer struct {
	*reordering
	ctx context.Context
	tx  *Tx // to store in
	d   *Dataset

	take      func(addr, n uint64) error // is told of stored chunks; may be nil
	translate func(values []byte) error  // what values refer to moves too; may be nil
	done      func(share float64)        // may be nil
}

// store stores the values and returns the layout that leads to them.
func (r *reorderer) store() (format.Layout, error) {
	if r.d.external {
		return format.Layout{}, fmt.Errorf("values in external files: %w", ErrUnsupported)
	}
	switch r.d.layout.Class {
	case format.Compact:
		return r.compact()
	case format.Contiguous:
		return r.contiguous()
	case format.Chunked:
		return r.chunked()
	}
	return format.Layout{}, fmt.Errorf("%v dataset: %w", r.d.Layout(), ErrUnsupported)
}

func (r *reorderer) compact() (format.Layout, error) {
	values := make([]byte, r.d.size())
	layout := format.Layout{Version: 3, Class: format.Compact, Compact: values}
	return layout, r.read(values, 0, r.d.space.dims[0])
}

// read reads the values at some positions of the first dimension, which after
// the reordering are those from first up to end.
func (r *reorderer) read(values []byte, first, end int) error {
	selectors := make([]Selector, len(r.d.space.dims))
	selectors[0] = Range(first, end)
	selectors[r.dim] = Indices(r.from)
	if r.dim == 0 {
		selectors[0] = Indices(r.from[first:end])
	}
	p, err := r.d.newPlan(selectors)
	if err != nil || p.empty() {
		return err
	}
	if err := p.readBytes(r.ctx, values, nil); err != nil || r.translate == nil {
		return err
	}
	return r.translate(values)
}

// contiguous stores the dataset some positions of the first dimension at a time.
func (r *reorderer) contiguous() (format.Layout, error) {
	d := r.d
	size := uint64(d.size())
	layout := format.Layout{Version: 3, Class: format.Contiguous, Addr: format.Undefined, Size: size}
	if d.layout.Addr == format.Undefined || size == 0 {
		return layout, nil
	}
	if err := d.file.r.Check(d.layout.Addr, size); err != nil {
		return layout, err
	}
	if r.take != nil {
		if err := r.take(d.layout.Addr, size); err != nil {
			return layout, err
		}
	}
	var err error
	if layout.Addr, err = r.tx.st.Alloc(size); err != nil {
		return layout, err
	}
	n := d.space.dims[0]
	width := int(size) / n
	step := max(1, reorderBytes/width)
	values := alignedBytes(min(n, step) * width)
	for first := 0; first < n; first += step {
		end := min(n, first+step)
		values = values[:(end-first)*width]
		if err := r.read(values, first, end); err != nil {
			return layout, err
		}
		if err := r.tx.st.WriteAt(values, layout.Addr+uint64(first*width)); err != nil {
			return layout, err
		}
		r.report(float64(end) / float64(n))
	}
	return layout, nil
}

func (r *reorderer) report(share float64) {
	if r.done != nil {
		r.done(share)
	}
}

// chunked stores new chunks, block by block, and an index of them.
func (r *reorderer) chunked() (format.Layout, error) {
	g := newReorderGrid(r)
	origins, err := r.origins(g.shape)
	if err != nil {
		return format.Layout{}, err
	}
	if err := storeInOrder(r.ctx, g.atOnce(), g.blocks(origins)); err != nil {
		return format.Layout{}, err
	}
	return r.tx.indexChunks(r.d, toUint64(r.d.chunk), g.stored)
}

// origins returns the origins of the boxes of the given shape in which something
// is stored, all at position 0 of the reordered dimension.
func (r *reorderer) origins(box []int) ([][]int, error) {
	d := r.d
	var origins [][]int
	var key []byte
	seen := map[string]bool{}
	err := d.chunks.Overlapping(make([]uint64, len(d.chunk)), d.grid(), func(stored index.Chunk) error {
		if r.take != nil {
			if err := r.take(stored.Addr, stored.Size); err != nil {
				return err
			}
		}
		key = key[:0]
		for i, at := range stored.Scaled {
			if i != r.dim {
				key = binary.LittleEndian.AppendUint64(key, at*uint64(d.chunk[i])/uint64(box[i]))
			}
		}
		if seen[string(key)] {
			return r.ctx.Err()
		}
		seen[string(key)] = true
		pc := d.piece(stored)
		if err := d.checkPiece(pc); err != nil {
			return err
		}
		origin := pc.origin
		for i := range origin {
			origin[i] = origin[i] / box[i] * box[i]
		}
		origin[r.dim] = 0
		origins = append(origins, origin)
		return r.ctx.Err()
	})
	slices.SortFunc(origins, slices.Compare)
	return origins, err
}

// A reorderGrid divides a dataset into blocks of new chunks.
type reorderGrid struct {
	*reorderer
	shape  []int // of blocks; multiples of the chunk's, but for a dataset's length
	grid   []int // in chunks
	stride []int // chunks from one place to the next, by dimension
	number int   // of chunks in a block
	bytes  int   // of a chunk
	inner  int   // elements at one position, below the reordered dimension
	outer  int   // how often all positions come, above it
	sifted bool  // blocks are sieves

	spare  []*reorderBlock
	stored []newChunk
}

func newReorderGrid(r *reorderer) *reorderGrid {
	d := r.d
	g := &reorderGrid{reorderer: r, inner: 1, outer: 1, bytes: d.width}
	for i, c := range d.chunk {
		g.bytes *= c
		switch {
		case i < r.dim:
			g.outer *= c
		case i > r.dim:
			g.inner *= c
		}
	}
	g.sifted = d.fill == nil && r.translate == nil && newSieve(0, g.bytes/d.width, d.width) != nil
	g.size()
	return g
}

// size chooses how many chunks a block has in each dimension: first all along
// the reordered one, or as many as memory allows, and if these are few more of those
// others that vary fastest.
func (g *reorderGrid) size() {
	d := g.d
	g.grid = slices.Repeat([]int{1}, len(d.chunk))
	widen := func(i, room int) {
		all := max(1, (d.space.dims[i]-1)/d.chunk[i]+1)
		g.grid[i] = min(all, max(1, room))
	}
	widen(g.dim, min(reorderChunks, reorderBytes/g.bytes))
	room := min(reorderChunks, reorderLeast/g.bytes) / g.grid[g.dim]
	for i := len(g.grid) - 1; i >= 0; i-- {
		if i != g.dim && room > 1 {
			widen(i, room)
			room /= g.grid[i]
		}
	}
	g.shape = make([]int, len(g.grid))
	g.stride = make([]int, len(g.grid))
	g.number = 1
	for i := len(g.grid) - 1; i >= 0; i-- {
		g.shape[i] = math.MaxInt
		if g.grid[i] < math.MaxInt/d.chunk[i] {
			g.shape[i] = g.grid[i] * d.chunk[i]
		}
		g.stride[i] = g.number
		g.number *= g.grid[i]
	}
}

// atOnce returns how many blocks are in memory at a time: all processors are to be at work
// while one is stored.
func (g *reorderGrid) atOnce() int {
	if g.translate != nil {
		return 1 // the heap is filled in the order of the grid
	}
	return max(2, min(reorderBytes/(g.number*g.bytes), runtime.GOMAXPROCS(0)+1))
}

// blocks yields the blocks, of which the origins are given, for positions of the reordered
// dimension from the first to the last.
func (g *reorderGrid) blocks(origins [][]int) iter.Seq2[*reorderBlock, error] {
	n := g.d.space.dims[g.dim]
	length := g.shape[g.dim]
	return func(yield func(*reorderBlock, error) bool) {
		for first := 0; first < n; first += length {
			end := min(n, first+length)
			place := g.places(first, end)
			for i, origin := range origins {
				b := g.block()
				b.origin, b.first, b.end, b.place = origin, first, end, place
				b.share = (float64(first) + float64(end-first)*float64(i+1)/float64(len(origins))) / float64(n)
				if !yield(b, nil) {
					return
				}
			}
			if length > n-first {
				return
			}
		}
	}
}

// places returns where in a block for the positions from first up to end of the reordered
// dimension elements at each position go, if their chunk is the first one in the other
// dimensions and they are the first ones of it.
func (g *reorderGrid) places(first, end int) []spot {
	places := make([]spot, len(g.to))
	length := g.d.chunk[g.dim]
	for at, to := range g.to {
		places[at] = nowhere
		if first <= to && to < end {
			places[at] = spot{int32((to - first) / length * g.stride[g.dim]), uint32((to - first) % length * g.inner)}
		}
	}
	return places
}

// block returns a block without anything in it.
func (g *reorderGrid) block() *reorderBlock {
	if n := len(g.spare); n > 0 {
		b := g.spare[n-1]
		g.spare = g.spare[:n-1]
		return b
	}
	b := &reorderBlock{reorderGrid: g, encoded: make([][]byte, g.number), chunks: make([]encodedChunk, g.number)}
	if g.sifted {
		b.sieve = newSieve(g.number, g.bytes/g.d.width, g.d.width)
		return b
	}
	b.values = alignedBytes(g.number * g.bytes)
	g.d.clear(b.values)
	return b
}

// A reorderBlock is a box of new chunks, in the order of the grid.
type reorderBlock struct {
	*reorderGrid
	origin     []int
	first, end int     // positions of the reordered dimension
	place      []spot  // see places
	share      float64 // of all that is to be done, with this block

	sieve  sieve
	values []byte // of the chunks, if there is no sieve; fill values between blocks

	encoded [][]byte // memory for them
	chunks  []encodedChunk
}

// make decodes the old chunks and encodes the new ones.
func (b *reorderBlock) make(ctx context.Context) error {
	d := b.d
	selectors := make([]Selector, len(b.origin))
	for i, at := range b.origin {
		selectors[i] = Range(at, at+min(d.space.dims[i]-at, b.shape[i]))
	}
	selectors[b.dim] = All()
	if b.end-b.first < len(b.from) {
		selectors[b.dim] = Indices(b.from[b.first:b.end])
	}
	p, err := d.newPlan(selectors)
	if err != nil {
		return err
	}
	work := func(pc *piece, values []byte) (struct{}, error) {
		b.scatter(pc, values)
		return struct{}{}, nil
	}
	if err := stream(ctx, p, false, work, nil); err != nil {
		return err
	}
	return b.encode(ctx)
}

// scatter puts the elements of a stored chunk where they belong. Several chunks
// may be at it at the same time: no two elements go to one place.
func (b *reorderBlock) scatter(pc *piece, values []byte) {
	if b.translate != nil {
		b.d.clip(pc, values, b.d.space.dims) // what lies outside may refer to anything
	}
	chunk := 0 // the first one that elements go to
	for i, at := range pc.origin {
		if i != b.dim {
			chunk += (at - b.origin[i]) / b.d.chunk[i] * b.stride[i]
		}
	}
	at, n := pc.origin[b.dim], pc.extent[b.dim]
	place := b.place[at:min(at+n, len(b.place))]
	if b.sieve == nil {
		b.scatterBytes(b.values[chunk*b.bytes:], values, place, n)
		return
	}
	s := spotsPool.Get().(*spots)
	defer spotsPool.Put(s)
	b.aim(s, chunk, place, n)
	b.sieve.take(values, s.lines, s.elems)
}

// spots are where the elements of one chunk go, for a sieve.
type spots struct{ lines, elems []spot }

var spotsPool = sync.Pool{New: func() any { return new(spots) }}

// aim sets where the elements at each of n positions go.
func (b *reorderBlock) aim(s *spots, chunk int, place []spot, n int) {
	s.lines, s.elems = s.lines[:0], s.elems[:0]
	if b.inner == 1 {
		// A line is what is at all positions.
		s.elems = append(s.elems, place...)
		for range n - len(place) {
			s.elems = append(s.elems, nowhere)
		}
		for o := range b.outer {
			s.lines = append(s.lines, spot{int32(chunk), uint32(o * n)})
		}
		return
	}
	for i := range b.inner {
		s.elems = append(s.elems, spot{0, uint32(i)})
	}
	for o := range b.outer {
		for _, to := range place {
			if to.chunk >= 0 {
				to.chunk += int32(chunk)
				to.at += uint32(o * n * b.inner)
			}
			s.lines = append(s.lines, to)
		}
		for range n - len(place) {
			s.lines = append(s.lines, nowhere)
		}
	}
}

// scatterBytes copies what is at each of n positions.
func (b *reorderBlock) scatterBytes(to, from []byte, place []spot, n int) {
	length := b.inner * b.d.width
	for o := range b.outer {
		row := o * n * length
		for i, p := range place {
			if p.chunk >= 0 {
				at := row + int(p.chunk)*b.bytes + int(p.at)*b.d.width
				copy(to[at:at+length], from[row+i*length:])
			}
		}
	}
}

// encode encodes the chunks of the block, and leaves fill values behind.
func (b *reorderBlock) encode(ctx context.Context) error {
	clear(b.chunks)
	workers := b.d.workers()
	if b.translate != nil {
		workers = 1 // which fills the heap in the order of the calls
	}
	return inParallel(ctx, workers, len(b.chunks), func(k int, scratch *buffers) (err error) {
		values := b.chunkValues(k, scratch)
		if values == nil {
			return nil
		}
		if b.translate != nil {
			if err := b.translate(values); err != nil {
				return err
			}
		}
		c := &b.chunks[k]
		c.at = b.gridPosition(k)
		b.encoded[k], c.mask, err = b.d.pipeline.Encode(b.encoded[k], values)
		c.b = b.encoded[k]
		if b.sieve == nil {
			b.d.clear(values)
		}
		return err
	})
}

// chunkValues returns the values of the k-th chunk, nil if all have the fill value.
func (b *reorderBlock) chunkValues(k int, scratch *buffers) []byte {
	if b.sieve == nil {
		values := b.values[k*b.bytes:][:b.bytes]
		if b.d.isFill(values) {
			return nil
		}
		return values
	}
	scratch.decoded = sized(scratch.decoded, b.bytes)
	clear(scratch.decoded)
	if !b.sieve.give(k, scratch.decoded) {
		return nil
	}
	return scratch.decoded
}

// store stores the chunks, in the order of the grid.
func (b *reorderBlock) store() error {
	stored, err := b.tx.storeEncoded(slices.DeleteFunc(b.chunks, func(c encodedChunk) bool { return c.b == nil }))
	b.stored = append(b.stored, stored...)
	b.spare = append(b.spare, b)
	b.report(b.share)
	return err
}

// gridPosition returns where in the grid the k-th chunk of a block is.
func (b *reorderBlock) gridPosition(k int) []uint64 {
	at := make([]uint64, len(b.grid))
	for i, c := range b.d.chunk {
		from := b.origin[i]
		if i == b.dim {
			from = b.first
		}
		at[i] = uint64(from/c + k/b.stride[i]%b.grid[i])
	}
	return at
}
