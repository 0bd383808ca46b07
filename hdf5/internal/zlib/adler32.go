package zlib

// adlerMod is the largest prime below 1<<16 (RFC 1950, section 8.2).
const adlerMod = 65521

// An adler is an Adler-32 checksum in the making: a is one more than the sum of
// the bytes, b the sum of what a was after each byte. They are reduced only when
// that is due. The zero value is not a valid one: see newAdler.
type adler struct {
	a, b uint64
	n    int // bytes since they were reduced
}

func newAdler() adler { return adler{a: 1} }

// Lanes of sixteen bits: of a word of eight bytes, those with an even index and
// those with an odd one, least significant first.
const (
	evenBytes = 0x00ff00ff00ff00ff
	evenLanes = 0x0000ffff0000ffff
)

// adlerBlock is how many words can be summed before a lane overflows. The lanes
// of second grow fastest, to at most 255*(0+1+...+(n-1)): 23 words fit, and the loop takes two at a time.
const adlerBlock = 22

// adlerReduce is after how many bytes the sums are reduced at the latest. At that
// time b is below n*(adlerMod+255*n), far from 64 bits.
const adlerReduce = 1 << 20

// update adds the bytes of p.
func (s *adler) update(p []byte) {
	for len(p) > adlerReduce {
		s.sum(p[:adlerReduce])
		p = p[adlerReduce:]
	}
	s.sum(p)
}

// count notes that n bytes are about to be added, at most adlerReduce.
func (s *adler) count(n int) {
	if s.n += n; s.n > adlerReduce {
		s.a, s.b, s.n = s.a%adlerMod, s.b%adlerMod, n
	}
}

// sum adds the bytes of p, of which there are no more than adlerReduce.
func (s *adler) sum(p []byte) {
	s.count(len(p))
	p = s.sumVectors(p)
	a, b := s.a, s.b
	for len(p) >= 8 {
		words := min(len(p)/8, adlerBlock)
		block := p[:words*8]
		p = p[words*8:]

		// Per lane: the sum of the bytes so far, and the sum of these sums
		// before each word, which weighs a byte by the number of words after it.
		var even, odd, evenSecond, oddSecond uint64
		i := 0
		for ; i <= len(block)-16; i += 16 {
			v, w := load64(block, i), load64(block, i+8)
			e, o := v&evenBytes, v>>8&evenBytes
			evenSecond += 2*even + e
			oddSecond += 2*odd + o
			even += e + w&evenBytes
			odd += o + w>>8&evenBytes
		}
		if i < len(block) {
			v := load64(block, i)
			evenSecond += even
			oddSecond += odd
			even += v & evenBytes
			odd += v >> 8 & evenBytes
		}
		n := uint64(words * 8)
		b += n*a + 8*(lanes(evenSecond)+lanes(oddSecond))
		b += weighted(even) + weighted(odd) - lanes(odd)
		a += lanes(even) + lanes(odd)
	}
	for _, c := range p {
		a += uint64(c)
		b += a
	}
	s.a, s.b = a, b
}

// lanes is the sum of the four lanes of v.
func lanes(v uint64) uint64 {
	v = v&evenLanes + v>>16&evenLanes
	return v&0xffffffff + v>>32
}

// weighted is the sum of the lanes of v, times 8, 6, 4 and 2: how many bytes of
// a word there are from the first of a pair on.
func weighted(v uint64) uint64 {
	return 8*(v&0xffff) + 6*(v>>16&0xffff) + 4*(v>>32&0xffff) + 2*(v>>48)
}

// value is the checksum of all bytes so far.
func (s *adler) value() uint32 { return uint32(s.b%adlerMod<<16 | s.a%adlerMod) }

// Adler32 is the Adler-32 checksum of p (RFC 1950, section 8.2).
func Adler32(p []byte) uint32 {
	s := newAdler()
	s.update(p)
	return s.value()
}
