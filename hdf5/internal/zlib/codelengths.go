package zlib

// codeLenOrder is the order in which a block states the lengths of the words of the
// code of code lengths (RFC 1951, section 3.2.7).
var codeLenOrder = [numCodeLens]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// The symbols of the code of code lengths that do not stand for a length itself.
const (
	repeatLast  = 16 // 3 to 6 times, two extra bits
	repeatZero  = 17 // 3 to 10 times, three extra bits
	repeatZeros = 18 // 11 to 138 times, seven extra bits

	maxRepeat = 138
)

// readTables reads the codes that a block declares (RFC 1951, section 3.2.7).
func (f *Inflater) readTables(s *stream) error {
	s.refill()
	if s.n < 14 {
		return ErrTruncated
	}
	literals := int(s.bits&0x1f) + 257
	distances := int(s.bits>>5&0x1f) + 1
	codeLens := uint(s.bits>>10&0xf) + 4
	s.take(14)
	if literals > numLiterals || distances > numDistances {
		return ErrCodes
	}
	if err := f.readPreCode(s, codeLens); err != nil {
		return err
	}
	if err := f.readLens(s, literals, literals+distances); err != nil {
		return err
	}
	// Without a code for it, no block could end.
	if f.usedToEnd == 0 || f.coded[f.usedToEnd-1].symbol() != endOfBlock ||
		!f.builder.make(f.tables.literals[:], literalBits, f.coded[:f.usedLiterals], 0, literalSymbols[:], false) ||
		!f.builder.make(f.tables.distances[:], distBits, f.coded[f.usedLiterals:f.used], literals, distSymbols[:], false) {
		return ErrCodes
	}
	return nil
}

// readPreCode reads the code of code lengths, of which n lengths are stated.
func (f *Inflater) readPreCode(s *stream, n uint) error {
	// Up to 57 bits, in two parts.
	const least = 4
	if s.n < 3*least {
		return ErrTruncated
	}
	lens := s.bits & (1<<(3*least) - 1)
	s.take(3 * least)
	s.refill()
	rest := 3 * (n - least)
	if s.n < rest {
		return ErrTruncated
	}
	lens |= s.bits & (1<<rest - 1) << (3 * least)
	s.take(rest)

	var ordered [32]uint8
	for i, sym := range codeLenOrder {
		ordered[sym&31] = uint8(lens >> (3 * i) & 7)
	}
	var list [numCodeLens]coded
	used := 0
	for sym, n := range ordered[:numCodeLens] {
		list[used] = coded(sym<<4 | int(n))
		used += int(n+7) >> 3 // none if n is 0
	}
	if !f.builder.make(f.pre[:], maxCodeLenLen, list[:used], 0, codeLenSymbols[:], true) {
		return ErrCodes
	}
	return nil
}

// readLens reads the lengths of the words of n symbols, of which the first are
// literals: all are one sequence, and a repetition may cross from the ones to the
// others.
func (f *Inflater) readLens(s *stream, literals, n int) (err error) {
	var used, usedLiterals, usedToEnd int
	var last coded
	bits, have := s.bits, s.n
	for i := 0; i < n; {
		if have < maxCodeLenLen+7 {
			s.bits, s.n = bits, have
			s.refill()
			bits, have = s.bits, s.n
		}
		e := f.pre[bits&(1<<maxCodeLenLen-1)]
		take := uint(e & 63)
		if take > have {
			err = ErrTruncated
			break
		}
		count := int(e>>entryPayload&0xff) + int(bits&(1<<take-1)>>(e>>8&0xf))
		bits >>= take
		have -= take
		if i+count > n || e&codeLenRepeat != 0 && i == 0 {
			err = ErrCodes
			break
		}
		times := 1 // that no word has zero bits need be said but once
		if e&codeLenRepeat != 0 {
			times = count
		} else {
			last = coded(e >> codeLenShift & 0xf)
		}
		for sym := i; sym < i+times; sym++ {
			f.coded[used] = coded(sym)<<4 | last
			used += int(last+0xf) >> 4 // nothing if it has no word
			if sym < literals {
				usedLiterals = used
			}
			if sym <= endOfBlock {
				usedToEnd = used
			}
		}
		i += count
	}
	s.bits, s.n = bits, have
	f.used, f.usedLiterals, f.usedToEnd = used, usedLiterals, usedToEnd
	return err
}
