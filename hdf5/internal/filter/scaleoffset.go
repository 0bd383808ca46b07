package filter

import (
	"encoding/binary"
	"fmt"
	"math"
)

// scaleOffset is filter 6: each value is stored as its difference from the
// smallest, in as few bits as the largest difference needs. Floating-point
// values are first multiplied by a power of ten and rounded. If the dataset
// has a fill value, all ones in these bits stand for it.
//
// The chunk starts with the number of bits in 4 bytes, the number of bytes of
// the minimum (8) in 1, the minimum in 16 of which only those count, all
// little-endian; the values follow, highest bit first.
type scaleOffset struct {
	count     uint64 // elements of a chunk
	width     int    // bytes of an element
	bigEndian bool
	float     bool
	digits    int  // what power of ten floating-point values were scaled by
	stored    bool // values were left as they are
	fill      fillValue
}

// A fillValue is the bits of a dataset's fill value, if it has one.
type fillValue struct {
	bits    uint64
	defined bool
}

const scaleOffsetHeader = 4 + 1 + 16

// What the parameters of scale-offset mean, by position. The first two are
// the user's, the library adds the others from the dataset.
const (
	soScaleType = iota
	soScaleFactor
	soCount
	soClass
	soWidth
	soSign
	soOrder
	soFillDefined
	soFill // in as many parameters as it takes, low part first
)

// Values of the parameters.
const (
	soScaleDecimal = 0 // by a power of ten, for floating-point numbers
	soScaleInteger = 2
	soClassInteger = 0
	soClassFloat   = 1
	soBigEndian    = 1
)

func newScaleOffset(params []uint32) (decoder, error) {
	if len(params) < soFill {
		return nil, fmt.Errorf("%d parameters, at least %d must be", len(params), soFill)
	}
	f := scaleOffset{
		count:     uint64(params[soCount]),
		width:     int(min(params[soWidth], 16)),
		bigEndian: params[soOrder] == soBigEndian,
		float:     params[soClass] == soClassFloat,
	}
	factor := int(int32(params[soScaleFactor]))
	switch class, scale := params[soClass], params[soScaleType]; {
	case class == soClassInteger && scale == soScaleInteger:
		if f.width != 1 && f.width != 2 && f.width != 4 && f.width != 8 {
			return nil, fmt.Errorf("integers of %d bytes", params[soWidth])
		}
		f.stored = factor == 8*f.width
	case class == soClassFloat && scale == soScaleDecimal:
		if f.width != 4 && f.width != 8 {
			return nil, fmt.Errorf("floating-point numbers of %d bytes", params[soWidth])
		}
		f.digits = factor
	default:
		return nil, fmt.Errorf("scale type %d for datatype class %d", scale, class)
	}
	if params[soFillDefined] == 0 {
		return f, nil
	}
	words := params[soFill:]
	if 4*len(words) < f.width {
		return nil, fmt.Errorf("fill value in %d parameters", len(words))
	}
	f.fill = fillValue{bits: uint64(words[0]), defined: true}
	if f.width == 8 {
		f.fill.bits |= uint64(words[1]) << 32
	}
	return f, nil
}

func (f scaleOffset) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	if f.stored {
		if len(src) > limit {
			return nil, errTooLong
		}
		return src, nil
	}
	if len(src) < scaleOffsetHeader {
		return nil, errTruncated
	}
	size := f.size()
	if size > uint64(limit) {
		return nil, fmt.Errorf("decodes to %d bytes, at most %d can be", size, limit)
	}
	bits, least := binary.LittleEndian.Uint32(src), leastValue(src)
	src = src[scaleOffsetHeader:]
	if bits > uint32(8*f.width) {
		return nil, fmt.Errorf("%d bits for values of %d bytes", bits, f.width)
	}
	// The count has 32 bits and bits is at most 64: their product fits.
	if (f.count*uint64(bits)+7)/8 > uint64(len(src)) {
		return nil, errTruncated
	}
	out := s.out(int(size))
	r := bitReader{src: src}
	switch value := f.valuer(uint(bits), least); {
	case bits == uint32(8*f.width):
		f.copyLittleEndian(out, src)
	case bits == 0:
		for rest, v := out, value(0); len(rest) > 0; rest = rest[f.width:] {
			f.put(rest, v)
		}
	default:
		for rest := out; len(rest) > 0; rest = rest[f.width:] {
			f.put(rest, value(r.uint(uint(bits))))
		}
	}
	return out, nil
}

// leastValue is the minimum in a chunk's header.
func leastValue(src []byte) uint64 {
	v := binary.LittleEndian.Uint64(src[5:])
	if n := src[4]; n < 8 {
		v &= 1<<(8*n) - 1
	}
	return v
}

// valuer returns the function from what is stored for a value to its bits.
func (f scaleOffset) valuer(bits uint, least uint64) func(uint64) uint64 {
	restore := func(v uint64) uint64 { return v + least }
	switch {
	case f.float && f.width == 4:
		lowest, scale := math.Float32frombits(uint32(least)), float32(math.Pow10(f.digits))
		restore = func(v uint64) uint64 {
			return uint64(math.Float32bits(float32(int32(v))/scale + lowest))
		}
	case f.float:
		lowest, scale := math.Float64frombits(least), math.Pow10(f.digits)
		restore = func(v uint64) uint64 {
			return math.Float64bits(float64(int64(v))/scale + lowest)
		}
	}
	if !f.fill.defined {
		return restore
	}
	ones := uint64(1)<<bits - 1
	return func(v uint64) uint64 {
		if v == ones {
			return f.fill.bits
		}
		return restore(v)
	}
}

// put writes the low bytes of v as one element.
func (f scaleOffset) put(dst []byte, v uint64) {
	if f.bigEndian {
		for i := f.width - 1; i >= 0; i-- {
			dst[i] = byte(v)
			v >>= 8
		}
		return
	}
	for i := range f.width {
		dst[i] = byte(v)
		v >>= 8
	}
}

// copyLittleEndian fills dst with values that are stored whole: those are in
// the byte order of the machine that wrote them, which the library takes to
// be its own. Nearly all are little-endian.
func (f scaleOffset) copyLittleEndian(dst, src []byte) {
	if !f.bigEndian {
		copy(dst, src)
		return
	}
	for i := 0; i < len(dst); i += f.width {
		for j := range f.width {
			dst[i+j] = src[i+f.width-1-j]
		}
	}
}

func (f scaleOffset) size() uint64 { return saturatingMul(f.count, uint64(f.width)) }

// A chunk of equal values takes no bits at all, so that only the parameters
// bound its size.
func (f scaleOffset) maxDecoded(n uint64) uint64 {
	if f.stored {
		return n
	}
	return f.size()
}

func (f scaleOffset) maxEncoded(n uint64) uint64 { return saturatingAdd(n, scaleOffsetHeader+1) }
