package zlib

// codeLens writes the lengths of the words of a block's codes (RFC 1951, section
// 3.2.7).
type codeLens struct {
	symbols [numLiterals + numDistances]codeLen
	n       int // symbols
	counts  [numCodeLens]uint32
	code    prefixCode
	stated  int // lengths of this code's own words that are stated
}

// A codeLen is a symbol of the code of code lengths with its extra bits.
type codeLen struct{ sym, extra uint8 }

// codeLenExtra is how many extra bits the symbols have.
var codeLenExtra = [numCodeLens]uint8{repeatLast: 2, repeatZero: 3, repeatZeros: 7}

// make finds the symbols that stand for the lengths of both codes, of which the first has
// the used symbols, and their code.
func (c *codeLens) make(m *codeMaker, literals []uint8, used []uint16, distances []uint8) {
	c.n, c.counts = 0, [numCodeLens]uint32{}
	next := 0 // symbol
	for len(used) > 0 {
		c.add(0, int(used[0])-next)
		length, run := literals[used[0]], 1
		for run < len(used) && int(used[run]) == int(used[0])+run && literals[used[run]] == length {
			run++
		}
		c.add(length, run)
		next = int(used[0]) + run
		used = used[run:]
	}
	for i := 0; i < len(distances); {
		run := 1
		for i+run < len(distances) && distances[i+run] == distances[i] {
			run++
		}
		c.add(distances[i], run)
		i += run
	}
	c.code.assign(m.lengths(c.code.lens[:numCodeLens], c.counts[:], maxCodeLenLen))
	c.stated = numCodeLens
	for c.stated > 4 && c.code.lens[codeLenOrder[c.stated-1]] == 0 {
		c.stated--
	}
}

// add adds a length that comes so often in a row.
func (c *codeLens) add(length uint8, times int) {
	for times > 0 {
		run := min(times, maxRepeat)
		switch {
		case length == 0 && run >= 11:
			c.symbol(repeatZeros, run-11)
		case length == 0 && run >= 3:
			c.symbol(repeatZero, run-3)
		case length != 0 && run >= 4:
			run = min(run, 7)
			c.symbol(length, 0)
			c.symbol(repeatLast, run-4)
		default:
			run = 1
			c.symbol(length, 0)
		}
		times -= run
	}
}

func (c *codeLens) symbol(sym uint8, extra int) {
	c.symbols[c.n] = codeLen{sym, uint8(extra)}
	c.n++
	c.counts[sym]++
}

// size is how many bits write takes.
func (c *codeLens) size() int {
	size := 5 + 5 + 4 + 3*c.stated
	for sym, n := range c.counts {
		size += int(n) * int(c.code.lens[sym]+codeLenExtra[sym])
	}
	return size
}

// write writes how many lengths there are, and these. Room was made for them.
func (c *codeLens) write(d *SparseDeflater, literals, distances int) {
	d.put(uint64(literals-257)|uint64(distances-1)<<5|uint64(c.stated-4)<<10, 14)
	for _, sym := range codeLenOrder[:c.stated] {
		d.put(uint64(c.code.lens[sym]), 3)
	}
	for _, s := range c.symbols[:c.n] {
		n := uint(c.code.lens[s.sym])
		d.put(uint64(c.code.words[s.sym])|uint64(s.extra)<<n, n+uint(codeLenExtra[s.sym]))
	}
}
