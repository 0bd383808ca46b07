package nonzero

import "encoding/binary"

// significant has the bits of eight bytes of memory set, the first byte the least significant, that tell
// elements of some width from zero: all but the signs of floating point numbers.
func significant(width int, float bool) uint64 {
	if !float {
		return ^uint64(0)
	}
	sign := 7 // the bit of the first element that is its sign
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		sign += 8 * (width - 1)
	}
	signs := uint64(0)
	for ; sign < 64; sign += 8 * width {
		signs |= 1 << sign
	}
	return ^signs
}

// wordMasks is masks where nothing but words can be computed with. What is said of bits here
// holds for both byte orders: memory is loaded with its first byte as the least
// significant one, and what an element is does not matter, as long as it is not zero.
func wordMasks(dst []uint64, values []byte, width int, keep uint64) {
	for i := range dst {
		switch width {
		case 1:
			dst[i] = wordMask1((*[group]byte)(values[group*i:]), keep)
		case 2:
			dst[i] = wordMask2((*[2 * group]byte)(values[2*group*i:]), keep)
		case 4:
			dst[i] = wordMask4((*[4 * group]byte)(values[4*group*i:]), keep)
		default:
			dst[i] = wordMask8((*[8 * group]byte)(values[8*group*i:]), keep)
		}
	}
}

// An element v is not zero if v or v plus all bits but the highest have the highest one
// set: the sum carries into that bit, and no further.

func wordMask1(b *[group]byte, keep uint64) (mask uint64) {
	const (
		low  = 0x7f7f7f7f7f7f7f7f
		ones = 0x0101010101010101
		// The product of ones with it has them side by side in the upper byte: no two of
		// its terms meet in one bit.
		gather = 0x0102040810204080
	)
	// Of 64 bytes of larger elements, often none is set.
	var all uint64
	for i := range len(b) / 8 {
		all |= binary.LittleEndian.Uint64(b[8*i:])
	}
	if all&keep == 0 {
		return 0
	}
	for i := range len(b) / 8 {
		v := binary.LittleEndian.Uint64(b[8*i:]) & keep
		v = (v&low + low | v) >> 7 & ones
		mask |= v * gather >> 56 << (8 * i)
	}
	return mask
}

func wordMask2(b *[2 * group]byte, keep uint64) (mask uint64) {
	const (
		low    = 0x7fff7fff7fff7fff
		ones   = 0x0001000100010001
		gather = 0x1000200040008000 // as above, in the upper four bits
	)
	for i := range len(b) / 8 {
		v := binary.LittleEndian.Uint64(b[8*i:]) & keep
		v = (v&low + low | v) >> 15 & ones
		mask |= v * gather >> 60 << (4 * i)
	}
	return mask
}

func wordMask4(b *[4 * group]byte, keep uint64) uint64 {
	const low, high = 0x7fffffff7fffffff, 0x8000000080000000
	// The upper bit of each element, for those with even places side by side in the
	// lower half, and for the others in the upper half.
	var mask uint64
	for i := 0; i < len(b)/8; i += 4 {
		w := (*[32]byte)(b[8*i:])
		v0, v1 := binary.LittleEndian.Uint64(w[0:])&keep, binary.LittleEndian.Uint64(w[8:])&keep
		v2, v3 := binary.LittleEndian.Uint64(w[16:])&keep, binary.LittleEndian.Uint64(w[24:])&keep
		v0, v1 = (v0&low+low|v0)&high, (v1&low+low|v1)&high
		v2, v3 = (v2&low+low|v2)&high, (v3&low+low|v3)&high
		mask |= (v0>>31 | v1>>30 | v2>>29 | v3>>28) << i
	}
	if mask == 0 {
		return 0
	}
	return spread(mask&0xffffffff) | spread(mask>>32)<<1
}

// spread moves bit k of 32 bits to 2*k.
func spread(v uint64) uint64 {
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

func wordMask8(b *[8 * group]byte, keep uint64) (mask uint64) {
	for i := range group {
		v := binary.LittleEndian.Uint64(b[8*i:]) & keep
		mask |= (v | -v) >> 63 << i
	}
	return mask
}
