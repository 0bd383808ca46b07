package hdf5

import (
	"math/bits"

	"github.com/goloom/loom/hdf5/internal/nonzero"
)

// extract collects the non-zero elements among the values of a piece, as they are
// stored, which it may change. Only those are converted.
func (nz *NonZeros[T]) extract(p *plan, pc *piece, values []byte) {
	t := p.d.dtype
	if !t.plain() {
		s := scratchFor[T]()
		defer s.release()
		extractFrom(nz, p, pc, toNumbers[T](p.d, values, s))
		return
	}
	if t.swapped() {
		swapBytes(values, t.Size())
	}
	switch t.name {
	case "int8":
		extractFrom(nz, p, pc, numbersIn[int8](values))
	case "int16":
		extractFrom(nz, p, pc, numbersIn[int16](values))
	case "int32":
		extractFrom(nz, p, pc, numbersIn[int32](values))
	case "int64":
		extractFrom(nz, p, pc, numbersIn[int64](values))
	case "uint8":
		extractFrom(nz, p, pc, numbersIn[uint8](values))
	case "uint16":
		extractFrom(nz, p, pc, numbersIn[uint16](values))
	case "uint32":
		extractFrom(nz, p, pc, numbersIn[uint32](values))
	case "uint64":
		extractFrom(nz, p, pc, numbersIn[uint64](values))
	case "float32":
		extractFrom(nz, p, pc, numbersIn[float32](values))
	default:
		extractFrom(nz, p, pc, numbersIn[float64](values))
	}
}

// extractFrom is extract of numbers. An element that is zero only as a T is left out.
func extractFrom[T, From Number](nz *NonZeros[T], p *plan, pc *piece, values []From) {
	if p.byColumn {
		extractColumns(nz, p, pc, values)
		return
	}
	rows, cols := p.runs(pc)
	width := pc.extent[1]
	if rows.dense() && cols.dense() && cols.n == width && width%64 == 0 {
		extractLines(nz, &rows, int32(cols.to(0)), values[rows.from(0)*width:][:rows.n*width])
		return
	}
	for i := range rows.n {
		line := values[rows.from(i)*width:][:width]
		if cols.dense() {
			extractLines(nz, &run{n: 1, dst: rows.to(i)}, int32(cols.to(0)), line[cols.src:][:cols.n])
			continue
		}
		for k := range cols.n {
			if v := T(line[cols.from(k)]); v != 0 {
				nz.Cols, nz.Values = append(nz.Cols, int32(cols.to(k))), append(nz.Values, v)
			}
		}
		nz.endRow(rows.to(i))
	}
}

// extractLines collects the non-zero elements of adjacent columns, from col on. If there are
// several rows, these are one after the other and as wide as some masks.
func extractLines[T, From Number](nz *NonZeros[T], rows *run, col int32, values []From) {
	width, row, first := len(values)/rows.n, 0, len(nz.Values)
	rounded := mayRoundToZero[T, From]()
	var masks [16]uint64
	for at, atOnce := 0, 64*len(masks); len(values) > 0; {
		part := values[:min(atOnce, len(values))]
		values = values[len(part):]
		nonzero.Masks(masks[:], bytesOf(part), sizeOf[From](), isFloat[From]())
		for i := range masks[:nonzero.Words(len(part))] {
			extractWord(nz, col+int32(at), part[64*i:], masks[i])
			if at += 64; at >= width {
				if rounded {
					nz.dropZeros(first)
				}
				nz.endRow(rows.to(row))
				at, row, first = 0, row+1, len(nz.Values)
			}
		}
	}
}

// extractWord collects the elements of 64 adjacent columns, or fewer, from col on, that a mask
// has bits for.
//
// Among a few zeros nobody can guess how many elements are not, and a wrong guess takes
// longer than to move some too many.
func extractWord[T, From Number](nz *NonZeros[T], col int32, part []From, mask uint64) {
	const atOnce = 4
	n := len(nz.Values)
	end := n + bits.OnesCount64(mask)
	if cap(nz.Values) < end+slack || cap(nz.Cols) < end+slack {
		nz.reserve(0, 64)
	}
	cols, values := nz.Cols[:end+atOnce], nz.Values[:end+atOnce]
	for ; n < end; n += atOnce {
		// Once the mask is used up this is the first element, which nobody looks at.
		to, v := (*[atOnce]int32)(cols[n:]), (*[atOnce]T)(values[n:])
		k := bits.TrailingZeros64(mask) % 64
		to[0], v[0] = col+int32(k), T(part[k])
		mask &= mask - 1
		k = bits.TrailingZeros64(mask) % 64
		to[1], v[1] = col+int32(k), T(part[k])
		mask &= mask - 1
		k = bits.TrailingZeros64(mask) % 64
		to[2], v[2] = col+int32(k), T(part[k])
		mask &= mask - 1
		k = bits.TrailingZeros64(mask) % 64
		to[3], v[3] = col+int32(k), T(part[k])
		mask &= mask - 1
	}
	nz.Cols, nz.Values = cols[:end], values[:end]
}

// mayRoundToZero reports whether numbers that are not zero may be zero as a T.
func mayRoundToZero[T, From Number]() bool {
	switch any(T(0)).(type) {
	case From, float64:
		return false
	}
	return true
}

// dropZeros removes the elements that are zero from the given one on.
func (nz *NonZeros[T]) dropZeros(first int) {
	n := first
	for k, v := range nz.Values[first:] {
		nz.Cols[n], nz.Values[n] = nz.Cols[first+k], v
		if v != 0 {
			n++
		}
	}
	nz.Cols, nz.Values = nz.Cols[:n], nz.Values[:n]
}
