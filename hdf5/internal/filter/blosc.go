package filter

import (
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/snappy"
)

// blosc is filter 32001: the chunk is one Blosc chunk of format version 2,
// which Blosc 1.x writes (README_CHUNK_FORMAT of c-blosc). It is cut into
// blocks that are shuffled by byte or by bit and then compressed by one of
// several codecs; a block may be split into the planes that shuffling made,
// each compressed by itself. All numbers are little-endian.
type blosc struct{}

const (
	bloscVersion = 2
	bloscHeader  = 16

	// A block is split only if it has at most so many planes and these are
	// at least so long.
	bloscMaxSplits = 16
	bloscMinSplit  = 128
)

// The flags in a Blosc chunk's header. The three high bits are the codec.
const (
	bloscShuffle    = 0x01
	bloscStored     = 0x02
	bloscBitShuffle = 0x04
	bloscReserved   = 0x08
	bloscDontSplit  = 0x10
)

// Blosc's codecs.
const (
	bloscLZ     = 0
	bloscLZ4    = 1 // LZ4HC too: the format is the same
	bloscSnappy = 2
	bloscZlib   = 3
	bloscZstd   = 4
)

// A bloscChunk is a Blosc chunk whose header was read and checked.
type bloscChunk struct {
	data  []byte // with the header, from which offsets count
	flags byte
	width int // bytes of an element
	size  int // decoded bytes
	block int // decoded bytes of a block; the last may be short
}

func (blosc) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	c, err := parseBlosc(src, limit)
	if err != nil {
		return nil, err
	}
	if c.flags&bloscStored != 0 {
		if c.size > len(c.data)-bloscHeader {
			return nil, errTruncated
		}
		return c.data[bloscHeader:][:c.size], nil
	}
	out := s.out(c.size)
	for i, rest := 0, out; len(rest) > 0; i++ {
		part := rest[:min(c.block, len(rest))]
		if err := c.decodeBlock(s, part, i); err != nil {
			return nil, fmt.Errorf("block %d: %w", i, err)
		}
		rest = rest[len(part):]
	}
	return out, nil
}

// parseBlosc reads a chunk's header and holds it against the chunk's length.
func parseBlosc(src []byte, limit int) (bloscChunk, error) {
	if len(src) < bloscHeader {
		return bloscChunk{}, errTruncated
	}
	var (
		size   = binary.LittleEndian.Uint32(src[4:])
		block  = binary.LittleEndian.Uint32(src[8:])
		stored = binary.LittleEndian.Uint32(src[12:])
	)
	c := bloscChunk{flags: src[2], width: int(src[3])}
	switch {
	case src[0] != bloscVersion:
		return c, fmt.Errorf("format version %d, not %d", src[0], bloscVersion)
	case c.flags&bloscReserved != 0:
		return c, fmt.Errorf("reserved flag is set")
	case c.width == 0:
		return c, fmt.Errorf("elements of no bytes")
	case uint64(size) > uint64(limit):
		return c, fmt.Errorf("decodes to %d bytes, at most %d can be", size, limit)
	case size > 0 && (block == 0 || block > size):
		return c, fmt.Errorf("blocks of %d bytes in a chunk of %d", block, size)
	case stored < bloscHeader || uint64(stored) > uint64(len(src)):
		return c, fmt.Errorf("says that it has %d bytes of %d", stored, len(src))
	}
	c.data, c.size, c.block = src[:stored], int(size), int(block)
	if c.flags&bloscStored != 0 || c.size == 0 {
		return c, nil
	}
	if c.codec() > bloscZstd {
		return c, &UnknownError{ID: idBlosc, Name: fmt.Sprintf("blosc, codec %d", c.codec())}
	}
	// Where each block starts comes right after the header.
	if (c.size-1)/c.block >= (len(c.data)-bloscHeader)/4 {
		return c, errTruncated
	}
	return c, nil
}

// codec is the number of the codec of all blocks.
func (c *bloscChunk) codec() byte { return c.flags >> 5 }

// decompress decodes what one call of the codec wrote into dst and returns
// how many bytes it wrote there.
func (c *bloscChunk) decompress(s *scratch, dst, src []byte) (int, error) {
	switch c.codec() {
	case bloscLZ:
		return decodeBloscLZ(dst, src)
	case bloscLZ4:
		return len(dst), decodeLZ4(dst, src)
	case bloscSnappy:
		return decodeSnappy(dst, src)
	case bloscZlib:
		return s.inflater.Inflate(dst, src)
	default:
		return s.zstd.decode(dst, src)
	}
}

func decodeSnappy(dst, src []byte) (int, error) {
	n, err := snappy.DecodedLen(src)
	if err != nil {
		return 0, err
	}
	if n > len(dst) {
		return 0, errTooLong
	}
	out, err := snappy.Decode(dst, src)
	return len(out), err
}

// decodeBlock decodes block i into dst, which it fills.
func (c *bloscChunk) decodeBlock(s *scratch, dst []byte, i int) error {
	start := binary.LittleEndian.Uint32(c.data[bloscHeader+4*i:])
	if uint64(start) > uint64(len(c.data)) {
		return fmt.Errorf("starts at byte %d of %d", start, len(c.data))
	}
	src := c.data[start:]
	switch {
	case c.flags&bloscShuffle != 0 && c.width > 1:
		planes := room(&s.block, len(dst))
		if err := c.decodeSplits(s, planes, src); err != nil {
			return err
		}
		unshuffle(dst, planes, c.width)
	case c.flags&bloscBitShuffle != 0 && len(dst) >= c.width:
		planes := room(&s.block, len(dst))
		if err := c.decodeSplits(s, planes, src); err != nil {
			return err
		}
		bloscBitUnshuffle(dst, planes, c.width)
	default:
		return c.decodeSplits(s, dst, src)
	}
	return nil
}

// bloscBitUnshuffle undoes Blosc's bit shuffle, which leaves a block alone
// whose elements are not a multiple of eight, and the bytes that follow the
// last element.
func bloscBitUnshuffle(dst, src []byte, width int) {
	whole := len(src) / width * width
	if whole/width%8 != 0 {
		whole = 0
	}
	bitUnshuffle(dst[:whole], src[:whole], width)
	copy(dst[whole:], src[whole:])
}

// decodeSplits decodes what src starts with, a block or each of its splits,
// into dst, which it fills.
func (c *bloscChunk) decodeSplits(s *scratch, dst, src []byte) error {
	splits := 1
	if c.flags&bloscDontSplit == 0 && c.width <= bloscMaxSplits &&
		len(dst) == c.block && c.block/c.width >= bloscMinSplit {
		splits = c.width
	}
	if len(dst)%splits != 0 {
		return fmt.Errorf("%d bytes in %d splits", len(dst), splits)
	}
	n := len(dst) / splits
	for ; len(dst) > 0; dst = dst[n:] {
		if len(src) < 4 {
			return errTruncated
		}
		stored := binary.LittleEndian.Uint32(src)
		src = src[4:]
		if uint64(stored) > uint64(len(src)) {
			return errTruncated
		}
		if int(stored) == n {
			copy(dst, src[:n])
		} else if m, err := c.decompress(s, dst[:n], src[:stored]); err != nil {
			return err
		} else if m != n {
			return fmt.Errorf("decodes to %d bytes, not %d", m, n)
		}
		src = src[stored:]
	}
	return nil
}

// Of all codecs Zstandard has the highest ratio. A chunk whose blocks overlap
// in the stored bytes could reach a higher one, but no writer makes such.
func (blosc) maxDecoded(n uint64) uint64 { return saturatingMul(n, zstdRatio) }
func (blosc) maxEncoded(n uint64) uint64 { return incompressible(n) }
