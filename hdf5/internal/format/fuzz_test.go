package format_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// Bounds on what a decoder may allocate: bytes for each byte of input, and a
// constant for messages of errors and whatever else goes on in the process.
const (
	allocFactor = 128
	allocSlack  = 1 << 20
)

// decodes runs one decoder on hostile input: it must not panic, its error must
// wrap one of the sentinels, and what it allocates must be in proportion.
func decodes(t *testing.T, input []byte, decode func() error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := decode()
	runtime.ReadMemStats(&after)
	if err != nil {
		wantError(t, err, nil)
	}
	if n, limit := after.TotalAlloc-before.TotalAlloc, uint64(allocFactor*len(input)+allocSlack); n > limit {
		t.Errorf("%d bytes allocated for %d bytes of input", n, len(input))
	}
}

// fuzz feeds a decoder with every mutation of the known messages whose name
// starts with prefix.
func fuzz(f *testing.F, prefix string, decode func([]byte, format.Sizes) error) {
	for _, k := range knownMessages() {
		if strings.HasPrefix(k.name, prefix) {
			f.Add(k.raw, byte(8), byte(8))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, offset, length byte) {
		sz := format.Sizes{Offset: int(offset), Length: int(length)}
		decodes(t, b, func() error { return decode(b, sz) })
	})
}

func FuzzDecodeSuperblock(f *testing.F) {
	f.Add(superblockV0(0, nil))
	f.Add(superblockV0(1, record(uint16(7), uint16(0))))
	f.Add(superblockV2(2))
	f.Add(superblockV2(3))
	f.Fuzz(func(t *testing.T, b []byte) {
		decodes(t, b, func() error {
			_, err := format.DecodeSuperblock(b)
			return err
		})
	})
}

// FuzzDecodeHeader decodes a header at the start of a small file.
func FuzzDecodeHeader(f *testing.F) {
	f.Add([]byte(place(64, map[int][]byte{0: headerV1(16, messageV1(format.MsgComment, []byte("12345678")))})))
	f.Add([]byte(place(100, map[int][]byte{0: headerV1(24, continuationV1(50, 24)), 50: continuationV1(80, 8)})))
	f.Add(sealed("OHDR", 2, 0x3f, zeros(16), uint16(8), uint16(6), uint64(0)))
	f.Fuzz(func(t *testing.T, file []byte) {
		decodes(t, file, func() error {
			_, err := format.DecodeHeader(0, wide, image(file).fetch)
			return err
		})
	})
}

// FuzzDecodeHeaderV2 gives the decoder a sound prefix, two blocks and their
// checksums, so that the fuzzer can work on what is in between.
func FuzzDecodeHeaderV2(f *testing.F) {
	f.Add(byte(0), messageV2(format.MsgComment, []byte("abc")), []byte{})
	f.Add(byte(4), record(int(format.MsgComment), uint16(3), 0, uint16(7), "abc"), []byte{})
	f.Add(byte(0), messageV2(format.MsgContinuation, record(uint64(34), uint64(15))), messageV2(format.MsgComment, []byte("abc")))
	f.Fuzz(func(t *testing.T, flags byte, first, second []byte) {
		file := record(sealed("OHDR", 2, int(flags&4|2), uint32(len(first)), first), sealed("OCHK", second))
		decodes(t, file, func() error {
			_, err := format.DecodeHeader(0, wide, image(file).fetch)
			return err
		})
	})
}

func FuzzDecodeDatatype(f *testing.F) {
	f.Add(int32Type(1))
	f.Add(nestedArrays(3))
	f.Add(record(typeHead(3, format.ClassCompound, 1, 255), "ab\x00", 251, int32Type(3)))
	f.Add(record(typeHead(2, format.ClassCompound, 1, 8), "a name7\x00", uint32(4), int32Type(2)))
	f.Add(record(typeHead(1, format.ClassCompound, 1, 24), "eight ch\x00\x00\x00\x00\x00\x00\x00\x00", uint32(0),
		2, zeros(3), uint32(0), uint32(0), uint32(2), uint32(3), uint32(99), uint32(99), int32Type(1)))
	f.Add(record(typeHead(3, format.ClassEnum, 2, 4), int32Type(3), "NO\x00", "YES\x00", uint32(0), uint32(5)))
	f.Add(record(typeHead(1, format.ClassVLen, 1, 16), typeHead(1, format.ClassString, 0, 1)))
	f.Add(record(typeHead(2, format.ClassArray, 0, 24), 2, zeros(3), uint32(2), uint32(3), uint32(0), uint32(1), int32Type(1)))
	f.Add(record(typeHead(1, format.ClassOpaque, 8, 3), "tag\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		decodes(t, b, func() error {
			dt, used, err := format.DecodeDatatype(b, wide)
			if err != nil {
				return err
			}
			if used > len(b) {
				t.Errorf("used %d of %d bytes", used, len(b))
			}
			checkType(t, dt)
			return nil
		})
	})
}

// checkType checks what a Datatype promises of its parts.
func checkType(t *testing.T, dt *format.Datatype) {
	if dt.Size == 0 {
		t.Errorf("%v of size 0", dt.Class)
	}
	if dt.Base != nil {
		checkType(t, dt.Base)
	}
	for _, m := range dt.Members {
		checkType(t, m.Type)
		if uint64(m.Offset)+uint64(m.Type.Size) > uint64(dt.Size) {
			t.Errorf("member %q: %d bytes at %d of %d", m.Name, m.Type.Size, m.Offset, dt.Size)
		}
	}
	if len(dt.EnumNames) != len(dt.EnumValues) {
		t.Errorf("%d names for %d values", len(dt.EnumNames), len(dt.EnumValues))
	}
}

func FuzzDecodeDataspace(f *testing.F) {
	f.Add(record(1, 2, 1, zeros(5), uint64(63), uint64(65), uint64(64), undefined64), byte(8))
	f.Add(record(2, 1, 1, 1, uint32(7), ^uint32(0)), byte(4))
	f.Fuzz(func(t *testing.T, b []byte, length byte) {
		decodes(t, b, func() error {
			s, err := format.DecodeDataspace(b, format.Sizes{Offset: 8, Length: int(length)})
			if err != nil {
				return err
			}
			_, err = s.Elements()
			return err
		})
	})
}

func FuzzDecodeLayout(f *testing.F) {
	f.Add(record(1, 3, 2, zeros(5), uint64(4096), uint32(63), uint32(65), uint32(8)))
	f.Add(record(3, 0, uint16(3), "abc"))
	f.Add(record(3, 2, 3, uint64(4096), uint32(63), uint32(65), uint32(8)))
	f.Add(record(4, 2, 2, 3, 1, 63, 65, 8, 1, uint64(777), uint32(5), uint64(4096)))
	f.Add(record(4, 2, 0, 3, 2, uint16(63), uint16(65), uint16(8), 4, 32, 4, 5, 16, 10, uint64(4096)))
	f.Add(record(4, 3, uint64(4096), uint32(7)))
	f.Fuzz(func(t *testing.T, b []byte) {
		decodes(t, b, func() error {
			l, err := format.DecodeLayout(b, wide)
			if err == nil && l.Class == format.Chunked && l.ChunkBytes() == 0 {
				t.Errorf("chunk of 0 bytes: %+v", l)
			}
			return err
		})
	})
}

func FuzzDecodeShared(f *testing.F) {
	fuzz(f, "shared", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeShared(b, sz)
		return err
	})
}

func FuzzDecodeContinuation(f *testing.F) {
	fuzz(f, "continuation", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeContinuation(b, sz)
		return err
	})
}

func FuzzDecodeSymbolTableMessage(f *testing.F) {
	fuzz(f, "symbol table", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeSymbolTableMessage(b, sz)
		return err
	})
}

func FuzzDecodeAttributeInfo(f *testing.F) {
	fuzz(f, "attribute info", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeAttributeInfo(b, sz)
		return err
	})
}

func FuzzDecodeLinkInfo(f *testing.F) {
	fuzz(f, "link info", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeLinkInfo(b, sz)
		return err
	})
}

func FuzzDecodeGroupInfo(f *testing.F) {
	fuzz(f, "group info", func(b []byte, _ format.Sizes) error {
		_, err := format.DecodeGroupInfo(b)
		return err
	})
}

func FuzzDecodeLink(f *testing.F) {
	fuzz(f, "link, ", func(b []byte, sz format.Sizes) error {
		_, err := format.DecodeLink(b, sz)
		return err
	})
}

func FuzzDecodeFilters(f *testing.F) {
	fuzz(f, "filters", func(b []byte, _ format.Sizes) error {
		_, err := format.DecodeFilters(b)
		return err
	})
}

func FuzzDecodeFillValue(f *testing.F) {
	fuzz(f, "fill", func(b []byte, _ format.Sizes) error {
		_, err := format.DecodeFillValue(b)
		return err
	})
}

func FuzzDecodeFillValueOld(f *testing.F) {
	fuzz(f, "old fill", func(b []byte, _ format.Sizes) error {
		_, err := format.DecodeFillValueOld(b)
		return err
	})
}

func FuzzDecodeAttribute(f *testing.F) {
	fuzz(f, "attribute, ", func(b []byte, sz format.Sizes) error {
		a, err := format.DecodeAttribute(b, sz)
		if err == nil && len(a.Data) > len(b) {
			panic("more data than message")
		}
		return err
	})
}

// TestAllocationInProportion feeds decoders the densest input that they accept.
func TestAllocationInProportion(t *testing.T) {
	members := record(typeHead(3, format.ClassCompound, 65535, 1))
	for range 65535 {
		members = append(members, record(0, 0, typeHead(3, format.ClassString, 0, 1))...)
	}
	decodes(t, members, func() error {
		dt, _, err := format.DecodeDatatype(members, wide)
		if err == nil && len(dt.Members) != 65535 {
			t.Errorf("%d members", len(dt.Members))
		}
		return err
	})
	enum := record(typeHead(3, format.ClassEnum, 65535, 1), typeHead(3, format.ClassFixed, 0, 1), uint16(0), uint16(8), zeros(2*65535))
	decodes(t, enum, func() error {
		_, _, err := format.DecodeDatatype(enum, wide)
		return err
	})
}
