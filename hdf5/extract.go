package hdf5

import (
	"encoding/binary"
	"math/bits"
	"slices"
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

// atOnce is how many elements are looked at together.
const atOnce = 64

// extractLine collects the non-zero elements of adjacent columns, from col on. An
// element that is zero only as a T is left out.
func extractLine[T, From Number](nz *NonZeros[T], row, col int32, line []From) {
	n, most := len(nz.Values), len(nz.Values)+len(line)
	nz.Rows = slices.Grow(nz.Rows, len(line))[:most]
	nz.Cols = slices.Grow(nz.Cols, len(line))[:most]
	nz.Values = slices.Grow(nz.Values, len(line))[:most]
	for ; len(line) > 0; col += atOnce {
		part := line[:min(atOnce, len(line))]
		line = line[len(part):]
		for mask := nonZeroMask(part); mask != 0; mask &= mask - 1 {
			k := bits.TrailingZeros64(mask)
			v := T(part[k])
			nz.Rows[n], nz.Cols[n], nz.Values[n] = row, col+int32(k), v
			if v != 0 {
				n++
			}
		}
	}
	nz.Rows, nz.Cols, nz.Values = nz.Rows[:n], nz.Cols[:n], nz.Values[:n]
}

// nonZeroMask has bit k set if part[k], of atOnce elements at most, is not zero.
//
// Among a few zeros nobody can guess which element is not, and a wrong guess takes
// longer than to look at all of them.
func nonZeroMask[T Number](part []T) (mask uint64) {
	if len(part) == atOnce && !bigEndianHost {
		half := 0.5
		var signs uint64 // of floating point numbers, zero has two
		if T(half) == 0 {
			signs = ^uint64(0)
		}
		memory := bytesOf(part)
		switch sizeOf[T]() {
		case 2:
			return nonZeroWords2((*[2 * atOnce]byte)(memory))
		case 4:
			return nonZeroWords4((*[4 * atOnce]byte)(memory), signs)
		}
	}
	for k, v := range part {
		if v != 0 {
			mask |= 1 << k
		}
	}
	return mask
}

// nonZeroWords2 is nonZeroMask of integers of two bytes.
func nonZeroWords2(b *[2 * atOnce]byte) (mask uint64) {
	const (
		low  = 0x7fff7fff7fff7fff
		ones = 0x0001000100010001
		// The products with these four have the ones side by side in the upper bits.
		gather = 0x1000200040008000
	)
	for i := range len(b) / 8 {
		v := binary.LittleEndian.Uint64(b[8*i:])
		v = (v&low + low | v) >> 15 & ones
		mask |= v * gather >> 60 << (4 * i)
	}
	return mask
}

// nonZeroWords4 is nonZeroMask of numbers of four bytes. The signs of those that are
// zero with either are not set in signs.
func nonZeroWords4(b *[4 * atOnce]byte, signs uint64) uint64 {
	const low, high = 0x7fffffff7fffffff, 0x8000000080000000
	// The upper bit of each element, for those with even places side by side in the
	// lower half, and for the others in the upper half.
	var mask uint64
	for i := 0; i < len(b)/8; i += 4 {
		w := (*[32]byte)(b[8*i:])
		v0, v1 := binary.LittleEndian.Uint64(w[0:]), binary.LittleEndian.Uint64(w[8:])
		v2, v3 := binary.LittleEndian.Uint64(w[16:]), binary.LittleEndian.Uint64(w[24:])
		v0, v1 = (v0&low+low|v0&signs)&high, (v1&low+low|v1&signs)&high
		v2, v3 = (v2&low+low|v2&signs)&high, (v3&low+low|v3&signs)&high
		mask |= (v0>>31 | v1>>30 | v2>>29 | v3>>28) << i
	}
	if mask == 0 {
		return 0
	}
	return spread(mask&0xffffffff) | spread(mask>>32)<<1
}

// spread moves bit k of 32 bits to 2*k.
func spread(v uint64) uint64 {
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}
