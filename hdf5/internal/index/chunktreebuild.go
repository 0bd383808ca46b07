package index

import (
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// BuildChunkTree writes the version 1 B-tree of a chunked dataset and returns
// its root's address, [format.Undefined] if there is no chunk. All nodes are as
// full as they can be: 2*k children. Of layout it takes the shape of a chunk and
// the size of an element.
//
// Chunks come in row-major order. It asks for them one after another and keeps
// one node a level, so that any number will do; an error among them ends the
// build and is returned as it is.
func BuildChunkTree(w Writer, sz format.Sizes, k uint16, layout format.Layout, chunks iter.Seq2[Chunk, error]) (root uint64, err error) {
	if err := checkRank(k); err != nil {
		return 0, fmt.Errorf("chunk B-tree: %w", err)
	}
	rank := len(layout.ChunkDims)
	tree := newBTree1Builder(w, sz, k, format.BTree1ChunkKeySize(rank), true)
	var last []uint64 // position of the chunk before
	offset, key := make([]uint64, 0, rank+1), make([]byte, 0, format.BTree1ChunkKeySize(rank))
	for c, err := range chunks {
		if err != nil {
			return 0, err
		}
		if last != nil && slices.Compare(last, c.Scaled) >= 0 {
			return 0, fmt.Errorf("chunk B-tree: chunk %d after chunk %d: %w", c.Scaled, last, format.ErrUnencodable)
		}
		k, err := chunkKey(c, layout.ChunkDims, offset)
		if err != nil {
			return 0, fmt.Errorf("chunk B-tree: %w", err)
		}
		last = append(last[:0], c.Scaled...)
		key = format.AppendChunkKey(key[:0], k)
		if err := tree.add(0, key, c.Addr); err != nil {
			return 0, err
		}
	}
	if last == nil {
		return format.Undefined, nil
	}
	end, err := endKey(last, layout)
	if err != nil {
		return 0, fmt.Errorf("chunk B-tree: %w", err)
	}
	return tree.finish(format.AppendChunkKey(key[:0], end))
}

// chunkKey is the key of a chunk, with the memory of off.
func chunkKey(c Chunk, dims, off []uint64) (format.ChunkKey, error) {
	if c.Size > math.MaxUint32 || c.Addr == format.Undefined {
		return format.ChunkKey{}, fmt.Errorf("chunk %d of %d bytes at address %#x: %w", c.Scaled, c.Size, c.Addr, format.ErrUnencodable)
	}
	off, err := elementOffset(off[:0], c.Scaled, dims)
	return format.ChunkKey{Size: uint32(c.Size), Mask: c.Mask, Offset: append(off, 0)}, err
}

// endKey is the key after the last chunk. The C library takes one more than the
// chunk's position in every dimension, the one within an element included.
func endKey(last []uint64, layout format.Layout) (format.ChunkKey, error) {
	next := slices.Clone(last)
	for d := range next {
		next[d]++
	}
	off, err := elementOffset(nil, next, layout.ChunkDims)
	return format.ChunkKey{Offset: append(off, uint64(layout.ElemSize))}, err
}

// elementOffset appends to off the position in elements of the chunk at a position
// in the grid of chunks.
func elementOffset(off, scaled, dims []uint64) ([]uint64, error) {
	if len(scaled) != len(dims) {
		return nil, fmt.Errorf("chunk %d of rank %d in a dataset of rank %d: %w", scaled, len(scaled), len(dims), format.ErrUnencodable)
	}
	for d, n := range dims {
		hi, lo := bits.Mul64(scaled[d], n)
		if hi != 0 {
			return nil, fmt.Errorf("chunk %d of shape %d begins beyond element 2^64: %w", scaled, dims, format.ErrUnencodable)
		}
		off = append(off, lo)
	}
	return off, nil
}
