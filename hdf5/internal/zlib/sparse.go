package zlib

import (
	"encoding/binary"
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/nonzero"
)

// A token is what a block of a sparse stream is made of: a literal, or a run of zeros.
//
//	bits 0-8    the symbol, a literal or the length of a run
//	bits 9-16   the bits that follow it: those that the length has in addition, and the distance
//	bits 24-    how many these are
type token = uint32

const (
	tokenExtra  = 9  // shift
	tokenBits   = 24 // shift
	symbolRange = 1 << tokenExtra

	minMatch = 3
)

// Zeros that repeat the zero before them are short to write, but slow to read with
// C zlib, which waits for each byte to be written before it reads that again. Runs
// from farRun on are written so that it need not, after the first zeros.
const (
	farDistance = 16
	farRun      = 128
)

// A block has at most blockTokens. It ends when there is room for fewer than
// blockSpare more, which 64 bytes and a run before them do not need.
const (
	blockTokens = 1 << 14
	blockSpare  = 128
)

// A chunk is sparse if it has minSparse bytes or more, so that it is worth codes of
// its own, and denseShare of them for each token. Of others, a general compressor
// makes fewer.
const (
	minSparse  = 1 << 10
	denseShare = 6
)

// A SparseDeflater compresses chunks that are mostly zeros, one after the other. The
// zero value is ready for use; it allocates nothing.
//
// It knows literals and runs of zeros, and nothing else: it searches for no matches,
// and has one set of codes for each 16,384 such tokens. Of a count matrix it makes fewer
// bytes than zlib's fast levels. Chunks that repeat themselves in other ways than by zeros
// are for a general compressor.
type SparseDeflater struct {
	tokens [blockTokens]token
	n      int                 // how many there are
	counts [symbolRange]uint32 // of symbols
	run    int                 // zeros before what is scanned next, not yet among the tokens

	out   []byte // with spare capacity for the bits that wait
	bits  uint64 // those, fewer than eight
	nbits uint

	sum    adler
	budget int // tokens that there may be more, or the chunk is not sparse

	maker     codeMaker
	literals  prefixCode
	emissions [symbolRange]emission // of symbols
	codeLens  codeLens
}

// Append compresses src to a stream behind the end of dst and returns the extended
// slice. It reports false, and returns dst as it was, if src is not sparse enough for
// that to be worth while. src must not overlap dst or its spare capacity.
func (d *SparseDeflater) Append(dst, src []byte) ([]byte, bool) {
	if len(src) < minSparse {
		return dst, false
	}
	d.n, d.run, d.bits, d.nbits = 0, 0, 0, 0
	d.counts = [symbolRange]uint32{}
	d.out = append(dst, 0x78, 0x5e) // window of 32 KiB, a fast level
	d.sum, d.budget = newAdler(), len(src)/denseShare
	defer func() { d.out = nil }()

	for len(src) > adlerReduce {
		if !d.scan(src[:adlerReduce]) {
			return dst, false
		}
		src = src[adlerReduce:]
	}
	if !d.scan(src) {
		return dst, false
	}
	d.zeros(d.run)
	d.block(true)
	return binary.BigEndian.AppendUint32(d.out, d.sum.value()), true
}

// scan turns p, of adlerReduce bytes at the most, into tokens. It reports false if
// the chunk is not sparse.
func (d *SparseDeflater) scan(p []byte) bool {
	// The checksum depends on the bytes that are not zero alone: each counts as often
	// as there are bytes from it on.
	var sum, weighted uint64
	from := -d.run // where the zeros before what is looked at begin
	n := d.n
	var masks [64]uint64
	for at := 0; at < len(p); at += 64 {
		k := at / 64 % len(masks)
		if k == 0 {
			nonzero.Masks(masks[:], p[at:min(at+64*len(masks), len(p))], 1, false)
		}
		for mask := masks[k]; mask != 0; mask &= mask - 1 {
			i := at + bits.TrailingZeros64(mask)
			c := p[i]
			sum += uint64(c)
			weighted += uint64(c) * uint64(len(p)-i)
			run := i - from
			from = i + 1
			switch {
			case run == 0:
			case run < len(shortRuns):
				r := &shortRuns[run]
				for k, t := range r.tokens {
					d.tokens[(n+k)&(blockTokens-1)] = t
				}
				n += int(r.n)
				d.counts[0] += uint32(r.literals)
				d.counts[r.last&(symbolRange-1)] += uint32(r.n - r.literals)
			default:
				d.n = n
				d.zeros(run)
				n = d.n
			}
			d.tokens[n&(blockTokens-1)] = token(c)
			d.counts[c]++
			n++
		}
		if d.n = n; n > blockTokens-blockSpare {
			d.block(false)
			n = 0
		}
		if n > d.budget {
			return false
		}
	}
	d.run = len(p) - from
	d.sum.count(len(p))
	d.sum.b += uint64(len(p))*d.sum.a + weighted
	d.sum.a += sum
	return true
}

// shortRuns are the tokens of runs of fewer zeros than farRun.
var shortRuns = makeShortRuns()

// A shortRun is n tokens, literals at first and then perhaps one of a run.
type shortRun struct {
	tokens      [minMatch]token
	n, literals uint8
	last        uint16 // symbol of the run
}

func makeShortRuns() (t [farRun]shortRun) {
	for run := range t {
		r := &t[run]
		if run <= minMatch {
			r.n, r.literals = uint8(run), uint8(run)
			continue
		}
		r.n, r.literals = 2, 1
		r.tokens[1] = nearRuns[run-1-minMatch]
		r.last = uint16(r.tokens[1] & (symbolRange - 1))
	}
	return t
}

func (d *SparseDeflater) add(t token) {
	d.tokens[d.n] = t
	d.n++
	d.counts[t&(symbolRange-1)]++
}

// zeros adds a run of zeros.
func (d *SparseDeflater) zeros(run int) {
	if run >= farRun {
		d.add(0)
		d.add(nearRuns[farDistance-1-minMatch])
		d.farZeros(run - farDistance)
		return
	}
	for _, t := range shortRuns[run].tokens[:shortRuns[run].n] {
		d.add(t)
	}
}

// farZeros adds zeros that more than farDistance zeros come before.
func (d *SparseDeflater) farZeros(run int) {
	for run > 0 {
		n := min(run, maxMatch)
		if rest := run - n; rest > 0 && rest < minMatch {
			n -= minMatch // which leaves enough for another match
		}
		d.add(farRuns[n-minMatch])
		run -= n
		if d.n > blockTokens-blockSpare {
			d.block(false)
		}
	}
}
