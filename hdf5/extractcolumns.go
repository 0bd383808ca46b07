package hdf5

import (
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/nonzero"
)

// blockSide is how many rows and columns are turned at a time: as many as a mask has bits.
const blockSide = 64

// extractColumns is extractFrom column by column, in blocks: rows and columns of nz change places, a
// column comes once for each block, and not at all if it has no elements there.
func extractColumns[T, From Number](nz *NonZeros[T], p *plan, pc *piece, values []From) {
	b := block[From]{values: values, width: pc.extent[1]}
	b.rows, b.cols = p.runs(pc)
	rounded := mayRoundToZero[T, From]()
	for b.row = 0; b.row < b.rows.n; b.row += blockSide {
		for b.col = 0; b.col < b.cols.n; b.col += blockSide {
			some := b.findMasks()
			nonzero.Transpose(&b.masks)
			nz.reserve(blockSide, blockSide*blockSide)
			for ; some != 0; some &= some - 1 {
				k := bits.TrailingZeros64(some)
				first := len(nz.Values)
				extractColumn(nz, &b, k)
				if rounded {
					nz.dropZeros(first)
				}
				nz.endRow(b.cols.to(b.col + k))
			}
		}
	}
}

// A block is some rows and columns that a selection picks of a piece.
type block[From Number] struct {
	values     []From // of the piece
	width      int
	rows, cols run
	row, col   int // of the selection in the piece, where the block begins
	masks      [blockSide]uint64
}

// findMasks finds which elements are not zero, row by row, and in which columns there are
// any.
func (b *block[From]) findMasks() (some uint64) {
	rows, cols := min(blockSide, b.rows.n-b.row), min(blockSide, b.cols.n-b.col)
	clear(b.masks[rows:])
	if b.rows.dense() && b.cols.dense() && b.width == blockSide && cols == b.width {
		at := b.rows.from(b.row) * b.width
		nonzero.Masks(b.masks[:], bytesOf(b.values[at:][:rows*cols]), sizeOf[From](), isFloat[From]())
	} else {
		for i := range rows {
			b.masks[i] = b.mask(b.values[b.rows.from(b.row+i)*b.width:][:b.width], cols)
		}
	}
	for _, mask := range b.masks[:rows] {
		some |= mask
	}
	return some
}

// mask finds which elements in so many columns of a line are not zero.
func (b *block[From]) mask(line []From, cols int) uint64 {
	var mask [1]uint64
	if b.cols.dense() {
		nonzero.Masks(mask[:], bytesOf(line[b.cols.from(b.col):][:cols]), sizeOf[From](), isFloat[From]())
		return mask[0]
	}
	for k := range cols {
		if line[b.cols.from(b.col+k)] != 0 {
			mask[0] |= 1 << k
		}
	}
	return mask[0]
}

// extractColumn collects the elements of column k of a block, whose masks are by column. Why some too
// many are moved: see extractWord.
func extractColumn[T, From Number](nz *NonZeros[T], b *block[From], k int) {
	const atOnce = 4
	mask := b.masks[k]
	n := len(nz.Values)
	end := n + bits.OnesCount64(mask)
	rows, values := nz.Cols[:end+atOnce], nz.Values[:end+atOnce]
	col := b.cols.from(b.col + k)
	if b.rows.dense() {
		column := b.values[b.rows.from(b.row)*b.width+col:]
		row := int32(b.rows.to(b.row))
		for ; n < end; n += atOnce {
			to, v := (*[atOnce]int32)(rows[n:]), (*[atOnce]T)(values[n:])
			k := bits.TrailingZeros64(mask) % 64
			to[0], v[0] = row+int32(k), T(column[k*b.width])
			mask &= mask - 1
			k = bits.TrailingZeros64(mask) % 64
			to[1], v[1] = row+int32(k), T(column[k*b.width])
			mask &= mask - 1
			k = bits.TrailingZeros64(mask) % 64
			to[2], v[2] = row+int32(k), T(column[k*b.width])
			mask &= mask - 1
			k = bits.TrailingZeros64(mask) % 64
			to[3], v[3] = row+int32(k), T(column[k*b.width])
			mask &= mask - 1
		}
	} else {
		for ; n < end; n++ {
			i := b.row + bits.TrailingZeros64(mask)
			rows[n], values[n] = int32(b.rows.to(i)), T(b.values[b.rows.from(i)*b.width+col])
			mask &= mask - 1
		}
	}
	nz.Cols, nz.Values = rows[:end], values[:end]
}
