package hdf5

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A Class says what kind of values a [Datatype] describes.
type Class uint8

// The classes, named after those of the File Format Specification, section
// IV.A.2.d, with the conventions that every writer shares told apart: a boolean
// is stored as an enumeration, a complex number as a compound.
const (
	Integer   Class = iota // int8 ... uint64
	Float                  // float16, float32, float64
	Complex                // complex64, complex128
	String                 // fixed-length or variable-length
	Bool                   // enumeration of FALSE and TRUE
	Enum                   // named integers
	Compound               // named fields
	Sequence               // variable-length sequences of another type
	Reference              // to an object of the file
	Opaque                 // bytes without meaning
	Other                  // what no Go type holds; its values cannot be read
)

// CharacterSet is the declared encoding of a string.
type CharacterSet uint8

// The character sets of HDF5.
const (
	ASCII CharacterSet = iota
	UTF8
)

// A Datatype describes the elements of a dataset or an attribute. It does not
// change.
type Datatype struct {
	class   Class
	name    string
	raw     *format.Datatype // of one element, array dimensions taken off
	dims    []int            // dimensions of an array datatype, outermost first
	members []Member
	base    *Datatype // of enumerations and sequences
}

// A Member is a field of a compound datatype.
type Member struct {
	Name string
	Type *Datatype
	// Dims are the dimensions of a field that is an array, nil otherwise.
	Dims []int

	offset int
}

// Class returns what kind of values t describes.
func (t *Datatype) Class() Class { return t.class }

// String returns numpy's name where it has one: "float32", "int64", "bool",
// "complex128"; an enumeration has the name of its integers. The others are
// "string", "compound", "sequence", "reference", "opaque", and for a type whose
// values cannot be read a description in parentheses.
func (t *Datatype) String() string { return t.name }

// Size returns the bytes of one element in the file. A variable-length element
// counts as the reference that stands for it.
func (t *Datatype) Size() int { return int(t.raw.Size) }

// CharacterSet returns the declared encoding of a string datatype.
func (t *Datatype) CharacterSet() CharacterSet {
	return CharacterSet(t.raw.CharSet)
}

// VariableLength reports whether t is a string or a sequence of variable length.
func (t *Datatype) VariableLength() bool { return t.raw.Class == format.ClassVLen }

// Members returns the fields of a compound datatype in the file's order.
func (t *Datatype) Members() []Member { return t.members }

// Elem returns the datatype of a sequence's elements or an enumeration's
// integers, and nil for other classes.
func (t *Datatype) Elem() *Datatype { return t.base }

// EnumNames returns the names of an enumeration and their values, in the
// file's order. Values of unsigned 64-bit integers above the range of int64
// wrap around.
func (t *Datatype) EnumNames() (names []string, values []int64) {
	if t.raw.Class != format.ClassEnum || t.base == nil {
		return nil, nil
	}
	for i, name := range t.raw.EnumNames {
		names = append(names, name)
		values = append(values, int64(loadInteger(t.raw.EnumValues[i], t.raw.Base)))
	}
	return names, values
}

// Equal reports whether t and u describe the same elements: numbers of the same size and
// byte order, strings of the same length and character set, and compounds with the same
// members in the same order, wherever these lie in the element.
func (t *Datatype) Equal(u *Datatype) bool {
	if t == nil || u == nil {
		return t == u
	}
	if t.class != u.class || t.name != u.name || !slices.Equal(t.dims, u.dims) || !t.base.Equal(u.base) {
		return false
	}
	if t.class == Compound || t.class == Complex {
		return slices.EqualFunc(t.members, u.members, func(a, b Member) bool {
			return a.Name == b.Name && a.Type.Equal(b.Type)
		})
	}
	a, b := *t.raw, *u.raw
	a.Version, b.Version = 0, 0 // of how the type is written down
	a.Base, b.Base = nil, nil   // compared already
	return reflect.DeepEqual(a, b)
}

// IsNumeric reports whether the values are integers or floating point numbers.
func (t *Datatype) IsNumeric() bool { return t.class == Integer || t.class == Float }

// BigEndian reports whether numbers of more than one byte are stored with the
// most significant byte first.
func (t *Datatype) BigEndian() bool {
	switch t.class {
	case Integer, Float, Enum:
		return t.raw.Size > 1 && t.integers().BigEndian
	}
	return false
}

// stored returns the datatype as the file has it, array dimensions included.
func (t *Datatype) stored() *format.Datatype {
	if t.dims == nil {
		return t.raw
	}
	return arrayOf(t.raw, t.dims)
}

// newDatatype interprets a datatype message. A type that cannot be read is not
// an error here: it has class Other, and reading its values is.
func newDatatype(raw *format.Datatype) (*Datatype, error) {
	var dims []int
	for raw.Class == format.ClassArray {
		for _, d := range raw.Dims {
			dims = append(dims, int(d))
		}
		raw = raw.Base
	}
	n, err := elements(dims)
	if err != nil || n == 0 || raw.Size == 0 || n > maxInt/int(raw.Size) {
		return nil, fmt.Errorf("datatype of %d bytes with array dimensions %v: %w", raw.Size, dims, ErrCorrupt)
	}
	t := &Datatype{raw: raw, dims: dims}
	return t, t.interpret()
}

func (t *Datatype) interpret() (err error) {
	raw := t.raw
	switch raw.Class {
	case format.ClassFixed, format.ClassBitField:
		t.class, t.name = integerClass(raw)
	case format.ClassFloat:
		t.class, t.name = floatClass(raw)
	case format.ClassString:
		t.class, t.name = String, "string"
	case format.ClassVLen:
		if raw.VLenString {
			t.class, t.name = String, "string"
			return nil
		}
		t.class, t.name = Sequence, "sequence"
		t.base, err = newDatatype(raw.Base)
	case format.ClassEnum:
		err = t.interpretEnum()
	case format.ClassCompound:
		err = t.interpretCompound()
	case format.ClassReference:
		t.class, t.name = Reference, "reference"
		if raw.RefKind != 0 || raw.Size != 8 {
			t.class, t.name = Opaque, "opaque"
		}
	case format.ClassOpaque:
		t.class, t.name = Opaque, "opaque"
	default:
		t.class, t.name = Other, fmt.Sprintf("(datatype class %d)", raw.Class)
	}
	return err
}

func integerClass(raw *format.Datatype) (Class, string) {
	switch raw.Size {
	case 1, 2, 4, 8:
	default:
		return Other, fmt.Sprintf("(integer of %d bytes)", raw.Size)
	}
	if raw.Signed {
		return Integer, fmt.Sprintf("int%d", raw.Size*8)
	}
	return Integer, fmt.Sprintf("uint%d", raw.Size*8)
}

func floatClass(raw *format.Datatype) (Class, string) {
	for size, ieee := range ieeeLayouts {
		if raw.Size == size && raw.BitOffset == 0 && raw.Float == ieee {
			return Float, fmt.Sprintf("float%d", size*8)
		}
	}
	return Other, fmt.Sprintf("(floating point number of %d bytes that is not IEEE 754 binary16, 32 or 64)", raw.Size)
}

// ieeeLayouts are the bit fields of IEEE 754 binary16, 32 and 64 by size in
// bytes (section IV.A.2.d, class 1).
var ieeeLayouts = map[uint32]format.FloatLayout{
	2: {SignBit: 15, ExpPos: 10, ExpSize: 5, MantPos: 0, MantSize: 10, ExpBias: 15, Norm: 2},
	4: {SignBit: 31, ExpPos: 23, ExpSize: 8, MantPos: 0, MantSize: 23, ExpBias: 127, Norm: 2},
	8: {SignBit: 63, ExpPos: 52, ExpSize: 11, MantPos: 0, MantSize: 52, ExpBias: 1023, Norm: 2},
}

func (t *Datatype) interpretEnum() (err error) {
	if t.base, err = newDatatype(t.raw.Base); err != nil {
		return err
	}
	switch {
	case t.base.class != Integer || t.base.dims != nil:
		t.class, t.name = Other, "(enumeration of "+t.base.name+")"
	case isBool(t.raw):
		t.class, t.name = Bool, "bool"
	default:
		t.class, t.name = Enum, t.base.name
	}
	return nil
}

// isBool recognises the enumeration that h5py writes for numpy's bool, and R's
// hdf5r for its logical, whose third member NA makes it more than a bool.
func isBool(raw *format.Datatype) bool {
	if raw.Size != 1 || len(raw.EnumNames) != 2 {
		return false
	}
	return raw.EnumNames[0] == "FALSE" && raw.EnumValues[0][0] == 0 &&
		raw.EnumNames[1] == "TRUE" && raw.EnumValues[1][0] == 1
}

func (t *Datatype) interpretCompound() error {
	t.class, t.name = Compound, "compound"
	for _, m := range t.raw.Members {
		member, err := newDatatype(m.Type)
		if err != nil {
			return fmt.Errorf("field %s: %w", m.Name, err)
		}
		t.members = append(t.members, Member{Name: m.Name, Type: member, Dims: member.dims, offset: int(m.Offset)})
	}
	if t.isComplex() {
		t.class, t.name = Complex, fmt.Sprintf("complex%d", t.raw.Size*8)
	}
	return nil
}

// isComplex recognises h5py's convention for complex numbers: a compound of two
// equal floating point numbers, r and i.
func (t *Datatype) isComplex() bool {
	if len(t.members) != 2 || t.members[0].Name != "r" || t.members[1].Name != "i" {
		return false
	}
	re, im := t.members[0].Type, t.members[1].Type
	return re.class == Float && re.name == im.name && re.Size() >= 4 && re.dims == nil && im.dims == nil &&
		re.raw.BigEndian == im.raw.BigEndian && int(t.raw.Size) == 2*re.Size() && t.members[1].offset == re.Size()
}
