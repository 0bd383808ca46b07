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
	codeLens := int(s.bits>>10&0xf) + 4
	s.take(14)
	if literals > numLiterals || distances > numDistances {
		return ErrCodes
	}

	f.preLens = [numCodeLens]uint8{}
	for _, sym := range codeLenOrder[:codeLens] {
		if s.n < 3 {
			if s.refill(); s.n < 3 {
				return ErrTruncated
			}
		}
		f.preLens[sym] = uint8(s.bits & 7)
		s.take(3)
	}
	if !makeTable(f.pre[:], maxCodeLenLen, f.preLens[:], codeLenSymbols[:], true) {
		return ErrCodes
	}
	if err := f.readLens(s, literals+distances); err != nil {
		return err
	}
	lens := f.lens[:literals+distances]
	// Without a code for it, no block could end.
	if lens[endOfBlock] == 0 ||
		!makeTable(f.tables.literals[:], literalBits, lens[:literals], literalSymbols[:], false) ||
		!makeTable(f.tables.distances[:], distBits, lens[literals:], distSymbols[:], false) {
		return ErrCodes
	}
	return nil
}

// readLens reads n lengths of words into f.lens. Those of literals and of distances
// are one sequence, and a repetition may cross from the ones to the others.
func (f *Inflater) readLens(s *stream, n int) error {
	for i := 0; i < n; {
		if s.n < maxCodeLenLen+7 {
			s.refill()
		}
		e := f.pre[s.bits&(1<<maxCodeLenLen-1)]
		sym := uint8(e >> entryPayload)
		word := uint(e & 0xff)
		if word > s.n {
			return ErrTruncated
		}
		if sym < repeatLast {
			s.take(word)
			f.lens[i] = sym
			i++
			continue
		}
		value, count, extra := uint8(0), 3, uint(3)
		switch sym {
		case repeatLast:
			if i == 0 {
				return ErrCodes
			}
			value, extra = f.lens[i-1], 2
		case repeatZeros:
			count, extra = 11, 7
		}
		if word+extra > s.n {
			return ErrTruncated
		}
		count += int(s.bits >> word & (1<<extra - 1))
		s.take(word + extra)
		run := f.lens[i : i+count] // i < n and count <= maxRepeat: inside f.lens
		for k := range run {
			run[k] = value
		}
		i += count
		if i > n {
			return ErrCodes
		}
	}
	return nil
}
