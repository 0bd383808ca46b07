package format_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// typeHead is the common start of a datatype.
func typeHead(version int, class format.Class, bits uint32, size uint32) []byte {
	return record(version<<4|int(class), int(bits&0xff), int(bits>>8&0xff), int(bits>>16&0xff), size)
}

// int32Type is a signed little-endian number of four bytes.
func int32Type(version int) []byte {
	return record(typeHead(version, format.ClassFixed, 1<<3, 4), uint16(0), uint16(32))
}

func int32Datatype(version int) *format.Datatype {
	return &format.Datatype{Class: format.ClassFixed, Version: version, Size: 4, Signed: true, BitPrecision: 32}
}

func TestDecodeDatatype(t *testing.T) {
	double := record(typeHead(1, format.ClassFloat, 1<<0|2<<4|63<<8, 8),
		uint16(0), uint16(64), 52, 11, 0, 52, uint32(1023))
	noDims := record(0, zeros(3), uint32(0), uint32(0), zeros(16))
	tests := []struct {
		name string
		raw  []byte
		want *format.Datatype
	}{
		{"fixed-point", int32Type(1), int32Datatype(1)},
		{
			"fixed-point in part, big-endian, unsigned",
			record(typeHead(1, format.ClassFixed, 1, 4), uint16(3), uint16(17)),
			&format.Datatype{Class: format.ClassFixed, Version: 1, Size: 4, BigEndian: true, BitOffset: 3, BitPrecision: 17},
		},
		{"floating-point, big-endian", double, &format.Datatype{
			Class: format.ClassFloat, Version: 1, Size: 8, BigEndian: true, BitPrecision: 64,
			Float: format.FloatLayout{SignBit: 63, ExpPos: 52, ExpSize: 11, MantSize: 52, ExpBias: 1023, Norm: 2},
		}},
		{
			"floating-point, VAX",
			record(typeHead(3, format.ClassFloat, 1<<0|1<<6|2<<4|31<<8, 4), uint16(0), uint16(32), 23, 8, 0, 23, uint32(128)),
			&format.Datatype{
				Class: format.ClassFloat, Version: 3, Size: 4, BitPrecision: 32,
				Float: format.FloatLayout{VAX: true, SignBit: 31, ExpPos: 23, ExpSize: 8, MantSize: 23, ExpBias: 128, Norm: 2},
			},
		},
		{
			"time", record(typeHead(1, format.ClassTime, 1, 4), uint16(32)),
			&format.Datatype{Class: format.ClassTime, Version: 1, Size: 4, BigEndian: true, BitPrecision: 32},
		},
		{
			"string", typeHead(1, format.ClassString, 2|1<<4, 7),
			&format.Datatype{Class: format.ClassString, Version: 1, Size: 7, Padding: format.SpacePadded, CharSet: format.UTF8},
		},
		{
			"bit field", record(typeHead(1, format.ClassBitField, 0, 2), uint16(1), uint16(9)),
			&format.Datatype{Class: format.ClassBitField, Version: 1, Size: 2, BitOffset: 1, BitPrecision: 9},
		},
		{
			"opaque", record(typeHead(1, format.ClassOpaque, 8, 3), "tag\x00\x00\x00\x00\x00"),
			&format.Datatype{Class: format.ClassOpaque, Version: 1, Size: 3, Tag: "tag"},
		},
		{
			"reference", typeHead(1, format.ClassReference, 1, 12),
			&format.Datatype{Class: format.ClassReference, Version: 1, Size: 12, RefKind: format.RefRegion},
		},
		{
			"compound, version 1",
			record(typeHead(1, format.ClassCompound, 2, 32),
				"a\x00\x00\x00\x00\x00\x00\x00", uint32(4), noDims, int32Type(1),
				"eight ch\x00\x00\x00\x00\x00\x00\x00\x00", uint32(8),
				2, zeros(3), uint32(0), uint32(0), uint32(2), uint32(3), uint32(99), uint32(99), int32Type(1)),
			&format.Datatype{Class: format.ClassCompound, Version: 1, Size: 32, Members: []format.Member{
				{Name: "a", Offset: 4, Type: int32Datatype(1)},
				{Name: "eight ch", Offset: 8, Type: &format.Datatype{
					Class: format.ClassArray, Version: 1, Size: 24, Base: int32Datatype(1), Dims: []uint32{2, 3},
				}},
			}},
		},
		{
			"compound, version 2",
			record(typeHead(2, format.ClassCompound, 1, 8), "a name7\x00", uint32(4), int32Type(2)),
			&format.Datatype{Class: format.ClassCompound, Version: 2, Size: 8, Members: []format.Member{
				{Name: "a name7", Offset: 4, Type: int32Datatype(2)},
			}},
		},
		{
			"compound, version 3, size in one byte",
			record(typeHead(3, format.ClassCompound, 1, 255), "ab\x00", 251, int32Type(3)),
			&format.Datatype{Class: format.ClassCompound, Version: 3, Size: 255, Members: []format.Member{
				{Name: "ab", Offset: 251, Type: int32Datatype(3)},
			}},
		},
		{
			"compound, version 3, size in two bytes",
			record(typeHead(3, format.ClassCompound, 1, 256), "\x00", uint16(252), int32Type(3)),
			&format.Datatype{Class: format.ClassCompound, Version: 3, Size: 256, Members: []format.Member{
				{Offset: 252, Type: int32Datatype(3)},
			}},
		},
		{
			"compound, version 3, size in three bytes",
			record(typeHead(3, format.ClassCompound, 1, 1<<16), "a\x00", 0xfc, 0xff, 0, int32Type(3)),
			&format.Datatype{Class: format.ClassCompound, Version: 3, Size: 1 << 16, Members: []format.Member{
				{Name: "a", Offset: 0xfffc, Type: int32Datatype(3)},
			}},
		},
		{
			"compound, version 3, size in four bytes",
			record(typeHead(3, format.ClassCompound, 1, 1<<24), "a\x00", uint32(1<<24-4), int32Type(3)),
			&format.Datatype{Class: format.ClassCompound, Version: 3, Size: 1 << 24, Members: []format.Member{
				{Name: "a", Offset: 1<<24 - 4, Type: int32Datatype(3)},
			}},
		},
		{
			"enumeration, version 1",
			record(typeHead(1, format.ClassEnum, 2, 4), int32Type(1),
				"NO\x00\x00\x00\x00\x00\x00", "SEVENCH\x00", uint32(0), uint32(5)),
			&format.Datatype{
				Class: format.ClassEnum, Version: 1, Size: 4, Base: int32Datatype(1),
				EnumNames: []string{"NO", "SEVENCH"}, EnumValues: [][]byte{{0, 0, 0, 0}, {5, 0, 0, 0}},
			},
		},
		{
			"enumeration, version 3",
			record(typeHead(3, format.ClassEnum, 2, 4), int32Type(3), "NO\x00", "YES\x00", uint32(0), uint32(5)),
			&format.Datatype{
				Class: format.ClassEnum, Version: 3, Size: 4, Base: int32Datatype(3),
				EnumNames: []string{"NO", "YES"}, EnumValues: [][]byte{{0, 0, 0, 0}, {5, 0, 0, 0}},
			},
		},
		{
			"variable-length sequence", record(typeHead(1, format.ClassVLen, 0, 16), int32Type(1)),
			&format.Datatype{Class: format.ClassVLen, Version: 1, Size: 16, Base: int32Datatype(1)},
		},
		{
			"variable-length string",
			record(typeHead(1, format.ClassVLen, 1|1<<4|1<<8, 16), typeHead(1, format.ClassString, 0, 1)),
			&format.Datatype{
				Class: format.ClassVLen, Version: 1, Size: 16, VLenString: true, Padding: format.NullPadded, CharSet: format.UTF8,
				Base: &format.Datatype{Class: format.ClassString, Version: 1, Size: 1},
			},
		},
		{
			"array, version 2",
			record(typeHead(2, format.ClassArray, 0, 24), 2, zeros(3), uint32(2), uint32(3), uint32(0), uint32(1), int32Type(1)),
			&format.Datatype{Class: format.ClassArray, Version: 2, Size: 24, Dims: []uint32{2, 3}, Base: int32Datatype(1)},
		},
		{
			"array, version 3",
			record(typeHead(3, format.ClassArray, 0, 24), 2, uint32(2), uint32(3), int32Type(3)),
			&format.Datatype{Class: format.ClassArray, Version: 3, Size: 24, Dims: []uint32{2, 3}, Base: int32Datatype(3)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, used, err := format.DecodeDatatype(append(tt.raw, "rest"...), wide)
			if err != nil {
				t.Fatal(err)
			}
			if used != len(tt.raw) {
				t.Errorf("used %d bytes, want %d", used, len(tt.raw))
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, tt.want)
			}
			refusesPrefixes(t, tt.raw, func(b []byte) error {
				_, _, err := format.DecodeDatatype(b, wide)
				return err
			})
		})
	}
}

// nestedArrays is depth datatypes inside each other.
func nestedArrays(depth int) []byte {
	var b []byte
	for range depth - 1 {
		b = append(b, record(typeHead(3, format.ClassArray, 0, 4), 1, uint32(1))...)
	}
	return append(b, int32Type(3)...)
}

func TestDecodeDatatypeRefuses(t *testing.T) {
	if _, _, err := format.DecodeDatatype(nestedArrays(32), wide); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	member := record("a\x00", 0, int32Type(3))
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"class", typeHead(1, 11, 0, 8), format.ErrUnsupported},
		{"version 0", record(typeHead(0, format.ClassFixed, 0, 4), uint16(0), uint16(32)), format.ErrUnsupported},
		{"version 5", record(typeHead(5, format.ClassFixed, 0, 4), uint16(0), uint16(32)), format.ErrUnsupported},
		{"size 0", typeHead(1, format.ClassString, 0, 0), format.ErrCorrupt},
		{"bits outside", record(typeHead(1, format.ClassFixed, 0, 4), uint16(1), uint16(32)), format.ErrCorrupt},
		{"no bits", record(typeHead(1, format.ClassFixed, 0, 4), uint16(0), uint16(0)), format.ErrCorrupt},
		{"float byte order", record(typeHead(1, format.ClassFloat, 1<<6, 4), uint16(0), uint16(32), 23, 8, 0, 23, uint32(127)), format.ErrCorrupt},
		{"float sign outside", record(typeHead(1, format.ClassFloat, 32<<8, 4), uint16(0), uint16(32), 23, 8, 0, 23, uint32(127)), format.ErrCorrupt},
		{"float exponent outside", record(typeHead(1, format.ClassFloat, 31<<8, 4), uint16(0), uint16(32), 30, 8, 0, 23, uint32(127)), format.ErrCorrupt},
		{"float without mantissa", record(typeHead(1, format.ClassFloat, 31<<8, 4), uint16(0), uint16(32), 23, 8, 0, 0, uint32(127)), format.ErrCorrupt},
		{"string padding", typeHead(1, format.ClassString, 3, 1), format.ErrCorrupt},
		{"character set", typeHead(1, format.ClassString, 2<<4, 1), format.ErrCorrupt},
		{"65535 members", record(typeHead(3, format.ClassCompound, 65535, 4), member), format.ErrCorrupt},
		{"no members", record(typeHead(3, format.ClassCompound, 0, 4), member), format.ErrCorrupt},
		{"member beyond the end", record(typeHead(3, format.ClassCompound, 1, 6), "a\x00", 3, int32Type(3)), format.ErrCorrupt},
		{"member larger than all", record(typeHead(3, format.ClassCompound, 1, 3), member), format.ErrCorrupt},
		{"member offset that overflows", record(typeHead(2, format.ClassCompound, 1, 4), zeros(8), ^uint32(0), int32Type(2)), format.ErrCorrupt},
		{"member of rank 5", record(typeHead(1, format.ClassCompound, 1, 4), zeros(8), uint32(0), 5, zeros(27), int32Type(1)), format.ErrCorrupt},
		{"member dimensions that overflow", record(typeHead(1, format.ClassCompound, 1, 4), zeros(8), uint32(0),
			4, zeros(11), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), int32Type(1)), format.ErrCorrupt},
		{"name without end", record(typeHead(3, format.ClassCompound, 1, 4), strings.Repeat("a", 64)), format.ErrCorrupt},
		{"enumeration of strings", record(typeHead(3, format.ClassEnum, 0, 1), typeHead(3, format.ClassString, 0, 1)), format.ErrCorrupt},
		{"enumeration of another size", record(typeHead(3, format.ClassEnum, 0, 2), int32Type(3)), format.ErrCorrupt},
		{"65535 enumeration members", record(typeHead(3, format.ClassEnum, 65535, 4), int32Type(3), zeros(65)), format.ErrCorrupt},
		{"variable-length kind", record(typeHead(1, format.ClassVLen, 2, 16), int32Type(1)), format.ErrUnsupported},
		{"variable-length size", record(typeHead(1, format.ClassVLen, 0, 15), int32Type(1)), format.ErrCorrupt},
		{"array of version 1", record(typeHead(1, format.ClassArray, 0, 4), 1, uint32(1), int32Type(1)), format.ErrCorrupt},
		{"array of rank 0", record(typeHead(3, format.ClassArray, 0, 4), 0, int32Type(1)), format.ErrCorrupt},
		{"array of rank 33", record(typeHead(3, format.ClassArray, 0, 4), 33, zeros(33*4), int32Type(1)), format.ErrCorrupt},
		{"array of another size", record(typeHead(3, format.ClassArray, 0, 5), 1, uint32(1), int32Type(1)), format.ErrCorrupt},
		{"array of no elements", record(typeHead(3, format.ClassArray, 0, 4), 1, uint32(0), int32Type(1)), format.ErrCorrupt},
		{"array that overflows", record(typeHead(3, format.ClassArray, 0, 4), 3, uint32(1<<31), uint32(1<<31), uint32(4), int32Type(1)), format.ErrCorrupt},
		{"33 levels", nestedArrays(33), format.ErrCorrupt},
		{"100000 levels", nestedArrays(100000), format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := format.DecodeDatatype(tt.raw, wide)
			wantError(t, err, tt.want)
		})
	}
}

// Compounds of many compounds stay within the limit on all of them together.
func TestDecodeDatatypeLimitsMembers(t *testing.T) {
	inner := record(typeHead(3, format.ClassCompound, 1000, 1))
	for range 1000 {
		inner = append(inner, record(0, 0, typeHead(3, format.ClassString, 0, 1))...)
	}
	outer := record(typeHead(3, format.ClassCompound, 100, 1))
	for range 100 {
		outer = append(outer, record(0, 0, inner)...)
	}
	_, _, err := format.DecodeDatatype(outer, wide)
	wantError(t, err, format.ErrCorrupt)
}
