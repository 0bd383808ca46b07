package filter

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// fletcher32 is filter 3: a checksum in the last four bytes, little-endian.
type fletcher32 struct{}

const checksumSize = 4

func (fletcher32) decode(_ *scratch, src []byte, limit int) ([]byte, error) {
	if len(src) < checksumSize {
		return nil, fmt.Errorf("%d bytes, too few for a checksum", len(src))
	}
	data := src[:len(src)-checksumSize]
	if len(data) > limit {
		return nil, errTooLong
	}
	got, want := checksum(data), binary.LittleEndian.Uint32(src[len(data):])
	if got != want && swapHalves(got) != want {
		return nil, fmt.Errorf("checksum %#08x, stored is %#08x", got, want)
	}
	return data, nil
}

func (fletcher32) encode(buf, src []byte) ([]byte, bool, error) {
	buf = slices.Grow(buf, len(src)+checksumSize)
	buf = append(buf, src...)
	return binary.LittleEndian.AppendUint32(buf, checksum(src)), true, nil
}

// checksum is Fletcher's checksum over big-endian 16-bit words, a last odd
// byte being the high half of a word.
func checksum(data []byte) uint32 {
	// As many words as cannot overflow either sum.
	const block = 1 << 16 * 2
	var a, b uint64
	for len(data) > 1 {
		part := data[:min(len(data)&^1, block)]
		data = data[len(part):]
		for ; len(part) > 1; part = part[2:] {
			a += uint64(binary.BigEndian.Uint16(part))
			b += a
		}
		a, b = ones(a), ones(b)
	}
	if len(data) == 1 {
		a += uint64(data[0]) << 8
		b += a
	}
	return uint32(ones(b)<<16 | ones(a))
}

// ones reduces a sum to 16 bits as ones' complement addition does: modulo
// 65535, where only a sum of nothing but zeros gives zero.
func ones(sum uint64) uint64 {
	if sum == 0 {
		return 0
	}
	return (sum-1)%0xffff + 1
}

// swapHalves swaps the bytes within each half of a checksum: that is what
// version 1.6.2 of the library stored on little-endian machines, and what
// later versions accept for its sake.
func swapHalves(sum uint32) uint32 {
	return sum&0x00ff00ff<<8 | sum>>8&0x00ff00ff
}

func (fletcher32) maxDecoded(n uint64) uint64 { return max(n, checksumSize) - checksumSize }
func (fletcher32) maxEncoded(n uint64) uint64 { return saturatingAdd(n, checksumSize) }
