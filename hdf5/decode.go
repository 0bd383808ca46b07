package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// width returns the bytes of one element in the file, with all of an array
// datatype's dimensions.
func (t *Datatype) width() int {
	w := int(t.raw.Size)
	for _, d := range t.dims {
		w *= d
	}
	return w
}

// footprint returns about how many bytes of memory one element takes once it is
// a Go value, not counting what is of variable length.
func (t *Datatype) footprint() int {
	const stringHeader, arrayHeader = 16, 128
	size := t.Size()
	switch t.class {
	case Float:
		size = max(4, size)
	case String:
		size = stringHeader
		if !t.VariableLength() {
			size += t.Size()
		}
	case Sequence:
		size = arrayHeader
	case Opaque:
		size += 24
	case Compound:
		size = 0
		for _, m := range t.members {
			size += m.Type.width() + m.Type.footprint()
		}
	}
	for _, d := range t.dims {
		size *= d
	}
	return size
}

// newArray makes an Array of the given shape out of the elements in raw, which
// is at least as long as the shape demands.
func (f *File) newArray(t *Datatype, shape []int, raw []byte) (*Array, error) {
	full := append(slices.Clone(shape), t.dims...)
	n, err := elements(full)
	if err != nil {
		return nil, err
	}
	d := decoder{file: f, budget: f.defaultLimit()}
	data, err := d.decode(t, raw, n)
	if err != nil {
		return nil, err
	}
	if records, ok := data.(*Records); ok {
		records.reshape(full)
	}
	return &Array{dtype: t, shape: full, data: data}, nil
}

// emptyArray makes an Array that has no elements.
func emptyArray(t *Datatype, shape []int) (*Array, error) {
	d := decoder{}
	full := append(slices.Clone(shape), t.dims...)
	data, err := d.decode(t, nil, 0)
	if records, ok := data.(*Records); ok {
		records.reshape(full)
	}
	return &Array{dtype: t, shape: full, data: data}, err
}

// A decoder turns elements as they are stored into Go values.
type decoder struct {
	file *File

	// Variable-length values are stored once and can be referred to any number
	// of times, so that a small file can stand for any amount of them. text
	// counts the bytes of strings made so far; from the file's size on, which no
	// file needs that refers to each string once, equal references share one
	// string. budget is what sequences may take altogether.
	text   int64
	shared map[heapRef]string
	budget int64
}

// A heapRef is the place of a variable-length value (section IV.B, "Disk
// Format: Level 2B - Data for Variable-Length").
type heapRef struct {
	collection uint64
	index      uint32
	length     uint32
}

// decode returns n elements of type t; raw holds at least these.
func (d *decoder) decode(t *Datatype, raw []byte, n int) (any, error) {
	switch t.class {
	case Integer, Float, Enum:
		return decodeNumbers(t, raw, n)
	case Bool:
		out := make([]bool, n)
		for i := range out {
			out[i] = raw[i] != 0
		}
		return out, nil
	case Complex:
		return decodeComplex(t, raw, n)
	case String:
		return d.strings(t, raw, n)
	case Compound:
		return d.records(t, raw, n)
	case Sequence:
		return d.sequences(t, raw, n)
	case Reference:
		out := make([]ObjectRef, n)
		for i := range out {
			out[i] = ObjectRef(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		return out, nil
	case Opaque:
		return cut(raw, n, t.Size()), nil
	}
	return nil, fmt.Errorf("values of type %s: %w", t.name, ErrUnsupported)
}

// cut copies raw into n pieces of size bytes.
func cut(raw []byte, n, size int) [][]byte {
	all := bytes.Clone(raw[:n*size])
	out := make([][]byte, n)
	for i := range out {
		out[i] = all[i*size : (i+1)*size : (i+1)*size]
	}
	return out
}

// plain reports whether the elements are stored as Go holds them, but for the
// byte order: integers that use all their bits, and float32 and float64.
func (t *Datatype) plain() bool {
	switch t.class {
	case Integer, Enum:
		r := t.integers()
		return r.BitOffset == 0 && uint32(r.BitPrecision) == 8*r.Size
	case Float:
		return t.raw.Size >= 4
	}
	return false
}

// integers returns the layout of the integers that an integer or enumeration
// type is made of.
func (t *Datatype) integers() *format.Datatype {
	if t.class == Enum {
		return t.raw.Base
	}
	return t.raw
}

// swapped reports whether the elements are in the order that the machine does
// not use.
func (t *Datatype) swapped() bool {
	return t.integers().BigEndian != bigEndianHost && t.raw.Size > 1
}

// makeNumbers makes a slice of n numbers of the Go type that t is held in, and
// returns its memory too.
func makeNumbers(t *Datatype, n int) (data any, memory []byte) {
	switch t.name {
	case "int8":
		return makeSlice[int8](n)
	case "int16":
		return makeSlice[int16](n)
	case "int32":
		return makeSlice[int32](n)
	case "int64":
		return makeSlice[int64](n)
	case "uint8":
		return makeSlice[uint8](n)
	case "uint16":
		return makeSlice[uint16](n)
	case "uint32":
		return makeSlice[uint32](n)
	case "uint64":
		return makeSlice[uint64](n)
	case "float64":
		return makeSlice[float64](n)
	}
	return makeSlice[float32](n) // float16 too
}

func makeSlice[T realNumber](n int) (any, []byte) {
	s := make([]T, n)
	return s, bytesOf(s)
}

func decodeNumbers(t *Datatype, raw []byte, n int) (any, error) {
	data, memory := makeNumbers(t, n)
	if t.plain() {
		copy(memory, raw)
		if t.swapped() {
			swapBytes(memory, t.Size())
		}
		return data, nil
	}
	unpackNumbers(t, memory, raw, n)
	return data, nil
}

// unpackNumbers converts n elements that are not plain: float16, and integers
// with fewer bits than their bytes hold. memory is that of the slice they go to.
func unpackNumbers(t *Datatype, memory, raw []byte, n int) {
	size := t.Size()
	if t.class == Float {
		for i := range n {
			half := uint16(loadBytes(raw[i*size:(i+1)*size], t.raw.BigEndian))
			binary.NativeEndian.PutUint32(memory[4*i:], math.Float32bits(halfToFloat(half)))
		}
		return
	}
	layout := t.integers()
	for i := range n {
		storeBytes(memory[i*size:(i+1)*size], loadInteger(raw[i*size:(i+1)*size], layout))
	}
}

// loadBytes reads an integer of len(b) bytes.
func loadBytes(b []byte, bigEndian bool) uint64 {
	var v uint64
	for i := range b {
		if bigEndian {
			v = v<<8 | uint64(b[i])
		} else {
			v |= uint64(b[i]) << (8 * i)
		}
	}
	return v
}

// storeBytes writes the low len(b) bytes of v in the machine's byte order.
func storeBytes(b []byte, v uint64) {
	for i := range b {
		if bigEndianHost {
			b[len(b)-1-i] = byte(v >> (8 * i))
		} else {
			b[i] = byte(v >> (8 * i))
		}
	}
}

// loadInteger reads an integer of at most 8 bytes, which may fill only some of
// its bits (section IV.A.2.d, class 0), and extends its sign.
func loadInteger(b []byte, t *format.Datatype) uint64 {
	v := loadBytes(b, t.BigEndian) >> t.BitOffset
	unused := 64 - int(t.BitPrecision)
	if unused <= 0 {
		return v
	}
	if t.Signed {
		return uint64(int64(v<<unused) >> unused)
	}
	return v << unused >> unused
}

// halfToFloat converts an IEEE 754 binary16 number, exactly.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent := uint32(h >> 10 & 0x1f)
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0: // zero and subnormals: a multiple of 2^-24
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f: // infinities and NaNs
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

func decodeComplex(t *Datatype, raw []byte, n int) (any, error) {
	part := t.members[0].Type
	parts, err := decodeNumbers(part, raw, 2*n)
	if err != nil {
		return nil, err
	}
	if part.raw.Size == 4 {
		pairs, out := parts.([]float32), make([]complex64, n)
		for i := range out {
			out[i] = complex(pairs[2*i], pairs[2*i+1])
		}
		return out, nil
	}
	pairs, out := parts.([]float64), make([]complex128, n)
	for i := range out {
		out[i] = complex(pairs[2*i], pairs[2*i+1])
	}
	return out, nil
}

// records decodes compounds field by field.
func (d *decoder) records(t *Datatype, raw []byte, n int) (any, error) {
	records := &Records{n: n}
	size := t.Size()
	for _, m := range t.members {
		width := m.Type.width()
		column := make([]byte, 0, n*width)
		for i := range n {
			column = append(column, raw[i*size+m.offset:][:width]...)
		}
		shape := append([]int{n}, m.Dims...)
		count, err := elements(shape)
		if err != nil {
			return nil, err
		}
		data, err := d.decode(m.Type, column, count)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", m.Name, err)
		}
		records.fields = append(records.fields, Field{Name: m.Name, Values: &Array{dtype: m.Type, shape: shape, data: data}})
	}
	return records, nil
}

// heapRef reads the place of the i-th variable-length value in raw: its
// length, and the address of a collection and an index in it.
func (d *decoder) heapRef(raw []byte, i int) heapRef {
	offset := d.file.sb.Sizes.Offset
	b := raw[i*(8+offset):][:8+offset]
	ref := heapRef{
		length:     binary.LittleEndian.Uint32(b),
		collection: loadBytes(b[4:4+offset], false),
		index:      binary.LittleEndian.Uint32(b[4+offset:]),
	}
	if offset < 8 && ref.collection == 1<<(8*offset)-1 {
		ref.collection = format.Undefined
	}
	return ref
}

// empty reports whether there is nothing stored for the value.
func (r heapRef) empty() bool {
	return r.length == 0 || r.collection == 0 || r.collection == format.Undefined
}

// object returns the bytes of a variable-length value of count elements of
// size bytes.
func (d *decoder) object(ref heapRef, size int) ([]byte, error) {
	b, err := d.file.strings.Object(ref.collection, ref.index)
	if err != nil {
		return nil, err
	}
	if need := uint64(ref.length) * uint64(size); need > uint64(len(b)) {
		return nil, fmt.Errorf("variable-length value of %d bytes in a heap object of %d: %w", need, len(b), ErrCorrupt)
	}
	return b[:int(ref.length)*size], nil
}

func (d *decoder) sequences(t *Datatype, raw []byte, n int) (any, error) {
	out := make([]*Array, n)
	width := t.base.width()
	for i := range out {
		ref := d.heapRef(raw, i)
		var b []byte
		count := 0
		if !ref.empty() {
			var err error
			if b, err = d.object(ref, width); err != nil {
				return nil, err
			}
			count = int(ref.length)
		}
		if d.budget -= int64(len(b)); d.budget < 0 {
			return nil, fmt.Errorf("sequences: %w", ErrTooLarge)
		}
		shape := append([]int{count}, t.base.dims...)
		total, err := elements(shape)
		if err != nil {
			return nil, err
		}
		data, err := d.decode(t.base, b, total)
		if err != nil {
			return nil, err
		}
		out[i] = &Array{dtype: t.base, shape: shape, data: data}
	}
	return out, nil
}
