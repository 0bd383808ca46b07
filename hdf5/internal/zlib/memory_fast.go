//go:build !purego && (amd64 || arm64)

package zlib

import "unsafe"

// The machines of this file are little-endian and load and store words at any
// address. Nothing checks the indexes: whoever calls has made sure of them.

// load64 is the eight bytes of b from index i on, the first the least significant.
// Both i >= 0 and i+8 <= cap(b) must hold.
func load64(b []byte, i int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i))
}

// store64 is the reverse of load64.
func store64(b []byte, i int, v uint64) {
	*(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i)) = v
}

// store8 sets b[i]; both i >= 0 and i < cap(b) must hold.
func store8(b []byte, i int, v byte) {
	*(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i)) = v
}

// copy16 copies b[from:from+16] to b[to:to+16]; these do not overlap.
func copy16(b []byte, to, from int) {
	type words struct{ w [2]uint64 }
	p := unsafe.Pointer(unsafe.SliceData(b))
	*(*words)(unsafe.Add(p, to)) = *(*words)(unsafe.Add(p, from))
}
