package sparse

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// compressed is what CSR and CSC have in common: lines along the major axis
// (rows of a CSR, columns of a CSC), each holding its entries by ascending
// index on the minor axis.
//
// Invariants, but for the zero value, which has no lines and no slices:
// len(ptr) == major+1, ptr[0] == 0, ptr never falls and ends at
// len(idx) == len(values); within a line, idx rises strictly from 0 or more to
// below minor.
type compressed[T Number] struct {
	major, minor int
	ptr          []int
	idx          []int32
	values       []T
}

// newCompressed checks the slices and adopts them. If lines are out of order
// or repeat an index, it adopts ordered copies instead.
func newCompressed[T Number](major, minor int, ptr []int, idx []int32, values []T) (compressed[T], error) {
	c := compressed[T]{major, minor, ptr, idx, values}
	if len(idx) != len(values) {
		return compressed[T]{}, fmt.Errorf("%w: %d indexes for %d values", ErrShape, len(idx), len(values))
	}
	if err := checkPointers(ptr, major, len(idx)); err != nil {
		return compressed[T]{}, err
	}
	if c.ascending() {
		return c, nil
	}
	for k, i := range idx {
		if i < 0 || int(i) >= minor {
			return compressed[T]{}, fmt.Errorf("%w: entry %d has index %d on an axis of %d", ErrIndex, k, i, minor)
		}
	}
	c.ptr, c.idx, c.values = slices.Clone(ptr), slices.Clone(idx), slices.Clone(values)
	c.sortLines()
	c.sumDuplicates()
	return c, nil
}

// checkPointers reports whether ptr cuts n entries into the given number of
// lines.
func checkPointers(ptr []int, lines, n int) error {
	if len(ptr) != lines+1 {
		return fmt.Errorf("%w: %d pointers, want %d (one more than lines)", ErrShape, len(ptr), lines+1)
	}
	if ptr[0] != 0 || ptr[lines] != n {
		return fmt.Errorf("%w: pointers run from %d to %d, want 0 to %d", ErrIndex, ptr[0], ptr[lines], n)
	}
	for m := range lines {
		if ptr[m] > ptr[m+1] {
			return fmt.Errorf("%w: pointer %d is %d, above pointer %d, which is %d", ErrIndex, m, ptr[m], m+1, ptr[m+1])
		}
	}
	return nil
}

// ascending reports whether the indexes of every line rise strictly, from 0 or more to below
// minor.
func (c *compressed[T]) ascending() bool {
	for m := range c.major {
		idx, _ := c.line(m)
		last := int32(-1)
		for _, i := range idx {
			if i <= last {
				return false
			}
			last = i
		}
		if int(last) >= c.minor {
			return false
		}
	}
	return true
}

// sortLines orders every line in place and leaves equal indexes in their order.
//
// Two calls of exchanged would do so too, and faster, but allocate in
// proportion to minor: a shape that a damaged file made up must not cost memory
// that no slice stands for.
func (c *compressed[T]) sortLines() {
	type entry struct {
		index int32
		value T
	}
	var sorted []entry
	for m := range c.major {
		idx, values := c.line(m)
		if slices.IsSorted(idx) {
			continue
		}
		sorted = sorted[:0]
		for k, i := range idx {
			sorted = append(sorted, entry{i, values[k]})
		}
		slices.SortStableFunc(sorted, func(a, b entry) int { return cmp.Compare(a.index, b.index) })
		for k, e := range sorted {
			idx[k], values[k] = e.index, e.value
		}
	}
}

// line returns the entries of line m without copying.
func (c *compressed[T]) line(m int) ([]int32, []T) {
	inRange(m, c.major)
	from, to := c.ptr[m], c.ptr[m+1]
	return c.idx[from:to:to], c.values[from:to:to]
}

// entries iterates over line m.
func (c *compressed[T]) entries(m int) iter.Seq2[int, T] {
	idx, values := c.line(m)
	return func(yield func(int, T) bool) {
		for k, i := range idx {
			if !yield(int(i), values[k]) {
				return
			}
		}
	}
}

// value looks up one element by binary search.
func (c *compressed[T]) value(major, minor int) T {
	idx, values := c.line(major)
	inRange(minor, c.minor)
	k, found := slices.BinarySearch(idx, int32(minor))
	if !found {
		return 0
	}
	return values[k]
}

// exchanged returns the same matrix compressed along the other axis. Lines may
// be out of order in c; those of the result never are. Indexes that repeat
// within a line of c repeat in the result, in the same order.
func (c compressed[T]) exchanged() compressed[T] {
	next := countedPointers(c.idx, c.minor)
	idx := make([]int32, len(c.idx))
	values := make([]T, len(c.values))
	for m := range c.major {
		from, to := c.ptr[m], c.ptr[m+1]
		for k := from; k < to; k++ {
			i := c.idx[k]
			p := next[i+1]
			next[i+1]++
			idx[p], values[p] = int32(m), c.values[k]
		}
	}
	return compressed[T]{c.minor, c.major, next[: c.minor+1 : c.minor+1], idx, values}
}

// countedPointers starts a counting sort of keys below n: element k+1 of the
// result is where the first entry with key k goes. Once the caller has placed
// every entry, and advanced that element each time, the first n+1 elements are
// the pointers of the sorted entries. (The shift by one spares a second array
// for the advancing.)
func countedPointers(keys []int32, n int) []int {
	ptr := make([]int, n+2)
	for _, k := range keys {
		ptr[int(k)+2]++
	}
	for k := 2; k < len(ptr); k++ {
		ptr[k] += ptr[k-1]
	}
	return ptr
}

// sumDuplicates merges neighbours of equal index, in place. The slices must
// not be the caller's.
func (c *compressed[T]) sumDuplicates() {
	n, from := 0, 0
	for m := range c.major {
		to, first := c.ptr[m+1], n
		for k := from; k < to; k++ {
			if n > first && c.idx[n-1] == c.idx[k] {
				c.values[n-1] += c.values[k]
				continue
			}
			c.idx[n], c.values[n] = c.idx[k], c.values[k]
			n++
		}
		from, c.ptr[m+1] = to, n
	}
	c.idx, c.values = c.idx[:n:n], c.values[:n:n]
}

// equal compares elements, so that a stored zero equals an absent one.
func (c *compressed[T]) equal(d *compressed[T]) bool {
	if c.major != d.major || c.minor != d.minor {
		return false
	}
	for m := range c.major {
		ci, cv := c.line(m)
		di, dv := d.line(m)
		if !equalLines(ci, cv, di, dv) {
			return false
		}
	}
	return true
}

func equalLines[T Number](ai []int32, av []T, bi []int32, bv []T) bool {
	for {
		ai, av = skipZeros(ai, av)
		bi, bv = skipZeros(bi, bv)
		if len(ai) == 0 || len(bi) == 0 {
			return len(ai) == len(bi)
		}
		if ai[0] != bi[0] || av[0] != bv[0] {
			return false
		}
		ai, av, bi, bv = ai[1:], av[1:], bi[1:], bv[1:]
	}
}

// skipZeros drops the leading entries whose value is zero.
func skipZeros[T Number](idx []int32, values []T) ([]int32, []T) {
	for len(values) > 0 && values[0] == 0 {
		idx, values = idx[1:], values[1:]
	}
	return idx, values
}
