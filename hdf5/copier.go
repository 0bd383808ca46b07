package hdf5

import (
	"encoding/binary"
	"slices"
	"sync"
)

// scatter copies the selected elements of a piece, each of size bytes, to
// their places in dst, which holds the whole result.
func (p *plan) scatter(dst []byte, size int, pc *piece, values []byte) {
	if len(p.axes) == 0 {
		copy(dst, values)
		return
	}
	c := p.copier(dst, size, pc, values)
	defer c.release()
	c.copy(false)
}

// gather is the inverse of scatter: it copies from src, which holds all selected
// elements, those that lie in a piece to their places in its values.
func (p *plan) gather(pc *piece, values, src []byte) {
	if len(p.axes) == 0 {
		copy(values, src)
		return
	}
	c := p.copier(src, p.d.width, pc, values)
	defer c.release()
	c.copy(true)
}

// A copier copies the selected elements of one box into the result, or back.
type copier struct {
	size  int   // bytes of an element
	runs  []run // what is selected of the box, in each dimension
	inner int   // the last dimension of which more than one position is selected, or the first
	sides [2]copierSide
}

// A copierSide is the values of the box, or the result.
type copierSide struct {
	values []byte
	apart  []int // bytes between neighbours in each dimension
	row    []int // where the selected positions of the inner dimension are, in bytes from its beginning
}

// The sides of a copier.
const (
	boxSide = iota
	resultSide
)

var copiers = sync.Pool{New: func() any { return new(copier) }}

// copier returns what copies elements of size bytes between a piece's values and
// the result. It is to be released.
func (p *plan) copier(result []byte, size int, pc *piece, values []byte) *copier {
	rank := len(p.axes)
	c := copiers.Get().(*copier)
	c.size, c.runs = size, slices.Grow(c.runs[:0], rank)[:rank]
	box, to := &c.sides[boxSide], &c.sides[resultSide]
	box.values, to.values = values, result
	inBox, inResult := size, size
	box.apart, to.apart = slices.Grow(box.apart[:0], rank)[:rank], slices.Grow(to.apart[:0], rank)[:rank]
	for i := rank - 1; i >= 0; i-- {
		box.apart[i], to.apart[i] = inBox, inResult
		inBox *= pc.extent[i]
		inResult *= p.axes[i].n
		lo := pc.origin[i]
		c.runs[i] = p.axes[i].within(lo, min(lo+pc.extent[i], p.d.space.dims[i]))
	}
	return c
}

func (c *copier) release() {
	clear(c.runs)
	for i := range c.sides {
		c.sides[i].values = nil
	}
	copiers.Put(c)
}

// copy copies all that is selected of the box to the result, or back.
func (c *copier) copy(back bool) {
	box, result := &c.sides[boxSide], &c.sides[resultSide]
	c.inner = len(c.runs) - 1
	boxAt, resultAt := 0, 0
	for ; c.inner > 0 && c.runs[c.inner].n == 1; c.inner-- {
		boxAt += c.runs[c.inner].from(0) * box.apart[c.inner]
		resultAt += c.runs[c.inner].to(0) * result.apart[c.inner]
	}
	r := &c.runs[c.inner]
	box.row, result.row = box.row[:0], result.row[:0]
	if !c.together() {
		for k := range r.n {
			box.row = append(box.row, r.from(k)*box.apart[c.inner])
			result.row = append(result.row, r.to(k)*result.apart[c.inner])
		}
	}
	c.dimension(0, boxAt, resultAt, back)
}

// together reports whether the elements of a row are side by side in the box and in the result,
// and more than one.
func (c *copier) together() bool {
	r := &c.runs[c.inner]
	return c.inner == len(c.runs)-1 && r.dense() && r.n != 1
}

// dimension copies dimension dim and those below it, from offset box to offset result, which
// those of the dimensions below the inner one are part of.
func (c *copier) dimension(dim, box, result int, back bool) {
	if dim == c.inner {
		c.row(box, result, back)
		return
	}
	r := &c.runs[dim]
	inBox, inResult := c.sides[boxSide].apart[dim], c.sides[resultSide].apart[dim]
	for k := range r.n {
		c.dimension(dim+1, box+r.from(k)*inBox, result+r.to(k)*inResult, back)
	}
}

// row copies what is selected in the inner dimension, from offset box to offset result.
func (c *copier) row(box, result int, back bool) {
	from, to := &c.sides[boxSide], &c.sides[resultSide]
	last := &c.runs[len(c.runs)-1]
	if c.together() {
		box, result = box+last.src*c.size, result+last.dst*c.size
	}
	source, target := from.values[box:], to.values[result:]
	if back {
		from, to, source, target = to, from, target, source
	}
	if c.together() {
		copy(target, source[:last.n*c.size])
		return
	}
	moveElements(target, source, c.size, to.row, from.row)
}

// moveElements copies elements of size bytes from some places in src to as many in dst.
func moveElements(dst, src []byte, size int, to, from []int) {
	to = to[:len(from)]
	switch size { // calling copy for each takes several times as long
	case 1:
		for k, at := range from {
			dst[to[k]] = src[at]
		}
	case 2:
		for k, at := range from {
			binary.NativeEndian.PutUint16(dst[to[k]:], binary.NativeEndian.Uint16(src[at:]))
		}
	case 4:
		for k, at := range from {
			binary.NativeEndian.PutUint32(dst[to[k]:], binary.NativeEndian.Uint32(src[at:]))
		}
	case 8:
		for k, at := range from {
			binary.NativeEndian.PutUint64(dst[to[k]:], binary.NativeEndian.Uint64(src[at:]))
		}
	default:
		for k, at := range from {
			copy(dst[to[k]:][:size], src[at:])
		}
	}
}
