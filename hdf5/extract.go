package hdf5

import (
	"math/bits"
	"slices"

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

// extractFrom is extract of numbers.
func extractFrom[T, From Number](nz *NonZeros[T], p *plan, pc *piece, values []From) {
	rows, cols := p.runs(pc)
	width := pc.extent[1]
	for i := range rows.n {
		row := int32(rows.to(i))
		line := values[rows.from(i)*width:][:width]
		if cols.dense() {
			extractLine(nz, row, int32(cols.to(0)), line[cols.src:][:cols.n])
			continue
		}
		for k := range cols.n {
			if v := T(line[cols.from(k)]); v != 0 {
				nz.append(row, int32(cols.to(k)), v)
			}
		}
	}
}

// extractLine collects the non-zero elements of adjacent columns, from col on. An
// element that is zero only as a T is left out.
func extractLine[T, From Number](nz *NonZeros[T], row, col int32, line []From) {
	n, most := len(nz.Values), len(nz.Values)+len(line)
	nz.Rows = slices.Grow(nz.Rows, len(line))[:most]
	nz.Cols = slices.Grow(nz.Cols, len(line))[:most]
	nz.Values = slices.Grow(nz.Values, len(line))[:most]
	var masks [16]uint64
	for atOnce := 64 * len(masks); len(line) > 0; col += int32(atOnce) {
		part := line[:min(atOnce, len(line))]
		line = line[len(part):]
		nonzero.Masks(masks[:], bytesOf(part), sizeOf[From](), isFloat[From]())
		for i := range masks[:nonzero.Words(len(part))] {
			for mask := masks[i]; mask != 0; mask &= mask - 1 {
				k := 64*i + bits.TrailingZeros64(mask)
				v := T(part[k])
				nz.Rows[n], nz.Cols[n], nz.Values[n] = row, col+int32(k), v
				if v != 0 {
					n++
				}
			}
		}
	}
	nz.Rows, nz.Cols, nz.Values = nz.Rows[:n], nz.Cols[:n], nz.Values[:n]
}
