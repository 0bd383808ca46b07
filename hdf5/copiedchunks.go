package hdf5

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
)

// A copiedChunk is a chunk of a matrix that is copied as it is stored. There may be millions of
// them, of which the garbage collector need know nothing: there is no pointer in one.
type copiedChunk struct {
	row, col   uint64 // in the grid
	addr, size uint64
	mask       uint32
}

func (c *copiedChunk) compare(o *copiedChunk) int {
	return cmp.Or(cmp.Compare(c.row, o.row), cmp.Compare(c.col, o.col))
}

// copiedInOrder passes copied chunks on in the order of the grid.
type copiedInOrder struct {
	chunks []copiedChunk
	places []uint32 // if not nil, of chunks in order: one more than where they are, or 0 for none
}

// inGridOrder takes chunks no two of which have the same place, whose order it may change.
func inGridOrder(chunks []copiedChunk) copiedInOrder {
	inOrder := func(a, b copiedChunk) int { return a.compare(&b) }
	if slices.IsSortedFunc(chunks, inOrder) {
		return copiedInOrder{chunks: chunks}
	}
	if places := gridPlaces(chunks); places != nil {
		return copiedInOrder{chunks, places}
	}
	slices.SortFunc(chunks, inOrder)
	return copiedInOrder{chunks: chunks}
}

// gridPlaces returns the places of chunks for each cell of the part of the grid that they are in, or nil if they are
// few for so many.
func gridPlaces(chunks []copiedChunk) []uint32 {
	lo, hi := chunks[0], chunks[0]
	for i := range chunks {
		c := &chunks[i]
		lo.row, lo.col = min(lo.row, c.row), min(lo.col, c.col)
		hi.row, hi.col = max(hi.row, c.row), max(hi.col, c.col)
	}
	height, width := hi.row-lo.row+1, hi.col-lo.col+1
	over, cells := bits.Mul64(height, width)
	if height == 0 || width == 0 || over != 0 || cells > min(sparseGrid*uint64(len(chunks)), math.MaxUint32) {
		return nil
	}
	places := make([]uint32, cells)
	for i := range chunks {
		c := &chunks[i]
		places[(c.row-lo.row)*width+c.col-lo.col] = uint32(i + 1)
	}
	return places
}

// next returns the next chunk, nil if there is none left.
func (o *copiedInOrder) next() *copiedChunk {
	if o.places == nil {
		if len(o.chunks) == 0 {
			return nil
		}
		c := &o.chunks[0]
		o.chunks = o.chunks[1:]
		return c
	}
	for i, place := range o.places {
		if place > 0 {
			o.places = o.places[i+1:]
			return &o.chunks[place-1]
		}
	}
	o.places = o.places[:0]
	return nil
}

// changedChunks are the chunks that are stored anew, dropped or copied, in the order of the grid. Of the same
// place in it, those that are copied come last.
type changedChunks struct {
	stored []newChunk // in that order
	copied copiedInOrder

	next *copiedChunk // of copied
	at   [2]uint64    // where that is
}

func newChangedChunks(stored []newChunk, copied []copiedChunk) *changedChunks {
	c := &changedChunks{stored: stored, copied: inGridOrder(copied)}
	c.advance()
	return c
}

// advance takes the next one of copied.
func (c *changedChunks) advance() {
	if c.next = c.copied.next(); c.next != nil {
		c.at = [2]uint64{c.next.row, c.next.col}
	}
}

// head returns the first chunk, whose position is valid until drop. There is one unless it returns false.
func (c *changedChunks) head() (newChunk, bool) {
	switch {
	case c.next == nil && len(c.stored) == 0:
		return newChunk{}, false
	case c.storedFirst():
		return c.stored[0], true
	}
	return newChunk{Chunk: index.Chunk{Scaled: c.at[:], Addr: c.next.addr, Size: c.next.size, Mask: c.next.mask}}, true
}

// storedFirst reports whether the first chunk, which there is, is one of stored.
func (c *changedChunks) storedFirst() bool {
	return c.next == nil || len(c.stored) > 0 && slices.Compare(c.stored[0].Scaled, c.at[:]) <= 0
}

// drop passes over the first chunk.
func (c *changedChunks) drop() {
	if c.storedFirst() {
		c.stored = c.stored[1:]
		return
	}
	c.advance()
}
