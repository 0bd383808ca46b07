package zlib_test

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
	"math/rand/v2"
)

// A command is one symbol of a block: a literal, or a match if length is not 0.
type command struct {
	literal      byte
	length, dist int
}

// apply appends what the commands stand for to out.
func apply(out []byte, commands []command) []byte {
	for _, c := range commands {
		if c.length == 0 {
			out = append(out, c.literal)
		}
		for range c.length {
			out = append(out, out[len(out)-c.dist])
		}
	}
	return out
}

// randomCommands makes commands that write about n bytes: every length, every
// distance that there can be, short ones more often.
func randomCommands(rng *rand.Rand, n int) []command {
	var list []command
	for size := 0; size < n; {
		c := command{literal: byte(rng.IntN(256))}
		if size > 0 && rng.IntN(2) == 0 {
			c.length = 3 + rng.IntN(1+rng.IntN(256))
			c.dist = 1 + rng.IntN(min(size, 1<<rng.IntN(16)))
		}
		list = append(list, c)
		size += max(1, c.length)
	}
	return list
}

// A bitWriter writes a zlib stream bit by bit, as hand-made streams want it.
type bitWriter struct {
	out  []byte
	used uint // bits of the last byte
}

func newStream() *bitWriter { return &bitWriter{out: []byte{0x78, 0x01}} }

// bits writes n bits, the least significant first.
func (w *bitWriter) bits(v uint64, n int) {
	for i := range n {
		if w.used%8 == 0 {
			w.out, w.used = append(w.out, 0), 0
		}
		w.out[len(w.out)-1] |= byte(v>>i&1) << w.used
		w.used++
	}
}

// word writes a word of a code, the most significant bit first.
func (w *bitWriter) word(v uint16, n int) { w.bits(uint64(bits.Reverse16(v)>>(16-n)), n) }

// end writes the checksum of data and returns the stream.
func (w *bitWriter) end(data []byte) []byte {
	return binary.BigEndian.AppendUint32(w.out, adler32.Checksum(data))
}

// A code is a canonical code: the length and the word of each symbol.
type code struct {
	lens  []int
	words []uint16
}

// newCode gives out words by RFC 1951, section 3.2.2.
func newCode(lens []int) code {
	c := code{lens: lens, words: make([]uint16, len(lens))}
	var next uint16
	for n := 1; n <= 15; n++ {
		next <<= 1
		for sym, l := range lens {
			if l == n {
				c.words[sym] = next
				next++
			}
		}
	}
	return c
}

func (c code) write(w *bitWriter, sym int) { w.word(c.words[sym], c.lens[sym]) }

// randomCode makes a complete code for symbols below n that has words of up to
// most bits for all of need.
func randomCode(rng *rand.Rand, n, most int, need map[int]bool) code {
	symbols := rng.Perm(n)
	count := min(n, max(2, len(need)+rng.IntN(n)))
	var chosen []int
	for _, sym := range symbols {
		if need[sym] {
			chosen = append(chosen, sym)
		}
	}
	for _, sym := range symbols {
		if len(chosen) < count && !need[sym] {
			chosen = append(chosen, sym)
		}
	}
	// Splitting a word into two longer ones keeps a code complete. Often the
	// longest that can be is split, which makes long words.
	words := []int{1, 1}
	for len(words) < len(chosen) {
		at := rng.IntN(len(words))
		if rng.IntN(2) == 0 {
			for i, n := range words {
				if n < most && n > words[at] {
					at = i
				}
			}
		}
		if words[at] < most {
			words[at]++
			words = append(words, words[at])
		}
	}
	rng.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
	lens := make([]int, n)
	for i, sym := range chosen {
		lens[sym] = words[i]
	}
	return newCode(lens)
}

func fixedCodes() (literals, distances code) {
	lens := make([]int, 288)
	for i := range lens {
		lens[i] = 8
		if i >= 144 && i < 256 {
			lens[i] = 9
		}
		if i >= 256 && i < 280 {
			lens[i] = 7
		}
	}
	distLens := make([]int, 32)
	for i := range distLens {
		distLens[i] = 5
	}
	return newCode(lens), newCode(distLens)
}

// lengthSymbol returns the symbol of a length and its extra bits, from the table in
// RFC 1951, section 3.2.5.
func lengthSymbol(length int) (sym, extra, n int) {
	bases := []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	widths := []int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	for i := len(bases) - 1; ; i-- {
		if length >= bases[i] {
			return 257 + i, length - bases[i], widths[i]
		}
	}
}

func distSymbol(dist int) (sym, extra, n int) {
	bases := []int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	for i := len(bases) - 1; ; i-- {
		if dist >= bases[i] {
			return i, dist - bases[i], max(0, i/2-1)
		}
	}
}

// symbols writes commands and the end of the block.
func (w *bitWriter) symbols(commands []command, literals, distances code) {
	for _, c := range commands {
		if c.length == 0 {
			literals.write(w, int(c.literal))
			continue
		}
		sym, extra, n := lengthSymbol(c.length)
		literals.write(w, sym)
		w.bits(uint64(extra), n)
		sym, extra, n = distSymbol(c.dist)
		distances.write(w, sym)
		w.bits(uint64(extra), n)
	}
	literals.write(w, 256)
}

func (w *bitWriter) stored(data []byte, last bool) {
	w.header(last, 0)
	w.used = 0
	w.out = binary.LittleEndian.AppendUint16(w.out, uint16(len(data)))
	w.out = binary.LittleEndian.AppendUint16(w.out, ^uint16(len(data)))
	w.out = append(w.out, data...)
}

func (w *bitWriter) header(last bool, kind uint64) {
	final := uint64(0)
	if last {
		final = 1
	}
	w.bits(final|kind<<1, 3)
}

func (w *bitWriter) fixed(commands []command, last bool) {
	w.header(last, 1)
	literals, distances := fixedCodes()
	w.symbols(commands, literals, distances)
}

// dynamic writes a block with codes of its own.
func (w *bitWriter) dynamic(commands []command, literals, distances code, last bool) {
	w.header(last, 2)
	w.codes(literals.lens, distances.lens)
	w.symbols(commands, literals, distances)
}

// codes writes the lengths of words one by one, in a code of four bits for each of
// 0 to 15.
func (w *bitWriter) codes(literals, distances []int) {
	w.bits(uint64(len(literals)-257), 5)
	w.bits(uint64(len(distances)-1), 5)
	w.bits(19-4, 4)
	for range 3 { // the repetitions
		w.bits(0, 3)
	}
	for range 16 {
		w.bits(4, 3)
	}
	for _, lens := range [][]int{literals, distances} {
		for _, n := range lens {
			w.word(uint16(n), 4)
		}
	}
}

// randomStream makes a stream of several blocks of every type and returns it with
// what it stands for.
func randomStream(rng *rand.Rand, size int) (stream, data []byte) {
	w := newStream()
	for blocks := 1 + rng.IntN(4); blocks > 0; blocks-- {
		commands := randomCommands(rng, size/blocks)
		if len(data) > 0 && rng.IntN(3) == 0 {
			commands = append(commands, command{length: 258, dist: min(len(data), 32768)})
		}
		before := len(data)
		data = apply(data, commands)
		size -= len(data) - before
		switch rng.IntN(5) {
		case 0:
			w.stored(data[before:min(len(data), before+1<<16-1)], blocks == 1)
			data = data[:min(len(data), before+1<<16-1)]
		case 1:
			w.fixed(commands, blocks == 1)
		default:
			literals, distances := map[int]bool{256: true}, map[int]bool{}
			for _, c := range commands {
				if c.length == 0 {
					literals[int(c.literal)] = true
					continue
				}
				sym, _, _ := lengthSymbol(c.length)
				literals[sym] = true
				sym, _, _ = distSymbol(c.dist)
				distances[sym] = true
			}
			most := 9 + rng.IntN(7)
			w.dynamic(commands, randomCode(rng, 286, most, literals), randomCode(rng, 30, min(most, 5+rng.IntN(11)), distances), blocks == 1)
		}
	}
	return w.end(data), data
}
