package filter

import (
	"slices"
	"sync"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

// maxPooled is the largest buffer that is kept for the next chunk. Chunks can
// be as large as a whole matrix; what was needed for one of those is given
// back at once.
const maxPooled = 64 << 20

// A scratch is what one chunk needs on its way through the filters besides
// its input and output: two buffers between which the filters take turns, and
// the state of the decompressors. It is pooled, so that nothing is allocated
// once each worker has met the largest chunk.
type scratch struct {
	dst   []byte // the caller's buffer, for the last filter at work
	last  bool   // the filter at work is the last one
	inDst bool   // the caller's buffer has the result

	spare [2][]byte
	turn  int // which of spare is free

	block []byte // one block of a filter that works in blocks

	inflater zlib.Inflater
	zstd     zstdDecoder
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// getScratch takes a scratch from the pool for a chunk that is to end up in
// dst.
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

// free is an empty buffer for the filter at work to append its result to. It
// is not the one that it reads.
func (s *scratch) free() []byte {
	if s.last {
		return s.dst[:0]
	}
	return s.spare[s.turn][:0]
}

// keep takes the buffer from free back, which may have been replaced by a
// larger one. It has the result of the filter at work if ok is set.
func (s *scratch) keep(buf []byte, ok bool) {
	if s.last {
		s.inDst = ok
		return
	}
	s.spare[s.turn] = buf
	if ok {
		s.turn ^= 1
	}
}

// room is n bytes of *buf, which is replaced if it is too small.
func room(buf *[]byte, n int) []byte {
	if cap(*buf) < n {
		*buf = slices.Grow([]byte(nil), n)
	}
	return (*buf)[:n]
}
