package format

import "fmt"

// A Continuation points to a further block of an object header's messages
// (section IV.A.2.q).
type Continuation struct {
	Addr   uint64
	Length uint64 // in bytes; in version 2 with signature and checksum
}

// DecodeContinuation decodes a continuation message.
func DecodeContinuation(b []byte, sz Sizes) (Continuation, error) {
	c := newCursor(b, sz)
	m := Continuation{Addr: c.addr(), Length: c.length()}
	if c.err != nil {
		return Continuation{}, fmt.Errorf("continuation message: %w", c.err)
	}
	return m, nil
}
