package zlib

import (
	"encoding/binary"
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/nonzero"
)

// A chunk is sparse if it has minSparse bytes or more, so that it is worth codes of
// its own, and denseShare of them for each symbol that is written. Of others, a general
// compressor makes fewer.
const (
	minSparse  = 1 << 10
	denseShare = 6
)

// A piece of a chunk is a run of zeros and the word behind it, or no word: the run's kind,
// and from pieceWord on the number of the word, 0 for none.
type piece = uint32

const pieceWord = 16 // shift

// A block has at most blockPieces, and of blockWords different words. It ends when there is
// room for fewer than blockSpare more, which 64 words do not need.
const (
	blockPieces = 1 << 13
	blockWords  = maxWords / 2
	blockSpare  = 128
)

// A SparseDeflater compresses chunks that are mostly zeros, one after the other. The
// zero value is ready for use; it allocates nothing.
//
// It knows literals and runs of zeros, and nothing else: it searches for no matches,
// and has one set of codes for each 8,192 runs or so. Of a count matrix it makes fewer
// bytes than zlib's fast levels. Chunks that repeat themselves in other ways than by zeros
// are for a general compressor.
//
// To it, a chunk is words of four bytes, whatever its elements are, and runs of zeros between
// them. In a count matrix there are few different ones of either: their symbols are
// counted, and their bits put together, once for all that are equal.
type SparseDeflater struct {
	pieces [blockPieces]piece
	n      int // how many there are
	runs   runSet
	words  wordSet
	run    int // zeros before what is scanned next, not yet among the pieces

	out   []byte // with spare capacity for the bits that wait
	bits  uint64 // those, fewer than eight
	nbits uint

	sum     adler
	symbols int // of all pieces so far
	most    int // of them, or the chunk is not sparse

	codes sparseCodes
}

// Append compresses src to a stream behind the end of dst and returns the extended
// slice. It reports false, and returns dst as it was, if src is not sparse enough for
// that to be worth while. src must not overlap dst or its spare capacity.
func (d *SparseDeflater) Append(dst, src []byte) ([]byte, bool) {
	if len(src) < minSparse {
		return dst, false
	}
	d.drop()
	d.run, d.bits, d.nbits = 0, 0, 0
	d.out = append(dst, 0x78, 0x5e) // window of 32 KiB, a fast level
	d.sum, d.symbols, d.most = newAdler(), 0, len(src)/denseShare
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
	d.add(d.lastRun(d.run))
	d.block(true)
	return binary.BigEndian.AppendUint32(d.out, d.sum.value()), true
}

// drop forgets all pieces.
func (d *SparseDeflater) drop() {
	d.n = 0
	d.runs.clear()
	d.words.clear()
}

// add adds a run without a word.
func (d *SparseDeflater) add(run runKind) {
	d.runs.add(run)
	d.pieces[d.n] = piece(run)
	d.n++
	d.symbols += int(runForms[run].symbols)
	if d.n > blockPieces-blockSpare {
		d.block(false)
	}
}

// lastRun adds a run of zeros but for its last part, which it returns.
func (d *SparseDeflater) lastRun(run int) runKind {
	kind, rest := firstRun(run)
	for rest > 0 {
		d.add(kind)
		kind, rest = nextRun(rest)
	}
	return kind
}

// groupBytes is how many bytes a mask of words stands for.
const groupBytes = 64 * wordBytes

// scan turns p, of adlerReduce bytes at the most, into pieces. It reports false if
// the chunk is not sparse.
func (d *SparseDeflater) scan(p []byte) bool {
	s := scanner{from: -d.run, size: len(p)}
	var masks [64]uint64
	for len(p) >= groupBytes {
		n := min(len(p)/groupBytes, len(masks))
		nonzero.Masks(masks[:n], p[:n*groupBytes], wordBytes, false)
		if d.symbols+countOnes(masks[:n]) > d.most || !d.scanGroups(&s, p[:n*groupBytes], masks[:n]) {
			return false
		}
		p = p[n*groupBytes:]
	}
	if len(p) > 0 {
		var last [groupBytes]byte
		copy(last[:], p)
		nonzero.Masks(masks[:1], last[:], wordBytes, false)
		if !d.scanGroups(&s, last[:], masks[:1]) {
			return false
		}
	}
	d.run = s.size - s.from
	d.sum.count(s.size)
	d.sum.b += uint64(s.size)*d.sum.a + s.weighted
	d.sum.a += s.sum
	return true
}

// countOnes counts the words that masks have, each of which is one symbol at least.
func countOnes(masks []uint64) (n int) {
	for _, mask := range masks {
		n += bits.OnesCount64(mask)
	}
	return n
}

// A scanner is where a scan has come to.
type scanner struct {
	at, size int // of the bytes
	from     int // where the zeros before what is looked at next begin

	// The checksum depends on the bytes that are not zero alone: each counts as often
	// as there are bytes from it on.
	sum, weighted uint64
}

// scanGroups is scan of groups, whose words that are not zero the masks have.
func (d *SparseDeflater) scanGroups(s *scanner, p []byte, masks []uint64) bool {
	from, n, symbols := s.from, d.n, d.symbols
	sum, weighted := s.sum, s.weighted
	at := s.at
	for _, mask := range masks {
		group := (*[groupBytes]byte)(p)
		p = p[groupBytes:]
		for ; mask != 0; mask &= mask - 1 {
			k := bits.TrailingZeros64(mask) & 63 * wordBytes
			word := binary.LittleEndian.Uint32(group[k:])
			number := d.words.slots[d.words.slot(word)]
			w := &d.words.words[number&(maxWords-1)]
			if w.word != word {
				number = d.words.search(word)
				w = &d.words.words[number&(maxWords-1)]
			}
			d.words.list[d.words.used&(maxWords-1)] = number
			d.words.used += int((w.count - 1) >> 31) // one more if it is the first one
			w.count++
			sum += uint64(w.sum)
			weighted += uint64(w.sum)*uint64(s.size-at-k) - uint64(w.weighted)

			first := at + k + int(w.before)
			run := first - from
			from = first + int(w.literals)
			if run > longestRun {
				d.n, d.symbols = n, symbols
				run = int(d.lastRun(run))
				n, symbols = d.n, d.symbols
			}
			d.runs.add(runKind(run))
			symbols += int(w.literals) + int(runForms[run&runMask].symbols)
			d.pieces[n&(blockPieces-1)] = piece(run) | piece(number)<<pieceWord
			n++
		}
		at += groupBytes
		if n > blockPieces-blockSpare || d.words.used > blockWords-blockSpare {
			d.n = n
			d.block(false)
			n = 0
		}
		if symbols > d.most {
			return false
		}
	}
	s.at, s.from, s.sum, s.weighted = at, from, sum, weighted
	d.n, d.symbols = n, symbols
	return true
}
