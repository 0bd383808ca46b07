package index

// A box is the axis-aligned region of grid positions p with lo[d] <= p[d] <
// hi[d] in every dimension d, in row-major order: the last dimension varies
// fastest.
type box struct{ lo, hi []uint64 }

// empty reports whether no position lies in the box.
func (b box) empty() bool {
	for d := range b.lo {
		if b.lo[d] >= b.hi[d] {
			return true
		}
	}
	return false
}

// contains reports whether p is a position of the box.
func (b box) contains(p []uint64) bool {
	for d, at := range p {
		if at < b.lo[d] || at >= b.hi[d] {
			return false
		}
	}
	return true
}

// seek moves p to the first position of the box that is p or comes after it in
// row-major order, and reports whether there is one. The box must not be empty.
func (b box) seek(p []uint64) bool {
	for d := range p {
		switch {
		case p[d] < b.lo[d]:
			copy(p[d:], b.lo[d:])
			return true
		case p[d] >= b.hi[d]:
			return b.carry(p, d)
		}
	}
	return true
}

// carry moves p to the first position of the box after all those that share
// p's first d coordinates.
func (b box) carry(p []uint64, d int) bool {
	for d--; d >= 0; d-- {
		if p[d]+1 < b.hi[d] {
			p[d]++
			copy(p[d+1:], b.lo[d+1:])
			return true
		}
	}
	return false
}

// after moves p, a position of the box, to the one after it and reports whether
// there is one.
func (b box) after(p []uint64) bool {
	return b.carry(p, len(p))
}
