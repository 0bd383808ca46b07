package hdf5

import (
	"encoding/binary"
	"unsafe"
)

// This file is the only one that looks at typed slices as bytes and the other
// way round. Numbers are moved in the file's byte order and turned round where
// that is not the machine's.

// bigEndianHost says that the machine stores the most significant byte first.
var bigEndianHost = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// bytesOf returns the memory of s.
func bytesOf[T realNumber](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*sizeOf[T]())
}

// numbersIn returns b as numbers, in the machine's byte order, without copying
// it where its alignment allows that. len(b) must be a multiple of their size.
func numbersIn[T realNumber](b []byte) []T {
	n := len(b) / sizeOf[T]()
	if n == 0 {
		return nil
	}
	var zero T
	if uintptr(unsafe.Pointer(&b[0]))%unsafe.Alignof(zero) != 0 {
		aligned := make([]T, n)
		copy(bytesOf(aligned), b)
		return aligned
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), n)
}

func sizeOf[T realNumber]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// isFloat reports whether T is a floating point type, of which zero has two forms.
func isFloat[T realNumber]() bool {
	half := 0.5
	return T(half) != 0
}

// alignedBytes returns n bytes of capacity and length that may be viewed as
// numbers of any size.
func alignedBytes(n int) []byte {
	return bytesOf(make([]uint64, (n+7)/8))[:n:n]
}

// swapBytes reverses each element of size bytes.
func swapBytes(b []byte, size int) {
	switch size {
	case 2:
		for i := 0; i+2 <= len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
	case 4:
		for i := 0; i+4 <= len(b); i += 4 {
			binary.LittleEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
		}
	case 8:
		for i := 0; i+8 <= len(b); i += 8 {
			binary.LittleEndian.PutUint64(b[i:], binary.BigEndian.Uint64(b[i:]))
		}
	}
}
