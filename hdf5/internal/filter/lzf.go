package filter

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

// The longest match, of 7+255+2 bytes, takes three.
func (lzf) maxDecoded(n uint64) uint64 { return saturatingMul(n, (7+255+2)/3) }

func (lzf) maxEncoded(n uint64) uint64 { return incompressible(n) }
