package filter

import (
	"encoding/binary"
	"math"
	"slices"
)

// What LibLZF's format can express.
const (
	lzfMaxLiterals = 32          // in one run
	lzfMinMatch    = 3           // bytes
	lzfMaxMatch    = 2 + 7 + 255 // bytes
	lzfMaxDistance = 1 << 13
)

// lzf is filter 32000, which h5py brings along: LibLZF's format. The chunk is
// a sequence of runs of literal bytes and of matches, and has no checksum.
type lzf struct{}

func (lzf) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	out := s.out(limit)
	n, err := decodeLZF(out, src)
	return out[:n], err
}

// decodeLZF decodes src into dst and returns how many bytes it wrote.
//
// A control byte below 32 starts a run of that many literals and one more.
// Any other holds, in its three high bits, the length of a match less two,
// where seven means that a byte to be added follows; its five low bits and
// the next byte are the distance less one, high part first.
func decodeLZF(dst, src []byte) (int, error) {
	at := 0
	for i := 0; i < len(src); {
		ctrl := int(src[i])
		i++
		if ctrl < 1<<5 {
			n := ctrl + 1
			if n > len(src)-i {
				return at, errTruncated
			}
			if n > len(dst)-at {
				return at, errTooLong
			}
			copy(dst[at:], src[i:i+n])
			at += n
			i += n
			continue
		}
		n := ctrl >> 5
		if n == 7 {
			if i == len(src) {
				return at, errTruncated
			}
			n += int(src[i])
			i++
		}
		if i == len(src) {
			return at, errTruncated
		}
		dist := ctrl&0x1f<<8 | int(src[i])
		i++
		n += 2
		if err := copyMatch(dst, at, dist+1, n); err != nil {
			return at, err
		}
		at += n
	}
	return at, nil
}

// encode skips a chunk that does not shrink, as h5py's filter does.
func (lzf) encode(buf, src []byte) ([]byte, bool, error) {
	if uint64(len(src)) >= math.MaxUint32 {
		return buf, false, nil // beyond what appendLZF can count, and HDF5 too
	}
	out := appendLZF(slices.Grow(buf, len(src)+len(src)/lzfMaxLiterals+1), src)
	return out, len(out) < len(src), nil
}

// appendLZF appends src as decodeLZF takes it. It is greedy: it takes every
// match with the last place that began with the same three bytes.
func appendLZF(dst, src []byte) []byte {
	const hashBits = 13
	var last [1 << hashBits]uint32 // by hash of three bytes: one more than where they were
	start := 0                     // of the literals not yet written
	for i := 0; i+lzfMinMatch < len(src); {
		three := binary.LittleEndian.Uint32(src[i:]) << 8
		hash := three * 0x9e3779b1 >> (32 - hashBits)
		from := int(last[hash]) - 1
		last[hash] = uint32(i + 1)
		if from < 0 || i-from > lzfMaxDistance || binary.LittleEndian.Uint32(src[from:])<<8 != three {
			i++
			continue
		}
		n := lzfMinMatch + commonPrefix(src[from+lzfMinMatch:], src[i+lzfMinMatch:], lzfMaxMatch-lzfMinMatch)
		dst = appendLiterals(dst, src[start:i])
		dst = appendMatch(dst, i-from, n)
		i += n
		start = i
	}
	return appendLiterals(dst, src[start:])
}

// appendLiterals appends runs of literal bytes.
func appendLiterals(dst, literals []byte) []byte {
	for run := range slices.Chunk(literals, lzfMaxLiterals) {
		dst = append(dst, byte(len(run)-1))
		dst = append(dst, run...)
	}
	return dst
}

// appendMatch appends a match of n bytes that lie dist bytes back.
func appendMatch(dst []byte, dist, n int) []byte {
	dist--
	n -= 2
	if n < 7 {
		return append(dst, byte(n<<5|dist>>8), byte(dist))
	}
	return append(dst, byte(7<<5|dist>>8), byte(n-7), byte(dist))
}

// commonPrefix is how many bytes a and b share at their beginning, most at
// the most. b is the shorter one.
func commonPrefix(a, b []byte, most int) int {
	b = b[:min(len(b), most)]
	for i := range b {
		if a[i] != b[i] {
			return i
		}
	}
	return len(b)
}

// The longest match takes three bytes.
func (lzf) maxDecoded(n uint64) uint64 { return saturatingMul(n, lzfMaxMatch/3) }

func (lzf) maxEncoded(n uint64) uint64 { return incompressible(n) }
