package zlib

import (
	"math/bits"
	"slices"
)

// maxSymbols is the size of the largest alphabet, with a symbol behind it that has no word.
const maxSymbols = numLiterals + 1

// A codeMaker makes codes out of how often symbols occur.
type codeMaker struct {
	used  [maxSymbols + 1]uint16 // symbols that have a word, in their order
	order [maxSymbols + 2]uint64 // these with their counts, rare ones first
	inner [maxSymbols + 2]uint64 // weights of the tree's inner nodes, as those of order
	depth [maxSymbols]uint8      // of the leaves, in that order

	leafParent, innerParent [maxSymbols + 2]uint16 // inner nodes
	innerDepth              [maxSymbols]uint8
}

// A prefixCode is the canonical code (RFC 1951, section 3.2.2) of an alphabet:
// words with their first bit as the least significant one, as they are written.
type prefixCode struct {
	lens  [maxSymbols]uint8
	words [maxSymbols]uint16
}

// lengths sets lens[i] to how many bits symbol i has that occurs counts[i] times, 0
// if that is never, and at most limit, and returns the symbols that have some. The code is
// complete: where fewer than two symbols occur, the first ones that do not are given words too.
func (m *codeMaker) lengths(lens []uint8, counts []uint32, limit int) (used []uint16) {
	clear(lens)
	n := 0
	for sym, count := range counts {
		m.used[n] = uint16(sym)
		n += int((count | -count) >> 31) // one more if it is not zero, without a branch
	}
	used = m.used[:n]
	for sym := 0; len(used) < 2; sym++ {
		if counts[sym] == 0 {
			used = append(used, uint16(sym))
		}
	}
	if n < 2 {
		slices.Sort(used)
	}
	order := m.sorted(used, counts)
	m.tree(order)
	m.limit(len(order), limit)
	for i, u := range order {
		lens[uint16(u)] = m.depth[i]
	}
	return used
}

// Of a leaf's weight, weightShift bits from the least significant one on are its symbol, so that those of equal
// weight have an order. Of an inner node's, all of them are set: it comes after such leaves.
const (
	weightShift = 16
	innerMark   = 1<<weightShift - 1
	noWeight    = 1 << 62 // is more than any
)

// sorted returns symbols with their counts, in the order of these. Most counts are small,
// so that it sorts by how many there are of each.
func (m *codeMaker) sorted(used []uint16, counts []uint32) []uint64 {
	const many = 31
	var next [many + 1]uint16
	for _, sym := range used {
		next[min(counts[sym], many)]++
	}
	at := uint16(0)
	for i, n := range next {
		next[i] = at
		at += n
	}
	rest := next[many]
	for _, sym := range used {
		count := counts[sym]
		at := &next[min(count, many)]
		m.order[*at] = uint64(count)<<weightShift | uint64(sym)
		*at++
	}
	slices.Sort(m.order[rest:len(used)])
	return m.order[:len(used)]
}

// tree builds Huffman's tree over leaves, of which there are at least two in the order
// of their counts, and sets the depth of each. Inner nodes are numbered as they come into being,
// which is in the order of their weights too: the two lightest nodes without parent are at the
// heads of two queues. Nobody can guess which queue they come from, so that there is no branch.
func (m *codeMaker) tree(leaves []uint64) {
	n := len(leaves)
	m.order[n], m.order[n+1] = noWeight, noWeight // where the queues end
	m.inner[0], m.inner[1] = noWeight, noWeight
	leaf, inner := 0, 0 // their heads
	for made := range n - 1 {
		// The parents of those that are not taken are set anew when they are.
		m.leafParent[leaf], m.leafParent[leaf+1] = uint16(made), uint16(made)
		m.innerParent[inner], m.innerParent[inner+1] = uint16(made), uint16(made)
		leaf0, leaf1, inner0, inner1 := m.order[leaf], m.order[leaf+1], m.inner[inner], m.inner[inner+1]
		leavesOnly := int((leaf1 - inner0) >> 63) // 1 if the two lightest are leaves
		innerOnly := int((inner1 - leaf0) >> 63)  // 1 if they are inner nodes
		leaf += 1 + leavesOnly - innerOnly
		inner += 1 - leavesOnly + innerOnly
		leaf0, leaf1, inner0, inner1 = leaf0>>weightShift, leaf1>>weightShift, inner0>>weightShift, inner1>>weightShift
		m.inner[made] = min(leaf0+leaf1, leaf0+inner0, inner0+inner1)<<weightShift | innerMark
		m.inner[made+1], m.inner[made+2] = noWeight, noWeight
	}
	m.innerDepth[n-2] = 0
	for i := n - 3; i >= 0; i-- {
		m.innerDepth[i] = min(m.innerDepth[m.innerParent[i]]+1, 254)
	}
	for i := range leaves {
		m.depth[i] = m.innerDepth[m.leafParent[i]] + 1
	}
}

// limit makes no leaf deeper than most bits; depths do not increase from leaf to
// leaf. It moves leaves up to that depth and then others down, the deepest that
// can be, until there are enough words for all.
func (m *codeMaker) limit(leaves, most int) {
	depth := m.depth[:leaves]
	if int(depth[0]) <= most {
		return
	}
	space := 0 // words of most bits that are taken, of 1<<most
	for i := range depth {
		depth[i] = min(depth[i], uint8(most))
		space += 1 << (most - int(depth[i]))
	}
	for i := 0; space > 1<<most; {
		// Leaves before i are as deep as can be.
		if int(depth[i]) == most {
			i++
			continue
		}
		depth[i]++
		space -= 1 << (most - int(depth[i]))
	}
	// The last step may have freed more than was needed: it goes to the most frequent
	// leaves that can take some. All of it does. If a rest remained that is less than
	// what any leaf takes, then all leaves would take multiples of a power of two
	// above the rest, and so would all of them together: they leave no such rest.
	for i := leaves - 1; i >= 0 && space < 1<<most; i-- {
		for gain := 1 << (most - int(depth[i])); space+gain <= 1<<most; gain *= 2 {
			depth[i]--
			space += gain
		}
	}
}

// assign sets the words that belong to the lengths, of symbols in their order.
func (c *prefixCode) assign(used []uint16) {
	var next [maxCodeLen + 2]uint16
	for _, sym := range used {
		next[c.lens[sym]+1]++
	}
	var first uint16
	for n := 1; n <= maxCodeLen; n++ {
		count := next[n+1]
		next[n] = first
		first = (first + count) << 1
	}
	for _, sym := range used {
		n := c.lens[sym]
		c.words[sym] = bits.Reverse16(next[n]) >> (16 - n)
		next[n]++
	}
}
