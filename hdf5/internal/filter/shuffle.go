package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// shuffle is filter 2: the first bytes of all elements, then the second bytes
// of all elements, and so on. Bytes after the last whole element stay where
// they are.
type shuffle struct {
	width int // bytes of an element
}

// newShuffle takes the width of an element from the filter's one parameter,
// which the library derives from the datatype, or else from the datatype.
func newShuffle(params []uint32, elemSize int) (shuffle, error) {
	width := uint64(max(elemSize, 0))
	if len(params) > 0 {
		width = uint64(params[0])
	}
	if width == 0 || width > 1<<31-1 {
		return shuffle{}, fmt.Errorf("elements of %d bytes", width)
	}
	return shuffle{width: int(width)}, nil
}

func (f shuffle) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	if len(src) > limit {
		return nil, errTooLong
	}
	if f.width == 1 || len(src)/f.width < 2 {
		return src, nil
	}
	out := s.out(len(src))
	unshuffle(out, src, f.width)
	return out, nil
}

// unshuffle undoes a byte shuffle of elements of width bytes. dst and src
// have the same length.
func unshuffle(dst, src []byte, width int) {
	n := len(src) / width
	whole := n * width
	switch width {
	case 2:
		unshuffle2(dst[:whole], src[:whole], n)
	case 4:
		unshuffle4(dst[:whole], src[:whole], n)
	case 8:
		unshuffle8(dst[:whole], src[:whole], n)
	default:
		for b := range width {
			plane := src[b*n : (b+1)*n]
			for i, at := 0, b; i < n; i, at = i+1, at+width {
				dst[at] = plane[i]
			}
		}
	}
	copy(dst[whole:], src[whole:])
}

func unshuffle2(dst, src []byte, n int) {
	p0, p1 := src[:n], src[n:][:n]
	for i := range p0 {
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(p0[i])|uint16(p1[i])<<8)
	}
}

func unshuffle4(dst, src []byte, n int) {
	p0, p1, p2, p3 := src[:n], src[n:][:n], src[2*n:][:n], src[3*n:][:n]
	for i := range p0 {
		v := uint32(p0[i]) | uint32(p1[i])<<8 | uint32(p2[i])<<16 | uint32(p3[i])<<24
		binary.LittleEndian.PutUint32(dst[4*i:], v)
	}
}

func unshuffle8(dst, src []byte, n int) {
	p0, p1, p2, p3 := src[:n], src[n:][:n], src[2*n:][:n], src[3*n:][:n]
	p4, p5, p6, p7 := src[4*n:][:n], src[5*n:][:n], src[6*n:][:n], src[7*n:][:n]
	for i := range p0 {
		lo := uint32(p0[i]) | uint32(p1[i])<<8 | uint32(p2[i])<<16 | uint32(p3[i])<<24
		hi := uint32(p4[i]) | uint32(p5[i])<<8 | uint32(p6[i])<<16 | uint32(p7[i])<<24
		binary.LittleEndian.PutUint64(dst[8*i:], uint64(lo)|uint64(hi)<<32)
	}
}

func (f shuffle) encode(buf, src []byte) ([]byte, bool, error) {
	if f.width == 1 || len(src)/f.width < 2 {
		return append(buf, src...), true, nil
	}
	out := slices.Grow(buf, len(src))[:len(src)]
	splitBytes(out, src, f.width)
	return out, true, nil
}

// splitBytes shuffles the bytes of elements of width bytes: it is the inverse
// of unshuffle. dst and src have the same length.
func splitBytes(dst, src []byte, width int) {
	n := len(src) / width
	whole := n * width
	switch width {
	case 2:
		split2(dst[:whole], src[:whole], n)
	case 4:
		split4(dst[:whole], src[:whole], n)
	case 8:
		split8(dst[:whole], src[:whole], n)
	default:
		for b := range width {
			plane := dst[b*n : (b+1)*n]
			for i, at := 0, b; i < n; i, at = i+1, at+width {
				plane[i] = src[at]
			}
		}
	}
	copy(dst[whole:], src[whole:])
}

func split2(dst, src []byte, n int) {
	p0, p1 := dst[:n], dst[n:][:n]
	for i := range p0 {
		v := binary.LittleEndian.Uint16(src[2*i:])
		p0[i], p1[i] = byte(v), byte(v>>8)
	}
}

func split4(dst, src []byte, n int) {
	p0, p1, p2, p3 := dst[:n], dst[n:][:n], dst[2*n:][:n], dst[3*n:][:n]
	for i := range p0 {
		v := binary.LittleEndian.Uint32(src[4*i:])
		p0[i], p1[i], p2[i], p3[i] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
}

func split8(dst, src []byte, n int) {
	p0, p1, p2, p3 := dst[:n], dst[n:][:n], dst[2*n:][:n], dst[3*n:][:n]
	p4, p5, p6, p7 := dst[4*n:][:n], dst[5*n:][:n], dst[6*n:][:n], dst[7*n:][:n]
	for i := range p0 {
		v := binary.LittleEndian.Uint64(src[8*i:])
		p0[i], p1[i], p2[i], p3[i] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
		p4[i], p5[i], p6[i], p7[i] = byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56)
	}
}

func (shuffle) maxDecoded(n uint64) uint64 { return n }
func (shuffle) maxEncoded(n uint64) uint64 { return n }
