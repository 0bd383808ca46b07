package zlib

import "slices"

// sparseCodeLen is how many bits a symbol takes at the most: so that four literals are
// written at once, it is one less than could be.
const sparseCodeLen = maxCodeLen - 1

// sparseCodes are the codes of a block, and what is written with them.
type sparseCodes struct {
	counts   [noSymbol + 1]uint32
	maker    codeMaker
	literals prefixCode
	codeLens codeLens

	runs  [runMask + 1]bitString
	words [maxWords]bitString // by their numbers; no bits for no word
}

// A bitString is n bits, the first the least significant.
type bitString struct {
	bits uint64
	n    uint
}

// put appends bits.
func (s *bitString) put(v uint64, n uint) {
	s.bits |= v << (s.n & 63)
	s.n += n
}

// block writes the pieces that there are as a block.
func (d *SparseDeflater) block(last bool) {
	c := &d.codes
	c.count(&d.runs, &d.words)
	lens := &c.literals.lens
	used := c.maker.lengths(lens[:numLiterals], c.counts[:numLiterals], sparseCodeLen)
	c.literals.assign(used)
	symbols := int(used[len(used)-1]) + 1
	size := c.compose(&d.runs, &d.words)
	c.codeLens.make(&c.maker, lens[:], used, sparseDistLens[:])

	// The bits that waited, a header of three, those of the block, and the eight
	// bytes that a flush stores.
	d.out = slices.Grow(d.out, (8+3+c.codeLens.size()+size+sparseCodeLen)/8+1+8)
	header := uint64(2 << 1)
	if last {
		header |= 1
	}
	d.put(header, 3)
	c.codeLens.write(d, symbols, len(sparseDistLens))
	d.putPieces()
	d.put(uint64(c.literals.words[endOfBlock]), uint(lens[endOfBlock]))
	if last && d.nbits > 0 {
		d.put(0, 8-d.nbits)
	}
	d.drop()
}

// count counts the symbols that runs and words are written as.
func (c *sparseCodes) count(runs *runSet, words *wordSet) {
	clear(c.counts[:])
	var zeros, near uint32
	for _, kind := range runs.list[:runs.n] {
		n, f := uint32(runs.counts[kind&runMask]), &runForms[kind&runMask]
		zeros += uint32(f.literals) * n
		near += uint32(f.near) * n
		c.counts[f.match.symbol] += n
	}
	c.counts[noSymbol] = 0
	for _, number := range words.list[:words.used] {
		w := &words.words[number]
		bytes := w.word >> (8 * w.before & 31)
		for range w.literals {
			c.counts[bytes&0xff] += w.count
			bytes >>= 8
		}
	}
	c.counts[0] += zeros
	c.counts[nearToFar.symbol] += near
	c.counts[endOfBlock] = 1
}

// nearToFar is the near match of a run that goes on with a far one.
var nearToFar = nearMatch(farDistance - 1)

// compose puts together what is written for runs and words, and returns how many bits all of them take.
func (c *sparseCodes) compose(runs *runSet, words *wordSet) (size int) {
	var starts [minMatch + 2]bitString // so many literals, and the last one a literal and nearToFar
	for i := range minMatch {
		starts[i+1] = starts[i]
		c.literal(&starts[i+1], 0)
	}
	starts[minMatch+1] = starts[1]
	c.match(&starts[minMatch+1], &nearToFar)
	for _, kind := range runs.list[:runs.n] {
		f := &runForms[kind&runMask]
		s := starts[f.literals+minMatch*f.near]
		c.match(&s, &f.match)
		c.runs[kind&runMask] = s
		size += int(s.n) * int(runs.counts[kind&runMask])
	}
	for _, number := range words.list[:words.used] {
		w := &words.words[number]
		bytes := w.word >> (8 * w.before & 31)
		var s bitString
		for range w.literals {
			c.literal(&s, uint8(bytes))
			bytes >>= 8
		}
		c.words[number] = s
		size += int(s.n) * int(w.count)
	}
	return size
}

func (c *sparseCodes) literal(s *bitString, b uint8) {
	s.put(uint64(c.literals.words[b]), uint(c.literals.lens[b]))
}

func (c *sparseCodes) match(s *bitString, m *match) {
	n := uint(c.literals.lens[m.symbol])
	s.put(uint64(c.literals.words[m.symbol])|uint64(m.extra)<<(n&63), n+uint(m.bits))
}

// putPieces writes the pieces. Room was made for all of them.
func (d *SparseDeflater) putPieces() {
	out, at := d.out[:cap(d.out)], len(d.out)
	acc, n := d.bits, d.nbits
	for _, p := range d.pieces[:d.n] {
		// Fewer than 8 bits wait. A run has at most 52, and a word at most 56.
		run, word := &d.codes.runs[p&runMask], &d.codes.words[p>>pieceWord&(maxWords-1)]
		acc |= run.bits << (n & 63)
		n += run.n
		if n+word.n > 63 {
			store64(out, at, acc)
			at += int(n >> 3)
			acc >>= n &^ 7 & 63
			n &= 7
		}
		acc |= word.bits << (n & 63)
		n += word.n

		store64(out, at, acc)
		at += int(n >> 3)
		acc >>= n &^ 7 & 63
		n &= 7
	}
	d.out, d.bits, d.nbits = out[:at], acc, n
}

// put writes n bits, no more than 56; the others of v are zero. Room was made for them, and for a store.
func (d *SparseDeflater) put(v uint64, n uint) {
	d.bits |= v << (d.nbits & 63)
	d.nbits += n
	at := len(d.out)
	store64(d.out[:cap(d.out)], at, d.bits)
	d.out = d.out[:at+int(d.nbits>>3)]
	d.bits >>= d.nbits &^ 7 & 63
	d.nbits &= 7
}
