package hdf5

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// nativeType returns the datatype that values of type T have in memory and are
// stored as: little-endian numbers, variable-length UTF-8 strings.
func nativeType[T Element]() *Datatype {
	var zero T
	switch any(zero).(type) {
	case int8:
		return fixedType(1, true)
	case int16:
		return fixedType(2, true)
	case int32:
		return fixedType(4, true)
	case int64:
		return fixedType(8, true)
	case uint8:
		return fixedType(1, false)
	case uint16:
		return fixedType(2, false)
	case uint32:
		return fixedType(4, false)
	case uint64:
		return fixedType(8, false)
	case float32:
		return floatType(4)
	case float64:
		return floatType(8)
	case complex64:
		return complexType(4)
	case complex128:
		return complexType(8)
	case bool:
		return boolType()
	case ObjectRef:
		return known(&format.Datatype{Class: format.ClassReference, Size: 8})
	case string:
		return known(&format.Datatype{Class: format.ClassVLen, Size: 16, VLenString: true, CharSet: format.UTF8, Base: fixedRaw(1, false)})
	case []byte:
		return known(&format.Datatype{Class: format.ClassOpaque, Size: 1})
	}
	return &Datatype{class: Sequence, name: "sequence", raw: &format.Datatype{Class: format.ClassVLen, Size: 16}}
}

func fixedRaw(size uint32, signed bool) *format.Datatype {
	return &format.Datatype{Class: format.ClassFixed, Size: size, Signed: signed, BitPrecision: uint16(size * 8)}
}

func fixedType(size uint32, signed bool) *Datatype { return known(fixedRaw(size, signed)) }

func floatRaw(size uint32) *format.Datatype {
	return &format.Datatype{Class: format.ClassFloat, Size: size, BitPrecision: uint16(size * 8), Float: ieeeLayouts[size]}
}

func floatType(size uint32) *Datatype { return known(floatRaw(size)) }

func complexType(size uint32) *Datatype {
	return known(&format.Datatype{Class: format.ClassCompound, Size: 2 * size, Members: []format.Member{
		{Name: "r", Type: floatRaw(size)},
		{Name: "i", Offset: size, Type: floatRaw(size)},
	}})
}

func boolType() *Datatype {
	return known(&format.Datatype{
		Class: format.ClassEnum, Size: 1, Base: fixedRaw(1, true),
		EnumNames: []string{"FALSE", "TRUE"}, EnumValues: [][]byte{{0}, {1}},
	})
}

// NamedType returns the datatype with one of numpy's names for numbers
// ("float16" ... "uint64") or "bool" or "string", or an error that wraps
// [ErrType].
func NamedType(name string) (*Datatype, error) {
	switch name {
	case "bool":
		return boolType(), nil
	case "string":
		return nativeType[string](), nil
	}
	for _, size := range []uint32{1, 2, 4, 8} {
		candidates := []*Datatype{fixedType(size, true), fixedType(size, false)}
		if size > 1 {
			candidates = append(candidates, floatType(size))
		}
		for _, t := range candidates {
			if t.name == name {
				return t, nil
			}
		}
	}
	return nil, fmt.Errorf("no datatype %q: %w", name, ErrType)
}

// known interprets a datatype that this package made and that cannot be wrong.
func known(raw *format.Datatype) *Datatype {
	t := &Datatype{raw: raw}
	// The errors of interpret are about array datatypes, of which there are none.
	_ = t.interpret()
	return t
}
