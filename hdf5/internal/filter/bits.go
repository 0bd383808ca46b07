package filter

// A bitReader reads bits, the highest of each byte first. It does not check
// its bounds: whoever uses it has compared the number of bits to be read with
// the number of bits there are.
type bitReader struct {
	src  []byte
	at   int  // the byte to be read next
	acc  byte // the byte before it
	left uint // how many of its low bits are unread
}

// byte reads up to eight bits.
func (r *bitReader) byte(n uint) byte {
	if n <= r.left {
		r.left -= n
		return r.acc >> r.left & (1<<n - 1)
	}
	need := n - r.left
	high := r.acc & (1<<r.left - 1)
	r.acc = r.src[r.at]
	r.at++
	r.left = 8 - need
	return high<<need | r.acc>>r.left
}

// uint reads up to 64 bits.
func (r *bitReader) uint(n uint) uint64 {
	var v uint64
	for ; n > 8; n -= 8 {
		v = v<<8 | uint64(r.byte(8))
	}
	return v<<n | uint64(r.byte(n))
}
