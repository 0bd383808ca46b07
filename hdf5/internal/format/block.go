package format

// checked cuts the record to its first n bytes, of which the last four are the
// checksum of the others, and verifies that.
func (c *cursor) checked(n int) {
	if c.err != nil {
		return
	}
	if n > len(c.buf) {
		c.fail("block of %d bytes, %d remain", n, len(c.buf))
		return
	}
	if err := verifyChecksum(c.buf[:n]); err != nil {
		c.err = err
		return
	}
	c.buf = c.buf[:n-4]
}

// version consumes a one-byte version of the structure named what.
func (c *cursor) version(what string, want uint8) {
	if v := c.u8(); c.err == nil && v != want {
		c.fail("%s of version %d, want %d: %w", what, v, want, ErrUnsupported)
	}
}

// addrs reads n addresses.
func (c *cursor) addrs(n uint64) []uint64 {
	if c.err == nil && n > uint64(c.len())/uint64(c.sz.Offset) {
		c.fail("%d addresses wanted at offset %d, %d bytes remain", n, c.pos, c.len())
	}
	if c.err != nil {
		return nil
	}
	list := make([]uint64, n)
	for i := range list {
		list[i] = c.addr()
	}
	return list
}
