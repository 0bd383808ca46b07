package format

import (
	"fmt"
	"math"
	"strings"
)

// Class is the broad kind of a datatype (section IV.A.2.d).
type Class uint8

// The datatype classes, by their number in the file.
const (
	ClassFixed Class = iota // integers
	ClassFloat
	ClassTime
	ClassString // of fixed length
	ClassBitField
	ClassOpaque
	ClassCompound
	ClassReference
	ClassEnum
	ClassVLen // variable-length strings and sequences
	ClassArray
)

var classNames = [...]string{
	"fixed-point", "floating-point", "time", "string", "bit field", "opaque",
	"compound", "reference", "enumeration", "variable-length", "array",
}

// String returns the class's name as the specification has it.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("datatype class %d", uint8(c))
}

// StringPadding says how a string shorter than its place is filled up.
type StringPadding uint8

// The paddings, by their number in the file.
const (
	NullTerminated StringPadding = iota // ends at the first NUL; at least one is stored
	NullPadded                          // NULs at the end are no part of it
	SpacePadded                         // spaces at the end are no part of it
)

// CharSet is the declared encoding of a name or a string. Nothing enforces it.
type CharSet uint8

// The character sets, by their number in the file.
const (
	ASCII CharSet = iota
	UTF8
)

// References to objects and to regions of datasets, see [Datatype].RefKind.
const (
	RefObject = 0
	RefRegion = 1
)

// FloatLayout says where the parts of a floating-point number are. Positions and
// sizes are in bits, bit 0 the least significant.
type FloatLayout struct {
	VAX               bool // VAX byte order
	SignBit           uint8
	ExpPos, ExpSize   uint8
	MantPos, MantSize uint8
	ExpBias           uint32
	Norm              uint8 // 0 none, 1 mantissa's top bit is set, 2 it is implied
}

// A Datatype describes one element. Which fields matter depends on Class.
type Datatype struct {
	Class   Class
	Version int    // of the encoding
	Size    uint32 // bytes of one element in the file, never 0

	// Fixed-point, floating-point, bit field; of time BigEndian and BitPrecision.
	BigEndian    bool
	Signed       bool // fixed-point: two's complement
	BitOffset    uint16
	BitPrecision uint16
	Float        FloatLayout

	// Fixed-length and variable-length strings.
	Padding    StringPadding
	CharSet    CharSet
	VLenString bool // variable-length: a string, not a sequence of Base

	Base       *Datatype // of enumeration, variable-length, array
	Members    []Member  // of compound
	EnumNames  []string
	EnumValues [][]byte // as stored, in Base, one for each of EnumNames
	Dims       []uint32 // of array, slowest-varying first
	Tag        string   // of opaque
	RefKind    int      // of reference: RefObject, RefRegion, or a later kind
}

// A Member is a field of a compound datatype. It lies within the compound's size.
type Member struct {
	Name   string
	Offset uint32 // bytes from the element's start
	Type   *Datatype
}

const (
	// maxTypeDepth is how deep datatypes may nest: far more than anybody's do.
	maxTypeDepth = 32

	// maxTypes is how many datatypes one message may hold, nested ones included.
	// It bounds the memory that a message of 10 bytes a member can ask for.
	maxTypes = 1 << 16
)

// The byte order of a floating-point number: neither bit little-endian, the first
// big-endian, both that of a VAX.
const (
	floatOrder0 = 1 << 0
	floatOrder1 = 1 << 6
)

// vlenString is the kind of variable-length datatype that is a string.
const vlenString = 1

// DecodeDatatype decodes the datatype message at the start of b, versions 1 to 4,
// and returns how many bytes it took. Sizes of parts are checked against the
// size of the whole.
func DecodeDatatype(b []byte, sz Sizes) (*Datatype, int, error) {
	d := typeDecoder{cursor: newCursor(b, sz)}
	t := d.datatype(0)
	if d.err != nil {
		return nil, 0, fmt.Errorf("datatype message: %w", d.err)
	}
	return t, d.off(), nil
}

// A typeDecoder reads datatypes that may nest.
type typeDecoder struct {
	*cursor
	types int // decoded so far
}

// datatype decodes one datatype, depth levels inside the outermost. The result is
// never nil, so that decoders can look at it before they look at err.
func (d *typeDecoder) datatype(depth int) *Datatype {
	at := d.off()
	classAndVersion := d.u8()
	bits := uint32(d.uint(3))
	t := &Datatype{Class: Class(classAndVersion & 0x0f), Version: int(classAndVersion >> 4), Size: d.u32()}
	d.types++
	switch {
	case d.err != nil:
		return t
	case depth >= maxTypeDepth:
		d.fail("nested more than %d deep", maxTypeDepth)
		return t
	case d.types > maxTypes:
		d.fail("more than %d datatypes in one", maxTypes)
		return t
	case t.Version < 1 || t.Version > 4:
		d.fail("%v at byte %d: version %d, want 1 to 4: %w", t.Class, at, t.Version, ErrUnsupported)
		return t
	case t.Size == 0:
		d.fail("%v at byte %d: size 0", t.Class, at)
		return t
	}
	d.properties(t, bits, depth)
	if d.err != nil {
		d.err = fmt.Errorf("%v at byte %d: %w", t.Class, at, d.err)
	}
	return t
}

// properties decodes what follows the common start of a datatype and the class
// bits that go with it.
func (d *typeDecoder) properties(t *Datatype, bits uint32, depth int) {
	switch t.Class {
	case ClassFixed:
		t.Signed = bits&(1<<3) != 0
		d.bitRange(t, bits)
	case ClassBitField:
		d.bitRange(t, bits)
	case ClassFloat:
		d.float(t, bits)
	case ClassTime:
		t.BigEndian = bits&1 != 0
		t.BitPrecision = d.u16()
	case ClassString:
		d.stringType(t, bits&0xf, bits>>4&0xf)
	case ClassOpaque:
		t.Tag = untilNUL(d.bytes(int(bits & 0xff)))
	case ClassCompound:
		d.compound(t, int(bits&0xffff), depth)
	case ClassReference:
		t.RefKind = int(bits & 0xf)
	case ClassEnum:
		d.enum(t, int(bits&0xffff), depth)
	case ClassVLen:
		d.vlen(t, bits, depth)
	case ClassArray:
		d.array(t, depth)
	default:
		d.fail("unknown class: %w", ErrUnsupported)
	}
}

// bitRange decodes which bits of a fixed-point number or bit field count.
func (d *typeDecoder) bitRange(t *Datatype, bits uint32) {
	t.BigEndian = bits&1 != 0
	t.BitOffset, t.BitPrecision = d.u16(), d.u16()
	if d.err == nil && (t.BitPrecision == 0 || uint64(t.BitOffset)+uint64(t.BitPrecision) > 8*uint64(t.Size)) {
		d.fail("%d bits from bit %d on in %d bytes", t.BitPrecision, t.BitOffset, t.Size)
	}
}

func (d *typeDecoder) float(t *Datatype, bits uint32) {
	f := &t.Float
	switch bits & (floatOrder0 | floatOrder1) {
	case 0:
	case floatOrder0:
		t.BigEndian = true
	case floatOrder0 | floatOrder1:
		f.VAX = true
	default:
		d.fail("reserved byte order")
	}
	f.Norm = uint8(bits >> 4 & 3)
	f.SignBit = uint8(bits >> 8)
	t.BitOffset, t.BitPrecision = d.u16(), d.u16()
	f.ExpPos, f.ExpSize = d.u8(), d.u8()
	f.MantPos, f.MantSize = d.u8(), d.u8()
	f.ExpBias = d.u32()
	if d.err != nil {
		return
	}
	size := 8 * uint64(t.Size)
	switch {
	case uint64(t.BitOffset)+uint64(t.BitPrecision) > size, uint64(f.SignBit) >= size,
		uint64(f.ExpPos)+uint64(f.ExpSize) > size, uint64(f.MantPos)+uint64(f.MantSize) > size:
		d.fail("parts %+v lie outside %d bytes", *f, t.Size)
	case f.ExpSize == 0 || f.MantSize == 0:
		d.fail("exponent of %d bits and mantissa of %d", f.ExpSize, f.MantSize)
	}
}

// stringType takes in the padding and the character set of a string.
func (d *typeDecoder) stringType(t *Datatype, padding, charSet uint32) {
	t.Padding, t.CharSet = StringPadding(padding), CharSet(charSet)
	if t.Padding > SpacePadded {
		d.fail("string padding %d, want 0 to %d", padding, SpacePadded)
	}
	if t.CharSet > UTF8 {
		d.fail("character set %d, want 0 or %d", charSet, UTF8)
	}
}

// compound decodes n members. In memory a version 1 member with dimensions has an
// array datatype, as it has in files of later versions.
func (d *typeDecoder) compound(t *Datatype, n, depth int) {
	if n == 0 || n > d.len()/9 { // name, offset and the shortest datatype
		d.fail("%d members in %d bytes", n, d.len())
		return
	}
	for range n {
		m := Member{Name: d.memberName(t.Version)}
		var dims []uint32
		switch t.Version {
		case 1:
			m.Offset = d.u32()
			dims = d.memberDims()
		case 2:
			m.Offset = d.u32()
		default:
			m.Offset = uint32(d.uint(offsetWidth(t.Size)))
		}
		m.Type = d.datatype(depth + 1)
		if len(dims) > 0 {
			m.Type = d.arrayOf(m.Type, dims)
		}
		if d.err == nil && uint64(m.Offset)+uint64(m.Type.Size) > uint64(t.Size) {
			d.fail("member %q: %d bytes at %d of a compound of %d", m.Name, m.Type.Size, m.Offset, t.Size)
		}
		if d.err != nil {
			return
		}
		t.Members = append(t.Members, m)
	}
}

// offsetWidth is how many bytes version 3 gives to the offset of a member: the
// fewest that hold the size of the compound.
func offsetWidth(size uint32) int {
	switch {
	case size < 1<<8:
		return 1
	case size < 1<<16:
		return 2
	case size < 1<<24:
		return 3
	default:
		return 4
	}
}

// memberName reads the name of a compound or enumeration member, which versions 1
// and 2 pad to a multiple of eight bytes, its NUL included.
func (d *typeDecoder) memberName(version int) string {
	at := d.off()
	name := d.cstring()
	if version < 3 {
		if odd := (d.off() - at) % 8; odd != 0 {
			d.skip(8 - odd)
		}
	}
	return name
}

// memberDims reads the dimensions that a version 1 member carries.
func (d *typeDecoder) memberDims() []uint32 {
	rank := int(d.u8())
	if rank > 4 {
		d.fail("member of rank %d, want at most 4", rank)
	}
	d.skip(3 + 4 + 4) // reserved, permutation that was never implemented, reserved
	var dims [4]uint32
	for i := range dims {
		dims[i] = d.u32()
	}
	if d.err != nil || rank == 0 {
		return nil
	}
	return append([]uint32(nil), dims[:rank]...)
}

// arrayOf makes the array datatype that version 1 has no encoding for.
func (d *typeDecoder) arrayOf(base *Datatype, dims []uint32) *Datatype {
	a := &Datatype{Class: ClassArray, Version: base.Version, Base: base, Dims: dims}
	size := arraySize(base.Size, dims)
	if d.err == nil && (size == 0 || size > math.MaxUint32) {
		d.fail("array %d of %d bytes an element", dims, base.Size)
	}
	a.Size = uint32(size)
	return a
}

// arraySize is the number of bytes of an array, or 0 if that is no 64-bit number.
func arraySize(elem uint32, dims []uint32) uint64 {
	wide := make([]uint64, 1, len(dims)+1)
	wide[0] = uint64(elem)
	for _, n := range dims {
		wide = append(wide, uint64(n))
	}
	size, ok := product(wide)
	if !ok {
		return 0
	}
	return size
}

// enum decodes n named values of an integer base.
func (d *typeDecoder) enum(t *Datatype, n, depth int) {
	t.Base = d.datatype(depth + 1)
	switch {
	case d.err != nil:
		return
	case t.Base.Class != ClassFixed:
		d.fail("base is %v, want %v", t.Base.Class, ClassFixed)
		return
	case t.Base.Size != t.Size:
		d.fail("base of %d bytes in an enumeration of %d", t.Base.Size, t.Size)
		return
	}
	if need := uint64(n) * (1 + uint64(t.Size)); need > uint64(d.len()) {
		d.fail("%d members need %d bytes, %d remain", n, need, d.len())
		return
	}
	t.EnumNames = make([]string, n)
	for i := range t.EnumNames {
		t.EnumNames[i] = d.memberName(t.Version)
	}
	t.EnumValues = make([][]byte, n)
	for i := range t.EnumValues {
		t.EnumValues[i] = d.bytes(int(t.Size))
	}
}

// vlen decodes a variable-length datatype. Its elements in the file are a 32-bit
// count and the global heap object that holds what they refer to (section VIII.B).
func (d *typeDecoder) vlen(t *Datatype, bits uint32, depth int) {
	switch kind := bits & 0xf; kind {
	case 0:
	case vlenString:
		t.VLenString = true
		d.stringType(t, bits>>4&0xf, bits>>8&0xf)
	default:
		d.fail("variable-length kind %d, want 0 or 1: %w", kind, ErrUnsupported)
	}
	if want := uint32(8 + d.sz.Offset); d.err == nil && t.Size < want {
		d.fail("size %d, want %d", t.Size, want)
	}
	if d.err == nil {
		t.Base = d.datatype(depth + 1)
	}
}

func (d *typeDecoder) array(t *Datatype, depth int) {
	if t.Version < 2 {
		d.fail("version 1, want 2 or later")
		return
	}
	rank := int(d.u8())
	if t.Version == 2 {
		d.skip(3)
	}
	if d.err == nil && (rank == 0 || rank > MaxRank) {
		d.fail("rank %d, want 1 to %d", rank, MaxRank)
		return
	}
	t.Dims = make([]uint32, rank)
	for i := range t.Dims {
		t.Dims[i] = d.u32()
	}
	if t.Version == 2 {
		d.skip(4 * rank) // permutation that was never implemented
	}
	t.Base = d.datatype(depth + 1)
	if size := arraySize(t.Base.Size, t.Dims); d.err == nil && size != uint64(t.Size) {
		d.fail("%d bytes, want %d for %d elements of %d bytes", t.Size, size, t.Dims, t.Base.Size)
	}
}

// EncodeDatatype encodes a datatype message. A datatype of Version 0 gets the
// oldest that holds it: 2 for arrays and compounds with one in them, else 1. So
// does each datatype within it. The Base of a VLenString may be nil.
func EncodeDatatype(t *Datatype, sz Sizes) ([]byte, error) {
	e := typeEncoder{newBuilder(sz)}
	e.datatype(t, 0)
	return e.done("datatype message")
}

// A typeEncoder writes datatypes that may nest.
type typeEncoder struct{ *builder }

func (e *typeEncoder) datatype(t *Datatype, depth int) {
	switch {
	case e.err != nil:
		return
	case depth >= maxTypeDepth:
		e.fail("nested more than %d deep", maxTypeDepth)
		return
	case t == nil:
		e.fail("missing base or member")
		return
	case t.Size == 0 || t.Version < 0 || t.Version > 4:
		e.fail("%v of version %d and %d bytes", t.Class, t.Version, t.Size)
		return
	}
	version := t.Version
	if version == 0 {
		version = t.oldestVersion()
	}
	if t.Class == ClassArray {
		version = max(version, 2) // a version 1 array is decoded from a member's dimensions
	}
	e.u8(uint8(t.Class) | uint8(version)<<4)
	e.uint(uint64(t.classBits()), 3, "class bits")
	e.u32(t.Size)
	e.properties(t, version, depth)
}

// oldestVersion is the first version of the encoding that holds t.
func (t *Datatype) oldestVersion() int {
	if t.holdsArray(0) {
		return 2
	}
	return 1
}

// holdsArray reports whether t is an array or a compound with one in it.
func (t *Datatype) holdsArray(depth int) bool {
	if t.Class == ClassArray {
		return true
	}
	if t.Class != ClassCompound || depth >= maxTypeDepth {
		return false
	}
	for _, m := range t.Members {
		if m.Type != nil && m.Type.holdsArray(depth+1) {
			return true
		}
	}
	return false
}

// classBits are the 24 bits that each class has its own use for.
func (t *Datatype) classBits() uint32 {
	order := uint32(flag(t.BigEndian, 1))
	switch t.Class {
	case ClassFixed:
		return order | uint32(flag(t.Signed, 1<<3))
	case ClassBitField, ClassTime:
		return order
	case ClassFloat:
		if t.Float.VAX {
			order = floatOrder0 | floatOrder1
		}
		return order | uint32(t.Float.Norm&3)<<4 | uint32(t.Float.SignBit)<<8
	case ClassString:
		return uint32(t.Padding) | uint32(t.CharSet)<<4
	case ClassOpaque:
		return uint32(align8(uint64(len(t.Tag))))
	case ClassCompound:
		return uint32(len(t.Members))
	case ClassReference:
		return uint32(t.RefKind)
	case ClassEnum:
		return uint32(len(t.EnumNames))
	case ClassVLen:
		if t.VLenString {
			return vlenString | uint32(t.Padding)<<4 | uint32(t.CharSet)<<8
		}
	}
	return 0
}

// properties writes what follows the common start of a datatype.
func (e *typeEncoder) properties(t *Datatype, version, depth int) {
	switch t.Class {
	case ClassFixed, ClassBitField:
		e.u16(t.BitOffset)
		e.u16(t.BitPrecision)
	case ClassFloat:
		e.u16(t.BitOffset)
		e.u16(t.BitPrecision)
		f := t.Float
		e.bytes([]byte{f.ExpPos, f.ExpSize, f.MantPos, f.MantSize})
		e.u32(f.ExpBias)
	case ClassTime:
		e.u16(t.BitPrecision)
	case ClassString:
	case ClassOpaque:
		e.tag(t.Tag)
	case ClassCompound:
		e.compound(t, version, depth)
	case ClassReference:
		if t.RefKind < 0 || t.RefKind > 0xf {
			e.fail("reference of kind %d", t.RefKind)
		}
	case ClassEnum:
		e.enum(t, version, depth)
	case ClassVLen:
		e.datatype(t.vlenBase(), depth+1)
	case ClassArray:
		e.array(t, version, depth)
	default:
		e.fail("unknown class %d", t.Class)
	}
}

// tag writes an opaque datatype's tag, whose padded length has a byte.
func (e *typeEncoder) tag(s string) {
	const limit = 248
	if len(s) > limit {
		e.fail("tag of %d bytes, want at most %d", len(s), limit)
	}
	e.text(s)
	e.zeros(int(align8(uint64(len(s)))) - len(s))
}

// vlenBase is the base of a variable-length datatype. Strings have characters,
// which the C library writes as numbers.
func (t *Datatype) vlenBase() *Datatype {
	if t.Base == nil && t.VLenString {
		return &Datatype{Class: ClassFixed, Size: 1, BitPrecision: 8}
	}
	return t.Base
}

func (e *typeEncoder) compound(t *Datatype, version, depth int) {
	if n := len(t.Members); n == 0 || n > math.MaxUint16 {
		e.fail("compound of %d members, want 1 to %d", n, math.MaxUint16)
	}
	for _, m := range t.Members {
		if m.Type == nil || uint64(m.Offset)+uint64(m.Type.Size) > uint64(t.Size) {
			e.fail("member %q at byte %d of a compound of %d bytes", m.Name, m.Offset, t.Size)
			return
		}
		e.memberName(m.Name, version)
		if version > 2 {
			e.uint(uint64(m.Offset), offsetWidth(t.Size), "offset of a member")
		} else {
			e.u32(m.Offset)
		}
		if version == 1 {
			e.datatype(e.memberDims(m.Type), depth+1)
		} else {
			e.datatype(m.Type, depth+1)
		}
	}
}

// memberName writes a name, which versions 1 and 2 pad.
func (e *typeEncoder) memberName(name string, version int) {
	if strings.ContainsRune(name, 0) {
		e.fail("name %q has a NUL in it", name)
	}
	if version > 2 {
		e.text(name)
		e.u8(0)
		return
	}
	e.bytes(paddedName(name))
}

// memberDims writes the dimensions of a version 1 member and returns its
// datatype without them: version 1 has no arrays of their own.
func (e *typeEncoder) memberDims(t *Datatype) *Datatype {
	var dims []uint32
	if t.Class == ClassArray && t.Version == 1 {
		dims, t = t.Dims, t.Base
	}
	if len(dims) > 4 {
		e.fail("version 1 member of rank %d, want at most 4", len(dims))
		return t
	}
	e.u8(uint8(len(dims)))
	e.zeros(3 + 4 + 4)
	for _, n := range dims {
		e.u32(n)
	}
	e.zeros(4 * (4 - len(dims)))
	return t
}

func (e *typeEncoder) enum(t *Datatype, version, depth int) {
	if n := len(t.EnumNames); n != len(t.EnumValues) || n > math.MaxUint16 {
		e.fail("enumeration of %d names for %d values", n, len(t.EnumValues))
	}
	e.datatype(t.Base, depth+1)
	for _, name := range t.EnumNames {
		e.memberName(name, version)
	}
	for _, v := range t.EnumValues {
		if len(v) != int(t.Size) {
			e.fail("value of %d bytes in an enumeration of %d", len(v), t.Size)
		}
		e.bytes(v)
	}
}

func (e *typeEncoder) array(t *Datatype, version, depth int) {
	rank := len(t.Dims)
	switch {
	case rank == 0 || rank > MaxRank:
		e.fail("array of rank %d, want 1 to %d", rank, MaxRank)
		return
	case t.Base == nil || arraySize(t.Base.Size, t.Dims) != uint64(t.Size):
		e.fail("array %d of %d bytes that its base does not come to", t.Dims, t.Size)
		return
	}
	e.u8(uint8(rank))
	if version == 2 {
		e.zeros(3)
	}
	for _, n := range t.Dims {
		e.u32(n)
	}
	if version == 2 {
		for i := range rank { // permutation that was never implemented
			e.u32(uint32(i))
		}
	}
	e.datatype(t.Base, depth+1)
}
