package index

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
)

// A table holds rows of unsigned numbers in little memory: a column is stored
// as its least value and, for every row, the difference from it in as many
// bytes as the largest difference takes, which may be none. The entries of one
// index node lie close together in the dataset and in the file, so that one
// takes about 8 bytes rather than 40. A table is immutable.
type table struct {
	rows   int
	stride int
	cols   []column
	data   []byte // rows of stride bytes, column after column, and wordSize more
}

type column struct {
	base uint64
	mask uint64 // of the bytes of the difference
	at   uint16 // byte in the row where the difference begins
}

// wordSize is how many bytes are loaded or stored at a time; those of a column come
// first, and the others belong to what follows.
const wordSize = 8

// newTable packs values, rows of ncols numbers each.
func newTable(values []uint64, ncols int) *table {
	t := &table{rows: len(values) / ncols, cols: make([]column, ncols)}
	wide := make([]int, 0, 8) // columns whose numbers are not all the same
	for c := range t.cols {
		least, greatest := bounds(values, c, ncols)
		width := (bits.Len64(greatest-least) + 7) / 8
		t.cols[c] = column{base: least, mask: 1<<(8*width) - 1, at: uint16(t.stride)}
		t.stride += width
		if width > 0 {
			wide = append(wide, c)
		}
	}
	t.data = make([]byte, t.rows*t.stride+wordSize)
	row := t.data
	for ; len(values) >= ncols; values = values[ncols:] {
		// From front to back, so that each number overwrites what the one before it has
		// stored too much.
		for _, c := range wide {
			col := &t.cols[c]
			binary.LittleEndian.PutUint64(row[col.at:], values[c]-col.base)
		}
		row = row[t.stride:]
	}
	return t
}

// bounds is the least and the greatest number of column c, zeros if there is
// no row.
func bounds(values []uint64, c, ncols int) (least, greatest uint64) {
	if len(values) == 0 {
		return 0, 0
	}
	least, greatest = values[c], values[c]
	for i := c + ncols; i < len(values); i += ncols {
		least, greatest = min(least, values[i]), max(greatest, values[i])
	}
	return least, greatest
}

// ascend reports whether the first n numbers of every row of ncols values order it after
// the row before it.
func ascend(values []uint64, ncols, n int) bool {
	for ; len(values) >= 2*ncols; values = values[ncols:] {
		if slices.Compare(values[:n], values[ncols:ncols+n]) >= 0 {
			return false
		}
	}
	return true
}

// at is the number in row i and column c.
func (t *table) at(i, c int) uint64 {
	col := &t.cols[c]
	return col.base + binary.LittleEndian.Uint64(t.data[i*t.stride+int(col.at):])&col.mask
}

// row copies the first len(dst) numbers of row i.
func (t *table) row(i int, dst []uint64) {
	for c := range dst {
		dst[c] = t.at(i, c)
	}
}

// compare orders the first len(key) numbers of row i against key: first column
// first.
func (t *table) compare(i int, key []uint64) int {
	for c, k := range key {
		switch v := t.at(i, c); {
		case v < k:
			return -1
		case v > k:
			return 1
		}
	}
	return 0
}

// seek is the first row from from on whose first len(key) numbers are not
// ordered before key. The rows must ascend.
func (t *table) seek(from int, key []uint64) int {
	if from >= t.rows || t.compare(from, key) >= 0 {
		return from
	}
	return from + 1 + sort.Search(t.rows-from-1, func(i int) bool { return t.compare(from+1+i, key) >= 0 })
}

// after is the first row from from on whose first len(key) numbers are ordered
// after key. The rows must ascend.
func (t *table) after(from int, key []uint64) int {
	return from + sort.Search(t.rows-from, func(i int) bool { return t.compare(from+i, key) > 0 })
}

// within yields, in order, the rows whose first len(b.lo) numbers are a
// position in b. The rows must ascend. positions is memory for two, one of which it yields.
func (t *table) within(b box, positions []uint64, yield func(row int, pos []uint64) error) error {
	pos, want := positions[:len(b.lo)], positions[len(b.lo):]
	for i := 0; i < t.rows; {
		t.row(i, pos)
		copy(want, pos)
		if !b.seek(want) {
			return nil
		}
		if !slices.Equal(pos, want) {
			i = t.seek(i+1, want)
			continue
		}
		if err := yield(i, pos); err != nil {
			return err
		}
		i++
	}
	return nil
}
