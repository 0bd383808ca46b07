package hdf5

import (
	"context"
	"slices"
)

// A columnBlock is a box of new chunks for [Tx.WriteColumns], row by row.
type columnBlock struct {
	*columnWriter
	box   columnBox
	width int           // in chunks
	parts []*columnPart // what it is made of

	sieve  sieve
	values []byte // of the box, if there is no sieve

	encoded [][]byte // memory for them
	chunks  []encodedChunk
}

// block returns the block of a box of n chunks at the most, not yet made.
func (w *columnWriter) block(ctx context.Context, box columnBox, n int) (*columnBlock, error) {
	var b *columnBlock
	if last := len(w.spare) - 1; last >= 0 {
		b, w.spare = w.spare[last], w.spare[:last]
	} else {
		b = &columnBlock{columnWriter: w, encoded: make([][]byte, n), chunks: make([]encodedChunk, n)}
		if w.to.fill == nil {
			b.sieve = newSieve(n, w.to.chunk[0]*w.to.chunk[1], w.to.width)
		}
	}
	chunk := w.to.chunk
	b.box, b.width = box, (box.c1-box.c0-1)/chunk[1]+1
	b.parts, b.chunks = b.parts[:0], b.chunks[:((box.r1-box.r0-1)/chunk[0]+1)*b.width]
	clear(b.chunks)
	for _, s := range w.sources {
		part, err := s.part(ctx, box, w.to)
		if err != nil {
			return nil, s.from.fail(err)
		}
		if part != nil {
			b.parts = append(b.parts, part)
		}
	}
	return b, ctx.Err()
}

// make makes the chunks, unless all of them have the fill value.
func (b *columnBlock) make(ctx context.Context) error {
	if len(b.parts) == 0 {
		return nil
	}
	if b.sieve == nil {
		b.values = sized(b.values, b.to.width*(b.box.r1-b.box.r0)*(b.box.c1-b.box.c0))
		b.to.clear(b.values)
	}
	for _, part := range b.parts {
		if err := part.read(ctx, b); err != nil {
			return part.source.from.fail(err)
		}
	}
	return inParallel(ctx, b.to.workers(), len(b.chunks), b.encode)
}

// encode encodes the k-th chunk.
func (b *columnBlock) encode(k int, scratch *buffers) (err error) {
	d := b.to
	pc := piece{origin: []int{b.box.r0 + k/b.width*d.chunk[0], b.box.c0 + k%b.width*d.chunk[1]}, extent: d.chunk}
	scratch.decoded = sized(scratch.decoded, int(d.pieceBytes(pc)))
	values := scratch.decoded
	d.clear(values)
	if b.sieve != nil {
		if !b.sieve.give(k, values) {
			return nil
		}
	} else {
		b.copyChunk(values, &pc)
		if d.isFill(values) {
			return nil
		}
	}
	c := &b.chunks[k]
	c.at = d.gridPosition(&pc)
	b.encoded[k], c.mask, err = d.pipeline.Encode(b.encoded[k], values)
	c.b = b.encoded[k]
	return err
}

// copyChunk copies what the box has of a chunk.
func (b *columnBlock) copyChunk(values []byte, pc *piece) {
	box, size, width := b.box, b.to.width, pc.extent[1]
	rows, cols := min(pc.extent[0], box.r1-pc.origin[0]), min(width, box.c1-pc.origin[1])
	for i := range rows {
		from := (pc.origin[0]-box.r0+i)*(box.c1-box.c0) + pc.origin[1] - box.c0
		copy(values[i*width*size:], b.values[from*size:(from+cols)*size])
	}
}

// store stores the chunks.
func (b *columnBlock) store() error {
	stored, err := b.tx.storeEncoded(slices.DeleteFunc(b.chunks, func(c encodedChunk) bool { return c.b == nil }))
	b.stored = append(b.stored, stored...)
	b.spare = append(b.spare, b)
	b.wrote((b.box.r1 - b.box.r0) * max(0, min(b.box.c1, b.end)-max(b.box.c0, b.start)))
	return err
}

// sift takes what the part has of a piece into the block's sieve.
func (p *columnPart) sift(b *columnBlock, pc *piece, values []byte) {
	s := spotsPool.Get().(*spots)
	defer spotsPool.Put(s)
	rows, cols := p.plan.runs(pc)
	chunk := b.to.chunk
	// Positions that are selected more than once go to one place after the other.
	for again := 0; ; again++ {
		var some bool
		s.lines, some = spread(s.lines, &rows, again, pc.extent[0], func(to int) spot {
			return spot{int32(to / chunk[0] * b.width), uint32(to % chunk[0] * chunk[1])}
		})
		if !some {
			return
		}
		for again := 0; ; again++ {
			s.elems, some = spread(s.elems, &cols, again, pc.extent[1], func(to int) spot {
				return spot{int32((p.at + to) / chunk[1]), uint32((p.at + to) % chunk[1])}
			})
			if !some {
				break
			}
			b.sieve.take(values, s.lines, s.elems)
		}
	}
}

// spread sets where each of n positions of a chunk goes: to where a run leads those that it
// has selected so many times before, and nowhere the others. It reports whether there are any
// of the former.
func spread(spots []spot, r *run, before, n int, lead func(to int) spot) (_ []spot, some bool) {
	spots = slices.Grow(spots[:0], n)[:n]
	for i := range spots {
		spots[i] = nowhere
	}
	same := 0 // positions before that are the same
	for k := range r.n {
		if k > 0 && r.from(k) == r.from(k-1) {
			same++
		} else {
			same = 0
		}
		if same == before {
			spots[r.from(k)], some = lead(r.to(k)), true
		}
	}
	return spots, some
}
