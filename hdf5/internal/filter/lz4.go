package filter

import (
	"encoding/binary"
	"fmt"

	"github.com/pierrec/lz4/v4"
)

// lz4Blocks is filter 32004, the HDF Group's LZ4 plug-in. All numbers are
// big-endian: the decoded size in 8 bytes and the size of a block in 4, then
// for each block its stored size in 4 bytes and its bytes. A block whose
// stored size is its decoded size is not compressed. The last block may be
// short.
type lz4Blocks struct{}

const lz4Header = 8 + 4

func (lz4Blocks) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	if len(src) < lz4Header {
		return nil, errTruncated
	}
	size, block := binary.BigEndian.Uint64(src), uint64(binary.BigEndian.Uint32(src[8:]))
	src = src[lz4Header:]
	if size > uint64(limit) {
		return nil, fmt.Errorf("decodes to %d bytes, at most %d can be", size, limit)
	}
	if block == 0 && size > 0 {
		return nil, fmt.Errorf("blocks of no bytes")
	}
	out := s.out(int(size))
	for rest := out; len(rest) > 0; {
		part := rest[:min(block, uint64(len(rest)))]
		n, err := decodeLZ4Block(part, src)
		if err != nil {
			return nil, fmt.Errorf("block at byte %d of the result: %w", len(out)-len(rest), err)
		}
		src, rest = src[n:], rest[len(part):]
	}
	return out, nil
}

// decodeLZ4Block decodes the block that src starts with into dst, which it
// fills, and returns how many bytes of src it took.
func decodeLZ4Block(dst, src []byte) (int, error) {
	stored, err := lengthPrefixed(src)
	if err != nil {
		return 0, err
	}
	if len(stored) == len(dst) {
		copy(dst, stored)
	} else if err := decodeLZ4(dst, stored); err != nil {
		return 0, err
	}
	return 4 + len(stored), nil
}

// lengthPrefixed returns the bytes whose number, big-endian, src starts with.
func lengthPrefixed(src []byte) ([]byte, error) {
	if len(src) < 4 {
		return nil, errTruncated
	}
	n := binary.BigEndian.Uint32(src)
	if uint64(n) > uint64(len(src)-4) {
		return nil, fmt.Errorf("%d bytes are to follow where %d do", n, len(src)-4)
	}
	return src[4 : 4+n], nil
}

// decodeLZ4 decodes one LZ4 block into dst, which it must fill.
func decodeLZ4(dst, src []byte) error {
	n, err := lz4.UncompressBlock(src, dst)
	if err != nil {
		return err
	}
	if n != len(dst) {
		return fmt.Errorf("decodes to %d bytes, not %d", n, len(dst))
	}
	return nil
}

// lz4Ratio is what a byte that lengthens a match adds to it at the most.
const lz4Ratio = 255

func (lz4Blocks) maxDecoded(n uint64) uint64 { return saturatingMul(n, lz4Ratio) }

// A block may be as short as one byte, which then takes five.
func (lz4Blocks) maxEncoded(n uint64) uint64 {
	return saturatingAdd(saturatingMul(n, 5), lz4Header)
}
