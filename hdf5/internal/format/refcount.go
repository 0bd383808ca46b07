package format

import "fmt"

// decodeRefCount decodes the message that counts the hard links of an object
// with a version 2 header where there is not just one (section IV.A.2.w).
func decodeRefCount(b []byte) (uint32, error) {
	c := newCursor(b, Sizes{})
	if v := c.u8(); c.err == nil && v != 0 {
		c.fail("version %d, want 0: %w", v, ErrUnsupported)
	}
	n := c.u32()
	if c.err != nil {
		return 0, fmt.Errorf("reference count message: %w", c.err)
	}
	return n, nil
}

// encodeRefCount encodes a reference count message.
func encodeRefCount(n uint32) []byte {
	b := newBuilder(Sizes{})
	b.u8(0)
	b.u32(n)
	return b.buf
}
