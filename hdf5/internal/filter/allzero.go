package filter

import "bytes"

// AllZero reports whether b has no byte other than zero: a chunk of which that
// holds need not be stored where the fill value is zero. It stops at the
// first difference, and else takes about as long as reading b.
func AllZero(b []byte) bool {
	// Each byte equals the one before it: a comparison that bytes.Equal makes
	// as fast as the machine can.
	return len(b) == 0 || b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1])
}
