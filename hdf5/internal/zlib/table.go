package zlib

import "math/bits"

// Limits of RFC 1951.
const (
	maxCodeLen = 15 // section 3.2.7: bits of a code of literals, lengths or distances

	numLiterals  = 286 // literals, the end of a block, lengths: section 3.2.5
	numDistances = 30
	endOfBlock   = 256

	// The fixed codes have words for two more symbols each, which must not occur
	// (section 3.2.6).
	numFixedLiterals  = 288
	numFixedDistances = 32

	numCodeLens   = 19 // symbols of the code of code lengths: section 3.2.7
	maxCodeLenLen = 7  // and its bits
)

// An entry is what a decoding table says about the bits to come.
//
//	bits 0-7    how many bits to take, extra bits included
//	bits 8-11   how many of these are the code itself
//	bit 13      the code ends the block
//	bit 14      the code is longer: take the bits, then look in a subtable
//	bit 15      none of a literal, a length or a distance; 13 and 14 say what.
//	            With neither of them, no code starts with these bits
//	bits 16-30  the literal, the least length or distance, or where the subtable is
//	bit 31      the code is a literal
//
// Of an entry for a subtable, bits 8-11 are the number of bits that choose an
// entry of it.
type entry = uint32

const (
	entryEnd      entry = 1 << 13
	entrySubtable entry = 1 << 14
	entrySpecial  entry = 1 << 15
	entryLiteral  entry = 1 << 31

	entryPayload = 16 // shift
)

// Sizes of tables: those that the bits to come index first, and with room for all
// subtables. A subtable of 2^k entries has the words of a complete code of k bits,
// of which there are at least k+1. So 288 literals and lengths of up to 15 bits
// make 48 subtables of 32 entries at the most, and 32 distances 4 of 128.
const (
	literalBits    = 10
	literalEntries = 1 << 12 // >= 1<<10 + 48*32
	distBits       = 8
	distEntries    = 1 << 10 // >= 1<<8 + 4*128
)

// Entries by symbol, without the length of the code.
var (
	literalSymbols = makeLiteralSymbols()
	distSymbols    = makeDistSymbols()
	codeLenSymbols = makeCodeLenSymbols()
)

func makeLiteralSymbols() (t [numFixedLiterals]entry) {
	for v := range endOfBlock {
		t[v] = entryLiteral | entry(v)<<entryPayload
	}
	t[endOfBlock] = entrySpecial | entryEnd
	for i, c := range lengthCodes {
		t[endOfBlock+1+i] = entry(c.base)<<entryPayload | entry(c.extra)
	}
	for i := numLiterals; i < numFixedLiterals; i++ {
		t[i] = entrySpecial
	}
	return t
}

func makeDistSymbols() (t [numFixedDistances]entry) {
	for i := range t {
		t[i] = entrySpecial
		if i < numDistances {
			t[i] = entry(distCodes[i].base)<<entryPayload | entry(distCodes[i].extra)
		}
	}
	return t
}

func makeCodeLenSymbols() (t [numCodeLens]entry) {
	for i := range t {
		t[i] = entry(i) << entryPayload
	}
	return t
}

// A rangeCode is a symbol that stands for base and what its extra bits add to it.
type rangeCode struct {
	base  uint16
	extra uint8
}

// The tables of RFC 1951, section 3.2.5, for lengths from symbol 257 on and for
// distances.
var (
	lengthCodes = makeLengthCodes()
	distCodes   = makeDistCodes()
)

func makeLengthCodes() (t [numLiterals - endOfBlock - 1]rangeCode) {
	base := 3
	for i := range t {
		extra := max(0, i/4-1)
		t[i] = rangeCode{uint16(base), uint8(extra)}
		base += 1 << extra
	}
	t[len(t)-1] = rangeCode{maxMatch, 0} // which the symbol before could say too
	return t
}

func makeDistCodes() (t [numDistances]rangeCode) {
	base := 1
	for i := range t {
		extra := max(0, i/2-1)
		t[i] = rangeCode{uint16(base), uint8(extra)}
		base += 1 << extra
	}
	return t
}

// A matching copies at most so many bytes (RFC 1951, section 2).
const maxMatch = 258

// makeTable fills table for the canonical code (RFC 1951, section 3.2.2) in which
// symbol i has lens[i] bits, 0 for none, and stands for symbols[i]. The first
// 1<<indexBits entries are indexed by the next bits; table has room for all
// subtables, see literalEntries.
//
// It reports false for lengths that no code has, and for those that leave bits
// over which no code starts with. As in zlib, whose streams these mostly are, a
// code of no symbol is let pass, and one of a single symbol of one bit, unless
// strict is set: a block may have no distances, or one.
func makeTable(table []entry, indexBits int, lens []uint8, symbols []entry, strict bool) bool {
	b := tableBuilder{table: table, indexBits: indexBits, symbols: symbols}
	used := b.use(lens)
	left := b.words()
	if left < 0 {
		return false
	}
	if left > 0 {
		if strict || used > 1 || used == 1 && b.counts[1] != 1 {
			return false
		}
		fill(table[:1<<indexBits], entrySpecial|1)
	}

	b.sort(lens, used)
	b.index()
	b.subtables()
	return true
}

func fill(table []entry, e entry) {
	for i := range table {
		table[i] = e
	}
}

// A tableBuilder enters the words of a valid code into a table.
type tableBuilder struct {
	table     []entry
	indexBits int
	symbols   []entry

	used    [numFixedLiterals]uint16 // the symbols that have words, ascending
	counts  [maxCodeLen + 1]uint16   // how many have words of so many bits
	longest int                      // bits of the longest word

	// The symbols in the order of their words: by length, then by value. Those of
	// n bits are sorted[start[n]:start[n+1]], and first[n] is the word of the first.
	sorted [numFixedLiterals]uint16
	start  [maxCodeLen + 2]uint16
	first  [maxCodeLen + 1]uint16
}

// use finds the symbols that have words, and returns how many there are. Most have
// none, and are passed over eight at a time.
func (b *tableBuilder) use(lens []uint8) (used int) {
	for i := 0; i < len(lens); i += 8 {
		var word uint64
		if i+8 <= len(lens) {
			word = load64(lens, i)
		} else {
			for k, n := range lens[i:] {
				word |= uint64(n) << (8 * k)
			}
		}
		for word != 0 {
			k := bits.TrailingZeros64(word) &^ 7
			b.used[used] = uint16(i + k/8)
			used++
			n := word >> k & maxCodeLen
			b.counts[n]++
			b.longest = max(b.longest, int(n))
			word &^= 0xff << k
		}
	}
	return used
}

// words finds the first word of each length, and returns how many words of the longest
// length no shorter one starts and no symbol has: less than none if there is no such code.
func (b *tableBuilder) words() (left int) {
	left = 1
	var start, first uint16
	for n := 1; n <= b.longest; n++ {
		b.start[n], b.first[n] = start, first
		count := b.counts[n]
		if left = left<<1 - int(count); left < 0 {
			return left
		}
		start += count
		first = (first + count) << 1
	}
	b.start[b.longest+1] = start
	return left
}

// sort puts the symbols in the order of their words.
func (b *tableBuilder) sort(lens []uint8, used int) {
	next := b.start
	for _, sym := range b.used[:used] {
		n := lens[sym] & maxCodeLen
		b.sorted[next[n]] = sym
		next[n]++
	}
}

// index enters the words that an index holds.
func (b *tableBuilder) index() {
	// A table for n+1 bits is one for n bits, twice: the bit that comes last in the
	// stream is the highest of an index.
	size := 1
	for n := 1; n <= b.indexBits; n++ {
		copy(b.table[size:2*size], b.table[:size])
		size *= 2
		if n > b.longest {
			continue
		}
		word := b.first[n]
		for _, sym := range b.sorted[b.start[n]:b.start[n+1]] {
			b.table[reversed(word, n)] = b.symbols[sym] + entry(n)*0x101
			word++
		}
	}
}

// subtables enters the words that are longer than an index, the last first: that
// one is the longest under its index, so that the size of the subtable is known.
func (b *tableBuilder) subtables() {
	at, depth, end := -1, 0, 1<<b.indexBits
	var sub []entry
	for n := b.longest; n > b.indexBits; n-- {
		rest := n - b.indexBits // bits that the index does not hold
		for k := int(b.start[n+1]) - 1; k >= int(b.start[n]); k-- {
			word := b.first[n] + uint16(k) - b.start[n]
			if i := reversed(word>>rest, b.indexBits); i != at {
				at, depth = i, rest
				sub = b.table[end : end+1<<depth]
				b.table[i] = entrySpecial | entrySubtable | entry(end)<<entryPayload | entry(depth)<<8 | entry(b.indexBits)
				end += 1 << depth
			}
			e := b.symbols[b.sorted[k]] + entry(rest)*0x101
			for i := reversed(word&(1<<rest-1), rest); i < len(sub); i += 1 << rest {
				sub[i] = e
			}
		}
	}
}

// reversed is a word of n bits with its first bit, which comes first in the stream,
// as the least significant one.
func reversed(word uint16, n int) int { return int(bits.Reverse16(word) >> (16 - n)) }
