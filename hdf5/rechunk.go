package hdf5

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/filter"
	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// This file is about storing the values of a dataset in other chunks, or through
// other filters, than it has. It goes block by block, each being a box of whole
// new chunks and, where memory allows, as large as the old ones, so that these
// are not decoded many times.

// blockBytes is how many bytes of values a block has, unless a single chunk is
// larger.
const blockBytes = 16 << 20

// A rechunker stores the values of one dataset anew.
type rechunker struct {
	*repacker
	d        *Dataset
	chunk    []int // shape of the new chunks
	block    []int // shape of a block, multiples of chunk
	pipeline *filter.Pipeline

	raw    []byte // values of a block
	chunks []newChunk
}

// restore stores the values of d in another way, and says so in its header.
func (r *repacker) restore(d *Dataset, h *format.Header, s *Storage) (format.Layout, error) {
	if d.external || d.layout.Class == format.Virtual {
		return format.Layout{}, fmt.Errorf("values outside the file: %w", ErrUnsupported)
	}
	spec, err := d.respec(s)
	if err != nil {
		return format.Layout{}, err
	}
	if err := declareStorage(h, spec); err != nil {
		return format.Layout{}, err
	}
	c := rechunker{repacker: r, d: d, chunk: spec.Chunks, pipeline: pipelineOf(spec.filters(), d.width)}
	c.block = c.blockShape()
	if err := c.eachBlock(c.storeBlock); err != nil {
		return format.Layout{}, err
	}
	return r.tx.indexChunks(d, toUint64(c.chunk), c.chunks)
}

// respec returns what d would have been created with to be stored as s says.
func (d *Dataset) respec(s *Storage) (*DatasetSpec, error) {
	chunks := slices.Clone(s.Chunks)
	if chunks == nil {
		chunks = d.Chunks()
	}
	if chunks == nil || len(chunks) != len(d.space.dims) {
		return nil, fmt.Errorf("chunks of shape %v for a %v dataset of shape %v: %w", s.Chunks, d.Layout(), d.space.dims, ErrSelection)
	}
	for i, m := range d.space.max {
		if m >= 0 && chunks[i] > m {
			chunks[i] = max(1, m)
		}
	}
	spec := &DatasetSpec{
		Type: d.dtype, Shape: d.space.dims, MaxShape: d.space.max, Chunks: chunks,
		Deflate: s.Deflate, Shuffle: s.Shuffle, Fletcher32: s.Fletcher32,
	}
	return spec, spec.checkChunks(false)
}

// declareStorage puts into a dataset's header which filters its chunks have gone
// through, and that they come into being one by one.
func declareStorage(h *format.Header, spec *DatasetSpec) error {
	h.Messages = slices.DeleteFunc(h.Messages, func(m format.Message) bool { return m.Type == format.MsgFilters })
	if filters := spec.filters(); len(filters) > 0 {
		data, err := format.EncodeFilters(filters)
		if err != nil {
			return err
		}
		h.Messages = append(h.Messages, format.Message{Type: format.MsgFilters, Data: data})
	}
	m, ok := h.Find(format.MsgFill)
	if !ok {
		return nil
	}
	fill, err := format.DecodeFillValue(m.Data)
	if err != nil {
		return err
	}
	fill.AllocTime = allocateIncremental
	data, err := format.EncodeFillValue(fill)
	if err != nil {
		return err
	}
	replaceMessage(h, format.MsgFill, data)
	return nil
}

// blockShape chooses the shape of blocks.
func (c *rechunker) blockShape() []int {
	block := slices.Clone(c.chunk)
	limit := make([]int, len(block)) // the dataset in whole chunks
	for i, n := range c.d.space.dims {
		limit[i] = roundUp(max(1, n), c.chunk[i])
	}
	if c.d.chunks != nil {
		whole := make([]int, len(block))
		for i, n := range c.d.chunk {
			whole[i] = min(limit[i], roundUp(n, c.chunk[i]))
		}
		if c.fits(whole) {
			block = whole
		}
	}
	for i := len(block) - 1; i >= 0; i-- {
		for block[i] < limit[i] {
			larger := slices.Clone(block)
			larger[i] = min(limit[i], 2*block[i])
			if !c.fits(larger) {
				return block
			}
			block = larger
		}
	}
	return block
}

// roundUp returns the first multiple of step from n on, or n if that overflows.
func roundUp(n, step int) int {
	if up := (n-1)/step + 1; up <= maxInt/step {
		return up * step
	}
	return n
}

func (c *rechunker) fits(block []int) bool {
	n, err := elements(block)
	return err == nil && n <= blockBytes/c.d.width
}

// eachBlock yields the origins of the blocks in which something is stored.
func (c *rechunker) eachBlock(yield func(origin []int) error) error {
	if c.d.chunks == nil {
		if c.d.layout.Class == format.Contiguous && c.d.layout.Addr == format.Undefined {
			return nil
		}
		return c.boxes(make([]int, len(c.block)), c.d.space.dims, yield)
	}
	before := c.stored
	var origins [][]int
	seen := map[string]bool{}
	note := func(origin []int) error {
		var key []byte
		for _, at := range origin {
			key = binary.LittleEndian.AppendUint64(key, uint64(at))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			origins = append(origins, slices.Clone(origin))
		}
		return c.ctx.Err()
	}
	err := c.d.chunks.Overlapping(make([]uint64, len(c.chunk)), c.d.grid(), func(stored index.Chunk) error {
		pc := c.d.piece(stored)
		if err := c.take(stored.Addr, stored.Size); err != nil {
			return err
		}
		if err := c.d.checkPiece(pc); err != nil {
			return err
		}
		end := make([]int, len(pc.origin))
		for i, at := range pc.origin {
			end[i] = at + min(c.d.space.dims[i]-at, pc.extent[i])
		}
		return c.boxes(pc.origin, end, note)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(origins, slices.Compare)
	for i, origin := range origins {
		if err := yield(origin); err != nil {
			return err
		}
		c.progress.Reach(int64(before) + int64(float64(c.stored-before)*float64(i+1)/float64(len(origins))))
	}
	return nil
}

// boxes yields the origins of the blocks that overlap the box from lo to before
// hi. The slice is valid during the call.
func (c *rechunker) boxes(lo, hi []int, yield func(origin []int) error) error {
	return eachBox(lo, hi, c.block, yield)
}

// eachBox yields, in row-major order, the origins of those boxes of a grid that
// overlap the box from lo to before hi. The slice is valid during the call.
func eachBox(lo, hi, box []int, yield func(origin []int) error) error {
	first := make([]int, len(lo))
	for i := range lo {
		if lo[i] >= hi[i] {
			return nil
		}
		first[i] = lo[i] / box[i] * box[i]
	}
	at := slices.Clone(first)
	for {
		if err := yield(at); err != nil {
			return err
		}
		i := len(at) - 1
		for ; i >= 0; i-- {
			if hi[i]-at[i] > box[i] {
				at[i] += box[i]
				break
			}
			at[i] = first[i]
		}
		if i < 0 {
			return nil
		}
	}
}

// storeBlock reads a block and stores its chunks.
func (c *rechunker) storeBlock(origin []int) error {
	d := c.d
	selectors := make([]Selector, len(origin))
	end := make([]int, len(origin))
	size := d.width
	for i, at := range origin {
		end[i] = at + min(d.space.dims[i]-at, c.block[i])
		selectors[i] = Range(at, end[i])
		size *= end[i] - at
	}
	p, err := d.newPlan(selectors)
	if err != nil {
		return err
	}
	c.raw = sized(c.raw, size)
	clear(c.raw)
	if err := p.readBytes(c.ctx, c.raw, nil); err != nil {
		return err
	}
	var pieces []piece
	_ = eachBox(origin, end, c.chunk, func(at []int) error {
		pieces = append(pieces, piece{origin: slices.Clone(at), extent: c.chunk})
		return nil
	})
	return c.storePieces(p, pieces)
}

// storePieces encodes the chunks of a block, several at a time, and writes them in
// their order.
func (c *rechunker) storePieces(p *plan, pieces []piece) error {
	type encoded struct {
		b    []byte
		mask uint32
	}
	refers := c.d.dtype.addressed()
	workers := runtime.GOMAXPROCS(0)
	if refers {
		workers = 1 // the heap is filled in the order of the values
	}
	for some := range slices.Chunk(pieces, 256) {
		results := make([]encoded, len(some))
		g, ctx := errgroup.WithContext(c.ctx)
		g.SetLimit(workers)
		for i := range some {
			g.Go(func() error {
				values := c.chunkValues(p, &some[i])
				if values == nil || ctx.Err() != nil {
					return ctx.Err()
				}
				if refers {
					if err := c.values.elements(c.d.dtype, values, len(values)/c.d.width); err != nil {
						return err
					}
				}
				var err error
				results[i].b, results[i].mask, err = c.pipeline.Encode(nil, values)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for i, result := range results {
			if result.b == nil {
				continue
			}
			addr, err := c.tx.write(result.b)
			if err != nil {
				return err
			}
			at := make([]uint64, len(c.chunk))
			for k, size := range c.chunk {
				at[k] = uint64(some[i].origin[k] / size)
			}
			c.chunks = append(c.chunks, newChunk{Chunk: index.Chunk{Scaled: at, Addr: addr, Size: uint64(len(result.b)), Mask: result.mask}})
		}
	}
	return nil
}

// chunkValues returns the values of a new chunk, nil if it need not be stored.
func (c *rechunker) chunkValues(p *plan, pc *piece) []byte {
	values := make([]byte, c.d.pieceBytes(*pc))
	if c.d.fill != nil {
		fillBytes(values, c.d.fill)
	}
	p.gather(pc, values, c.raw)
	if c.d.isFill(values) {
		return nil
	}
	return values
}
