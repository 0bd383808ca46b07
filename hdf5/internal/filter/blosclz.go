package filter

import "math"

// blosclzFar is the distance from which on a match of BloscLZ has its
// distance in two further bytes.
const blosclzFar = 1<<13 - 1

// decodeBloscLZ decodes a BloscLZ stream, Blosc's own codec, into dst and
// returns how many bytes it wrote.
//
// It resembles LZF: a control byte below 32 starts a run of that many
// literals and one more. Any other holds the length of a match less two in
// its three high bits; seven means that bytes to be added follow, up to and
// with the first that is not 255. Its five low bits and the byte after the
// length are the distance less one, high part first, and all ones in these 13
// bits say that the distance is the next two bytes plus 8192. The first
// control byte always starts a run, whatever its high bits.
func decodeBloscLZ(dst, src []byte) (int, error) {
	if len(src) == 0 {
		return 0, errTruncated
	}
	at, i := 0, 1
	for ctrl := int(src[0] & 0x1f); ; {
		n := ctrl + 1
		if ctrl < 1<<5 {
			if n > len(src)-i {
				return at, errTruncated
			}
			if n > len(dst)-at {
				return at, errTooLong
			}
			copy(dst[at:], src[i:i+n])
			i += n
		} else {
			var dist int
			var ok bool
			if n, dist, i, ok = bloscLZMatch(ctrl, src, i); !ok {
				return at, errTruncated
			}
			if err := copyMatch(dst, at, dist, n); err != nil {
				return at, err
			}
		}
		at += n
		if i == len(src) {
			return at, nil
		}
		ctrl = int(src[i])
		i++
	}
}

// bloscLZMatch reads what follows the control byte of a match from src[i:]:
// it returns the length and the distance, and where in src the match ends. It
// reports false if src ends first.
func bloscLZMatch(ctrl int, src []byte, i int) (n, dist, end int, ok bool) {
	n = ctrl>>5 + 2
	if ctrl>>5 == 7 {
		for more := true; more; i++ {
			if i == len(src) {
				return 0, 0, 0, false
			}
			n = min(n+int(src[i]), math.MaxInt32-0xff) // more than a block has
			more = src[i] == 0xff
		}
	}
	if i == len(src) {
		return 0, 0, 0, false
	}
	dist = ctrl&0x1f<<8 | int(src[i])
	i++
	if dist == blosclzFar {
		if len(src)-i < 2 {
			return 0, 0, 0, false
		}
		dist += int(src[i])<<8 | int(src[i+1])
		i += 2
	}
	return n, dist + 1, i, true
}
