package index

import (
	"fmt"
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/format"
)

// implicitChunks is the index of a dataset all of whose chunks were stored, one
// after the other and without filters, when it was created (File Format
// Specification, section VII.B).
type implicitChunks struct {
	linear
	p ChunkParams
}

func newImplicitChunks(p ChunkParams, g grid) (chunkIndex, error) {
	l, err := newLinear(g)
	if err != nil {
		return nil, err
	}
	if l.size == unlimited || p.Filtered {
		return nil, fmt.Errorf("implicit chunk index of a dataset that can grow or has filters: %w", format.ErrCorrupt)
	}
	return &implicitChunks{linear: l, p: p}, nil
}

func (c *implicitChunks) overlapping(b box, yield func(Chunk) error) error {
	return c.linear.overlapping(b, c.size, c.at, &c.p, yield)
}

// at is the chunk record of element i.
func (c *implicitChunks) at(i uint64) (format.ChunkRecord, uint64, error) {
	hi, off := bits.Mul64(i, c.p.ChunkBytes)
	addr, carry := bits.Add64(c.p.Layout.Addr, off, 0)
	if hi != 0 || carry != 0 {
		return format.ChunkRecord{}, 0, fmt.Errorf("chunk %d of %d bytes after address %d: %w",
			i, c.p.ChunkBytes, c.p.Layout.Addr, format.ErrCorrupt)
	}
	return format.ChunkRecord{Addr: addr}, i + 1, nil
}
