package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// An encoder turns Go values into elements as they are stored. What is of
// variable length goes to a heap of the file.
type encoder struct {
	sz   format.Sizes
	heap *index.HeapBuilder
}

// encode returns the n elements that data, a slice or *Records as [Array] holds
// them for type t, stands for.
func (e *encoder) encode(t *Datatype, data any, n int) ([]byte, error) {
	switch t.class {
	case Integer, Float, Enum:
		return encodeNumbers(t, data, n)
	case Bool:
		return encodeBools(t, data)
	case Complex:
		return encodeComplex(t, data)
	case String:
		values, ok := data.([]string)
		if !ok {
			return nil, mismatch(t, data)
		}
		return e.strings(t, values)
	case Compound:
		return e.records(t, data, n)
	case Sequence:
		return e.sequences(t, data)
	case Reference:
		// Objects move when they change, and references would not follow.
		return nil, fmt.Errorf("values of type %s cannot be written: %w", t, ErrUnsupported)
	case Opaque:
		return encodeOpaque(t, data)
	}
	return nil, fmt.Errorf("values of type %s: %w", t, ErrUnsupported)
}

// mismatch says that data are not held as values of type t are.
func mismatch(t *Datatype, data any) error {
	return fmt.Errorf("%T for elements of type %s: %w", data, t, ErrType)
}

func encodeNumbers(t *Datatype, data any, n int) ([]byte, error) {
	memory, ok := memoryOf(data)
	held, _ := makeNumbers(t, 0)
	if !ok || fmt.Sprintf("%T", held) != fmt.Sprintf("%T", data) {
		return nil, mismatch(t, data)
	}
	if t.plain() {
		out := append([]byte(nil), memory...)
		if t.swapped() {
			swapBytes(out, t.Size())
		}
		return out, nil
	}
	return packNumbers(t, data, memory, n), nil
}

// memoryOf returns the memory of a slice of numbers.
func memoryOf(data any) ([]byte, bool) {
	switch s := data.(type) {
	case []int8:
		return bytesOf(s), true
	case []int16:
		return bytesOf(s), true
	case []int32:
		return bytesOf(s), true
	case []int64:
		return bytesOf(s), true
	case []uint8:
		return bytesOf(s), true
	case []uint16:
		return bytesOf(s), true
	case []uint32:
		return bytesOf(s), true
	case []uint64:
		return bytesOf(s), true
	case []float32:
		return bytesOf(s), true
	case []float64:
		return bytesOf(s), true
	}
	return nil, false
}

// packNumbers is the inverse of unpackNumbers.
func packNumbers(t *Datatype, data any, memory []byte, n int) []byte {
	size := t.Size()
	out := make([]byte, n*size)
	if t.class == Float {
		for i, v := range data.([]float32) {
			putBytes(out[i*size:(i+1)*size], uint64(floatToHalf(v)), t.raw.BigEndian)
		}
		return out
	}
	layout := t.integers()
	used := ^uint64(0) >> (64 - int(layout.BitPrecision))
	for i := range n {
		v := loadBytes(memory[i*size:(i+1)*size], bigEndianHost) & used
		putBytes(out[i*size:(i+1)*size], v<<layout.BitOffset, layout.BigEndian)
	}
	return out
}

// putBytes writes the low len(b) bytes of v.
func putBytes(b []byte, v uint64, bigEndian bool) {
	for i := range b {
		if bigEndian {
			b[len(b)-1-i] = byte(v >> (8 * i))
		} else {
			b[i] = byte(v >> (8 * i))
		}
	}
}

// floatToHalf returns the IEEE 754 binary16 number nearest to f, the even one of
// two equally near.
func floatToHalf(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	magnitude := bits &^ (1 << 31)
	switch {
	case magnitude > 0x7f800000: // NaN: keep what fits of its payload
		if payload := uint16(magnitude >> 13 & 0x3ff); payload != 0 {
			return sign | 0x7c00 | payload
		}
		return sign | 0x7e00
	case magnitude >= 0x47800000: // 65536 and above, and infinity
		return sign | 0x7c00
	case magnitude < 0x38800000: // below 2^-14: a multiple of 2^-24
		return sign | uint16(math.RoundToEven(math.Abs(float64(f))*(1<<24)))
	}
	// Rounding may carry into the exponent, and from the greatest number into
	// infinity, as it should.
	rounded := magnitude - (127-15)<<23
	rounded += 0xfff + rounded>>13&1
	return sign | uint16(rounded>>13)
}

func encodeBools(t *Datatype, data any) ([]byte, error) {
	values, ok := data.([]bool)
	if !ok {
		return nil, mismatch(t, data)
	}
	out := make([]byte, len(values))
	for i, v := range values {
		if v {
			out[i] = 1
		}
	}
	return out, nil
}

func encodeComplex(t *Datatype, data any) ([]byte, error) {
	part := t.members[0].Type
	switch values := data.(type) {
	case []complex64:
		if part.raw.Size == 4 {
			parts := make([]float32, 0, 2*len(values))
			for _, v := range values {
				parts = append(parts, real(v), imag(v))
			}
			return encodeNumbers(part, parts, len(parts))
		}
	case []complex128:
		if part.raw.Size == 8 {
			parts := make([]float64, 0, 2*len(values))
			for _, v := range values {
				parts = append(parts, real(v), imag(v))
			}
			return encodeNumbers(part, parts, len(parts))
		}
	}
	return nil, mismatch(t, data)
}

func encodeOpaque(t *Datatype, data any) ([]byte, error) {
	values, ok := data.([][]byte)
	if !ok {
		return nil, mismatch(t, data)
	}
	var out []byte
	for _, v := range values {
		if len(v) != t.Size() {
			return nil, fmt.Errorf("opaque value of %d bytes, want %d: %w", len(v), t.Size(), ErrType)
		}
		out = append(out, v...)
	}
	return out, nil
}

func (e *encoder) strings(t *Datatype, values []string) ([]byte, error) {
	if t.VariableLength() {
		return e.variableStrings(values)
	}
	size := t.Size()
	pad := byte(0)
	if t.raw.Padding == format.SpacePadded {
		pad = ' '
	}
	out := make([]byte, len(values)*size)
	for i, s := range values {
		// A string of full length has no terminator, which every reader puts up with.
		if len(s) > size {
			return nil, fmt.Errorf("string of %d bytes for elements of %d: %w", len(s), size, ErrType)
		}
		at := out[i*size : (i+1)*size]
		for k := copy(at, s); k < size; k++ {
			at[k] = pad
		}
	}
	return out, nil
}

// variableStrings stores strings in the heap and returns the elements that refer to them.
func (e *encoder) variableStrings(values []string) ([]byte, error) {
	out := make([]byte, 0, len(values)*e.referenceSize())
	for _, s := range values {
		var collection uint64
		var i uint32
		if len(s) > 0 {
			var err error
			if collection, i, err = e.heap.PutString(s); err != nil {
				return nil, err
			}
		}
		out = e.appendReference(out, len(s), collection, i)
	}
	return out, nil
}

// reference stores bytes in the heap and returns the element that refers to
// them.
func (e *encoder) reference(b []byte, elements int) ([]byte, error) {
	var collection uint64
	var i uint32
	if elements > 0 {
		var err error
		if collection, i, err = e.heap.Put(b); err != nil {
			return nil, err
		}
	}
	return e.appendReference(make([]byte, 0, e.referenceSize()), elements, collection, i), nil
}

// referenceSize is how many bytes an element of variable length takes.
func (e *encoder) referenceSize() int { return 8 + e.sz.Offset }

// appendReference appends an element of variable length: a number of elements and their place
// in the heap (section IV.B), zeros if there is none.
func (e *encoder) appendReference(out []byte, elements int, collection uint64, i uint32) []byte {
	out = binary.LittleEndian.AppendUint32(out, uint32(elements))
	out = binary.LittleEndian.AppendUint64(out, collection)
	out = out[:len(out)-8+e.sz.Offset] // addresses of a file fit its width
	return binary.LittleEndian.AppendUint32(out, i)
}

func (e *encoder) records(t *Datatype, data any, n int) ([]byte, error) {
	records, ok := data.(*Records)
	if !ok {
		return nil, mismatch(t, data)
	}
	size := t.Size()
	out := make([]byte, n*size)
	for _, m := range t.members {
		field := records.Field(m.Name)
		if field == nil {
			return nil, fmt.Errorf("no field %q: %w", m.Name, ErrType)
		}
		width := m.Type.width()
		if field.Len()*m.Type.Size() != n*width {
			return nil, fmt.Errorf("field %q has %d values for %d records: %w", m.Name, field.Len(), n, ErrType)
		}
		column, err := e.encode(m.Type, field.data, field.Len())
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", m.Name, err)
		}
		for i := range n {
			copy(out[i*size+m.offset:][:width], column[i*width:])
		}
	}
	return out, nil
}

func (e *encoder) sequences(t *Datatype, data any) ([]byte, error) {
	values, ok := data.([]*Array)
	if !ok {
		return nil, mismatch(t, data)
	}
	var out []byte
	for _, v := range values {
		b, err := e.encode(t.base, v.data, v.Len())
		if err != nil {
			return nil, err
		}
		ref, err := e.reference(b, len(b)/t.base.width())
		if err != nil {
			return nil, err
		}
		out = append(out, ref...)
	}
	return out, nil
}
