package format

import (
	"encoding/binary"
	"fmt"
)

// Sizes holds the widths that a file's superblock fixes for the whole file
// (section II): those of a file offset and of a length, in bytes. Each is 2, 4
// or 8 in a file that this package reads.
type Sizes struct {
	Offset int // bytes of an address
	Length int // bytes of a length
}

// Valid reports whether both widths are ones that HDF5 files have.
func (s Sizes) Valid() bool { return validWidth(s.Offset) && validWidth(s.Length) }

func validWidth(n int) bool { return n == 2 || n == 4 || n == 8 }

// Undefined is the address of nothing: all bits set, whatever the file's offset
// width. Decoders widen a narrower all-ones address to it.
const Undefined = ^uint64(0)

// A cursor reads little-endian fields of one record from front to back. Its
// first failure sticks: from then on every read yields zero values and err
// tells what went wrong, so a decoder reads a run of fields and checks once.
// Zero values after a failure also end loops that count by decoded numbers.
type cursor struct {
	buf []byte
	pos int
	sz  Sizes
	err error
}

// newCursor returns a cursor at the first byte of b. The zero Sizes will do for
// records that hold neither address nor length.
func newCursor(b []byte, sz Sizes) *cursor { return &cursor{buf: b, sz: sz} }

// off is the number of bytes read so far.
func (c *cursor) off() int { return c.pos }

// len is the number of bytes that remain, zero after a failure.
func (c *cursor) len() int {
	if c.err != nil {
		return 0
	}
	return len(c.buf) - c.pos
}

// fail records the first failure. The format may wrap [ErrUnsupported] (or
// [ErrCorrupt]) as its last operand with %w; without any %w verb the failure
// wraps ErrCorrupt.
func (c *cursor) fail(format string, args ...any) {
	if c.err != nil {
		return
	}
	for _, a := range args {
		if _, ok := a.(error); ok {
			c.err = fmt.Errorf(format, args...)
			return
		}
	}
	c.err = fmt.Errorf(format+": %w", append(args, ErrCorrupt)...)
}

// bytes returns the next n bytes, aliasing the record, or nil if fewer remain.
func (c *cursor) bytes(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > len(c.buf)-c.pos {
		c.fail("%d bytes wanted at offset %d, %d remain", n, c.pos, len(c.buf)-c.pos)
		return nil
	}
	b := c.buf[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return b
}

// skip passes over n bytes.
func (c *cursor) skip(n int) { c.bytes(n) }

// align passes over padding up to the next multiple of n, counted from the
// start of the record.
func (c *cursor) align(n int) {
	if r := c.pos % n; r != 0 {
		c.skip(n - r)
	}
}

// rest returns all that remains, aliasing the record.
func (c *cursor) rest() []byte { return c.bytes(c.len()) }

func (c *cursor) u8() uint8 {
	b := c.bytes(1)
	if b == nil {
		return 0
	}
	return b[0]
}

func (c *cursor) u16() uint16 {
	b := c.bytes(2)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint16(b)
}

func (c *cursor) u32() uint32 {
	b := c.bytes(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

func (c *cursor) u64() uint64 {
	b := c.bytes(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// uint reads an unsigned number of n bytes, 0 <= n <= 8.
func (c *cursor) uint(n int) uint64 {
	if n > 8 {
		c.fail("integer of %d bytes at offset %d", n, c.pos)
		return 0
	}
	var v uint64
	for i, b := range c.bytes(n) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

// addr reads an address of the file's offset width; all ones become [Undefined].
func (c *cursor) addr() uint64 { return c.widened(c.sz.Offset, "offset") }

// length reads a length of the file's length width. All ones, which some
// records use for "unlimited" or "unknown", become ^uint64(0).
func (c *cursor) length() uint64 { return c.widened(c.sz.Length, "length") }

// widened reads an n-byte number and stretches all ones to 64 bits.
func (c *cursor) widened(n int, what string) uint64 {
	if !validWidth(n) {
		c.fail("%s width of %d bytes", what, n)
		return 0
	}
	v := c.uint(n)
	if n < 8 && v == 1<<(8*n)-1 {
		return ^uint64(0)
	}
	return v
}

// signature consumes a four-byte block signature.
func (c *cursor) signature(want string) {
	at := c.pos
	got := c.bytes(len(want))
	if c.err == nil && string(got) != want {
		c.fail("signature %q at offset %d, found %q", want, at, got)
	}
}

// cstring consumes a NUL-terminated string and its terminator.
func (c *cursor) cstring() string {
	if c.err != nil {
		return ""
	}
	for i, b := range c.buf[c.pos:] {
		if b == 0 {
			s := string(c.buf[c.pos : c.pos+i])
			c.pos += i + 1
			return s
		}
	}
	c.fail("string at offset %d has no end within %d bytes", c.pos, c.len())
	return ""
}
