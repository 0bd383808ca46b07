package format_test

import (
	"reflect"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A known is one message with known content, decoded through an interface that
// all kinds of message fit.
type known struct {
	name   string
	raw    []byte
	decode func([]byte) (any, error)
	want   any
}

func (k known) error(b []byte) error {
	_, err := k.decode(b)
	return err
}

func sized[T any](decode func([]byte, format.Sizes) (T, error)) func([]byte) (any, error) {
	return func(b []byte) (any, error) { return decode(b, wide) }
}

func plain[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(b []byte) (any, error) { return decode(b) }
}

var (
	shared    = sized(format.DecodeShared)
	link      = sized(format.DecodeLink)
	filters   = plain(format.DecodeFilters)
	fill      = plain(format.DecodeFillValue)
	attribute = sized(format.DecodeAttribute)
)

func knownMessages() []known {
	heapID := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	committed := func(version int) format.Shared { return format.Shared{Version: version, Addr: 4096} }
	return []known{
		{"continuation", record(uint64(4096), uint64(64)), sized(format.DecodeContinuation), format.Continuation{Addr: 4096, Length: 64}},
		{"symbol table", record(uint64(136), uint64(680)), sized(format.DecodeSymbolTableMessage), format.SymbolTable{BTree: 136, Heap: 680}},

		{"shared, version 1", record(1, 0, zeros(6), uint64(99), uint64(4096)), shared, committed(1)},
		{"shared, version 2", record(2, 0, uint64(4096)), shared, committed(2)},
		{"shared, version 3, committed", record(3, 2, uint64(4096)), shared, committed(3)},
		{
			"shared, version 3, heap", record(3, 1, heapID[:]), shared,
			format.Shared{Version: 3, Kind: format.SharedHeap, Addr: format.Undefined, HeapID: heapID},
		},

		{
			"attribute info, compact", record(0, 0, undefined64, undefined64), sized(format.DecodeAttributeInfo),
			format.AttributeInfo{FractalHeap: format.Undefined, NameIndex: format.Undefined, OrderIndex: format.Undefined},
		},
		{
			"attribute info, dense", record(0, 3, uint16(300), uint64(1), uint64(2), uint64(3)), sized(format.DecodeAttributeInfo),
			format.AttributeInfo{TracksOrder: true, IndexesOrder: true, MaxCreationIndex: 300, FractalHeap: 1, NameIndex: 2, OrderIndex: 3},
		},
		{
			"link info, compact", record(0, 0, undefined64, undefined64), sized(format.DecodeLinkInfo),
			format.LinkInfo{FractalHeap: format.Undefined, NameIndex: format.Undefined, OrderIndex: format.Undefined},
		},
		{
			"link info, dense", record(0, 3, uint64(300), uint64(1), uint64(2), uint64(3)), sized(format.DecodeLinkInfo),
			format.LinkInfo{TracksOrder: true, IndexesOrder: true, MaxCreationIndex: 300, FractalHeap: 1, NameIndex: 2, OrderIndex: 3},
		},
		{"group info, empty", record(0, 0), plain(format.DecodeGroupInfo), format.GroupInfo{}},
		{
			"group info, full", record(0, 3, uint16(8), uint16(6), uint16(4), uint16(9)), plain(format.DecodeGroupInfo),
			format.GroupInfo{MaxCompact: 8, MinDense: 6, EstimatedEntries: 4, EstimatedNameLen: 9},
		},

		{
			"link, hard", record(1, 0, 1, "x", uint64(4096)), link,
			format.Link{Name: "x", CreationOrder: -1, Addr: 4096},
		},
		{
			"link, hard, all fields, long name", record(1, 0x1d, 0, uint64(7), 1, uint16(3), "abc", uint64(4096)), link,
			format.Link{Name: "abc", CharSet: format.UTF8, CreationOrder: 7, Addr: 4096},
		},
		{
			"link, soft, name length of 4 bytes", record(1, 0x0a, 1, uint32(1), "x", uint16(4), "/a/b"), link,
			format.Link{Kind: format.LinkSoft, Name: "x", CreationOrder: -1, Addr: format.Undefined, Target: "/a/b"},
		},
		{
			"link, external, name length of 8 bytes", record(1, 0x0b, 64, uint64(1), "x", uint16(8), 0, "f.h5\x00/\x00"), link,
			format.Link{Kind: format.LinkExternal, Name: "x", CreationOrder: -1, Addr: format.Undefined, File: "f.h5", Target: "/"},
		},
		{
			"link, user-defined", record(1, 0x08, 200, 1, "x", uint16(3), "abc"), link,
			format.Link{Kind: format.LinkUser, UserType: 200, Name: "x", CreationOrder: -1, Addr: format.Undefined, UserData: "abc"},
		},

		{"filters, none", record(2, 0), filters, []format.Filter{}},
		{
			"filters, version 1",
			record(1, 2, zeros(6),
				uint16(2), uint16(8), uint16(1), uint16(1), "shuffle\x00", uint32(4), zeros(4),
				uint16(1), uint16(0), uint16(0), uint16(2), uint32(6), uint32(7)),
			filters,
			[]format.Filter{
				{ID: 2, Name: "shuffle", Flags: 1, Params: []uint32{4}},
				{ID: 1, Params: []uint32{6, 7}},
			},
		},
		{
			"filters, version 2",
			record(2, 3,
				uint16(255), uint16(1), uint16(1), uint32(6),
				uint16(256), uint16(3), uint16(0), uint16(0), "abc",
				uint16(32001), uint16(6), uint16(1), uint16(1), "blosc\x00", uint32(9)),
			filters,
			[]format.Filter{
				{ID: 255, Flags: 1, Params: []uint32{6}},
				{ID: 256, Name: "abc", Params: []uint32{}},
				{ID: 32001, Name: "blosc", Flags: 1, Params: []uint32{9}},
			},
		},

		{
			"fill, version 1", record(1, 2, 1, 1, uint32(2), "ab"), fill,
			format.FillValue{Defined: true, Value: []byte("ab"), AllocTime: 2, WriteTime: 1},
		},
		{"fill, version 1, undefined", record(1, 2, 1, 0), fill, format.FillValue{AllocTime: 2, WriteTime: 1}},
		{
			"fill, version 2, default", record(2, 3, 2, 1, uint32(0)), fill,
			format.FillValue{Defined: true, Value: []byte{}, AllocTime: 3, WriteTime: 2},
		},
		{"fill, version 2, undefined", record(2, 1, 0, 0), fill, format.FillValue{AllocTime: 1}},
		{
			"fill, version 3", record(3, 0x20|2<<2|3, uint32(2), "ab"), fill,
			format.FillValue{Defined: true, Value: []byte("ab"), AllocTime: 3, WriteTime: 2},
		},
		{"fill, version 3, default", record(3, 2<<2|2), fill, format.FillValue{Defined: true, AllocTime: 2, WriteTime: 2}},
		{"fill, version 3, undefined", record(3, 0x10|2), fill, format.FillValue{AllocTime: 2}},
		{
			"old fill", record(uint32(3), "abc"), plain(format.DecodeFillValueOld),
			format.FillValue{Defined: true, Value: []byte("abc")},
		},

		{
			"attribute, version 1",
			record(1, 0xff, uint16(2), uint16(12), uint16(16), "n\x00", zeros(6), int32Type(1), zeros(4),
				1, 1, 0, zeros(5), uint64(2), uint32(5), uint32(6)),
			attribute,
			format.Attribute{
				Version: 1, Name: "n", Type: int32Datatype(1), RawType: int32Type(1),
				Space:    format.Dataspace{Kind: format.Simple, Dims: []uint64{2}},
				RawSpace: record(1, 1, 0, zeros(5), uint64(2)), Data: record(uint32(5), uint32(6)),
			},
		},
		{
			"attribute, version 2, scalar",
			record(2, 0, uint16(2), uint16(12), uint16(4), "n\x00", int32Type(1), 2, 0, 0, 0, uint32(5)),
			attribute,
			format.Attribute{
				Version: 2, Name: "n", Type: int32Datatype(1), RawType: int32Type(1),
				RawSpace: []byte{2, 0, 0, 0}, Data: record(uint32(5)),
			},
		},
		{
			"attribute, version 3, null",
			record(3, 0, uint16(3), uint16(12), uint16(4), 1, "é\x00", int32Type(3), 2, 0, 0, 2),
			attribute,
			format.Attribute{
				Version: 3, Name: "é", CharSet: format.UTF8, Type: int32Datatype(3), RawType: int32Type(3),
				Space: format.Dataspace{Kind: format.Null}, RawSpace: []byte{2, 0, 0, 2}, Data: []byte{},
			},
		},
	}
}

func TestKnownMessages(t *testing.T) {
	for _, k := range knownMessages() {
		t.Run(k.name, func(t *testing.T) {
			got, err := k.decode(append(k.raw[:len(k.raw):len(k.raw)], zeros(7)...))
			if err != nil || !reflect.DeepEqual(got, k.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, k.want)
			}
			refusesPrefixes(t, k.raw, k.error)
		})
	}
}

// An attribute with shared parts keeps the records and all data, for the caller
// to cut when it has found the parts.
func TestDecodeAttributeShared(t *testing.T) {
	record1, record2 := record(2, 0, uint64(1000)), record(2, 0, uint64(2000))
	raw := record(3, 3, uint16(2), uint16(10), uint16(10), 0, "n\x00", record1, record2, "data")
	a, err := format.DecodeAttribute(raw, wide)
	if err != nil {
		t.Fatal(err)
	}
	want := format.Attribute{
		Version: 3, Name: "n", TypeShared: true, SpaceShared: true,
		RawType: record1, RawSpace: record2, Data: []byte("data"),
	}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v, want %+v", a, want)
	}
}

func TestMessagesRefused(t *testing.T) {
	attributeOf := func(space []byte, data int) []byte {
		return record(3, 0, uint16(2), uint16(12), uint16(len(space)), 0, "n\x00", int32Type(3), space, zeros(data))
	}
	tests := []struct {
		name   string
		raw    []byte
		decode func([]byte) (any, error)
		want   error
	}{
		{"shared version", record(4, 0, uint64(1)), shared, format.ErrUnsupported},
		{"shared kind", record(3, 3, uint64(1)), shared, format.ErrCorrupt},
		{"shared address", record(2, 0, undefined64), shared, format.ErrCorrupt},
		{"symbol table address", record(undefined64, uint64(1)), sized(format.DecodeSymbolTableMessage), format.ErrCorrupt},
		{"attribute info version", record(1, zeros(64)), sized(format.DecodeAttributeInfo), format.ErrUnsupported},
		{"attribute info flags", record(0, 4, zeros(64)), sized(format.DecodeAttributeInfo), format.ErrCorrupt},
		{"link info version", record(1, zeros(64)), sized(format.DecodeLinkInfo), format.ErrUnsupported},
		{"group info version", record(1, 0), plain(format.DecodeGroupInfo), format.ErrUnsupported},
		{"group info flags", record(0, 4), plain(format.DecodeGroupInfo), format.ErrCorrupt},
		{"link version", record(2, zeros(64)), link, format.ErrUnsupported},
		{"link flags", record(1, 0x20, 1, "x", uint64(1)), link, format.ErrCorrupt},
		{"link type", record(1, 8, 2, 1, "x", uint64(1)), link, format.ErrCorrupt},
		{"link character set", record(1, 0x10, 2, 1, "x", uint64(1)), link, format.ErrCorrupt},
		{"link without name", record(1, 0, 0, uint64(1)), link, format.ErrCorrupt},
		{"link name of 2^64-1 bytes", record(1, 3, undefined64, "x", uint64(1)), link, format.ErrCorrupt},
		{"link name of 2^63 bytes", record(1, 3, uint64(1<<63), "x", uint64(1)), link, format.ErrCorrupt},
		{"link address", record(1, 0, 1, "x", undefined64), link, format.ErrCorrupt},
		{"external link version", record(1, 8, 64, 1, "x", uint16(6), 0x10, "f\x00/b\x00"), link, format.ErrUnsupported},
		{"external link without path", record(1, 8, 64, 1, "x", uint16(3), 0, "f\x00", "/b\x00"), link, format.ErrCorrupt},
		{"filters version", record(3, 1, zeros(64)), filters, format.ErrUnsupported},
		{"33 filters", record(2, 33, zeros(300)), filters, format.ErrCorrupt},
		{"filter name of 7 bytes", record(1, 1, zeros(6), uint16(1), uint16(7), zeros(64)), filters, format.ErrCorrupt},
		{"65535 filter parameters", record(2, 1, uint16(1), uint16(0), ^uint16(0), zeros(64)), filters, format.ErrCorrupt},
		{"fill version", record(4, zeros(64)), fill, format.ErrUnsupported},
		{"fill both defined and not", record(3, 0x30, uint32(0)), fill, format.ErrCorrupt},
		{"fill of 2^32-1 bytes", record(3, 0x20, ^uint32(0), zeros(64)), fill, format.ErrCorrupt},
		{"old fill of 2^32-1 bytes", record(^uint32(0), zeros(64)), plain(format.DecodeFillValueOld), format.ErrCorrupt},
		{"attribute version", record(4, zeros(64)), attribute, format.ErrUnsupported},
		{"attribute character set", record(3, 0, uint16(0), uint16(0), uint16(0), 2, zeros(64)), attribute, format.ErrCorrupt},
		{"attribute with too little data", attributeOf(record(2, 1, 0, 1, uint64(3)), 11), attribute, format.ErrCorrupt},
		{"attribute of 2^62 elements", attributeOf(record(2, 1, 0, 1, uint64(1<<62)), 64), attribute, format.ErrCorrupt},
		{"attribute of 2^66 elements", attributeOf(record(2, 2, 0, 1, uint64(1<<33), uint64(1<<33)), 64), attribute, format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.decode(tt.raw)
			wantError(t, err, tt.want)
		})
	}
}

func TestMessageTypeString(t *testing.T) {
	for kind, want := range map[format.MessageType]string{
		format.MsgNil: "nil", format.MsgCacheImage: "metadata cache image", 0x19: "message type 0x19",
	} {
		if got := kind.String(); got != want {
			t.Errorf("%d is %q, want %q", uint16(kind), got, want)
		}
	}
}
