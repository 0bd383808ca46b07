package format

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Checksum is the 32-bit checksum that guards metadata blocks of versions 2 and
// later: Bob Jenkins's lookup3 "hashlittle" with initial value 0 (section VII.B
// of the specification). It covers every byte of a block before the checksum
// field itself.
func Checksum(b []byte) uint32 {
	seed := 0xdeadbeef + uint32(len(b))
	x, y, z := seed, seed, seed
	for len(b) > 12 {
		x += binary.LittleEndian.Uint32(b)
		y += binary.LittleEndian.Uint32(b[4:])
		z += binary.LittleEndian.Uint32(b[8:])
		x, y, z = mix(x, y, z)
		b = b[12:]
	}
	if len(b) == 0 {
		return z
	}
	var tail [12]byte
	copy(tail[:], b)
	x += binary.LittleEndian.Uint32(tail[0:])
	y += binary.LittleEndian.Uint32(tail[4:])
	z += binary.LittleEndian.Uint32(tail[8:])
	return finalMix(x, y, z)
}

// mix stirs one 12-byte group into the state, reversibly.
func mix(x, y, z uint32) (uint32, uint32, uint32) {
	x = (x - z) ^ bits.RotateLeft32(z, 4)
	z += y
	y = (y - x) ^ bits.RotateLeft32(x, 6)
	x += z
	z = (z - y) ^ bits.RotateLeft32(y, 8)
	y += x
	x = (x - z) ^ bits.RotateLeft32(z, 16)
	z += y
	y = (y - x) ^ bits.RotateLeft32(x, 19)
	x += z
	z = (z - y) ^ bits.RotateLeft32(y, 4)
	y += x
	return x, y, z
}

// finalMix makes every bit of the last group reach every bit of the result.
func finalMix(x, y, z uint32) uint32 {
	z = (z ^ y) - bits.RotateLeft32(y, 14)
	x = (x ^ z) - bits.RotateLeft32(z, 11)
	y = (y ^ x) - bits.RotateLeft32(x, 25)
	z = (z ^ y) - bits.RotateLeft32(y, 16)
	x = (x ^ z) - bits.RotateLeft32(z, 4)
	y = (y ^ x) - bits.RotateLeft32(x, 14)
	return (z ^ y) - bits.RotateLeft32(y, 24)
}

// verifyChecksum holds the last four bytes of block against the checksum of
// those before them.
func verifyChecksum(block []byte) error {
	if len(block) < 4 {
		return fmt.Errorf("block of %d bytes has no room for a checksum: %w", len(block), ErrCorrupt)
	}
	body := block[:len(block)-4]
	stored := binary.LittleEndian.Uint32(block[len(block)-4:])
	if sum := Checksum(body); sum != stored {
		return fmt.Errorf("checksum is %#08x, stored %#08x: %w", sum, stored, ErrCorrupt)
	}
	return nil
}
