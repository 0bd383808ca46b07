//go:build purego || !(amd64 || arm64)

package zlib

import "encoding/binary"

// load64 is the eight bytes of b from index i on, the first the least significant.
func load64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// store64 is the reverse of load64.
func store64(b []byte, i int, v uint64) { binary.LittleEndian.PutUint64(b[i:], v) }

// store8 sets b[i].
func store8(b []byte, i int, v byte) { b[i] = v }

func copy16(b []byte, to, from int) {
	v, w := load64(b, from), load64(b, from+8)
	store64(b, to, v)
	store64(b, to+8, w)
}
