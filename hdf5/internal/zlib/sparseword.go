package zlib

import "math/bits"

// wordBytes is how many bytes a word of a chunk has.
const wordBytes = 4

// A wordSet gives words numbers from 1 on, and counts those that occur in a block. A word keeps
// its number from block to block and chunk to chunk, as most of them come again: nobody can
// guess which ones are new. The zero value has none.
type wordSet struct {
	words [maxWords]sparseWord // by their numbers; the first one stands for no word
	n     int                  // numbers that are taken

	// Numbers by the hashes of words, or in the next slot that was free; 0 in free slots. At
	// least half of them are free.
	slots [1 << slotBits]uint16

	list [maxWords]uint16 // numbers of the words that occur, each once
	used int              // how many
}

const (
	maxWords = 1 << 11
	slotBits = 12
)

// A sparseWord is a word of four bytes, the first the least significant.
type sparseWord struct {
	word  uint32
	count uint32 // how often it occurs

	before   uint8 // zeros, before its first byte that is not
	literals uint8 // bytes from there to the last one that is not zero

	sum      uint16 // of its bytes
	weighted uint16 // that of its bytes times how many there are before them
}

// slot is where the number of a word is looked for.
func (s *wordSet) slot(word uint32) uint32 { return word * 0x9e3779b1 >> (32 - slotBits) }

// search looks for a word from its slot on, gives it a number if it has none, for which there must
// be room, and returns that.
func (s *wordSet) search(word uint32) (number uint16) {
	slot := s.slot(word)
	for number = s.slots[slot]; s.words[number].word != word; number = s.slots[slot] {
		if number == 0 {
			s.n++
			s.slots[slot] = uint16(s.n)
			s.words[s.n] = newSparseWord(word)
			return uint16(s.n)
		}
		slot = (slot + 1) % (1 << slotBits)
	}
	return number
}

func newSparseWord(word uint32) sparseWord {
	before, behind := bits.TrailingZeros32(word)/8, bits.LeadingZeros32(word)/8
	b0, b1, b2, b3 := uint16(word&0xff), uint16(word>>8&0xff), uint16(word>>16&0xff), uint16(word>>24)
	return sparseWord{
		word:     word,
		before:   uint8(before),
		literals: uint8(wordBytes - before - behind),
		sum:      b0 + b1 + b2 + b3,
		weighted: b1 + 2*b2 + 3*b3,
	}
}

// clear says that no word occurs, and forgets all if there is not room for blockWords others. Whatever
// it has forgotten, the same chunk makes the same stream.
func (s *wordSet) clear() {
	for _, number := range s.list[:s.used] {
		s.words[number].count = 0
	}
	s.used = 0
	if s.n >= maxWords-blockWords {
		s.n = 0
		clear(s.slots[:])
	}
}
