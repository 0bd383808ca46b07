package format_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/format"
)

// Generators of what the encoders take.

func anySizes() *rapid.Generator[format.Sizes] {
	width := rapid.SampledFrom([]int{2, 4, 8})
	return rapid.Custom(func(t *rapid.T) format.Sizes {
		return format.Sizes{Offset: width.Draw(t, "offset width"), Length: width.Draw(t, "length width")}
	})
}

// number draws one that fits n bytes and is not all ones.
func number(t *rapid.T, n int, what string) uint64 {
	return rapid.Uint64Range(0, math.MaxUint64>>(64-8*n)-1).Draw(t, what)
}

// address is like number, or undefined.
func address(t *rapid.T, n int, what string) uint64 {
	if rapid.Bool().Draw(t, "no "+what) {
		return format.Undefined
	}
	return number(t, n, what)
}

func anyName() *rapid.Generator[string] { return rapid.StringMatching(`[^\x00]{1,20}`) }

func anyCharSet() *rapid.Generator[format.CharSet] {
	return rapid.SampledFrom([]format.CharSet{format.ASCII, format.UTF8})
}

func anySpace(sz format.Sizes) *rapid.Generator[format.Dataspace] {
	return rapid.Custom(func(t *rapid.T) format.Dataspace {
		s := format.Dataspace{Kind: rapid.SampledFrom([]format.SpaceKind{format.Scalar, format.Simple, format.Null}).Draw(t, "kind")}
		if s.Kind != format.Simple {
			return s
		}
		s.Dims = make([]uint64, rapid.IntRange(1, format.MaxRank).Draw(t, "rank"))
		for i := range s.Dims {
			s.Dims[i] = number(t, sz.Length, "dimension")
		}
		if rapid.Bool().Draw(t, "limited") {
			s.MaxDims = make([]uint64, len(s.Dims))
			for i, n := range s.Dims {
				s.MaxDims[i] = max(n, address(t, sz.Length, "limit"))
			}
		}
		return s
	})
}

// anyType draws datatypes that nest at most depth deep, of no version.
func anyType(depth int, sz format.Sizes) *rapid.Generator[*format.Datatype] {
	return rapid.Custom(func(t *rapid.T) *format.Datatype {
		classes := []format.Class{
			format.ClassFixed, format.ClassFloat, format.ClassTime, format.ClassString, format.ClassBitField,
			format.ClassOpaque, format.ClassReference, format.ClassEnum,
		}
		if depth > 0 {
			classes = append(classes, format.ClassCompound, format.ClassVLen, format.ClassArray)
		}
		d := &format.Datatype{Class: rapid.SampledFrom(classes).Draw(t, "class"), Size: uint32(rapid.IntRange(1, 300).Draw(t, "size"))}
		drawType(t, d, depth, sz)
		return d
	})
}

// drawType fills in what a datatype of its class has.
func drawType(t *rapid.T, d *format.Datatype, depth int, sz format.Sizes) {
	text := func() {
		d.Padding = rapid.SampledFrom([]format.StringPadding{format.NullTerminated, format.NullPadded, format.SpacePadded}).Draw(t, "padding")
		d.CharSet = anyCharSet().Draw(t, "character set")
	}
	precision := func() { d.BitPrecision = uint16(rapid.IntRange(1, 8*int(d.Size)).Draw(t, "precision")) }
	d.BigEndian = d.Class < format.ClassString && rapid.Bool().Draw(t, "big-endian") || d.Class == format.ClassBitField
	switch d.Class {
	case format.ClassFixed, format.ClassBitField:
		precision()
		d.Signed = d.Class == format.ClassFixed && rapid.Bool().Draw(t, "signed")
	case format.ClassFloat:
		precision()
		d.Float = format.FloatLayout{SignBit: 7, ExpPos: 2, ExpSize: 5, MantSize: 2, ExpBias: rapid.Uint32().Draw(t, "bias"), Norm: 2}
		d.Float.VAX = !d.BigEndian && rapid.Bool().Draw(t, "VAX")
	case format.ClassTime:
		precision()
	case format.ClassString:
		text()
	case format.ClassOpaque:
		d.Tag = rapid.StringMatching(`[^\x00]{0,30}`).Draw(t, "tag")
	case format.ClassReference:
		d.RefKind = rapid.IntRange(0, 15).Draw(t, "kind")
	case format.ClassEnum:
		d.Base = &format.Datatype{Class: format.ClassFixed, Size: d.Size, BitPrecision: 1}
		d.EnumNames = rapid.SliceOfN(anyName(), 0, 5).Draw(t, "names")
		for range d.EnumNames {
			d.EnumValues = append(d.EnumValues, rapid.SliceOfN(rapid.Byte(), int(d.Size), int(d.Size)).Draw(t, "value"))
		}
	case format.ClassVLen:
		d.Size = uint32(8 + sz.Offset)
		d.Base = anyType(depth-1, sz).Draw(t, "base")
		if d.VLenString = rapid.Bool().Draw(t, "string"); d.VLenString {
			text()
		}
	case format.ClassArray:
		d.Base = anyType(depth-1, sz).Draw(t, "base")
		d.Dims = rapid.SliceOfN(rapid.Uint32Range(1, 3), 1, 6).Draw(t, "dims")
		d.Size = d.Base.Size
		for _, n := range d.Dims {
			d.Size *= n
		}
	case format.ClassCompound:
		d.Size = 0
		for range rapid.IntRange(1, 4).Draw(t, "members") {
			m := format.Member{Name: anyName().Draw(t, "name"), Offset: d.Size, Type: anyType(depth-1, sz).Draw(t, "member")}
			d.Members = append(d.Members, m)
			d.Size += m.Type.Size
		}
	}
}

// setVersion sets the version of a datatype and of all datatypes within it.
func setVersion(d *format.Datatype, version int) {
	d.Version = version
	if d.Base != nil {
		setVersion(d.Base, version)
	}
	for _, m := range d.Members {
		setVersion(m.Type, version)
	}
}

func TestDatatypesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		d := anyType(3, sz).Draw(t, "type")
		for _, version := range []int{0, 2, 3} {
			setVersion(d, version)
			b, err := format.EncodeDatatype(d, sz)
			if err != nil {
				t.Fatal(err)
			}
			got, n, err := format.DecodeDatatype(append(b, 1, 2, 3), sz)
			if err != nil || n != len(b) {
				t.Fatalf("version %d: decoded %d of %d bytes: %v", version, n, len(b), err)
			}
			again, err := format.EncodeDatatype(got, sz)
			if err != nil || !bytes.Equal(again, b) {
				t.Fatalf("version %d: encoded again: %x, %v\nwant %x", version, again, err, b)
			}
			setVersion(got, version)
			if typeDump(got) != typeDump(d) {
				t.Fatalf("version %d:\n got %s\nwant %s", version, typeDump(got), typeDump(d))
			}
		}
	})
}

// typeDump writes everything of a datatype.
func typeDump(d *format.Datatype) string {
	if d == nil {
		return "none"
	}
	flat := *d
	flat.Base, flat.Members = nil, nil
	text := fmt.Sprintf("{%+v of %s", flat, typeDump(d.Base))
	for _, m := range d.Members {
		text += fmt.Sprintf("; %q@%d %s", m.Name, m.Offset, typeDump(m.Type))
	}
	return text + "}"
}

// survives encodes a value, decodes it, and compares.
func survives[T any](t *rapid.T, v T, encode func(T) ([]byte, error), decode func([]byte) (T, error)) {
	t.Helper()
	b, err := encode(v)
	if err != nil {
		t.Fatalf("%+v: %v", v, err)
	}
	got, err := decode(b)
	if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", v) {
		t.Fatalf("got  %+v, %v\nwant %+v\nfrom %x", got, err, v, b)
	}
}

func with[T any](sz format.Sizes, f func(T, format.Sizes) ([]byte, error)) func(T) ([]byte, error) {
	return func(v T) ([]byte, error) { return f(v, sz) }
}

func from[T any](sz format.Sizes, f func([]byte, format.Sizes) (T, error)) func([]byte) (T, error) {
	return func(b []byte) (T, error) { return f(b, sz) }
}

func TestMessagesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		survives(t, anySpace(sz).Draw(t, "space"), with(sz, format.EncodeDataspace), from(sz, format.DecodeDataspace))

		value := rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "value")
		fill := format.FillValue{Defined: rapid.Bool().Draw(t, "defined"), AllocTime: 3, WriteTime: 2}
		if fill.Defined {
			fill.Value = value
		}
		survives(t, fill, format.EncodeFillValue, format.DecodeFillValue)
		survives(t, format.FillValue{Defined: true, Value: value},
			func(f format.FillValue) ([]byte, error) { return format.EncodeFillValueOld(f.Value) }, format.DecodeFillValueOld)

		tracks, indexes := rapid.Bool().Draw(t, "tracks"), rapid.Bool().Draw(t, "indexes")
		addr := func() uint64 { return address(t, sz.Offset, "address") }
		links := format.LinkInfo{TracksOrder: tracks, IndexesOrder: indexes, FractalHeap: addr(), NameIndex: addr(), OrderIndex: format.Undefined}
		attrs := format.AttributeInfo{TracksOrder: tracks, IndexesOrder: indexes, FractalHeap: addr(), NameIndex: addr(), OrderIndex: format.Undefined}
		if tracks {
			links.MaxCreationIndex = rapid.Int64().Draw(t, "order")
			attrs.MaxCreationIndex = rapid.Uint16().Draw(t, "order")
		}
		if indexes {
			links.OrderIndex, attrs.OrderIndex = addr(), addr()
		}
		survives(t, links, with(sz, format.EncodeLinkInfo), from(sz, format.DecodeLinkInfo))
		survives(t, attrs, with(sz, format.EncodeAttributeInfo), from(sz, format.DecodeAttributeInfo))

		group := format.GroupInfo{MaxCompact: rapid.Uint16().Draw(t, "compact"), EstimatedEntries: rapid.Uint16().Draw(t, "entries")}
		survives(t, group, func(g format.GroupInfo) ([]byte, error) { return format.EncodeGroupInfo(g), nil }, format.DecodeGroupInfo)

		table := format.SymbolTable{BTree: number(t, sz.Offset, "tree"), Heap: number(t, sz.Offset, "heap")}
		survives(t, table, with(sz, format.EncodeSymbolTableMessage), from(sz, format.DecodeSymbolTableMessage))

		shared := format.Shared{Version: rapid.IntRange(1, 3).Draw(t, "version"), Addr: number(t, sz.Offset, "header")}
		survives(t, shared, with(sz, format.EncodeShared), from(sz, format.DecodeShared))
		heap := format.Shared{Version: 3, Kind: format.SharedHeap, Addr: format.Undefined, HeapID: [8]byte{1, 2, 3}}
		survives(t, heap, with(sz, format.EncodeShared), from(sz, format.DecodeShared))
	})
}

func TestLinksSurvive(t *testing.T) {
	lengths := []int{1, 7, 8, 255, 256, 65535, 65536}
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		l := format.Link{
			Kind: rapid.SampledFrom([]format.LinkKind{format.LinkHard, format.LinkSoft, format.LinkExternal, format.LinkUser}).Draw(t, "kind"),
			Name: strings.Repeat("n", rapid.SampledFrom(lengths).Draw(t, "length")), CharSet: anyCharSet().Draw(t, "character set"),
			CreationOrder: rapid.Int64Range(-1, math.MaxInt64).Draw(t, "order"), Addr: format.Undefined,
		}
		text := rapid.StringMatching(`[^\x00]{0,20}`)
		switch l.Kind {
		case format.LinkHard:
			l.Addr = number(t, sz.Offset, "header")
		case format.LinkSoft:
			l.Target = text.Draw(t, "target")
		case format.LinkExternal:
			l.File, l.Target = text.Draw(t, "file"), text.Draw(t, "target")
		case format.LinkUser:
			l.UserType, l.UserData = rapid.Uint8Range(65, 255).Draw(t, "type"), rapid.String().Draw(t, "data")
		}
		survives(t, l, with(sz, format.EncodeLink), from(sz, format.DecodeLink))
	})
}

func TestLayoutsAndFiltersSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		l := format.Layout{Version: 3, Addr: format.Undefined}
		switch l.Class = rapid.SampledFrom([]format.LayoutClass{format.Compact, format.Contiguous, format.Chunked}).Draw(t, "class"); l.Class {
		case format.Compact:
			l.Compact = rapid.SliceOfN(rapid.Byte(), 0, 65).Draw(t, "data")
		case format.Contiguous:
			l.Addr, l.Size = address(t, sz.Offset, "address"), number(t, sz.Length, "size")
		case format.Chunked:
			l.Addr = address(t, sz.Offset, "address")
			l.ChunkDims = rapid.SliceOfN(rapid.Uint64Range(1, 3), 1, format.MaxRank).Draw(t, "chunk")
			l.ElemSize = rapid.Uint32Range(1, 1<<10).Draw(t, "element")
		}
		survives(t, l, with(sz, format.EncodeLayout), from(sz, format.DecodeLayout))

		filter := rapid.Custom(func(t *rapid.T) format.Filter {
			return format.Filter{
				ID: rapid.Uint16().Draw(t, "id"), Name: rapid.StringMatching(`[^\x00]{0,17}`).Draw(t, "name"),
				Flags: rapid.Uint16().Draw(t, "flags"), Params: rapid.SliceOfN(rapid.Uint32(), 0, 5).Draw(t, "parameters"),
			}
		})
		survives(t, rapid.SliceOfN(filter, 0, 32).Draw(t, "filters"), format.EncodeFilters, format.DecodeFilters)
	})
}

func TestAttributesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		a := format.Attribute{
			Version: rapid.IntRange(0, 3).Draw(t, "version"), Name: anyName().Draw(t, "name"), CharSet: anyCharSet().Draw(t, "character set"),
			Type: anyType(2, sz).Draw(t, "type"),
		}
		n := rapid.Uint64Range(0, 9).Draw(t, "elements")
		a.Space = format.Dataspace{Kind: format.Simple, Dims: []uint64{n}}
		a.Data = make([]byte, n*uint64(a.Type.Size))
		for i := range a.Data {
			a.Data[i] = byte(i)
		}
		b, err := format.EncodeAttribute(a, sz)
		if err != nil {
			t.Fatal(err)
		}
		got, err := format.DecodeAttribute(append(b, make([]byte, 7)...), sz)
		if err != nil || got.Name != a.Name || got.CharSet != a.CharSet || !bytes.Equal(got.Data, a.Data) || !reflect.DeepEqual(got.Space, a.Space) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, a)
		}
		if got.Version < a.Version || got.Version > 2 && a.Version < 3 && a.CharSet == format.ASCII {
			t.Fatalf("version %d for one of version %d", got.Version, a.Version)
		}
		again, err := format.EncodeAttribute(got, sz)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("encoded again: %x, %v\nwant %x", again, err, b)
		}
	})
}

func TestSuperblocksSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sz := anySizes().Draw(t, "sizes")
		s := format.Superblock{
			Version: rapid.IntRange(0, 3).Draw(t, "version"), Sizes: sz, Root: number(t, sz.Offset, "root"), BaseAddr: number(t, sz.Offset, "base"),
			RootBTree: format.Undefined, RootHeap: format.Undefined, Extension: format.Undefined, DriverInfo: format.Undefined,
			GroupLeafK: 4, GroupInternalK: 16, ChunkK: 32,
		}
		s.EOF = max(s.BaseAddr, number(t, sz.Offset, "end"))
		if s.Version < 2 {
			s.Flags = rapid.Uint32().Draw(t, "flags")
			s.GroupLeafK = rapid.Uint16Range(1, math.MaxUint16).Draw(t, "leaf rank")
			s.DriverInfo = address(t, sz.Offset, "driver")
			if rapid.Bool().Draw(t, "cached") {
				s.RootBTree, s.RootHeap = number(t, sz.Offset, "tree"), number(t, sz.Offset, "heap")
			}
		} else {
			s.Flags = uint32(rapid.Uint8().Draw(t, "flags"))
			s.Extension = address(t, sz.Offset, "extension")
		}
		if s.Version == 1 {
			s.ChunkK = rapid.Uint16Range(1, math.MaxUint16).Draw(t, "chunk rank")
		}
		survives(t, s, format.EncodeSuperblock, format.DecodeSuperblock)
		b, _ := format.EncodeSuperblock(s)
		if want := format.SuperblockSize(s); uint64(len(b)) != want {
			t.Fatalf("%d bytes, want %d", len(b), want)
		}
	})
}

func TestHeadersSurvive(t *testing.T) {
	// The block is of every width of its size: 1, 2 and 4 bytes.
	sizes := rapid.SampledFrom([]int{0, 1, 7, 8, 9, 63, 64, 65, 250, 255, 256, 65527, 65528})
	message := rapid.Custom(func(t *rapid.T) format.Message {
		kind := rapid.SampledFrom([]format.MessageType{format.MsgComment, format.MsgAttribute, format.MsgLayout}).Draw(t, "type")
		return format.Message{Type: kind, Flags: rapid.Uint8Range(0, 7).Draw(t, "flags"), Data: bytes.Repeat([]byte{7}, sizes.Draw(t, "size"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		h := &format.Header{
			Version: rapid.IntRange(1, 2).Draw(t, "version"), RefCount: rapid.Uint32Range(0, 5).Draw(t, "references"),
			Messages: rapid.SliceOfN(message, 1, 5).Draw(t, "messages"),
		}
		if h.Version == 2 {
			drawVersion2(t, h)
		}
		b, err := format.EncodeHeader(h, wide)
		if err != nil {
			t.Fatal(err)
		}
		got, err := format.DecodeHeader(0, wide, image(b).fetch)
		if err != nil {
			t.Fatal(err)
		}
		if want := expectedHeader(h); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		again, err := format.EncodeHeader(got, wide)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("encoded again: %d bytes, %v, want %d", len(again), err, len(b))
		}
	})
}

// drawVersion2 draws what headers of version 1 do not have.
func drawVersion2(t *rapid.T, h *format.Header) {
	h.IndexesAttributeOrder = rapid.Bool().Draw(t, "indexed")
	if h.TracksAttributeOrder = rapid.Bool().Draw(t, "ordered"); h.TracksAttributeOrder {
		for i := range h.Messages {
			h.Messages[i].CreationOrder = uint16(i)
		}
	}
	if rapid.Bool().Draw(t, "times") {
		h.Times = &format.Times{Access: 1, Modification: 2, Change: 3, Birth: math.MaxUint32}
	}
	if rapid.Bool().Draw(t, "phase change") {
		h.PhaseChange = &format.PhaseChange{MaxCompact: 8, MinDense: 6}
	}
}

// expectedHeader is h with data padded, or references counted in a message.
func expectedHeader(h *format.Header) *format.Header {
	want := *h
	want.Messages = nil
	for _, m := range h.Messages {
		if h.Version == 1 {
			m.Data = append(bytes.Clone(m.Data), zeros((8-len(m.Data)%8)%8)...)
		}
		m.Data = append([]byte{}, m.Data...)
		want.Messages = append(want.Messages, m)
	}
	if h.Version == 2 && h.RefCount != 1 {
		want.Messages = append(want.Messages, format.Message{
			Type: format.MsgRefCount, Flags: format.MessageDontShare, Data: record(0, h.RefCount),
		})
	}
	return &want
}

// What the format has no place for is refused, not cut off.
func TestEncodersRefuse(t *testing.T) {
	narrow := format.Sizes{Offset: 2, Length: 2}
	header := func(version, size int) error {
		h := &format.Header{Version: version, RefCount: 1, Messages: []format.Message{{Type: format.MsgAttribute, Data: make([]byte, size)}}}
		_, err := format.EncodeHeader(h, wide)
		return err
	}
	datatype := func(d format.Datatype) error {
		_, err := format.EncodeDatatype(&d, wide)
		return err
	}
	tests := []struct {
		name string
		err  error
		ok   bool
	}{
		{"largest message of version 1", header(1, format.MaxMessageV1), true},
		{"message of version 1 too large", header(1, format.MaxMessageV1+1), false},
		{"largest message of version 2", header(2, format.MaxMessageV2), true},
		{"message of version 2 too large", header(2, format.MaxMessageV2+1), false},
		{"header of version 3", header(3, 8), false},
		{"version 1 header with times", second(format.EncodeHeader(&format.Header{Version: 1, Times: &format.Times{}}, wide)), false},
		{"continuation", second(format.EncodeHeader(&format.Header{Version: 1, Messages: []format.Message{{Type: format.MsgContinuation}}}, wide)), false},
		{"version 2 header with a large message type", second(format.EncodeHeader(&format.Header{Version: 2, Messages: []format.Message{{Type: 256}}}, wide)), false},
		{"too many messages", second(format.EncodeHeader(&format.Header{Version: 1, Messages: make([]format.Message, 65536)}, wide)), false},
		{"superblock of version 4", second(format.EncodeSuperblock(format.Superblock{Version: 4, Sizes: wide})), false},
		{"superblock with an address too wide", second(format.EncodeSuperblock(format.Superblock{Sizes: narrow, EOF: 1 << 16, ChunkK: 32})), false},
		{"superblock with chunk rank and no place for it", second(format.EncodeSuperblock(format.Superblock{Sizes: wide, ChunkK: 7})), false},
		{"address that means undefined", second(format.EncodeSymbolTableMessage(format.SymbolTable{BTree: 0xffff}, narrow)), false},
		{"widths", second(format.EncodeSymbolTableMessage(format.SymbolTable{}, format.Sizes{Offset: 3})), false},
		{"dataspace of rank 33", second(format.EncodeDataspace(format.Dataspace{Kind: format.Simple, Dims: make([]uint64, 33)}, wide)), false},
		{"scalar with dimensions", second(format.EncodeDataspace(format.Dataspace{Dims: []uint64{1}}, wide)), false},
		{"maximum below extent", second(format.EncodeDataspace(format.Dataspace{Kind: format.Simple, Dims: []uint64{2}, MaxDims: []uint64{1}}, wide)), false},
		{"maximum of other rank", second(format.EncodeDataspace(format.Dataspace{Kind: format.Simple, Dims: []uint64{2}, MaxDims: []uint64{2, 2}}, wide)), false},
		{"undefined fill value of 1 byte", second(format.EncodeFillValue(format.FillValue{Value: []byte{1}})), false},
		{"33 filters", second(format.EncodeFilters(make([]format.Filter, 33))), false},
		{"virtual layout", second(format.EncodeLayout(format.Layout{Class: format.Virtual}, wide)), false},
		{"largest compact layout", second(format.EncodeLayout(format.Layout{Compact: make([]byte, 65535)}, wide)), true},
		{"compact layout too large", second(format.EncodeLayout(format.Layout{Compact: make([]byte, 65536)}, wide)), false},
		{"chunk index of version 4", second(format.EncodeLayout(format.Layout{Class: format.Chunked, Index: format.IndexSingle, ChunkDims: []uint64{1}, ElemSize: 1}, wide)), false},
		{"chunk dimension of 33 bits", second(format.EncodeLayout(format.Layout{Class: format.Chunked, ChunkDims: []uint64{1 << 32}, ElemSize: 1}, wide)), false},
		{"chunk of nothing", second(format.EncodeLayout(format.Layout{Class: format.Chunked, ChunkDims: []uint64{0}, ElemSize: 1}, wide)), false},
		{"link without name", second(format.EncodeLink(format.Link{}, wide)), false},
		{"link to nowhere", second(format.EncodeLink(format.Link{Name: "x", Addr: format.Undefined}, wide)), false},
		{"soft link too long", second(format.EncodeLink(format.Link{Name: "x", Kind: format.LinkSoft, Target: strings.Repeat("x", 65536)}, wide)), false},
		{"user-defined link of a known type", second(format.EncodeLink(format.Link{Name: "x", Kind: format.LinkUser, UserType: 64}, wide)), false},
		{"shared heap in version 2", second(format.EncodeShared(format.Shared{Version: 2, Kind: format.SharedHeap}, wide)), false},
		{"attribute without a type", second(format.EncodeAttribute(format.Attribute{Name: "x"}, wide)), false},
		{"attribute of too few bytes", second(format.EncodeAttribute(format.Attribute{Name: "x", Type: int32Datatype(1), Data: make([]byte, 3)}, wide)), false},
		{"attribute with NUL in its name", second(format.EncodeAttribute(format.Attribute{Name: "x\x00", Type: int32Datatype(1), Data: make([]byte, 4)}, wide)), false},
		{"attribute with a long name", second(format.EncodeAttribute(format.Attribute{Name: strings.Repeat("x", 65535), Type: int32Datatype(1), Data: make([]byte, 4)}, wide)), false},
		{"datatype of no size", datatype(format.Datatype{}), false},
		{"datatype of class 11", datatype(format.Datatype{Class: 11, Size: 1}), false},
		{"datatype of version 5", datatype(format.Datatype{Version: 5, Size: 1}), false},
		{"tag too long", datatype(format.Datatype{Class: format.ClassOpaque, Size: 1, Tag: strings.Repeat("x", 249)}), false},
		{"compound of nothing", datatype(format.Datatype{Class: format.ClassCompound, Size: 1}), false},
		{"member outside", datatype(format.Datatype{Class: format.ClassCompound, Size: 4, Members: []format.Member{{Name: "x", Offset: 1, Type: int32Datatype(1)}}}), false},
		{"member without type", datatype(format.Datatype{Class: format.ClassCompound, Size: 4, Members: []format.Member{{Name: "x"}}}), false},
		{"names without values", datatype(format.Datatype{Class: format.ClassEnum, Size: 4, Base: int32Datatype(1), EnumNames: []string{"x"}}), false},
		{"value of wrong size", datatype(format.Datatype{Class: format.ClassEnum, Size: 4, Base: int32Datatype(1), EnumNames: []string{"x"}, EnumValues: [][]byte{{1}}}), false},
		{"array of other size", datatype(format.Datatype{Class: format.ClassArray, Size: 7, Dims: []uint32{2}, Base: int32Datatype(1)}), false},
		{"array without base", datatype(format.Datatype{Class: format.ClassArray, Size: 4, Dims: []uint32{1}}), false},
		{"sequence without base", datatype(format.Datatype{Class: format.ClassVLen, Size: 16}), false},
		{"symbol table node too full", second(format.EncodeSymbolNode(make([]format.SymbolEntry, 3), 1, wide)), false},
		{"B-tree node too full", second(format.AppendBTree1Node(nil, &format.BTree1Node{Entries: make([]byte, 3*(8+8)+8)}, 8, 1, wide)), false},
		{"B-tree node without last key", second(format.AppendBTree1Node(nil, &format.BTree1Node{Entries: make([]byte, 2*(8+8))}, 8, 1, wide)), false},
		{"B-tree node without key", second(format.AppendBTree1Node(nil, &format.BTree1Node{}, 8, 1, wide)), false},
		{"global heap too small", second(format.EncodeGlobalHeap(nil, 4088, wide)), false},
		{"global heap too full", second(format.EncodeGlobalHeap([]format.GlobalHeapObject{{Index: 1, Data: make([]byte, 4096)}}, 4096, wide)), false},
		{"global heap object 0", second(format.EncodeGlobalHeap([]format.GlobalHeapObject{{}}, 4096, wide)), false},
		{"fractal heap of a tiny file", second(format.EncodeHugeHeap(format.HugeHeap{}, narrow)), false},
		{"leaf too full", second(format.EncodeBTree2Leaf(format.BTree2AttributeName, [][]byte{make([]byte, 512)}, 512)), false},
		{"tree of several nodes", second(format.EncodeBTree2Header(format.BTree2Header{Depth: 1}, wide)), false},
	}
	for _, tt := range tests {
		if tt.ok && tt.err != nil || !tt.ok && !errors.Is(tt.err, format.ErrUnencodable) {
			t.Errorf("%s: error %v", tt.name, tt.err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A datatype that contains itself is refused like one that nests too deep.
func TestEncodeDatatypeLimitsNesting(t *testing.T) {
	loop := &format.Datatype{Class: format.ClassVLen, Size: 16}
	loop.Base = loop
	if _, err := format.EncodeDatatype(loop, wide); !errors.Is(err, format.ErrUnencodable) {
		t.Errorf("error %v, want ErrUnencodable", err)
	}
	compound := &format.Datatype{Class: format.ClassCompound, Size: 16}
	compound.Members = []format.Member{{Name: "x", Type: compound}}
	if _, err := format.EncodeDatatype(compound, wide); !errors.Is(err, format.ErrUnencodable) {
		t.Errorf("error %v, want ErrUnencodable", err)
	}
}

// FuzzEncode holds encoders against decoders: what has been decoded can be
// encoded, unless the version written has no place for it, and is then the same.
func FuzzEncode(f *testing.F) {
	kinds := map[string]format.MessageType{
		"link": format.MsgLink, "attribute": format.MsgAttribute, "filters": format.MsgFilters,
		"fill": format.MsgFill, "symbol table": format.MsgSymbolTable,
	}
	for _, k := range knownMessages() {
		for prefix, kind := range kinds {
			if strings.HasPrefix(k.name, prefix) {
				f.Add(k.raw, byte(kind))
			}
		}
	}
	f.Add(int32Type(3), byte(format.MsgDatatype))
	f.Fuzz(func(t *testing.T, b []byte, kind byte) {
		if len(b) < 4 {
			return
		}
		decode, encode, _ := coders(format.Message{Type: format.MessageType(kind), Data: b}, wide)
		if decode == nil {
			return
		}
		value, err := decode(b)
		if err != nil {
			return
		}
		first, err := encode(value)
		if errors.Is(err, format.ErrUnencodable) {
			return
		}
		if err != nil {
			t.Fatalf("error %v of no kind", err)
		}
		value, err = decode(first)
		if err != nil {
			t.Fatalf("%x encoded: %v", first, err)
		}
		again, err := encode(value)
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("encoded again: %x, %v\nwant %x", again, err, first)
		}
	})
}
