package filter

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// A Pipeline undoes and applies the filters of one dataset's chunks. It is
// immutable and safe for concurrent use.
type Pipeline struct {
	stages []stage
}

// A stage is one filter of a pipeline, in the order in which a writer applies
// them. Either its decoder is set or its err, which then fails each chunk
// that went through the filter. Without encoder, it is skipped in writing.
type stage struct {
	name string
	decoder
	err error
	encoder
}

// New returns the pipeline of a dataset whose elements have elemSize bytes.
//
// It never fails. A filter that is not known, or whose parameters make no
// sense, fails the chunks that went through it and no other.
func New(specs []Spec, elemSize int) *Pipeline {
	p := &Pipeline{stages: make([]stage, 0, len(specs))}
	for _, spec := range specs {
		st := stage{name: nameOf(spec)}
		dec, err := filterOf(spec, elemSize)
		switch {
		case err != nil:
			st.err = fmt.Errorf("%w: parameters of %s: %w", ErrCorrupt, st.name, err)
		case dec == nil:
			st.err = &UnknownError{ID: spec.ID, Name: unknownName(spec)}
		default:
			st.decoder, st.encoder = dec, encoderOf(spec)
		}
		p.stages = append(p.stages, st)
	}
	return p
}

// unknownName is the best name that there is for a filter without decoder.
func unknownName(spec Spec) string {
	if spec.Name != "" {
		return spec.Name
	}
	return names[spec.ID]
}

// Names lists the filters in the order in which a writer applies them:
// "shuffle", "deflate", ..., and "filter 32768 (name)" for those without a
// name of their own.
func (p *Pipeline) Names() []string {
	list := make([]string, len(p.stages))
	for i, st := range p.stages {
		list[i] = st.name
	}
	return list
}

// Unknown lists, like Names, the filters that cannot be undone.
func (p *Pipeline) Unknown() []string {
	var list []string
	for _, st := range p.stages {
		var unknown *UnknownError
		if errors.As(st.err, &unknown) {
			list = append(list, st.name)
		}
	}
	return list
}

// MaxDecoded is the largest size that n stored bytes can decode to, given the
// chunk's filter mask. A chunk that claims to be larger can be refused before
// anything is allocated for it. It saturates, and is the largest uint64 if
// the chunk went through a filter that cannot be undone: Decode says so.
func (p *Pipeline) MaxDecoded(n uint64, mask uint32) uint64 {
	for i, st := range slices.Backward(p.stages) {
		if skipped(mask, i) {
			continue
		}
		if st.decoder == nil {
			return math.MaxUint64
		}
		n = st.maxDecoded(n)
	}
	return n
}

// Decode undoes the pipeline for one chunk: src is the chunk as it is stored,
// size its size before any filter was applied, and bit i of mask is set if
// filter i was skipped.
//
// The result has exactly size bytes and lies in dst if dst has the capacity;
// the length of dst is of no matter, its contents are overwritten, also when
// decoding fails. src is only read, not retained, and must not overlap dst.
//
// The error wraps ErrCorrupt, or is an *UnknownError. Besides the result,
// decoding needs room for at most two copies of the chunk, which are pooled.
func (p *Pipeline) Decode(dst, src []byte, size int, mask uint32) ([]byte, error) {
	if err := p.check(src, size, mask); err != nil {
		return nil, err
	}
	s := getScratch(dst)
	defer s.release()

	cur := src
	first := p.firstUsed(mask)
	for i := len(p.stages) - 1; i >= first; i-- {
		if skipped(mask, i) {
			continue
		}
		st := p.stages[i]
		s.last = i == first
		var err error
		cur, err = st.decode(s, cur, p.limit(i, uint64(len(cur)), size, mask))
		if err != nil {
			return nil, st.wrap(err)
		}
	}
	if len(cur) != size {
		return nil, fmt.Errorf("%w: decodes to %d bytes, not %d", ErrCorrupt, len(cur), size)
	}
	if s.inDst {
		return cur, nil
	}
	return append(slices.Grow(dst[:0], size), cur...), nil
}

// DecodeStart is Decode of the first bytes of a chunk, as many as enough says, for which
// a chunk that is deflated and nothing else is not decoded to its end. What is wrong
// behind them is no error then, and neither is a checksum that covers it.
func (p *Pipeline) DecodeStart(dst, src []byte, size, enough int, mask uint32) ([]byte, error) {
	first := p.firstUsed(mask)
	alone := enough < size && first == len(p.stages)-1
	if !alone {
		return p.Decode(dst, src, size, mask)
	}
	if _, ok := p.stages[first].decoder.(deflate); !ok {
		return p.Decode(dst, src, size, mask)
	}
	if err := p.check(src, size, mask); err != nil {
		return nil, err
	}
	s := getScratch(dst)
	defer s.release()
	s.last = true
	out := s.out(size)
	n, err := s.inflater.InflateStart(out, src, enough)
	if err != nil {
		return nil, p.stages[first].wrap(err)
	}
	if n < enough {
		return nil, fmt.Errorf("%w: decodes to %d bytes, not %d", ErrCorrupt, n, size)
	}
	return out[:enough], nil
}

// Encode applies the pipeline to one chunk: src is the whole chunk, out what
// is to be stored of it, and bit i of mask is set if filter i was skipped.
// Decode takes out and mask back to src.
//
// Deflate, shuffle, fletcher32, lzf and zstd are applied, each with the
// parameters of its Spec. Skipped are every other filter, whether the file
// calls it optional or not, since all readers heed the mask; a filter whose
// parameters the HDF5 library refuses; and lzf where it gains nothing, as
// the library has it. Deflate is applied even then, as the library does,
// and the chunk grows by a few bytes. The same chunk always gives the same
// bytes.
//
// The result lies in dst if dst has the capacity; the length of dst is of no
// matter, its contents are overwritten. src is only read, not retained, and
// must not overlap dst. Besides the result, encoding needs room for at most
// two copies of the chunk and the state of the compressors, which are pooled.
//
// The error wraps ErrCorrupt if the pipeline has more than 32 filters; there
// is no other for a caller to expect.
func (p *Pipeline) Encode(dst, src []byte) (out []byte, mask uint32, err error) {
	if err := p.checkLength(); err != nil {
		return nil, 0, err
	}
	s := getScratch(dst)
	defer s.release()

	cur := src
	last := p.lastEncoder()
	for i, st := range p.stages {
		if st.encoder == nil {
			mask |= 1 << i
			continue
		}
		s.last = i == last
		buf, ok, err := st.encode(s.free(), cur)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", st.name, err)
		}
		s.keep(buf, ok)
		if !ok {
			mask |= 1 << i
			continue
		}
		cur = buf
	}
	if s.inDst {
		return cur, mask, nil
	}
	return append(dst[:0], cur...), mask, nil
}

// lastEncoder is the index of the last filter that can be applied, or -1.
func (p *Pipeline) lastEncoder() int {
	for i, st := range slices.Backward(p.stages) {
		if st.encoder != nil {
			return i
		}
	}
	return -1
}

// check refuses what needs no decoding to be refused.
func (p *Pipeline) check(src []byte, size int, mask uint32) error {
	if size < 0 {
		return fmt.Errorf("%w: size %d", ErrCorrupt, size)
	}
	if err := p.checkLength(); err != nil {
		return err
	}
	for i, st := range p.stages {
		if st.err != nil && !skipped(mask, i) {
			return st.err
		}
	}
	if most := p.MaxDecoded(uint64(len(src)), mask); uint64(size) > most {
		return fmt.Errorf("%w: %d stored bytes decode to %d at the most, not to %d", ErrCorrupt, len(src), most, size)
	}
	return nil
}

// checkLength refuses more filters than a mask can tell apart.
func (p *Pipeline) checkLength() error {
	if len(p.stages) > maxFilters {
		return fmt.Errorf("%w: %d filters, at most %d can be", ErrCorrupt, len(p.stages), maxFilters)
	}
	return nil
}

// firstUsed is the index of the first filter that was not skipped: the last
// one to be undone. It is the number of filters if all were skipped.
func (p *Pipeline) firstUsed(mask uint32) int {
	for i := range p.stages {
		if !skipped(mask, i) {
			return i
		}
	}
	return len(p.stages)
}

// limit is the largest size that undoing filter i can give: what the filters
// before it make of the chunk at the most, and what n bytes can decode to.
func (p *Pipeline) limit(i int, n uint64, size int, mask uint32) int {
	most := uint64(size)
	for j, st := range p.stages[:i] {
		if !skipped(mask, j) {
			most = st.maxEncoded(most)
		}
	}
	return int(min(most, p.stages[i].maxDecoded(n), math.MaxInt))
}

// wrap says which filter an error comes from, and that the chunk is to blame.
func (st stage) wrap(err error) error {
	var unknown *UnknownError
	if errors.As(err, &unknown) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", ErrCorrupt, st.name, err)
}

// skipped reports whether a chunk's mask says that filter i was not applied.
func skipped(mask uint32, i int) bool {
	return mask>>uint(i)&1 != 0
}

// saturatingMul is a*b, or the largest uint64 if that is less.
func saturatingMul(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}

// saturatingAdd is a+b, or the largest uint64 if that is less.
func saturatingAdd(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return math.MaxUint64
	}
	return sum
}

// incompressible is the largest size that a general compressor stores n bytes
// as: each has a way to store what it cannot compress as it is, for a few
// bytes a block.
func incompressible(n uint64) uint64 {
	return saturatingAdd(n, n/64+4096)
}

// printable is s without control characters, cut to a length that fits into
// a message.
func printable(s string) string {
	const most = 64
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}
