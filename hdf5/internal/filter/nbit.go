package filter

import (
	"errors"
	"fmt"
	"math"
)

// nbit is filter 5: of each number only the bits of its precision are stored,
// highest bit first, one number after the other without gaps. Its parameters
// describe the datatype.
type nbit struct {
	count uint64 // elements of a chunk
	elem  nbitType
	plain bool // there was nothing to be left out: the chunk is as it was
}

// An nbitType describes a datatype, as far as the filter wants to know: which
// bits of it are stored. Bits that are not stored are zero.
type nbitType struct {
	class uint32
	size  uint64 // bytes
	bits  uint64 // stored bits, of all parts

	// Of a number.
	bigEndian         bool
	precision, offset uint64

	// Of an array: its one base type. Of a compound type: its members.
	parts []nbitPart
}

// An nbitPart is an nbitType within another.
type nbitPart struct {
	at uint64 // byte offset of the first
	n  uint64 // how many, one after the other
	nbitType
}

// The classes of an nbitType.
const (
	nbitNumber   = 1
	nbitArray    = 2
	nbitCompound = 3
	nbitOther    = 4 // stored whole
)

// nbitMaxDepth is how deep types may be nested, which no real type comes near.
const nbitMaxDepth = 32

var errNbitParams = errors.New("end within the description of the datatype")

// newNbit reads the filter's parameters: their number, whether the filter
// leaves the chunk as it is, the number of elements in the chunk, and the
// datatype.
func newNbit(params []uint32) (decoder, error) {
	if len(params) < 3 {
		return nil, errNbitParams
	}
	if params[1] != 0 {
		return nbit{plain: true}, nil
	}
	p := nbitParams(params[3:])
	elem, err := p.readType(nbitMaxDepth)
	if err != nil {
		return nil, err
	}
	return nbit{count: uint64(params[2]), elem: elem}, nil
}

// nbitParams are the parameters that were not read yet.
type nbitParams []uint32

// next reads n parameters.
func (p *nbitParams) next(n int) ([]uint32, error) {
	if len(*p) < n {
		return nil, errNbitParams
	}
	v := (*p)[:n]
	*p = (*p)[n:]
	return v, nil
}

// readType reads a datatype: its class and size, then what its class has.
func (p *nbitParams) readType(depth int) (nbitType, error) {
	if depth == 0 {
		return nbitType{}, fmt.Errorf("types nested more than %d deep", nbitMaxDepth)
	}
	v, err := p.next(2)
	if err != nil {
		return nbitType{}, err
	}
	t := nbitType{class: v[0], size: uint64(v[1])}
	if t.size == 0 {
		return t, fmt.Errorf("datatype of no bytes")
	}
	switch t.class {
	case nbitNumber:
		err = p.readNumber(&t)
	case nbitArray:
		err = p.readArray(&t, depth)
	case nbitCompound:
		err = p.readCompound(&t, depth)
	case nbitOther:
		t.bits = 8 * t.size
	default:
		err = fmt.Errorf("datatype class %d", t.class)
	}
	return t, err
}

// readNumber reads the byte order, the precision and the offset of a number.
func (p *nbitParams) readNumber(t *nbitType) error {
	v, err := p.next(3)
	if err != nil {
		return err
	}
	t.bigEndian, t.precision, t.offset = v[0] != 0, uint64(v[1]), uint64(v[2])
	if t.precision == 0 || t.precision+t.offset > 8*t.size {
		return fmt.Errorf("bits %d to %d of a number of %d bytes", t.offset, t.precision+t.offset, t.size)
	}
	t.bits = t.precision
	return nil
}

// readArray reads the base type of an array.
func (p *nbitParams) readArray(t *nbitType, depth int) error {
	base, err := p.readType(depth - 1)
	if err != nil {
		return err
	}
	if t.size%base.size != 0 {
		return fmt.Errorf("array of %d bytes with elements of %d", t.size, base.size)
	}
	n := t.size / base.size
	t.parts = []nbitPart{{n: n, nbitType: base}}
	t.bits = n * base.bits
	return nil
}

// readCompound reads the number of members and each one's offset and type.
func (p *nbitParams) readCompound(t *nbitType, depth int) error {
	v, err := p.next(1)
	if err != nil {
		return err
	}
	used := uint64(0)
	for range v[0] {
		offset, err := p.next(1)
		if err != nil {
			return err
		}
		member, err := p.readType(depth - 1)
		if err != nil {
			return err
		}
		at := uint64(offset[0])
		used += member.size
		if at+member.size > t.size || used > t.size {
			return fmt.Errorf("member at %d of %d bytes in a compound of %d", at, member.size, t.size)
		}
		t.parts = append(t.parts, nbitPart{at: at, n: 1, nbitType: member})
		t.bits += member.bits
	}
	if t.bits == 0 {
		return fmt.Errorf("compound without members")
	}
	return nil
}

func (f nbit) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	if f.plain {
		if len(src) > limit {
			return nil, errTooLong
		}
		return src, nil
	}
	size := f.size()
	if size > uint64(limit) {
		return nil, fmt.Errorf("decodes to %d bytes, at most %d can be", size, limit)
	}
	if saturatingMul(f.count, f.elem.bits) > 8*uint64(len(src)) {
		return nil, errTruncated
	}
	out := s.out(int(size))
	clear(out)
	r := bitReader{src: src}
	for rest := out; len(rest) > 0; rest = rest[f.elem.size:] {
		f.elem.decode(&r, rest[:f.elem.size])
	}
	return out, nil
}

// decode reads one value into dst, which has its size and is zero.
func (t *nbitType) decode(r *bitReader, dst []byte) {
	switch t.class {
	case nbitNumber:
		t.decodeNumber(r, dst)
	case nbitOther:
		for i := range dst {
			dst[i] = r.byte(8)
		}
	default:
		for i := range t.parts {
			part := &t.parts[i]
			for at, n := part.at, part.n; n > 0; at, n = at+part.size, n-1 {
				part.decode(r, dst[at:at+part.size])
			}
		}
	}
}

// decodeNumber reads a number, its highest byte first.
func (t *nbitType) decodeNumber(r *bitReader, dst []byte) {
	end := t.offset + t.precision
	for i := int((end - 1) / 8); i >= int(t.offset/8); i-- {
		first := uint64(8 * i)
		low, high := max(t.offset, first)-first, min(end, first+8)-first
		b := r.byte(uint(high-low)) << low
		if t.bigEndian {
			dst[len(dst)-1-i] = b
		} else {
			dst[i] = b
		}
	}
}

func (f nbit) size() uint64 { return saturatingMul(f.count, f.elem.size) }

func (f nbit) maxDecoded(n uint64) uint64 {
	if f.plain {
		return n
	}
	if n > math.MaxUint64/8 {
		return f.size()
	}
	return min(f.size(), saturatingMul(8*n/f.elem.bits, f.elem.size))
}

func (f nbit) maxEncoded(n uint64) uint64 { return saturatingAdd(n, 1) }
