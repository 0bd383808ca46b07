package hdf5

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

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
// put where they belong in new chunks, which are then encoded. As many stripes
// are done at once as memory allows. Of a stripe that is larger than that a part
// of the new chunks is made at a time, and the stored ones are decoded anew for each.

// reorderBytes is how many bytes of new values are in memory at a time, unless a
// single chunk is larger.
const reorderBytes = 32 << 20

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
	b := newReorderBlock(r)
	origins, err := r.origins(b.shape)
	if err != nil {
		return format.Layout{}, err
	}
	n := r.d.space.dims[r.dim]
	length := b.shape[r.dim] // positions of a block
	for first := 0; first < n; first += length {
		b.aim(first, min(n, first+length))
		for i, origin := range origins {
			if err := b.storeAt(origin); err != nil {
				return format.Layout{}, err
			}
			r.report((float64(first) + float64(b.end-first)*float64(i+1)/float64(len(origins))) / float64(n))
		}
	}
	return r.tx.indexChunks(r.d, toUint64(r.d.chunk), b.chunks)
}

// origins returns the origins of the boxes of the given shape in which something
// is stored, all at position 0 of the reordered dimension.
func (r *reorderer) origins(box []int) ([][]int, error) {
	d := r.d
	var origins [][]int
	seen := map[string]bool{}
	err := d.chunks.Overlapping(make([]uint64, len(d.chunk)), d.grid(), func(stored index.Chunk) error {
		if r.take != nil {
			if err := r.take(stored.Addr, stored.Size); err != nil {
				return err
			}
		}
		origin := d.piece(stored).origin
		for i := range origin {
			origin[i] = origin[i] / box[i] * box[i]
		}
		origin[r.dim] = 0
		if key := fmt.Sprint(origin); !seen[key] {
			seen[key] = true
			origins = append(origins, origin)
		}
		return r.ctx.Err()
	})
	slices.SortFunc(origins, slices.Compare)
	return origins, err
}

// A reorderBlock is a box of new chunks that are in memory together, one after
// the other in the order of the grid.
type reorderBlock struct {
	*reorderer
	shape  []int // multiples of the chunk's, but for a dataset's length
	grid   []int // in chunks
	stride []int // chunks from one place to the next, by dimension
	bytes  int   // of a chunk
	inner  int   // bytes of the elements at one position, below the reordered dimension
	outer  int   // how often all positions come, above it

	first, end int    // positions of the reordered dimension
	values     []byte // fill values between blocks
	place      []int  // where in values an element at a position goes, if its chunk is the first in other dimensions; -1 for nowhere
	chunks     []newChunk
}

func newReorderBlock(r *reorderer) *reorderBlock {
	d := r.d
	b := &reorderBlock{reorderer: r, inner: d.width, outer: 1, bytes: d.width}
	for i, c := range d.chunk {
		b.bytes *= c
		switch {
		case i < r.dim:
			b.outer *= c
		case i > r.dim:
			b.inner *= c
		}
	}
	b.size()
	return b
}

// size chooses how many chunks a block has in each dimension: first all along
// the reordered one, or as many as memory allows, then more of those others that
// vary fastest.
func (b *reorderBlock) size() {
	d := b.d
	b.grid = slices.Repeat([]int{1}, len(d.chunk))
	room := max(1, reorderBytes/b.bytes) // chunks
	widen := func(i int) {
		all := max(1, (d.space.dims[i]-1)/d.chunk[i]+1)
		b.grid[i] = min(all, room)
		room /= b.grid[i]
	}
	widen(b.dim)
	for i := len(b.grid) - 1; i >= 0; i-- {
		if i != b.dim && room > 1 {
			widen(i)
		}
	}
	b.shape = make([]int, len(b.grid))
	b.stride = make([]int, len(b.grid))
	n := 1
	for i := len(b.grid) - 1; i >= 0; i-- {
		b.shape[i] = math.MaxInt
		if b.grid[i] < math.MaxInt/d.chunk[i] {
			b.shape[i] = b.grid[i] * d.chunk[i]
		}
		b.stride[i] = n
		n *= b.grid[i]
	}
}

// aim sets which positions of the reordered dimension the next blocks have.
func (b *reorderBlock) aim(first, end int) {
	b.first, b.end = first, end
	b.place = sizedInts(b.place, len(b.to))
	length := b.d.chunk[b.dim]
	step := b.stride[b.dim] * b.bytes
	for at, to := range b.to {
		b.place[at] = -1
		if first <= to && to < end {
			b.place[at] = (to-first)/length*step + (to-first)%length*b.inner
		}
	}
}

func sizedInts(s []int, n int) []int {
	if cap(s) < n {
		return make([]int, n)
	}
	return s[:n]
}

// storeAt makes and stores the chunks of one block.
func (b *reorderBlock) storeAt(origin []int) error {
	d := b.d
	selectors := make([]Selector, len(origin))
	for i, at := range origin {
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
	if b.values == nil {
		n := 1
		for _, c := range b.grid {
			n *= c
		}
		b.values = alignedBytes(n * b.bytes)
		b.d.clear(b.values)
	}
	work := func(pc *piece, values []byte) (struct{}, error) {
		b.scatter(origin, pc, values)
		return struct{}{}, nil
	}
	if err := stream(b.ctx, p, false, work, nil); err != nil {
		return err
	}
	return b.encode(origin)
}

// scatter puts the elements of a stored chunk where they belong. Several chunks
// may be at it at the same time: no two elements go to one place.
func (b *reorderBlock) scatter(origin []int, pc *piece, values []byte) {
	if b.translate != nil {
		b.d.clip(pc, values, b.d.space.dims) // what lies outside may refer to anything
	}
	start := 0
	for i, at := range pc.origin {
		if i != b.dim {
			start += (at - origin[i]) / b.d.chunk[i] * b.stride[i] * b.bytes
		}
	}
	at, n := pc.origin[b.dim], pc.extent[b.dim]
	place := b.place[at:min(at+n, len(b.place))]
	to := b.values[start:]
	switch {
	case b.d.fill != nil:
		b.scatterBytes(to, values, place, n)
	case b.inner == 1:
		scatterNonZeros[uint8](to, values, place, n, b.outer)
	case b.inner == 2:
		scatterNonZeros[uint16](to, values, place, n, b.outer)
	case b.inner == 4:
		scatterNonZeros[uint32](to, values, place, n, b.outer)
	case b.inner == 8:
		scatterNonZeros[uint64](to, values, place, n, b.outer)
	default:
		b.scatterBytes(to, values, place, n)
	}
}

// scatterBytes copies what is at each of n positions.
func (b *reorderBlock) scatterBytes(to, from []byte, place []int, n int) {
	for o := range b.outer {
		row := o * n * b.inner
		for i, at := range place {
			if at >= 0 {
				copy(to[at+row:at+row+b.inner], from[row+i*b.inner:])
			}
		}
	}
}

// scatterNonZeros copies single elements of the size of T among zeros.
func scatterNonZeros[T uint8 | uint16 | uint32 | uint64](to, from []byte, place []int, n, outer int) {
	size := sizeOf[T]()
	target, source := numbersIn[T](to[:len(to)/size*size]), numbersIn[T](from)
	for o := range outer {
		row := source[o*n:][:len(place)]
		for i, v := range row {
			if v == 0 || place[i] < 0 {
				continue
			}
			target[place[i]/size+o*n] = v
		}
	}
}

// encode stores the chunks of the block in the order of the grid, and leaves
// fill values behind.
func (b *reorderBlock) encode(origin []int) error {
	chunks := make([]encodedChunk, len(b.values)/b.bytes)
	err := b.each(len(chunks), func(k int) error {
		values := b.values[k*b.bytes:][:b.bytes]
		if b.d.isFill(values) {
			return nil
		}
		if b.translate != nil {
			if err := b.translate(values); err != nil {
				return err
			}
		}
		var err error
		chunks[k].at = b.gridPosition(origin, k)
		chunks[k].b, chunks[k].mask, err = b.d.pipeline.Encode(nil, values)
		b.d.clear(values)
		return err
	})
	if err != nil {
		return err
	}
	stored, err := b.tx.storeEncoded(slices.DeleteFunc(chunks, func(c encodedChunk) bool { return c.b == nil }))
	b.chunks = append(b.chunks, stored...)
	return err
}

// gridPosition returns where in the grid the k-th chunk of a block is.
func (b *reorderBlock) gridPosition(origin []int, k int) []uint64 {
	at := make([]uint64, len(b.grid))
	for i, c := range b.d.chunk {
		from := origin[i]
		if i == b.dim {
			from = b.first
		}
		at[i] = uint64(from/c + k/b.stride[i]%b.grid[i])
	}
	return at
}

// each calls work with the numbers below n, on all processors unless values are
// translated, which fills the heap in the order of the calls.
func (b *reorderBlock) each(n int, work func(k int) error) error {
	workers := runtime.GOMAXPROCS(0)
	if b.translate != nil {
		workers = 1
	}
	var next atomic.Int64
	g, ctx := errgroup.WithContext(b.ctx)
	for range min(workers, n) {
		g.Go(func() error {
			for {
				k := int(next.Add(1)) - 1
				if k >= n {
					return nil
				}
				if err := errors.Join(ctx.Err(), work(k)); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}
