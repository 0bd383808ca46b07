package hdf5

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// This file is the walk over the values of a dataset.

// dataset walks a dataset.
func (w *walk) dataset(o object, h *format.Header) error {
	d, err := newDataset(o, h)
	if err != nil {
		return w.broken(o.addr, err)
	}
	if d.declared != nil {
		refs := heapRefs{file: w.f}
		refs.elements(d.dtype, d.declared, 1)
		if err := w.found(d.addr, refs, "fill value"); err != nil {
			return err
		}
	}
	v := valueWalk{walk: w, d: d, decode: d.dtype.refersToHeap()}
	if w.deep {
		err := w.readable(d)
		if v.decode = err == nil; err != nil {
			err = w.broken(d.addr, err)
		}
		if err != nil {
			return err
		}
	}
	return v.values()
}

// readable reports whether there are values that this package can read.
func (w *walk) readable(d *Dataset) error {
	if d.external {
		return fmt.Errorf("values in external files: %w", ErrUnsupported)
	}
	if d.layout.Class == format.Virtual {
		return fmt.Errorf("%v dataset: %w", d.Layout(), ErrUnsupported)
	}
	_, err := emptyArray(d.dtype, []int{0})
	return err
}

// A valueWalk walks the values of one dataset.
type valueWalk struct {
	*walk
	d      *Dataset
	decode bool // values are to be decoded
	window []piece
	bytes  uint64 // of the window, decoded
}

// values walks the values, however they are stored.
func (v *valueWalk) values() error {
	d := v.d
	switch d.layout.Class {
	case format.Virtual:
		if d.layout.Addr != format.Undefined {
			v.collections[d.layout.Addr] = v.path
		}
		return nil
	case format.Chunked:
		if err := v.survey.Chunks(d.chunkParams(), v.chunk); err != nil {
			return err
		}
		return v.flush()
	case format.Contiguous:
		if err := v.contiguous(); err != nil || d.layout.Addr == format.Undefined {
			return err
		}
	}
	if !v.decode || d.external {
		return nil
	}
	p, err := d.newPlan(nil)
	if err == nil {
		err = p.each(v.ctx, false, v.piece)
	}
	if err != nil {
		return v.broken(d.layout.Addr, err)
	}
	return v.flush()
}

// chunkParams describes the dataset to its index.
func (d *Dataset) chunkParams() index.ChunkParams {
	return index.ChunkParams{
		Layout:     d.layout,
		Sizes:      d.file.sb.Sizes,
		Dims:       toUint64(d.space.dims),
		MaxDims:    d.space.rawMax,
		ElemSize:   uint32(d.width),
		Filtered:   len(d.filters) > 0,
		ChunkBytes: d.pieceBytes(piece{extent: d.chunk}),
	}
}

// contiguous yields the extent of a contiguous dataset.
func (v *valueWalk) contiguous() error {
	l := v.d.layout
	if l.Addr == format.Undefined {
		return nil
	}
	size := max(l.Size, uint64(v.d.size()))
	if err := v.f.r.Check(l.Addr, size); err != nil {
		return v.broken(l.Addr, fmt.Errorf("contiguous dataset of %d bytes: %w", size, err))
	}
	if size == 0 {
		return nil
	}
	return v.extent(index.Extent{Addr: l.Addr, Size: size, Kind: index.ContiguousKind})
}

// chunk takes in a chunk of the index.
func (v *valueWalk) chunk(c index.Chunk) error {
	v.counts.Chunks++
	if !v.decode {
		return nil
	}
	p := plan{d: v.d}
	pc := p.chunkAt(toInts(c.Scaled), make([]int, len(c.Scaled)))
	pc.addr, pc.size, pc.mask = c.Addr, c.Size, c.Mask
	return v.piece(pc)
}

// piece puts a piece in the window.
func (v *valueWalk) piece(pc piece) error {
	// The chunks of a sound file do not overlap. Without this check, a damaged
	// one could have any number of chunks in the same place.
	if v.stored += pc.size; v.stored > uint64(v.f.size) {
		v.decode = false
		return v.broken(pc.addr, fmt.Errorf("chunks add up to more than the file's %d bytes: %w", v.f.size, ErrCorrupt))
	}
	v.progress.Reach(int64(v.stored))
	if err := v.d.checkPiece(pc); err != nil {
		return v.broken(pc.addr, err)
	}
	v.window = append(v.window, pc)
	v.bytes += v.d.pieceBytes(pc)
	if len(v.window) < windowPieces && (v.bytes < windowBytes || len(v.window) < v.d.workers()) {
		return nil
	}
	return v.flush()
}

// A finding is what came of decoding a piece.
type finding struct {
	err  error
	refs heapRefs
}

// flush decodes the pieces of the window, several at a time, and takes in what
// comes of it in their order.
func (v *valueWalk) flush() error {
	pieces := v.window
	v.window, v.bytes = v.window[:0], 0
	findings, err := v.examine(pieces)
	if err != nil {
		return err
	}
	for i := range findings {
		if !v.decode {
			break
		}
		if err := v.take(&pieces[i], &findings[i]); err != nil {
			return err
		}
	}
	return nil
}

// take takes in what came of a piece.
func (v *valueWalk) take(pc *piece, f *finding) error {
	at := fmt.Sprintf("values at %v", pc.origin)
	if f.err != nil {
		// A filter that is unknown is so for every chunk.
		v.decode = !errors.Is(f.err, ErrUnsupported)
		return v.broken(pc.addr, fmt.Errorf("%s: %w", at, f.err))
	}
	return v.found(pc.addr, f.refs, at)
}

// examine decodes pieces and looks for references in them.
func (v *valueWalk) examine(pieces []piece) ([]finding, error) {
	findings := make([]finding, len(pieces))
	var next atomic.Int64
	g, ctx := errgroup.WithContext(v.ctx)
	for range min(v.d.workers(), len(pieces)) {
		g.Go(func() error {
			b := buffersPool.Get().(*buffers)
			defer b.release()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(pieces) || ctx.Err() != nil {
					return ctx.Err()
				}
				if err := v.f.check(); err != nil {
					return err
				}
				findings[i] = v.d.examine(b, &pieces[i])
			}
		})
	}
	return findings, g.Wait()
}

// examine decodes a piece and looks for references in those of its values that
// are within the dataset's extent.
func (d *Dataset) examine(b *buffers, pc *piece) (f finding) {
	if pc.inline == nil {
		b.stored = sized(b.stored, int(pc.size))
		if f.err = d.file.r.ReadFull(b.stored, pc.addr); f.err != nil {
			return f
		}
	}
	values, err := d.values(b, pc, pc.addr, math.MaxInt)
	if err != nil || !d.dtype.refersToHeap() {
		f.err = err
		return f
	}
	f.refs.file = d.file
	pc.inside(d.space.dims, func(first, n int) {
		f.refs.elements(d.dtype, values[first*d.width:], n)
	})
	return f
}

// inside yields the elements of a piece that lie within a dataset of the given
// shape, as runs of the piece's elements.
func (pc *piece) inside(dims []int, yield func(first, n int)) {
	pc.runs(dims, 0, 0, yield)
}

// runs yields the runs of elements that share their position in the dimensions
// before dim, which is number first of all such positions.
func (pc *piece) runs(dims []int, dim, first int, yield func(first, n int)) {
	if dim == len(dims) {
		yield(first, 1)
		return
	}
	n := min(pc.extent[dim], dims[dim]-pc.origin[dim])
	if dim == len(dims)-1 {
		if n > 0 {
			yield(first*pc.extent[dim], n)
		}
		return
	}
	for i := range max(0, n) {
		pc.runs(dims, dim+1, first*pc.extent[dim]+i, yield)
	}
}
