package index

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// fewChunks is up to how many chunks are looked for in a leaf of a version 1 B-tree as it is
// stored. A column of a matrix has one chunk in each of hundreds of leaves: to check and pack
// all of these takes several times as long as to read them. Who wants others later finds it worth it.
const fewChunks = 4

// A leafPick is what a walk wants of a leaf, and has found there.
type leafPick struct {
	wanted []uint64 // positions, those of a key, one after the other
	next   []uint64
	offset []uint64 // one of the positions in elements
	found  []Chunk  // as many as are wanted, or fewer
}

// pickedChunks are chunks that have been found in a leaf, with the memory for one of a matrix, as there are hundreds of
// these.
type pickedChunks struct {
	chunks    []Chunk
	positions []uint64

	chunk    [1]Chunk
	position [3]uint64
}

// newPicked returns room for the chunks at the positions that are wanted.
func newPicked(wanted []uint64) *pickedChunks {
	p := new(pickedChunks)
	p.chunks, p.positions = p.chunk[:0], append(p.position[:0], wanted...)
	return p
}

// pick yields the chunks of the box in a leaf, the i-th child of node, in which pos is the first
// position of the box: if they are few, all there, and no others have been wanted of this leaf. Otherwise
// it returns false and has yielded nothing.
//
// A chunk that is found is the right one, as its key says, whatever else is in the leaf. One that is not
// found may be hidden by keys that do not ascend: that leaf has to be loaded, with all checks.
func (w *chunkWalk1) pick(node *chunkNode1, i int, pos []uint64) (bool, error) {
	child := &node.children[i]
	if child.node.p.Load() != nil || !w.few(node, i, pos) {
		return false, nil
	}
	if err := w.flush(); err != nil {
		return false, err
	}
	if !w.recall(child) {
		if child.paid.Load() {
			return false, nil
		}
		if all, err := w.find(child, node.addrs[i]); !all {
			return false, err
		}
	}
	for _, c := range w.found {
		if err := w.yield(c); err != nil {
			return false, err
		}
	}
	return true, nil
}

// recall finds what is wanted among what has been found in the same leaf before, and reports
// whether all of it is there.
func (w *chunkWalk1) recall(child *chunkChild1) bool {
	picked := child.picked.Load()
	if picked == nil {
		return false
	}
	rank := len(w.dims)
	w.found = w.found[:0]
	for wanted := w.wanted; len(wanted) > 0; wanted = wanted[rank+1:] {
		k := slices.IndexFunc(picked.chunks, func(c Chunk) bool { return slices.Equal(c.Scaled, wanted[:rank]) })
		if k < 0 {
			return false
		}
		w.found = append(w.found, picked.chunks[k])
	}
	return true
}

// few lists the positions of the box in the i-th child of node, of which pos is the first, and
// reports whether these are all.
func (w *chunkWalk1) few(node *chunkNode1, i int, pos []uint64) bool {
	w.wanted, w.next = w.wanted[:0], append(w.next[:0], pos...)
	for more := true; more && node.keys.compare(i+1, w.next) > 0; more = w.box.after(w.next) {
		if len(w.wanted) == fewChunks*len(pos) {
			return false
		}
		w.wanted = append(w.wanted, w.next...)
	}
	return true
}

// find looks for what is wanted in the leaf at addr and reports whether all of it is there. It
// is kept then.
func (w *chunkWalk1) find(child *chunkChild1, addr uint64) (all bool, err error) {
	l := loadings.Get().(*loading)
	defer l.release()
	b, err := w.read(l, addr)
	if err != nil {
		return false, err
	}
	rank := len(w.dims)
	leaf, err := format.DecodeChunkLeaf(b, rank, w.sz)
	if err == nil {
		err = child.pay(w.budget, len(b))
	}
	if err != nil {
		return false, fmt.Errorf("chunk B-tree node at address %d: %w", addr, err)
	}
	picked := newPicked(w.wanted)
	for wanted := picked.positions; len(wanted) > 0; wanted = wanted[rank+1:] {
		pos := wanted[:rank:rank]
		if !w.locate(pos) {
			return false, nil
		}
		key, addr, ok := leaf.Find(w.offset)
		if !ok {
			return false, nil
		}
		picked.chunks = append(picked.chunks, Chunk{Scaled: pos, Addr: addr, Size: uint64(key.Size), Mask: key.Mask})
	}
	w.found = append(w.found[:0], picked.chunks...)
	child.picked.Store(picked)
	return true, nil
}

// locate makes offset that of the chunk at a position, and reports whether there can be one.
func (w *chunkWalk1) locate(pos []uint64) bool {
	w.offset = w.offset[:0]
	for d, scaled := range pos {
		hi, offset := bits.Mul64(scaled, w.dims[d])
		if hi != 0 {
			return false
		}
		w.offset = append(w.offset, offset)
	}
	w.offset = append(w.offset, 0) // within an element
	return true
}
