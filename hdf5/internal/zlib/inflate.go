package zlib

import (
	"encoding/binary"
	"sync"
)

// An Inflater decompresses streams, one after the other. The zero value is ready
// for use; it allocates nothing.
type Inflater struct {
	tables tables // of the block at work, unless it has the fixed codes

	// What readTables works with: the code of code lengths, and the symbols that have
	// words, first the literals and lengths and then the distances.
	pre          [1 << maxCodeLenLen]entry
	coded        [numLiterals + numDistances]coded
	used         int // of coded
	usedLiterals int // of these literals and lengths
	usedToEnd    int // of these up to the end of the block
	builder      tableBuilder
}

// tables decode the symbols of a block.
type tables struct {
	literals  [literalEntries]entry // literals and lengths
	distances [distEntries]entry
}

// fixed decodes blocks with the fixed codes (RFC 1951, section 3.2.6).
var fixed = sync.OnceValue(func() *tables {
	var lens [numFixedLiterals]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	var distLens [numFixedDistances]uint8
	for i := range distLens {
		distLens[i] = 5
	}
	t := new(tables)
	var b tableBuilder
	b.make(t.literals[:], literalBits, codedOf(lens[:]), 0, literalSymbols[:], true)
	b.make(t.distances[:], distBits, codedOf(distLens[:]), 0, distSymbols[:], true)
	return t
})

// A stream is a zlib stream on its way.
type stream struct {
	src, dst []byte
	in, out  int // how much of src was taken, and how much of dst is filled
	enough   int // how much of dst is to be filled; more than it has if all is

	// The next bits of the stream, the first the least significant, and how many
	// they are. Those above are zero.
	bits uint64
	n    uint

	vectors bool // symbolsVectors may be used
}

// Inflate decompresses the stream that src starts with into dst and returns how
// many bytes it wrote there. The stream must end within dst, and its checksum must
// hold. Bytes of src that follow the stream are of no matter; bytes of dst behind
// the result may have been overwritten. src and dst must not overlap.
//
// The error is a *[FormatError].
func (f *Inflater) Inflate(dst, src []byte) (int, error) {
	return f.inflate(stream{src: src, dst: dst, enough: len(dst) + 1, vectors: vectorLoops})
}

// InflateStart is Inflate that ends when enough bytes or a few more are there, and then
// neither sees what follows nor knows whether the checksum holds.
func (f *Inflater) InflateStart(dst, src []byte, enough int) (int, error) {
	return f.inflate(stream{src: src, dst: dst, enough: enough, vectors: vectorLoops})
}

func (f *Inflater) inflate(s stream) (int, error) {
	err := s.header()
	if err == nil {
		err = f.blocks(&s)
	}
	if err == nil && s.out < s.enough {
		err = s.trailer()
	}
	if err != nil {
		return s.out, &FormatError{Offset: s.offset(), Err: err}
	}
	return s.out, nil
}

// offset is the byte of the stream that holds the next bit.
func (s *stream) offset() int { return s.in - int(s.n/8) }

// header reads the two bytes that a zlib stream starts with (RFC 1950, section
// 2.2). The size of the window that they state does not bind the distances that
// follow, as it does not in zlib.
func (s *stream) header() error {
	const (
		methodDeflate = 8
		maxWindow     = 7 // 32 KiB
		dictionary    = 1 << 5
	)
	if len(s.src) < 2 {
		s.in = len(s.src)
		return ErrTruncated
	}
	h := binary.BigEndian.Uint16(s.src)
	switch method := s.src[0] & 0x0f; {
	case method != methodDeflate, s.src[0]>>4 > maxWindow, h%31 != 0:
		return ErrHeader
	case h&dictionary != 0:
		return ErrDictionary
	}
	s.in = 2
	return nil
}

// trailer reads the checksum that follows the last block.
func (s *stream) trailer() error {
	s.align()
	if len(s.src)-s.in < 4 {
		s.in = len(s.src)
		return ErrTruncated
	}
	if binary.BigEndian.Uint32(s.src[s.in:]) != Adler32(s.dst[:s.out]) {
		return ErrChecksum
	}
	return nil
}

// blocks reads all blocks (RFC 1951, section 3.2.3).
func (f *Inflater) blocks(s *stream) error {
	for {
		s.refill()
		if s.n < 3 {
			return ErrTruncated
		}
		last, kind := s.bits&1, s.bits>>1&3
		s.take(3)
		var err error
		switch kind {
		case 0:
			err = s.stored()
		case 1:
			err = s.symbols(fixed())
		case 2:
			if err = f.readTables(s); err == nil {
				err = s.symbols(&f.tables)
			}
		default:
			err = ErrBlock
		}
		if err != nil || last != 0 || s.out >= s.enough {
			return err
		}
	}
}

// refill makes sure of 56 bits or more, or of all that are left.
func (s *stream) refill() {
	if s.n < 64 && s.in+8 <= len(s.src) {
		s.bits |= load64(s.src, s.in) << s.n
		s.in += int(63-s.n) / 8
		s.n |= 56
		s.bits &= 1<<s.n - 1
		return
	}
	for s.n <= 56 && s.in < len(s.src) {
		s.bits |= uint64(s.src[s.in]) << s.n
		s.in++
		s.n += 8
	}
}

// fit makes n fit into six bits: of 64 bits it gives eight back.
func (s *stream) fit() {
	if s.n > 63 {
		s.n -= 8
		s.in--
		s.bits &= 1<<56 - 1
	}
}

// take takes n bits, of which there are as many.
func (s *stream) take(n uint) {
	s.bits >>= n
	s.n -= n
}

// align drops the bits up to the next whole byte and gives whole bytes back.
func (s *stream) align() {
	s.in -= int(s.n / 8)
	s.bits, s.n = 0, 0
}

// stored copies a block that is not compressed (RFC 1951, section 3.2.4).
func (s *stream) stored() error {
	s.align()
	rest := s.src[s.in:]
	if len(rest) < 4 {
		s.in = len(s.src)
		return ErrTruncated
	}
	n, complement := binary.LittleEndian.Uint16(rest), binary.LittleEndian.Uint16(rest[2:])
	if n != ^complement {
		return ErrStored
	}
	rest = rest[4:]
	s.in += 4
	switch {
	case int(n) > len(rest):
		s.in = len(s.src)
		return ErrTruncated
	case int(n) > len(s.dst)-s.out:
		return ErrTooLong
	}
	s.out += copy(s.dst[s.out:], rest[:n])
	s.in += int(n)
	return nil
}

// symbols decodes the symbols of a block up to its end, or until there are enough bytes.
func (s *stream) symbols(t *tables) error {
	for s.out < s.enough {
		if s.vectors {
			s.symbolsVectors(t)
		} else if done, err := s.symbolsFast(t); done || err != nil {
			return err
		}
		if s.out >= s.enough {
			return nil
		}
		if done, err := s.symbol(t); done || err != nil {
			return err
		}
	}
	return nil
}

// symbol decodes one literal or one match anywhere in the stream, or reports that
// the block ends.
func (s *stream) symbol(t *tables) (done bool, err error) {
	s.refill() // a length and a distance take 48 bits at the most
	e, v, err := s.next(t.literals[:], literalBits)
	switch {
	case err != nil:
		return false, err
	case e&entryEnd != 0:
		return true, nil
	case e&entryLiteral != 0:
		if s.out == len(s.dst) {
			return false, ErrTooLong
		}
		s.dst[s.out] = byte(v)
		s.out++
		return false, nil
	}
	_, dist, err := s.next(t.distances[:], distBits)
	if err != nil {
		return false, err
	}
	return false, s.repeat(dist, v)
}

// next takes a code and its extra bits, and returns what they stand for.
func (s *stream) next(table []entry, indexBits uint) (e entry, v int, err error) {
	e = table[s.bits&(1<<indexBits-1)]
	if e&entrySubtable != 0 {
		if s.n < indexBits {
			return 0, 0, ErrTruncated
		}
		s.take(indexBits)
		e = table[uint64(e>>entryPayload)+s.bits&(1<<(e>>8&0xf)-1)]
	}
	n := uint(e & 0xff)
	switch {
	case n > s.n:
		return 0, 0, ErrTruncated
	case e&entrySpecial != 0 && e&entryEnd == 0:
		return 0, 0, ErrSymbol
	}
	v = int(e&^entryLiteral>>entryPayload) + int(s.bits&(1<<n-1)>>(e>>8&0xf))
	s.take(n)
	return e, v, nil
}

// repeat writes the length bytes that came dist bytes before, again.
func (s *stream) repeat(dist, length int) error {
	if dist > s.out {
		return ErrDistance
	}
	if length > len(s.dst)-s.out {
		return ErrTooLong
	}
	for length > 0 {
		// Each round doubles what there is to be copied from.
		n := copy(s.dst[s.out:s.out+length], s.dst[s.out-dist:s.out])
		s.out += n
		dist += n
		length -= n
	}
	return nil
}
