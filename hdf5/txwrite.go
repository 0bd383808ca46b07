package hdf5

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// Write stores values at a selection of the dataset at a path: one selector for
// each dimension, or none for everything. values must have the shape of the
// selection (dimensions of an array datatype last) and be held as the
// dataset's type is; see [Array]. If a position is selected twice, which of its
// values is stored is not defined.
//
// Chunks that the selection touches are decoded, changed and stored anew, and
// so is the whole chunk index; of a dataset without chunks all of it is. In memory it
// holds the values as they are stored and some chunks for each worker.
func (tx *Tx) Write(ctx context.Context, name string, values *Array, selectors ...Selector) error {
	return tx.f.fail(name, tx.writeValues(ctx, name, values, selectors))
}

func (tx *Tx) writeValues(ctx context.Context, name string, values *Array, selectors []Selector) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	p, raw, err := tx.planWrite(d, values, selectors)
	if err != nil || p.empty() {
		return err
	}
	layout, err := tx.store(ctx, p, raw)
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

// planWrite plans the writing of values, and returns them as they are stored.
func (tx *Tx) planWrite(d *Dataset, values *Array, selectors []Selector) (*plan, []byte, error) {
	p, err := d.newPlan(selectors)
	if err != nil {
		return nil, nil, err
	}
	if want := append(p.shape(), d.dtype.dims...); !slices.Equal(values.shape, want) {
		return nil, nil, fmt.Errorf("values of shape %v for a selection of shape %v: %w", values.shape, want, ErrSelection)
	}
	raw, err := tx.encode(d.dtype, values.data, values.Len())
	return p, raw, err
}

// relayout gives a dataset another layout.
func (tx *Tx) relayout(name string, layout format.Layout) error {
	data, err := format.EncodeLayout(layout, tx.f.sb.Sizes)
	if err != nil {
		return err
	}
	return tx.changeObject(name, func(_ *object, h *format.Header) error {
		replaceMessage(h, format.MsgLayout, data)
		return nil
	})
}

// store stores raw, the elements that p selects, and returns the layout that
// they are found through.
func (tx *Tx) store(ctx context.Context, p *plan, raw []byte) (format.Layout, error) {
	d := p.d
	if d.external {
		return format.Layout{}, fmt.Errorf("values in external files: %w", ErrUnsupported)
	}
	switch d.layout.Class {
	case format.Compact:
		return p.storeCompact(raw), nil
	case format.Contiguous:
		return tx.storeContiguous(ctx, d, p.putIn(raw))
	case format.Chunked:
		return tx.storeChunks(ctx, p, p.putIn(raw))
	}
	return format.Layout{}, fmt.Errorf("%v dataset: %w", d.Layout(), ErrUnsupported)
}

// A pieceChange changes the values of a piece in memory. Several goroutines may
// call it at a time.
type pieceChange func(pc *piece, values []byte) error

// putIn puts raw, the elements that p selects, in the place of those of a piece.
func (p *plan) putIn(raw []byte) pieceChange {
	return func(pc *piece, values []byte) error {
		p.gather(pc, values, raw)
		return nil
	}
}

func (p *plan) storeCompact(raw []byte) format.Layout {
	layout := p.d.layout
	layout.Version = 3
	layout.Compact = bytes.Clone(layout.Compact)
	p.gather(&piece{origin: make([]int, len(p.axes)), extent: p.d.space.dims}, layout.Compact, raw)
	return layout
}

// storeContiguous copies the whole dataset to a new place, with changes.
func (tx *Tx) storeContiguous(ctx context.Context, d *Dataset, change pieceChange) (format.Layout, error) {
	layout := format.Layout{Version: 3, Class: format.Contiguous, Size: uint64(d.size())}
	var err error
	if layout.Addr, err = tx.st.Alloc(layout.Size); err != nil {
		return layout, err
	}
	whole, err := d.newPlan(nil)
	if err != nil {
		return layout, err
	}
	next := layout.Addr // pieces of everything come in the order of the file
	work := func(pc *piece, values []byte) ([]byte, error) {
		out := d.pieceValues(pc, values)
		return out, change(pc, out)
	}
	deliver := func(out []byte) error {
		addr := next
		next += uint64(len(out))
		return tx.st.WriteAt(out, addr)
	}
	return layout, stream(ctx, whole, true, work, deliver)
}

// pieceValues returns a copy of a piece's values, which are the fill value where
// nothing is stored.
func (d *Dataset) pieceValues(pc *piece, values []byte) []byte {
	if !pc.absent {
		return bytes.Clone(values)
	}
	out := make([]byte, d.pieceBytes(*pc))
	if d.fill != nil {
		fillBytes(out, d.fill)
	}
	return out
}

// A newChunk is a chunk that has been stored anew, or dropped.
type newChunk struct {
	index.Chunk
	dropped bool
}

// storeChunks stores the chunks that p touches, and a new index of all.
func (tx *Tx) storeChunks(ctx context.Context, p *plan, change pieceChange) (format.Layout, error) {
	changed, err := tx.encodeChunks(ctx, p, change)
	if err != nil {
		return format.Layout{}, err
	}
	return tx.reindex(p.d, p.d.space.dims, changed)
}

// encode encodes the chunks that p touches, with changes, and delivers them in the order of the grid.
func (p *plan) encode(ctx context.Context, change pieceChange, deliver func(encodedChunk) error) error {
	d := p.d
	work := func(pc *piece, values []byte) (encodedChunk, error) {
		b := buffersPool.Get().(*buffers)
		defer b.release()
		if pc.absent {
			b.decoded = sized(b.decoded, int(d.pieceBytes(*pc)))
			values = b.decoded
			d.clear(values)
		}
		e := encodedChunk{at: d.gridPosition(pc)}
		err := change(pc, values)
		if err != nil || d.isFill(values) {
			return e, err
		}
		b.stored, e.mask, err = d.pipeline.Encode(b.stored, values)
		e.b = bytes.Clone(b.stored)
		return e, err
	}
	return stream(ctx, p, true, work, deliver)
}

// encodeChunks stores the chunks that p touches, which no index has yet.
func (tx *Tx) encodeChunks(ctx context.Context, p *plan, change pieceChange) ([]newChunk, error) {
	var changed []newChunk
	var some []encodedChunk
	size := 0
	store := func() error {
		stored, err := tx.storeEncoded(some)
		changed = append(changed, stored...)
		some, size = some[:0], 0
		return err
	}
	deliver := func(e encodedChunk) error {
		some = append(some, e)
		if size += len(e.b); size < readBytes {
			return nil
		}
		return store()
	}
	if err := p.encode(ctx, change, deliver); err != nil {
		return nil, err
	}
	return changed, store()
}

// clear gives values, which are elements as they are stored, the fill value.
func (d *Dataset) clear(values []byte) {
	if d.fill != nil {
		fillBytes(values, d.fill)
		return
	}
	clear(values)
}

// gridPosition returns where in the grid a chunk is.
func (d *Dataset) gridPosition(pc *piece) []uint64 {
	at := make([]uint64, len(pc.origin))
	for i := range at {
		at[i] = uint64(pc.origin[i] / d.chunk[i])
	}
	return at
}

// isFill reports whether all of a chunk's elements have the fill value, so that
// it need not be stored.
func (d *Dataset) isFill(values []byte) bool {
	if d.fill == nil {
		return allZero(values)
	}
	for len(values) > 0 {
		if !bytes.Equal(values[:d.width], d.fill) {
			return false
		}
		values = values[d.width:]
	}
	return true
}

// reindex stores a new index of the chunks of d that lie in a dataset of the
// given dimensions: those that are stored, but for changed ones.
func (tx *Tx) reindex(d *Dataset, dims []int, changed []newChunk) (format.Layout, error) {
	return tx.reindexCopied(d, dims, changed, nil)
}

// reindexCopied is reindex for a matrix of which chunks were copied, too.
func (tx *Tx) reindexCopied(d *Dataset, dims []int, stored []newChunk, copied []copiedChunk) (format.Layout, error) {
	sortChunks(stored)
	changed := newChangedChunks(stored, copied)
	layout := format.Layout{Version: 3, Class: format.Chunked, Index: format.IndexBTree1, ChunkDims: d.layout.ChunkDims, ElemSize: uint32(d.width)}
	chunks := func(yield func(index.Chunk, error) bool) {
		err := d.merge(dims, changed, func(c index.Chunk) error {
			if !yield(c, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			yield(index.Chunk{}, err)
		}
	}
	var err error
	layout.Addr, err = index.BuildChunkTree(tx.st, tx.f.sb.Sizes, tx.f.sb.ChunkK, layout, chunks)
	return layout, err
}

// errStop ends a walk whose listener has heard enough.
var errStop = errors.New("stop")

// merge yields the stored chunks and the changed ones, in the order of the grid.
func (d *Dataset) merge(dims []int, changed *changedChunks, yield func(index.Chunk) error) error {
	lo, hi := make([]uint64, len(dims)), make([]uint64, len(dims))
	for i, n := range dims {
		hi[i] = uint64((min(n, d.space.dims[i]) + d.chunk[i] - 1) / d.chunk[i])
	}
	next := func(before []uint64) error {
		for c, ok := changed.head(); ok && (before == nil || slices.Compare(c.Scaled, before) < 0); c, ok = changed.head() {
			if !c.dropped {
				if err := yield(c.Chunk); err != nil {
					return err
				}
			}
			changed.drop()
		}
		return nil
	}
	err := d.chunks.Visit(lo, hi, func(c index.Chunk) error {
		if err := next(c.Scaled); err != nil {
			return err
		}
		if first, ok := changed.head(); ok && slices.Equal(first.Scaled, c.Scaled) {
			return nil
		}
		if d.edges {
			c.Mask = d.mask(d.piece(c))
		}
		return yield(c)
	})
	if err != nil {
		return err
	}
	return next(nil)
}

// piece returns the piece that a stored chunk is.
func (d *Dataset) piece(c index.Chunk) piece {
	pc := piece{origin: toInts(c.Scaled), extent: d.chunk, addr: c.Addr, size: c.Size, mask: c.Mask}
	for i := range pc.origin {
		pc.origin[i] *= d.chunk[i]
	}
	return pc
}

// Resize changes the dimensions of the chunked dataset at a path, within its
// MaxShape. Elements that go are lost; elements that come have the fill value.
// The error wraps [ErrSelection] if the dataset cannot have the shape.
func (tx *Tx) Resize(ctx context.Context, name string, shape ...int) error {
	return tx.f.fail(name, tx.resize(ctx, name, shape))
}

func (tx *Tx) resize(ctx context.Context, name string, shape []int) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	if err := d.checkResize(shape); err != nil {
		return err
	}
	layout, err := tx.shrink(ctx, d, shape)
	if err != nil {
		return err
	}
	return tx.reshape(name, d, shape, layout)
}

// reshape gives a dataset other dimensions and another layout.
func (tx *Tx) reshape(name string, d *Dataset, shape []int, layout format.Layout) error {
	space, err := format.EncodeDataspace(dataspaceOf(shape, d.space.max), tx.f.sb.Sizes)
	if err != nil {
		return err
	}
	data, err := format.EncodeLayout(layout, tx.f.sb.Sizes)
	if err != nil {
		return err
	}
	return tx.changeObject(name, func(_ *object, h *format.Header) error {
		replaceMessage(h, format.MsgDataspace, space)
		replaceMessage(h, format.MsgLayout, data)
		return nil
	})
}

func (d *Dataset) checkResize(shape []int) error {
	if d.chunks == nil || len(shape) != len(d.space.dims) {
		return fmt.Errorf("resize a %v dataset of shape %v to %v: %w", d.Layout(), d.space.dims, shape, ErrSelection)
	}
	for i, n := range shape {
		if m := d.space.max[i]; n < 0 || m != -1 && n > m {
			return fmt.Errorf("resize from %v to %v, at most %v: %w", d.space.dims, shape, d.space.max, ErrSelection)
		}
	}
	n, err := elements(shape)
	if err == nil && n > maxInt/d.width {
		err = fmt.Errorf("resize to %v: %w", shape, ErrTooLarge)
	}
	return err
}

// shrink drops the chunks that lie outside shape, and puts the fill value into
// what sticks out of it: it must be found there should the dataset grow again.
func (tx *Tx) shrink(ctx context.Context, d *Dataset, shape []int) (format.Layout, error) {
	if d.layout.Version == 3 && d.layout.Index == format.IndexBTree1 && !d.shrinks(shape) {
		return d.layout, nil // this index has coordinates in it, and holds good for any shape
	}
	type encoded struct {
		at   []uint64
		b    []byte
		mask uint32
	}
	var changed []newChunk
	for dim, n := range shape {
		cut := n / d.chunk[dim] * d.chunk[dim] // where the chunk that is cut begins
		if n >= d.space.dims[dim] || cut == n {
			continue
		}
		selectors := make([]Selector, len(shape))
		for i := range shape {
			selectors[i] = Range(0, min(shape[i], d.space.dims[i]))
		}
		selectors[dim] = Range(cut, n)
		p, err := d.newPlan(selectors)
		if err != nil {
			return format.Layout{}, err
		}
		work := func(pc *piece, values []byte) (encoded, error) {
			out := bytes.Clone(values)
			d.clip(pc, out, shape)
			b, mask, err := d.pipeline.Encode(nil, out)
			return encoded{d.gridPosition(pc), b, mask}, err
		}
		deliver := func(e encoded) error {
			addr, err := tx.write(e.b)
			c := newChunk{Chunk: index.Chunk{Scaled: e.at, Addr: addr, Size: uint64(len(e.b)), Mask: e.mask}}
			if !slices.ContainsFunc(changed, func(o newChunk) bool { return slices.Equal(o.Scaled, c.Scaled) }) {
				changed = append(changed, c)
			}
			return err
		}
		if err := stream(ctx, p, false, work, deliver); err != nil {
			return format.Layout{}, err
		}
	}
	return tx.reindex(d, shape, changed)
}

// shrinks reports whether a shape is smaller than that of d in any dimension.
func (d *Dataset) shrinks(shape []int) bool {
	for dim, n := range shape {
		if n < d.space.dims[dim] {
			return true
		}
	}
	return false
}

// clip puts the fill value into the elements of a chunk that lie outside shape.
func (d *Dataset) clip(pc *piece, values []byte, shape []int) {
	at := make([]int, len(shape))
	for off := 0; off < len(values); off += d.width {
		for i := range at {
			if pc.origin[i]+at[i] >= shape[i] {
				clear(values[off : off+d.width])
				copy(values[off:off+d.width], d.fill)
				break
			}
		}
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < pc.extent[i] {
				break
			}
			at[i] = 0
		}
	}
}
