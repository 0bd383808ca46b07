package filter

import (
	"slices"
	"sync"
)

// maxPooled is the largest buffer that is kept for the next chunk. Chunks can
// be as large as a whole matrix; what was needed for one of those is given
// back at once.
const maxPooled = 64 << 20

// A scratch is what decoding one chunk needs besides its input and output:
// two buffers between which the filters take turns, and the state of the
// decompressors. It is pooled, so that decoding does not allocate once each
// worker has met the largest chunk.
type scratch struct {
	dst   []byte // the caller's buffer, for the last filter to be undone
	last  bool   // the filter at work is the last one to be undone
	inDst bool   // out has handed out the caller's buffer

	spare [2][]byte
	turn  int // which of spare is free

	block []byte // one block of a filter that works in blocks

	inflater inflater
	zstd     zstdDecoder
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// getScratch takes a scratch from the pool for a chunk that is to be decoded
// into dst.
func getScratch(dst []byte) *scratch {
	s := scratches.Get().(*scratch)
	s.dst, s.last, s.inDst, s.turn = dst, false, false, 0
	return s
}

// release gives the scratch back without holding on to the caller's buffer.
func (s *scratch) release() {
	s.dst = nil
	for i := range s.spare {
		if cap(s.spare[i]) > maxPooled {
			s.spare[i] = nil
		}
	}
	if cap(s.block) > maxPooled {
		s.block = nil
	}
	scratches.Put(s)
}

// out is n bytes for the filter at work to write its result to. They are not
// those that it reads, and their contents are undefined.
func (s *scratch) out(n int) []byte {
	if s.last {
		s.inDst = true
		return room(&s.dst, n)
	}
	buf := room(&s.spare[s.turn], n)
	s.turn ^= 1
	return buf
}

// room is n bytes of *buf, which is replaced if it is too small.
func room(buf *[]byte, n int) []byte {
	if cap(*buf) < n {
		*buf = slices.Grow([]byte(nil), n)
	}
	return (*buf)[:n]
}
