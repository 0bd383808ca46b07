package zlib

import "slices"

// An emission is what is written for a token: bits, the first the least significant,
// and in the upper eight how many they are. A run takes at most 15 bits for its
// length, 5 extra bits, 1 for its distance and 2 extra bits.
type emission = uint32

const emissionBits = 24 // shift

// The code of distances is always the same: two words of one bit.
const (
	nearSymbol = 0 // distance 1
	farSymbol  = 7 // distances 13 to 16, two extra bits
	farExtra   = farDistance - 13
)

var sparseDistLens = [farSymbol + 1]uint8{nearSymbol: 1, farSymbol: 1}

// lengthSymbols are the symbols of the lengths of matches from minMatch on, less those
// of literals.
var lengthSymbols = makeLengthSymbols()

func makeLengthSymbols() (t [maxMatch - minMatch + 1]uint8) {
	for i, c := range lengthCodes {
		for k := range 1 << c.extra {
			// The last symbol comes last, and has a length of the one before it.
			if length := int(c.base) + k; length <= maxMatch {
				t[length-minMatch] = uint8(i)
			}
		}
	}
	return t
}

// block writes the tokens that there are as a block.
func (d *SparseDeflater) block(last bool) {
	var counts [numLiterals]uint32
	copy(counts[:], d.counts[:runNear])
	counts[endOfBlock] = 1
	for length := range maxMatch - minMatch + 1 {
		n := d.counts[int(runNear)+length] + d.counts[int(runFar)+length]
		counts[endOfBlock+1+int(lengthSymbols[length])] += n
	}
	d.maker.lengths(d.literals.lens[:], counts[:], maxCodeLen)
	d.literals.assign(d.literals.lens[:])
	used := numLiterals
	for d.literals.lens[used-1] == 0 {
		used--
	}
	d.codeLens.make(&d.maker, d.literals.lens[:used], sparseDistLens[:])
	size := d.emit() + int(d.literals.lens[endOfBlock])

	// The bits that waited, a header of three, those of the block, and the eight
	// bytes that a flush stores.
	d.out = slices.Grow(d.out, (8+3+d.codeLens.size()+size)/8+1+8)
	header := uint64(2 << 1)
	if last {
		header |= 1
	}
	d.put(header, 3)
	d.codeLens.write(d, used, len(sparseDistLens))
	d.putTokens()
	d.put(uint64(d.literals.words[endOfBlock]), uint(d.literals.lens[endOfBlock]))
	if last && d.nbits > 0 {
		d.put(0, 8-d.nbits)
	}
	d.budget -= d.n
	d.n, d.counts = 0, [tokens]uint32{}
}

// emit sets the emissions of all tokens that occur, and returns how many bits these
// take.
func (d *SparseDeflater) emit() (size int) {
	for t, n := range d.counts[:runNear] {
		if n != 0 {
			e := emission(d.literals.words[t]) | emission(d.literals.lens[t])<<emissionBits
			d.emissions[t] = e
			size += int(n) * int(e>>emissionBits)
		}
	}
	for i, sym := range lengthSymbols {
		near, far := int(runNear)+i, int(runFar)+i
		if d.counts[near]|d.counts[far] == 0 {
			continue
		}
		c := lengthCodes[sym]
		word, n := emission(d.literals.words[endOfBlock+1+int(sym)]), emission(d.literals.lens[endOfBlock+1+int(sym)])
		word |= emission(i+minMatch-int(c.base)) << n
		n += emission(c.extra)
		// Of the two distances, the first has the word 0 and the second 1.
		d.emissions[near] = word | (n+1)<<emissionBits
		d.emissions[far] = word | (1|farExtra<<1)<<n | (n+3)<<emissionBits
		size += int(d.counts[near])*int(n+1) + int(d.counts[far])*int(n+3)
	}
	return size
}

// putTokens writes the tokens. Room was made for all of them.
func (d *SparseDeflater) putTokens() {
	out, at := d.out[:cap(d.out)], len(d.out)
	acc, n := d.bits, d.nbits
	list := d.tokens[:d.n]
	for len(list) >= 2 {
		// Fewer than 8 bits wait, and two tokens have at most 46.
		e := d.emissions[list[0]&(tokens-1)]
		acc |= uint64(e&(1<<emissionBits-1)) << (n & 63)
		n += uint(e >> emissionBits)
		e = d.emissions[list[1]&(tokens-1)]
		acc |= uint64(e&(1<<emissionBits-1)) << (n & 63)
		n += uint(e >> emissionBits)
		list = list[2:]

		store64(out, at, acc)
		at += int(n >> 3)
		acc >>= n &^ 7 & 63
		n &= 7
	}
	d.out, d.bits, d.nbits = out[:at], acc, n
	for _, t := range list {
		e := d.emissions[t&(tokens-1)]
		d.put(uint64(e&(1<<emissionBits-1)), uint(e>>emissionBits))
	}
}

// put writes n bits, of which there are no more than 32; the others of v are zero.
func (d *SparseDeflater) put(v uint64, n uint) {
	d.bits |= v << d.nbits
	d.nbits += n
	for d.nbits >= 8 {
		d.out = append(d.out, byte(d.bits))
		d.bits >>= 8
		d.nbits -= 8
	}
}
