package index

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A linear numbers the positions of a grid as chunk indexes that are arrays do:
// in row-major order of the grid of all chunks that the dataset may ever have,
// with the unlimited dimension, if there is one, moved to the front, so that
// numbers stay what they are as the dataset grows (File Format Specification,
// sections VII.B to VII.D).
type linear struct {
	max  []uint64 // chunks along each dimension of the dataset
	lead int      // the dimension moved to the front
	down []uint64 // how far apart two neighbours along a dimension are, lead's first
	size uint64   // of the whole grid; unlimited if lead is
}

// maxLinear bounds the numbers, far beyond the chunks of any file, so that they
// can be computed without overflow.
const maxLinear = 1 << 62

// newLinear numbers the positions of g. At most one dimension may be unlimited.
func newLinear(g grid) (linear, error) {
	rank := len(g.max)
	lead := max(0, slices.Index(g.max, unlimited))
	l := linear{max: g.max, lead: lead, down: make([]uint64, rank), size: unlimited}
	front := l.front(g.max)
	if slices.Contains(front[1:], unlimited) {
		return linear{}, fmt.Errorf("chunk index that is an array, of a dataset with several unlimited dimensions: %w", format.ErrCorrupt)
	}
	for d := range rank {
		n, ok := product(front[d+1:])
		if !ok || n > maxLinear {
			return linear{}, fmt.Errorf("grid of %v chunks: %w", g.max, format.ErrCorrupt)
		}
		l.down[d] = n
	}
	if front[0] == unlimited {
		return l, nil
	}
	n, ok := product(front)
	if !ok || n > maxLinear {
		return linear{}, fmt.Errorf("grid of %v chunks: %w", g.max, format.ErrCorrupt)
	}
	l.size = n
	return l, nil
}

// front returns p with the leading dimension moved to the front.
func (l linear) front(p []uint64) []uint64 {
	q := append([]uint64{p[l.lead]}, p[:l.lead]...)
	return append(q, p[l.lead+1:]...)
}

// back undoes front, into dst.
func (l linear) back(dst, p []uint64) {
	copy(dst[:l.lead], p[1:])
	dst[l.lead] = p[0]
	copy(dst[l.lead+1:], p[l.lead+1:])
}

// An elements function returns the chunk record of element i. If the chunk is
// not stored, its address is undefined, and so are those of the elements from i
// to next-1.
type elements func(i uint64) (r format.ChunkRecord, next uint64, err error)

// overlapping yields the stored chunks in b of an array of count elements.
func (l linear) overlapping(b box, count uint64, at elements, p *ChunkParams, yield func(Chunk) error) error {
	if l.lead == 0 {
		return l.walk(b, count, at, p, yield)
	}
	// The array's order is not that of rows: put the chunks in order first.
	var chunks []Chunk
	err := l.walk(b, count, at, p, func(c Chunk) error {
		c.Scaled = slices.Clone(c.Scaled)
		chunks = append(chunks, c)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(chunks, func(x, y Chunk) int { return slices.Compare(x.Scaled, y.Scaled) })
	for _, c := range chunks {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

// walk yields the stored chunks in b in the order of the array. It looks only
// at elements that are in b, and passes over those that at says are not stored.
func (l linear) walk(b box, count uint64, at elements, p *ChunkParams, yield func(Chunk) error) error {
	in, ok := l.clip(b, count)
	if !ok {
		return nil
	}
	pos, scaled := slices.Clone(in.lo), make([]uint64, len(in.lo))
	for in.seek(pos) {
		i := l.number(pos)
		if i >= count {
			return nil
		}
		r, next, err := at(i)
		if err != nil {
			return err
		}
		if r.Addr != format.Undefined {
			l.back(scaled, pos)
			if err := yield(p.chunk(scaled, r)); err != nil {
				return err
			}
		}
		l.position(next, pos)
	}
	return nil
}

// clip returns the part of b, its leading dimension in front, that lies in the
// grid and may have numbers less than count, unless that is empty.
func (l linear) clip(b box, count uint64) (box, bool) {
	in := box{lo: l.front(b.lo), hi: l.front(b.hi)}
	limit := l.front(l.max)
	for d := range in.hi {
		in.hi[d] = min(in.hi[d], limit[d])
	}
	if in.empty() {
		return box{}, false
	}
	in.hi[0] = min(in.hi[0], ceilDiv(count, l.down[0]))
	return in, !in.empty()
}

// number is the number of the position p, its leading dimension in front.
func (l linear) number(p []uint64) uint64 {
	var n uint64
	for d, c := range p {
		n += c * l.down[d]
	}
	return n
}

// position is the inverse of number, into p.
func (l linear) position(n uint64, p []uint64) {
	for d := range p {
		p[d], n = n/l.down[d], n%l.down[d]
	}
}
