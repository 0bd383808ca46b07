package loom

import (
	"sort"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// cooSide is the length of the sides of the squares in whose order entries are looked
// up: that of the chunks of layers.
const cooSide = 64

// cooSquare is the place of an entry's square in row-major order.
func cooSquare(i, j int32) uint64 { return uint64(i/cooSide)<<32 | uint64(j/cooSide) }

// inSquares reports whether entries come square by square, as [Layer.Sparse] returns
// them. They can then be found without sorting them.
func inSquares(rows, cols []int32) bool {
	last := uint64(0)
	for k, i := range rows {
		square := cooSquare(i, cols[k])
		if square < last {
			return false
		}
		last = square
	}
	return true
}

// cooTile sets elements to the sums of entries that come square by square.
func cooTile[T Number](m *sparse.COO[T]) func(at hdf5.Panels, to []T) {
	rows, cols, values := m.Raw()
	return func(at hdf5.Panels, to []T) {
		for band := at.R0 / cooSide; band*cooSide < at.R1; band++ {
			first := cooSquare(int32(band*cooSide), int32(at.C0))
			last := cooSquare(int32(band*cooSide), int32(max(at.C0, at.C1-1)))
			base, col := 0, at.Col // of the panel that the last entry was in
			k := sort.Search(len(values), func(k int) bool { return cooSquare(rows[k], cols[k]) >= first })
			for ; k < len(values) && cooSquare(rows[k], cols[k]) <= last; k++ {
				i, j := int(rows[k]), int(cols[k])
				if i < at.R0 || i >= at.R1 || j < at.C0 || j >= at.C1 {
					continue
				}
				if j < col || j >= col+at.Width {
					panel := (j - at.Col) / at.Width
					base, col = panel*at.Height*at.Width, at.Col+panel*at.Width
				}
				to[base+(i-at.Row)*at.Width+j-col] += values[k]
			}
		}
	}
}
