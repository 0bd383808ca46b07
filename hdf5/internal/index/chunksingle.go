package index

// A singleChunk is the index of a dataset that is one chunk, which the layout
// message describes (File Format Specification, section VII.A).
type singleChunk struct {
	addr, size uint64
	mask       uint32
}

func newSingleChunk(p ChunkParams) singleChunk {
	if l := p.Layout; l.SingleFiltered {
		return singleChunk{addr: l.Addr, size: l.SingleSize, mask: l.SingleMask}
	}
	return singleChunk{addr: p.Layout.Addr, size: p.ChunkBytes}
}

func (s singleChunk) overlapping(b box, yield func(Chunk) error) error {
	for _, lo := range b.lo {
		if lo > 0 {
			return nil
		}
	}
	return yield(Chunk{Scaled: make([]uint64, len(b.lo)), Addr: s.addr, Size: s.size, Mask: s.mask})
}
