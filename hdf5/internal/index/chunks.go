package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A Chunk is one stored chunk of a dataset.
type Chunk struct {
	// Scaled is the chunk's position in the grid of chunks: the position of its
	// first element divided by the chunk's shape. It is valid until the function
	// that it was yielded to returns.
	Scaled []uint64
	Addr   uint64 // where its stored bytes begin
	Size   uint64 // how many there are; they lie within the file
	Mask   uint32 // filters that were skipped, the pipeline's first in bit 0
}

// ChunkParams describes a chunked dataset to [OpenChunks].
type ChunkParams struct {
	Layout     format.Layout // of class Chunked
	Sizes      format.Sizes
	Dims       []uint64 // the dataset's extent, in elements
	MaxDims    []uint64 // the extent it may grow to; nil if it is Dims
	ElemSize   uint32   // bytes of an element
	Filtered   bool     // there is a filter pipeline
	ChunkBytes uint64   // bytes of a decoded chunk
}

// Chunks finds the stored chunks of one dataset. Nodes of its index are read
// when they are first needed and kept, packed, from then on: about 8 bytes a
// chunk. Of a leaf of a version 1 B-tree of which a few chunks are wanted only these are kept, until
// others are. It is safe for concurrent use.
type Chunks struct {
	r     *storage.Reader
	rank  int
	index chunkIndex
}

// A chunkIndex is one of the format's ways to find chunks.
type chunkIndex interface {
	// overlapping yields the stored chunks in b, which is not empty, in
	// row-major order. The yielded chunk's bytes have not been checked yet.
	overlapping(b box, yield func(Chunk) error) error
}

// OpenChunks returns the chunks of the dataset that p describes. It reads
// nothing but what p and its Layout contradict is an error already.
func OpenChunks(r *storage.Reader, p ChunkParams) (*Chunks, error) {
	g, err := newGrid(p)
	if err != nil {
		return nil, err
	}
	c := &Chunks{r: r, rank: len(p.Dims)}
	c.index, err = openChunkIndex(r, p, g)
	return c, err
}

// openChunkIndex returns the index of kind p.Layout.Index. An undefined address
// stands for an index that was never made: no chunk is stored.
func openChunkIndex(r *storage.Reader, p ChunkParams, g grid) (chunkIndex, error) {
	if p.Layout.Addr == format.Undefined {
		return noChunks{}, nil
	}
	switch p.Layout.Index {
	case format.IndexBTree1:
		return newChunkTree1(r, p), nil
	case format.IndexSingle:
		return newSingleChunk(p), nil
	case format.IndexImplicit:
		return newImplicitChunks(p, g)
	case format.IndexFixedArray:
		return newFixedChunks(r, p, g)
	case format.IndexExtensibleArray:
		return newExtensibleChunks(r, p, g)
	case format.IndexBTree2:
		return newChunkTree2(r, p), nil
	}
	return nil, fmt.Errorf("chunk index of kind %d: %w", p.Layout.Index, format.ErrUnsupported)
}

// Overlapping yields every stored chunk whose grid position p satisfies lo[d]
// <= p[d] < hi[d] in every dimension d, once, in row-major order. It reads only
// those nodes of the index that may hold such a chunk and that are not kept from earlier
// calls. A box that reaches beyond the dataset's extent can yield chunks
// that are left over from before the dataset shrank.
//
// An error of yield ends the walk and is returned as it is.
func (c *Chunks) Overlapping(lo, hi []uint64, yield func(Chunk) error) error {
	return c.walk(lo, hi, yield, c.index.overlapping)
}

// Visit yields what [Chunks.Overlapping] does, for those who ask once: it keeps no leaves of a
// version 1 B-tree, but reads them anew each time.
func (c *Chunks) Visit(lo, hi []uint64, yield func(Chunk) error) error {
	if tree, ok := c.index.(*chunkTree1); ok {
		return c.walk(lo, hi, yield, tree.visit)
	}
	return c.Overlapping(lo, hi, yield)
}

// walk checks what overlapping, or something that does the same, yields.
func (c *Chunks) walk(lo, hi []uint64, yield func(Chunk) error, overlapping func(box, func(Chunk) error) error) error {
	if len(lo) != c.rank || len(hi) != c.rank {
		return fmt.Errorf("box of %d and %d coordinates in a dataset of rank %d", len(lo), len(hi), c.rank)
	}
	b := box{lo, hi}
	if b.empty() {
		return nil
	}
	return overlapping(b, func(ch Chunk) error {
		if err := c.r.Check(ch.Addr, ch.Size); err != nil {
			return fmt.Errorf("chunk %v: %w", ch.Scaled, err)
		}
		return yield(ch)
	})
}

// noChunks is the index of a dataset that stores none.
type noChunks struct{}

func (noChunks) overlapping(box, func(Chunk) error) error { return nil }
