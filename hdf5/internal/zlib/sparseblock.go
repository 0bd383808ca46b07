package zlib

import "slices"

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

// Tokens of runs by their lengths from minMatch on: those that repeat the zero before
// them, and those that repeat the farDistance zeros before them.
var nearRuns, farRuns = makeRuns(0, 1), makeRuns(1|farExtra<<1, 3)

// makeRuns makes tokens of runs, the distance of which takes some bits.
func makeRuns(distance token, distanceBits uint) (t [maxMatch - minMatch + 1]token) {
	for i := range t {
		c := lengthCodes[lengthSymbols[i]]
		t[i] = endOfBlock + 1 + token(lengthSymbols[i])
		t[i] |= (token(i+minMatch-int(c.base)) | distance<<c.extra) << tokenExtra
		t[i] |= token(uint(c.extra)+distanceBits) << tokenBits
	}
	return t
}

// block writes the tokens that there are as a block.
func (d *SparseDeflater) block(last bool) {
	d.counts[endOfBlock] = 1
	lens := &d.literals.lens
	used := d.maker.lengths(lens[:], d.counts[:numLiterals], maxCodeLen)
	d.literals.assign(used)
	symbols := int(used[len(used)-1]) + 1
	size := d.emit(used)
	d.codeLens.make(&d.maker, lens[:], used, sparseDistLens[:])

	// The bits that waited, a header of three, those of the block, and the eight
	// bytes that a flush stores.
	d.out = slices.Grow(d.out, (8+3+d.codeLens.size()+size)/8+1+8)
	header := uint64(2 << 1)
	if last {
		header |= 1
	}
	d.put(header, 3)
	d.codeLens.write(d, symbols, len(sparseDistLens))
	d.putTokens()
	d.put(uint64(d.literals.words[endOfBlock]), uint(lens[endOfBlock]))
	if last && d.nbits > 0 {
		d.put(0, 8-d.nbits)
	}
	d.budget -= d.n
	d.n, d.counts = 0, [symbolRange]uint32{}
}

// An emission is what is written for a symbol: its word, the first bit the least
// significant, and from emissionBits on how many bits these are.
type emission = uint32

const emissionBits = 16 // shift

// emit sets the emissions of the symbols that occur, and returns how many bits all tokens
// take at the most.
func (d *SparseDeflater) emit(used []uint16) (size int) {
	for _, sym := range used {
		n := d.literals.lens[sym]
		d.emissions[sym&(symbolRange-1)] = emission(d.literals.words[sym]) | emission(n)<<emissionBits
		if sym > endOfBlock {
			n += tokenBits - tokenExtra
		}
		size += int(d.counts[sym]) * int(n)
	}
	return size
}

// putTokens writes the tokens. Room was made for all of them.
func (d *SparseDeflater) putTokens() {
	const word, extra = 1<<emissionBits - 1, 1<<(tokenBits-tokenExtra) - 1
	out, at := d.out[:cap(d.out)], len(d.out)
	acc, n := d.bits, d.nbits
	list := d.tokens[:d.n]
	for len(list) >= 2 {
		// Fewer than 8 bits wait, and two tokens have at most 46.
		t := list[0]
		e := d.emissions[t&(symbolRange-1)]
		bits := e >> emissionBits
		acc |= (uint64(e&word) | uint64(t>>tokenExtra&extra)<<(bits&63)) << (n & 63)
		n += uint(bits + t>>tokenBits)
		t = list[1]
		e = d.emissions[t&(symbolRange-1)]
		bits = e >> emissionBits
		acc |= (uint64(e&word) | uint64(t>>tokenExtra&extra)<<(bits&63)) << (n & 63)
		n += uint(bits + t>>tokenBits)
		list = list[2:]

		store64(out, at, acc)
		at += int(n >> 3)
		acc >>= n &^ 7 & 63
		n &= 7
	}
	d.out, d.bits, d.nbits = out[:at], acc, n
	for _, t := range list {
		e := d.emissions[t&(symbolRange-1)]
		bits := e >> emissionBits
		d.put(uint64(e&word)|uint64(t>>tokenExtra&extra)<<(bits&63), uint(bits+t>>tokenBits))
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
