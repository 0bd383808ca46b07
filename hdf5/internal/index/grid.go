package index

import (
	"fmt"
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/format"
)

// unlimited is the bound of a dimension that may grow for ever.
const unlimited = ^uint64(0)

// A grid is a dataset cut into chunks, as far as the dataset may grow.
type grid struct {
	max []uint64 // chunks along each dimension, or unlimited
}

// newGrid checks that the shapes in p fit together.
func newGrid(p ChunkParams) (grid, error) {
	rank := len(p.Dims)
	maxDims := p.MaxDims
	if maxDims == nil {
		maxDims = p.Dims
	}
	if len(p.Layout.ChunkDims) != rank || len(maxDims) != rank || rank == 0 {
		return grid{}, fmt.Errorf("chunks of rank %d in a dataset of rank %d (maximum extent of rank %d): %w",
			len(p.Layout.ChunkDims), rank, len(maxDims), format.ErrCorrupt)
	}
	if p.ChunkBytes == 0 || p.ElemSize != p.Layout.ElemSize {
		return grid{}, fmt.Errorf("chunks of %d bytes and of elements of %d bytes, the dataset's have %d: %w",
			p.ChunkBytes, p.Layout.ElemSize, p.ElemSize, format.ErrCorrupt)
	}
	g := grid{max: make([]uint64, rank)}
	for d, size := range p.Layout.ChunkDims {
		if size == 0 {
			return grid{}, fmt.Errorf("chunks of no extent in dimension %d: %w", d, format.ErrCorrupt)
		}
		g.max[d] = unlimited
		if maxDims[d] != unlimited {
			g.max[d] = ceilDiv(maxDims[d], size)
		}
	}
	return g, nil
}

func ceilDiv(n, d uint64) uint64 {
	q := n / d
	if n%d != 0 {
		q++
	}
	return q
}

// product multiplies ns and reports whether the result fits 64 bits.
func product(ns []uint64) (uint64, bool) {
	p := uint64(1)
	for _, n := range ns {
		hi, lo := bits.Mul64(p, n)
		if hi != 0 {
			return 0, false
		}
		p = lo
	}
	return p, true
}
