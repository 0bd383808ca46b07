package zlib

// A runKind is what is written of zeros in one go.
//
//	0 to minMatch       so many zeros, as literals
//	to farRun-1         so many: a literal, and a near match for the others
//	to longestRun       so many: a literal, a near match up to farDistance, and a far match for the others
//	from farOnly on     minMatch of them and more, by a far match alone
type runKind uint16

// A near match repeats the zero before it, a far one the farDistance zeros before it. The first is shorter
// to write, but slow to read with C zlib, which waits for each byte to be written before it reads
// that again: runs from farRun on are written so that it need not, after the first zeros.
const (
	minMatch    = 3
	farDistance = 16
	farRun      = 128
	longestRun  = farDistance + maxMatch
	farOnly     = longestRun + 1
	runKinds    = farOnly + maxMatch - minMatch + 1
)

// firstRun returns the kind that a run of zeros begins with, and how many remain.
func firstRun(run int) (kind runKind, rest int) {
	if run <= longestRun {
		return runKind(run), 0
	}
	rest = run - farDistance
	n := matchLength(rest)
	return runKind(farDistance + n), rest - n
}

// nextRun returns the kind that a run goes on with, and how many zeros remain.
func nextRun(run int) (kind runKind, rest int) {
	n := matchLength(run)
	return runKind(farOnly + n - minMatch), run - n
}

// matchLength returns the length of the next match for zeros, of which there are at least minMatch.
func matchLength(zeros int) int {
	n := min(zeros, maxMatch)
	if rest := zeros - n; rest > 0 && rest < minMatch {
		n -= minMatch // which leaves enough for another match
	}
	return n
}

// The code of distances is always the same: two words of one bit.
const (
	nearSymbol = 0 // distance 1
	farSymbol  = 7 // distances 13 to 16, two extra bits
	farExtra   = farDistance - 13
)

var sparseDistLens = [farSymbol + 1]uint8{nearSymbol: 1, farSymbol: 1}

// A runForm is what a run of a kind is written as: literals, a near match up to
// farDistance, and another match. Each of them may be missing.
type runForm struct {
	literals uint8
	near     uint8 // how many near matches up to farDistance: 0 or 1
	match    match
	symbols  uint8 // how many there are in all
}

// runForms are the forms of all kinds, with room that spares a check of bounds.
var runForms = makeRunForms()

const runMask = 1<<10 - 1 // of the kinds, and of some more

func makeRunForms() (forms [runMask + 1]runForm) {
	for kind := range runKinds {
		f := &forms[kind]
		switch {
		case kind <= minMatch:
			*f = runForm{literals: uint8(kind), match: match{symbol: noSymbol}}
		case kind < farRun:
			*f = runForm{literals: 1, match: nearMatch(kind - 1)}
		case kind <= longestRun:
			*f = runForm{literals: 1, near: 1, match: farMatch(kind - farDistance)}
		default:
			*f = runForm{match: farMatch(kind - farOnly + minMatch)}
		}
		f.symbols = f.literals + f.near
		if f.match.symbol != noSymbol {
			f.symbols++
		}
	}
	return forms
}

// A match is the symbol of a length, and the bits that follow its word: those that the length has
// in addition, and the distance.
type match struct {
	symbol uint16
	extra  uint16
	bits   uint8 // how many these are
}

// noSymbol stands for no symbol.
const noSymbol = numLiterals

func nearMatch(length int) match { return newMatch(length, 0, 1) }
func farMatch(length int) match  { return newMatch(length, 1|farExtra<<1, 3) }

// newMatch returns the match of a length and a distance, which takes some bits.
func newMatch(length int, distance uint16, distanceBits uint8) match {
	i := len(lengthCodes) - 1 // the last symbol has one length, which the one before it could say too
	for int(lengthCodes[i].base) > length {
		i--
	}
	c := lengthCodes[i]
	return match{uint16(endOfBlock + 1 + i), uint16(length-int(c.base)) | distance<<c.extra, c.extra + distanceBits}
}

// A runSet is the kinds of runs that occur in a block, and how often. The zero value is empty.
type runSet struct {
	counts [runMask + 1]uint16  // at most blockPieces
	list   [runMask + 1]runKind // those that occur, each once
	n      int                  // how many
}

// add adds a run.
func (s *runSet) add(kind runKind) {
	// Nobody can guess which kinds are new, so that there is no branch.
	count := s.counts[kind&runMask]
	s.list[s.n&runMask] = kind
	s.n += int((uint32(count) - 1) >> 31)
	s.counts[kind&runMask] = count + 1
}

// clear empties the set.
func (s *runSet) clear() {
	for _, kind := range s.list[:s.n] {
		s.counts[kind] = 0
	}
	s.n = 0
}
