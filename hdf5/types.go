package hdf5

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// FixedString returns the datatype of strings of exactly size bytes, padded
// with zeros, as numpy's "S" is stored. It is an error that wraps [ErrType] if
// size is not positive.
func FixedString(size int, charset CharacterSet) (*Datatype, error) {
	if size < 1 || size > maxTypeSize {
		return nil, fmt.Errorf("string of %d bytes, want 1 to %d: %w", size, maxTypeSize, ErrType)
	}
	return known(&format.Datatype{
		Class: format.ClassString, Size: uint32(size),
		Padding: format.NullPadded, CharSet: format.CharSet(charset),
	}), nil
}

// maxTypeSize keeps elements well below the 4 GiB that a chunk may have.
const maxTypeSize = 1 << 30

// EnumOf returns the datatype of an enumeration: integers of the given type
// with names. It is an error that wraps [ErrType] if base is no integer type or
// there are no, or not equally many, names and values.
func EnumOf(base *Datatype, names []string, values []int64) (*Datatype, error) {
	if base.class != Integer || len(names) == 0 || len(names) != len(values) {
		return nil, fmt.Errorf("enumeration of %s with %d names and %d values: %w", base, len(names), len(values), ErrType)
	}
	raw := &format.Datatype{Class: format.ClassEnum, Size: base.raw.Size, Base: base.raw, EnumNames: names}
	for _, v := range values {
		b := make([]byte, base.raw.Size)
		putBytes(b, uint64(v)<<base.raw.BitOffset, base.raw.BigEndian)
		raw.EnumValues = append(raw.EnumValues, b)
	}
	return known(raw), nil
}

// CompoundOf returns the datatype of records with the given fields, packed
// without gaps. Only Name, Type and Dims of the members are used. It is an error
// that wraps [ErrType] if there are none or a name occurs twice.
func CompoundOf(members ...Member) (*Datatype, error) {
	raw := &format.Datatype{Class: format.ClassCompound}
	seen := map[string]bool{}
	for _, m := range members {
		if m.Name == "" || seen[m.Name] {
			return nil, fmt.Errorf("compound with two fields %q or one without a name: %w", m.Name, ErrType)
		}
		seen[m.Name] = true
		field := m.Type.raw
		if len(m.Dims) > 0 {
			field = arrayOf(field, m.Dims)
		}
		if field.Size == 0 || raw.Size > maxTypeSize-field.Size {
			return nil, fmt.Errorf("field %q of shape %v: %w", m.Name, m.Dims, ErrType)
		}
		raw.Members = append(raw.Members, format.Member{Name: m.Name, Offset: raw.Size, Type: field})
		raw.Size += field.Size
	}
	if len(members) == 0 {
		return nil, fmt.Errorf("compound without fields: %w", ErrType)
	}
	return newDatatype(raw)
}

func arrayOf(base *format.Datatype, dims []int) *format.Datatype {
	raw := &format.Datatype{Class: format.ClassArray, Size: base.Size, Base: base}
	for _, d := range dims {
		raw.Dims = append(raw.Dims, uint32(d))
		raw.Size *= uint32(d)
	}
	return raw
}
