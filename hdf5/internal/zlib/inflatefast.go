package zlib

// How far from the ends of the stream and of the result symbolsFast stops. Each
// round of its loop
//
//   - loads eight bytes of the stream twice, the second time at most seven bytes
//     after the first;
//   - writes two literals and a match, or three literals; and after a match up to
//     fastWrite bytes too many.
const (
	fastInput  = 8 + 7
	fastOutput = 2 + maxMatch + fastWrite
	fastWrite  = 32
)

// symbolsFast decodes symbols of a block for as long as no bound needs to be
// checked and there are not enough bytes, or to the end of the block, which it reports.
//
// In its loop n is only meaningful in its six low bits: what is taken from it is
// whole entries, of which the low byte counts bits, and never more than there are.
// Above the n low bits of bits there may be more bits of the stream, which are
// loaded again.
//
// The entry of the symbol that comes next is looked up before a match is copied: how
// long that takes is hard for the processor to predict, and it need not wait then.
func (s *stream) symbolsFast(t *tables) (done bool, err error) {
	s.fit()
	src, dst, in, out := s.src, s.dst, s.in, s.out
	inLimit, outLimit := len(src)-fastInput, min(len(dst)-fastOutput, s.enough-1)
	if in > inLimit || out > outLimit {
		return false, nil
	}
	bits, n := s.bits, uint64(s.n)
	// Whole bytes, as many as there is room for: 56 bits or more are there.
	bits |= load64(src, in) << (n & 63)
	in += int(^n >> 3 & 7)
	n |= 56
	e := t.literals[bits&(1<<literalBits-1)]
	for in <= inLimit && out <= outLimit {
		// 56 bits or more are there, and e is the entry that the first of them choose.
		if e&entryLiteral != 0 {
			bits >>= e & 63
			n -= uint64(e)
			store8(dst, out, byte(e>>entryPayload))
			out++
			e = t.literals[bits&(1<<literalBits-1)]
			if e&entryLiteral != 0 {
				bits >>= e & 63
				n -= uint64(e)
				store8(dst, out, byte(e>>entryPayload))
				out++
				bits |= load64(src, in) << (n & 63)
				in += int(^n >> 3 & 7)
				n |= 56
				e = t.literals[bits&(1<<literalBits-1)]
				continue
			}
			bits |= load64(src, in) << (n & 63)
			in += int(^n >> 3 & 7)
			n |= 56
		}
		if e&entrySpecial != 0 {
			if e&entrySubtable != 0 {
				bits >>= e & 63
				n -= uint64(e)
				e = t.literals[(uint64(e>>entryPayload)+bits&(1<<(e>>8&0xf)-1))&(literalEntries-1)]
			}
			if e&entryLiteral != 0 {
				bits >>= e & 63
				n -= uint64(e)
				store8(dst, out, byte(e>>entryPayload))
				out++
				bits |= load64(src, in) << (n & 63)
				in += int(^n >> 3 & 7)
				n |= 56
				e = t.literals[bits&(1<<literalBits-1)]
				continue
			}
			if e&entrySpecial != 0 {
				if e&entryEnd == 0 {
					err = ErrSymbol
					break
				}
				bits >>= e & 63
				n -= uint64(e)
				done = true
				break
			}
		}
		// Of 56 bits a length takes 20 at the most, 15 of a code and 5 extra ones,
		// and a distance 28.
		length := int(e>>entryPayload) + int(bits&(1<<(e&63)-1)>>(e>>8&63))
		bits >>= e & 63
		n -= uint64(e)
		e = t.distances[bits&(1<<distBits-1)]
		if e&entrySpecial != 0 {
			if e&entrySubtable != 0 {
				bits >>= e & 63
				n -= uint64(e)
				e = t.distances[(uint64(e>>entryPayload)+bits&(1<<(e>>8&0xf)-1))&(distEntries-1)]
			}
			if e&entrySpecial != 0 {
				err = ErrSymbol
				break
			}
		}
		dist := int(e>>entryPayload) + int(bits&(1<<(e&63)-1)>>(e>>8&63))
		bits >>= e & 63
		n -= uint64(e)
		if dist > out {
			err = ErrDistance
			break
		}
		bits |= load64(src, in) << (n & 63)
		in += int(^n >> 3 & 7)
		n |= 56
		e = t.literals[bits&(1<<literalBits-1)]

		end := out + length
		switch {
		case dist >= 16:
			from := out - dist
			copy16(dst, out, from)
			copy16(dst, out+16, from+16)
			for out += 32; out < end; out += 32 {
				from += 32
				copy16(dst, out, from)
				copy16(dst, out+16, from+16)
			}
		case dist >= 8:
			for ; out < end; out += 8 {
				store64(dst, out, load64(dst, out-dist))
			}
		case dist == 1:
			v := uint64(dst[out-1]) * 0x0101010101010101
			store64(dst, out, v)
			store64(dst, out+8, v)
			for out += 16; out < end; out += 16 {
				store64(dst, out, v)
				store64(dst, out+8, v)
			}
		default:
			// Each word has dist bytes that are right, and the next begins after them.
			for ; out < end; out += dist {
				store64(dst, out, load64(dst, out-dist))
			}
		}
		out = end
	}
	n &= 63
	s.in, s.out = in, out
	s.bits, s.n = bits&(1<<n-1), uint(n)
	return done, err
}
