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

// Entries of code lengths have how many symbols they speak of as the payload, and
// that length above.
const (
	codeLenShift  = 24
	codeLenRepeat = entryLiteral // the length is that of the symbol before
)

func makeCodeLenSymbols() (t [numCodeLens]entry) {
	for n := range repeatLast {
		t[n] = 1<<entryPayload | entry(n)<<codeLenShift
	}
	t[repeatLast] = 3<<entryPayload | 2 | codeLenRepeat
	t[repeatZero] = 3<<entryPayload | 3
	t[repeatZeros] = 11<<entryPayload | 7
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

// A coded is a symbol that has a word: the symbol, and the length of the word in the
// four low bits.
type coded uint16

func (c coded) symbol() int { return int(c >> 4) }
func (c coded) length() int { return int(c & 0xf) }

// codedOf lists the symbols with words of the lengths lens.
func codedOf(lens []uint8) (list []coded) {
	for sym, n := range lens {
		list = append(list, coded(sym<<4|int(n)))
	}
	return list
}

// A tableBuilder makes tables.
type tableBuilder struct {
	table     []entry
	indexBits int

	counts   [maxCodeLen + 1]uint16 // how many words have so many bits
	shortest int                    // bits of the shortest word
	longest  int                    // and of the longest

	// What the words stand for, in the order of the words: by length, then by
	// symbol. Those of n bits are sorted[start[n]:start[n+1]], and first[n] is the
	// word of the first. The entries have the lengths of the words in them.
	sorted [numFixedLiterals]entry
	start  [maxCodeLen + 2]uint16
	first  [maxCodeLen + 1]uint16
}

// make fills table for the canonical code (RFC 1951, section 3.2.2) of the symbols in
// list, which are ascending; symbol i stands for symbols[i-least]. The first
// 1<<indexBits entries are indexed by the next bits; table has room for all
// subtables, see literalEntries.
//
// It reports false for lengths that no code has, and for those that leave bits
// over which no code starts with. As in zlib, whose streams these mostly are, a
// code of no symbol is let pass, and one of a single symbol of one bit, unless
// strict is set: a block may have no distances, or one.
func (b *tableBuilder) make(table []entry, indexBits int, list []coded, least int, symbols []entry, strict bool) bool {
	b.table, b.indexBits = table, indexBits
	b.count(list)
	left := b.words()
	if left < 0 {
		return false
	}
	if left > 0 {
		if strict || len(list) > 1 || len(list) == 1 && b.longest != 1 {
			return false
		}
		fill(table[:1<<indexBits], entrySpecial|1)
	}
	if len(list) > 0 {
		b.sort(list, least, symbols)
		b.index()
		b.subtables()
	}
	return true
}

func fill(table []entry, e entry) {
	for i := range table {
		table[i] = e
	}
}

// count counts the words of each length.
func (b *tableBuilder) count(list []coded) {
	b.counts = [maxCodeLen + 1]uint16{}
	b.shortest, b.longest = maxCodeLen, 0
	for _, c := range list {
		n := c.length()
		b.counts[n]++
		b.shortest = min(b.shortest, n)
		b.longest = max(b.longest, n)
	}
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

// sort puts what the words stand for into their order.
func (b *tableBuilder) sort(list []coded, least int, symbols []entry) {
	next := b.start
	for _, c := range list {
		n := c.length()
		b.sorted[next[n]] = symbols[c.symbol()-least] + entry(n)*0x101
		next[n]++
	}
}

// index enters the words that an index holds.
func (b *tableBuilder) index() {
	// A table for n+1 bits is one for n bits, twice: the bit that comes last in the
	// stream is the highest of an index. What no word has entered yet, longer ones
	// will.
	for n := min(b.shortest, b.indexBits); n <= b.indexBits; n++ {
		size := 1 << n
		if n > b.shortest {
			copy(b.table[size/2:size], b.table[:size/2])
		}
		if n > b.longest {
			continue
		}
		word := b.first[n]
		for _, e := range b.sorted[b.start[n]:b.start[n+1]] {
			b.table[reversed(word, n)] = e
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
			e := b.sorted[k] - entry(b.indexBits)*0x101
			for i := reversed(word&(1<<rest-1), rest); i < len(sub); i += 1 << rest {
				sub[i] = e
			}
		}
	}
}

// reversed is a word of n bits with its first bit, which comes first in the stream,
// as the least significant one.
func reversed(word uint16, n int) int { return int(bits.Reverse16(word) >> (16 - n)) }
