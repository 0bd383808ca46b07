package hdf5

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/goloom/loom/hdf5/internal/filter"
	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// dataset copies a dataset, whose new header is h but for what leads to values.
func (r *repacker) dataset(o *object, old, h *format.Header) (uint64, error) {
	d, err := newDataset(*o, old)
	if err != nil {
		return 0, err
	}
	if err := r.fillValues(d, h); err != nil {
		return 0, fmt.Errorf("fill value: %w", err)
	}
	layout, err := r.store(d, h)
	if err != nil {
		return 0, err
	}
	data, err := format.EncodeLayout(layout, r.tx.f.sb.Sizes)
	if err != nil {
		return 0, err
	}
	replaceMessage(h, format.MsgLayout, data)
	return r.tx.writeHeader(h)
}

// fillValues copies what the fill value refers to.
func (r *repacker) fillValues(d *Dataset, h *format.Header) error {
	if !d.dtype.addressed() {
		return nil
	}
	for i, m := range h.Messages {
		decode, encode := format.DecodeFillValue, format.EncodeFillValue
		switch m.Type {
		case format.MsgFill:
		case format.MsgFillOld:
			decode = format.DecodeFillValueOld
			encode = func(f format.FillValue) ([]byte, error) { return format.EncodeFillValueOld(f.Value) }
		default:
			continue
		}
		fill, err := decode(m.Data)
		if err != nil {
			return err
		}
		if len(fill.Value) == 0 {
			continue
		}
		fill.Value = bytes.Clone(fill.Value)
		if err := r.values.elements(d.dtype, fill.Value, 1); err != nil {
			return err
		}
		if h.Messages[i].Data, err = encode(fill); err != nil {
			return err
		}
	}
	return nil
}

// store copies the values of a dataset and returns the layout that leads to
// them. If they are to be stored otherwise, it says so in the header.
func (r *repacker) store(d *Dataset, h *format.Header) (format.Layout, error) {
	if o := r.orders[d.addr]; o != nil && d.size() > 0 {
		return r.reorder(d, o)
	}
	if r.opts.Storage != nil {
		if s := r.opts.Storage(d); s != nil {
			return r.restore(d, h, s)
		}
	}
	switch d.layout.Class {
	case format.Compact:
		return r.compact(d)
	case format.Contiguous:
		return r.contiguous(d)
	case format.Chunked:
		if d.dtype.addressed() {
			return r.decodedChunks(d)
		}
		return r.storedChunks(d)
	}
	return format.Layout{}, fmt.Errorf("%v dataset: %w", d.Layout(), ErrUnsupported)
}

// reorder stores the values in another order.
func (r *repacker) reorder(d *Dataset, o *reordering) (format.Layout, error) {
	before := r.stored
	anew := reorderer{reordering: o, ctx: r.ctx, tx: r.tx, d: d, take: r.take}
	anew.done = func(share float64) {
		r.progress.Reach(int64(before) + int64(share*float64(r.stored-before)))
	}
	if d.dtype.addressed() {
		anew.translate = func(values []byte) error {
			return r.values.elements(d.dtype, values, len(values)/d.width)
		}
	}
	return anew.store()
}

func (r *repacker) compact(d *Dataset) (format.Layout, error) {
	n, err := d.space.elements()
	if err != nil {
		return format.Layout{}, err
	}
	layout := format.Layout{Version: 3, Class: format.Compact, Compact: bytes.Clone(d.layout.Compact)}
	return layout, r.values.elements(d.dtype, layout.Compact, n)
}

func (r *repacker) contiguous(d *Dataset) (format.Layout, error) {
	layout := format.Layout{Version: 3, Class: format.Contiguous, Addr: format.Undefined, Size: uint64(d.size())}
	if d.layout.Addr == format.Undefined || layout.Size == 0 {
		return layout, nil
	}
	if err := r.take(d.layout.Addr, layout.Size); err != nil {
		return layout, err
	}
	var err error
	if layout.Addr, err = r.tx.st.Alloc(layout.Size); err != nil {
		return layout, err
	}
	if !d.dtype.addressed() {
		return layout, r.copyBytes(layout.Addr, d.layout.Addr, layout.Size)
	}
	whole, err := d.newPlan(nil)
	if err != nil {
		return layout, err
	}
	next := layout.Addr // pieces of everything come in the order of the file
	work := func(_ *piece, values []byte) ([]byte, error) { return bytes.Clone(values), nil }
	return layout, stream(r.ctx, whole, false, work, func(values []byte) error {
		if err := r.values.elements(d.dtype, values, len(values)/d.width); err != nil {
			return err
		}
		addr := next
		next += uint64(len(values))
		return r.tx.st.WriteAt(values, addr)
	})
}

// take counts values that are about to be copied. Those of a sound file do not
// share their bytes. Those of a damaged one could, and the copy would grow
// without bounds.
func (r *repacker) take(addr, n uint64) error {
	if err := r.from.r.Check(addr, n); err != nil {
		return err
	}
	if r.stored += n; r.stored > uint64(r.from.size) {
		return fmt.Errorf("values add up to more than the file's %d bytes: %w", r.from.size, ErrCorrupt)
	}
	return nil
}

// copyBytes copies n bytes from an address of the old file to one of the new.
func (r *repacker) copyBytes(to, from, n uint64) error {
	for n > 0 {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.buffer = sized(r.buffer, int(min(n, readBytes)))
		if err := r.from.r.ReadFull(r.buffer, from); err != nil {
			return err
		}
		if err := r.tx.st.WriteAt(r.buffer, to); err != nil {
			return err
		}
		step := uint64(len(r.buffer))
		to, from, n = to+step, from+step, n-step
	}
	r.progress.Reach(int64(r.stored))
	return nil
}

// grid returns the number of chunks in each dimension.
func (d *Dataset) grid() []uint64 {
	n := make([]uint64, len(d.chunk))
	for i, c := range d.chunk {
		n[i] = uint64((d.space.dims[i] + c - 1) / c)
	}
	return n
}

// storedChunks copies chunks as they are stored, which any filter allows.
func (r *repacker) storedChunks(d *Dataset) (format.Layout, error) {
	layout := format.Layout{Version: 3, Class: format.Chunked, Index: format.IndexBTree1, ChunkDims: d.layout.ChunkDims, ElemSize: uint32(d.width)}
	copies := func(yield func(index.Chunk, error) bool) {
		err := d.chunks.Overlapping(make([]uint64, len(d.chunk)), d.grid(), func(c index.Chunk) error {
			c, err := r.storedChunk(d, c)
			if err == nil && !yield(c, nil) {
				err = errStop
			}
			return err
		})
		if err != nil && err != errStop {
			yield(index.Chunk{}, err)
		}
	}
	var err error
	sb := r.tx.f.sb
	layout.Addr, err = index.BuildChunkTree(r.tx.st, sb.Sizes, sb.ChunkK, layout, copies)
	return layout, err
}

func (r *repacker) storedChunk(d *Dataset, c index.Chunk) (index.Chunk, error) {
	if err := r.take(c.Addr, c.Size); err != nil {
		return c, fmt.Errorf("chunk %v: %w", c.Scaled, err)
	}
	c.Mask = d.mask(d.piece(c))
	from := c.Addr
	var err error
	if c.Addr, err = r.tx.st.Alloc(c.Size); err != nil {
		return c, err
	}
	return c, r.copyBytes(c.Addr, from, c.Size)
}

// decodedChunks copies the chunks of a dataset whose values refer to others, and
// so cannot stay as they are.
func (r *repacker) decodedChunks(d *Dataset) (format.Layout, error) {
	whole, err := d.newPlan(nil)
	if err != nil {
		return format.Layout{}, err
	}
	type decoded struct {
		at     []uint64
		values []byte
	}
	work := func(pc *piece, values []byte) (decoded, error) {
		values = bytes.Clone(values)
		d.clip(pc, values, d.space.dims)
		return decoded{d.gridPosition(pc), values}, nil
	}
	var chunks []newChunk
	err = stream(r.ctx, whole, false, work, func(c decoded) error {
		if d.isFill(c.values) {
			return nil
		}
		if err := r.values.elements(d.dtype, c.values, len(c.values)/d.width); err != nil {
			return err
		}
		b, mask, err := d.pipeline.Encode(nil, c.values)
		if err != nil {
			return err
		}
		stored := newChunk{Chunk: index.Chunk{Scaled: c.at, Size: uint64(len(b)), Mask: mask}}
		stored.Addr, err = r.tx.write(b)
		chunks = append(chunks, stored)
		return err
	})
	if err != nil {
		return format.Layout{}, err
	}
	return r.tx.indexChunks(d, toUint64(d.chunk), chunks)
}

// indexChunks writes an index of chunks of the given shape, which it sorts, and
// returns the layout of d that leads to it.
func (tx *Tx) indexChunks(d *Dataset, shape []uint64, chunks []newChunk) (format.Layout, error) {
	layout := format.Layout{Version: 3, Class: format.Chunked, Index: format.IndexBTree1, ChunkDims: shape, ElemSize: uint32(d.width)}
	sortChunks(chunks)
	var sorted iter.Seq2[index.Chunk, error] = func(yield func(index.Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(c.Chunk, nil) {
				return
			}
		}
	}
	var err error
	layout.Addr, err = index.BuildChunkTree(tx.st, tx.f.sb.Sizes, tx.f.sb.ChunkK, layout, sorted)
	return layout, err
}

// pipelineOf returns the pipeline of filters that are about to be declared.
func pipelineOf(filters []format.Filter, width int) *filter.Pipeline {
	var specs []filter.Spec
	for _, f := range filters {
		specs = append(specs, filter.Spec{ID: f.ID, Name: f.Name, Optional: f.Flags&filterOptional != 0, Params: f.Params})
	}
	return filter.New(specs, width)
}
