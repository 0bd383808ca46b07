package format

// EncodeModTime encodes a modification time message, in seconds since the start
// of 1970 in UTC (section IV.A.2.s).
func EncodeModTime(seconds uint32) []byte {
	b := newBuilder(Sizes{})
	b.u8(1)
	b.zeros(3)
	b.u32(seconds)
	return b.buf
}
