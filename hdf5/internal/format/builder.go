package format

import (
	"encoding/binary"
	"fmt"
)

// A builder lays out the little-endian fields of one record, front to back. Its
// first failure sticks, as a cursor's does: an encoder writes a run of fields
// and checks once.
type builder struct {
	buf []byte
	sz  Sizes
	err error
}

// newBuilder returns a builder of an empty record. The zero Sizes will do for
// records that hold neither address nor length.
func newBuilder(sz Sizes) *builder { return &builder{sz: sz} }

// fail records the first failure, which wraps [ErrUnencodable].
func (b *builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format+": %w", append(args, ErrUnencodable)...)
	}
}

// done returns the record, or the first failure as that of the structure named
// what.
func (b *builder) done(what string) ([]byte, error) {
	if b.err != nil {
		return nil, fmt.Errorf("%s: %w", what, b.err)
	}
	return b.buf, nil
}

// seal appends the checksum of all that has been written.
func (b *builder) seal() { b.u32(Checksum(b.buf)) }

func (b *builder) u8(v uint8)   { b.buf = append(b.buf, v) }
func (b *builder) u16(v uint16) { b.buf = binary.LittleEndian.AppendUint16(b.buf, v) }
func (b *builder) u32(v uint32) { b.buf = binary.LittleEndian.AppendUint32(b.buf, v) }
func (b *builder) u64(v uint64) { b.buf = binary.LittleEndian.AppendUint64(b.buf, v) }

func (b *builder) bytes(v []byte) { b.buf = append(b.buf, v...) }
func (b *builder) text(s string)  { b.buf = append(b.buf, s...) }
func (b *builder) zeros(n int)    { b.buf = append(b.buf, make([]byte, n)...) }

// align pads with zeros to a multiple of n bytes from the record's start.
func (b *builder) align(n int) {
	if r := len(b.buf) % n; r != 0 {
		b.zeros(n - r)
	}
}

// fill pads with zeros to a record of size bytes, if it is not that long yet.
func (b *builder) fill(size uint64) {
	if n := uint64(len(b.buf)); n < size {
		b.zeros(int(size - n))
	}
}

// uint writes v in n bytes, 0 <= n <= 8; what names it if it does not fit.
func (b *builder) uint(v uint64, n int, what string) {
	if n < 8 && v>>(8*n) != 0 {
		b.fail("%s %d in %d bytes", what, v, n)
	}
	for i := range n {
		b.u8(byte(v >> (8 * i)))
	}
}

// count writes a number of things in n bytes.
func (b *builder) count(v, n int, what string) {
	if v < 0 {
		b.fail("%s %d", what, v)
	}
	b.uint(uint64(v), n, what)
}

// addr writes an address in the file's offset width. An address that would be
// read back as [Undefined], and is not, does not fit.
func (b *builder) addr(v uint64) { b.narrowed(v, b.sz.Offset, "address") }

// length writes a length in the file's length width; ^uint64(0) is all ones.
func (b *builder) length(v uint64) { b.narrowed(v, b.sz.Length, "length") }

func (b *builder) narrowed(v uint64, n int, what string) {
	if !validWidth(n) {
		b.fail("%s in %d bytes, want 2, 4 or 8", what, n)
		return
	}
	if n == 8 {
		b.u64(v)
		return
	}
	allOnes := ^uint64(0) >> (64 - 8*n)
	switch v {
	case Undefined:
		v = allOnes
	case allOnes:
		b.fail("%s %#x in %d bytes is that of nothing", what, v, n)
	}
	b.uint(v, n, what)
}

// sizedValue writes a value behind its 32-bit size.
func (b *builder) sizedValue(v []byte) {
	b.count(len(v), 4, "size of a value")
	b.bytes(v)
}
