package hdf5

import (
	"math"
	"math/bits"
	"slices"
)

// sortChunks sorts chunks by their position in the grid; those of the same one stay in their order.
func sortChunks(chunks []newChunk) {
	compare := func(a, b newChunk) int { return slices.Compare(a.Scaled, b.Scaled) }
	if slices.IsSortedFunc(chunks, compare) {
		return
	}
	box := boxOf(chunks)
	if cells := box.cells(); cells <= min(sparseGrid*uint64(len(chunks)), math.MaxUint32) {
		box.sort(chunks, cells)
		return
	}
	slices.SortStableFunc(chunks, compare)
}

// sparseGrid is how many cells of a grid there may be for each chunk that is sorted by counting how
// many are in each cell. To compare them with each other takes ten times as long.
const sparseGrid = 16

// A chunkBox is a part of a chunk grid: the cells from lo to hi, both included.
type chunkBox struct{ lo, hi []uint64 }

// boxOf returns the box that chunks lie in, of which there is at least one.
func boxOf(chunks []newChunk) chunkBox {
	b := chunkBox{slices.Clone(chunks[0].Scaled), slices.Clone(chunks[0].Scaled)}
	for i := range chunks {
		for dim, at := range chunks[i].Scaled {
			b.lo[dim], b.hi[dim] = min(b.lo[dim], at), max(b.hi[dim], at)
		}
	}
	return b
}

// cells returns how many cells the box has, or the largest number if they are too many for one.
func (b chunkBox) cells() uint64 {
	n := uint64(1)
	for dim := range b.lo {
		length := b.hi[dim] - b.lo[dim] + 1
		over, product := bits.Mul64(n, length)
		if length == 0 || over != 0 {
			return math.MaxUint64
		}
		n = product
	}
	return n
}

// cell returns the number of a chunk's cell, in the order of the grid.
func (b chunkBox) cell(at []uint64) uint64 {
	n := uint64(0)
	for dim, lo := range b.lo {
		n = n*(b.hi[dim]-lo+1) + at[dim] - lo
	}
	return n
}

// sort sorts the chunks of a box of so many cells.
func (b chunkBox) sort(chunks []newChunk, cells uint64) {
	ends := make([]uint32, cells) // of the chunks of each cell, after they are sorted
	targets := make([]uint32, len(chunks))
	for i := range chunks {
		cell := b.cell(chunks[i].Scaled)
		targets[i] = uint32(cell)
		ends[cell]++
	}
	end := uint32(0)
	for i, n := range ends {
		end += n
		ends[i] = end
	}
	for i, cell := range slices.Backward(targets) {
		ends[cell]--
		targets[i] = ends[cell]
	}
	// To change places takes no memory that nobody has touched before, as a copy would.
	for i := range chunks {
		for to := targets[i]; int(to) != i; to = targets[i] {
			chunks[i], chunks[to] = chunks[to], chunks[i]
			targets[i], targets[to] = targets[to], to
		}
	}
}
