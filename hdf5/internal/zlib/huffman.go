package zlib

import (
	"math/bits"
	"slices"
)

// maxSymbols is the size of the largest alphabet.
const maxSymbols = numLiterals

// A codeMaker makes codes out of how often symbols occur.
type codeMaker struct {
	used   [maxSymbols + 1]uint16 // symbols that have a word, in their order
	order  [maxSymbols]uint64     // these with their counts, rare ones first
	weight [maxSymbols]uint64     // of inner nodes of the tree
	parent [2 * maxSymbols]uint16
	depth  [2 * maxSymbols]uint8
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

// sorted returns symbols with their counts, in the order of these. Most counts are small,
// so that it sorts by how many there are of each.
func (m *codeMaker) sorted(used []uint16, counts []uint32) []uint64 {
	const many = 63
	var next [many + 2]uint16
	for _, sym := range used {
		next[min(counts[sym], many)+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	rest := next[many]
	for _, sym := range used {
		count := counts[sym]
		at := &next[min(count, many)]
		m.order[*at] = uint64(count)<<16 | uint64(sym)
		*at++
	}
	slices.Sort(m.order[rest:len(used)])
	return m.order[:len(used)]
}

// tree builds Huffman's tree over leaves, of which there are at least two in the order
// of their counts, and sets the depth of each. Nodes are numbered with the leaves
// first, then the inner nodes as they come into being, which is in the order of
// their weights too: the two lightest nodes without parent are at the heads of two
// queues.
func (m *codeMaker) tree(leaves []uint64) {
	n := len(leaves)
	leaf, inner := 0, 0 // the heads of the queues
	for made := range n - 1 {
		var weight uint64
		for range 2 {
			if leaf < n && (inner == made || leaves[leaf]>>16 <= m.weight[inner]) {
				weight += leaves[leaf] >> 16
				m.parent[leaf] = uint16(n + made)
				leaf++
			} else {
				weight += m.weight[inner]
				m.parent[n+inner] = uint16(n + made)
				inner++
			}
		}
		m.weight[made] = weight
	}
	root := 2*n - 2
	m.depth[root] = 0
	for i := root - 1; i >= 0; i-- {
		m.depth[i] = min(m.depth[m.parent[i]]+1, 255)
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
