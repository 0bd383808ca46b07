package filter

import (
	"encoding/binary"
	"fmt"
)

// bitshuffle is filter 32008. It cuts the chunk into blocks of elements and
// stores of each block the lowest bits of all elements, then the next bits,
// and so on. It may compress each block as well, in which case the decoded
// size in 8 bytes and the size of a block in 4 come first, and the stored
// size in 4 before each block, all big-endian.
//
// Blocks have a multiple of eight elements. What remains of a chunk is a
// shorter such block, and then the last up to seven elements as they are.
type bitshuffle struct {
	width uint64 // bytes of an element
	block uint64 // elements of a block, unless the chunk says otherwise
	codec uint32
}

// The ways in which bitshuffle stores a block.
const (
	bitshufflePlain = 0
	bitshuffleLZ4   = 2
	bitshuffleZstd  = 3
)

const bitshuffleHeader = 8 + 4

// newBitshuffle takes the filter's parameters: two version numbers, the size
// of an element, the number of elements in a block or 0, the codec and its
// level. Only the first three are always there.
func newBitshuffle(params []uint32) (decoder, error) {
	if len(params) < 3 || params[2] == 0 {
		return nil, fmt.Errorf("size of an element is missing")
	}
	f := bitshuffle{width: uint64(params[2])}
	if len(params) > 3 {
		f.block = uint64(params[3])
	}
	if len(params) > 4 {
		f.codec = params[4]
	}
	if f.block == 0 {
		f.block = defaultBitshuffleBlock(f.width)
	}
	if f.block%8 != 0 {
		return nil, fmt.Errorf("blocks of %d elements, not a multiple of 8", f.block)
	}
	return f, nil
}

// defaultBitshuffleBlock is how many elements a block has if nothing says so.
func defaultBitshuffleBlock(width uint64) uint64 {
	const target, least = 8192, 128
	return max(target/width&^7, least)
}

func (f bitshuffle) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	switch f.codec {
	case bitshufflePlain:
		return f.decodePlain(s, src, limit)
	case bitshuffleLZ4, bitshuffleZstd:
		return f.decodeCompressed(s, src, limit)
	}
	return nil, &UnknownError{ID: idBitshuffle, Name: fmt.Sprintf("bitshuffle, codec %d", f.codec)}
}

func (f bitshuffle) decodePlain(s *scratch, src []byte, limit int) ([]byte, error) {
	if len(src) > limit {
		return nil, errTooLong
	}
	if uint64(len(src))%f.width != 0 {
		return nil, fmt.Errorf("%d bytes are not a whole number of elements of %d", len(src), f.width)
	}
	out := s.out(len(src))
	rest := out
	for len(rest) > 0 {
		n := f.nextBlock(uint64(len(rest)), f.block)
		if n == 0 {
			copy(rest, src)
			break
		}
		bitUnshuffle(rest[:n], src[:n], int(f.width))
		rest, src = rest[n:], src[n:]
	}
	return out, nil
}

func (f bitshuffle) decodeCompressed(s *scratch, src []byte, limit int) ([]byte, error) {
	if len(src) < bitshuffleHeader {
		return nil, errTruncated
	}
	size, block := binary.BigEndian.Uint64(src), uint64(binary.BigEndian.Uint32(src[8:]))/f.width
	src = src[bitshuffleHeader:]
	if size > uint64(limit) {
		return nil, fmt.Errorf("decodes to %d bytes, at most %d can be", size, limit)
	}
	if size%f.width != 0 {
		return nil, fmt.Errorf("%d bytes are not a whole number of elements of %d", size, f.width)
	}
	if block == 0 || block%8 != 0 {
		return nil, fmt.Errorf("blocks of %d elements, not a multiple of 8", block)
	}
	out := s.out(int(size))
	for rest := out; len(rest) > 0; {
		n := f.nextBlock(uint64(len(rest)), block)
		if n == 0 {
			if len(src) < len(rest) {
				return nil, errTruncated
			}
			copy(rest, src)
			break
		}
		taken, err := f.decodeBlock(s, rest[:n], src)
		if err != nil {
			return nil, fmt.Errorf("block at byte %d of the result: %w", len(out)-len(rest), err)
		}
		rest, src = rest[n:], src[taken:]
	}
	return out, nil
}

// nextBlock is the size in bytes of the block that the next n bytes start
// with. It is 0 if fewer than eight elements are left.
func (f bitshuffle) nextBlock(n, block uint64) int {
	return int(min(block, n/f.width&^7) * f.width)
}

// decodeBlock decodes the compressed block that src starts with into dst,
// which it fills, and returns how many bytes of src it took.
func (f bitshuffle) decodeBlock(s *scratch, dst, src []byte) (int, error) {
	stored, err := lengthPrefixed(src)
	if err != nil {
		return 0, err
	}
	planes := room(&s.block, len(dst))
	n := len(planes)
	if f.codec == bitshuffleLZ4 {
		err = decodeLZ4(planes, stored)
	} else {
		n, err = s.zstd.decode(planes, stored)
	}
	if err != nil {
		return 0, err
	}
	if n != len(planes) {
		return 0, fmt.Errorf("decodes to %d bytes, not %d", n, len(planes))
	}
	bitUnshuffle(dst, planes, int(f.width))
	return 4 + len(stored), nil
}

// bitUnshuffle undoes a bit shuffle of elements of width bytes, of which
// there are a multiple of eight. dst and src have the same length.
func bitUnshuffle(dst, src []byte, width int) {
	plane := len(src) / width / 8 // bytes that one bit of all elements takes
	for b := range width {
		planes := src[b*8*plane:][:8*plane]
		for i := range plane {
			var m uint64
			for k := range 8 {
				m |= uint64(planes[k*plane+i]) << (8 * k)
			}
			m = transpose8(m)
			at := i*8*width + b
			for range 8 {
				dst[at] = byte(m)
				m >>= 8
				at += width
			}
		}
	}
}

// transpose8 transposes a matrix of 8 by 8 bits, one byte a row.
func transpose8(m uint64) uint64 {
	t := (m ^ m>>7) & 0x00aa00aa00aa00aa
	m ^= t ^ t<<7
	t = (m ^ m>>14) & 0x0000cccc0000cccc
	m ^= t ^ t<<14
	t = (m ^ m>>28) & 0x00000000f0f0f0f0
	return m ^ t ^ t<<28
}

func (f bitshuffle) maxDecoded(n uint64) uint64 {
	switch f.codec {
	case bitshuffleLZ4:
		return saturatingMul(n, lz4Ratio)
	case bitshuffleZstd:
		return saturatingMul(n, zstdRatio)
	}
	return n
}

// The shortest blocks have eight bytes, which can take three times as many.
func (f bitshuffle) maxEncoded(n uint64) uint64 {
	if f.codec == bitshufflePlain {
		return n
	}
	return saturatingAdd(saturatingMul(n, 4), bitshuffleHeader)
}
