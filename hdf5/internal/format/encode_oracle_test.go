package format_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// TestEncodingIsThatOfTheCLibrary encodes everything that was decoded from the
// C library's files again. What it wrote in the version that the encoders write
// comes out the same, byte for byte; the rest decodes to the same.
func TestEncodingIsThatOfTheCLibrary(t *testing.T) {
	dir := t.TempDir()
	var files []oracleFile
	if err := json.Unmarshal(python(t, "testdata/objects.py", dir), &files); err != nil {
		t.Fatal(err)
	}
	same := map[format.MessageType]int{}
	for _, f := range files {
		t.Run(f.File, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, f.File))
			if err != nil {
				t.Fatal(err)
			}
			file = file[f.UserBlock:]
			sb, err := format.DecodeSuperblock(file)
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := format.EncodeSuperblock(sb)
			if err != nil || !bytes.HasPrefix(file, encoded) {
				t.Errorf("superblock %x, %v\nwant %x", encoded, err, file[:len(encoded)])
			}
			for _, o := range f.Objects {
				h, err := format.DecodeHeader(o.Addr, sb.Sizes, image(file).fetch)
				if err != nil {
					t.Fatal(err)
				}
				reencodeHeader(t, h, sb.Sizes)
				for _, m := range h.Messages {
					if !m.Shared() && reencodeMessage(t, o.Path, m, sb.Sizes) {
						same[m.Type]++
					}
				}
			}
		})
	}
	for _, kind := range []format.MessageType{
		format.MsgDataspace, format.MsgDatatype, format.MsgFill, format.MsgFillOld, format.MsgLayout, format.MsgFilters,
		format.MsgAttribute, format.MsgLink, format.MsgLinkInfo, format.MsgGroupInfo, format.MsgAttributeInfo, format.MsgSymbolTable,
	} {
		if same[kind] == 0 {
			t.Errorf("no %v message of the C library has been encoded to the same bytes", kind)
		}
	}
}

func reencodeHeader(t *testing.T, h *format.Header, sz format.Sizes) {
	t.Helper()
	b, err := format.EncodeHeader(h, sz)
	if err != nil {
		t.Fatal(err)
	}
	again, err := format.DecodeHeader(0, sz, image(b).fetch)
	if err != nil || !reflect.DeepEqual(again, h) {
		t.Errorf("header\n got %+v, %v\nwant %+v", again, err, h)
	}
}

// reencodeMessage reports whether the message is in the version that its encoder
// writes, in which case it must come out as it was.
func reencodeMessage(t *testing.T, path string, m format.Message, sz format.Sizes) bool {
	t.Helper()
	decode, encode, canonical := coders(m, sz)
	if decode == nil {
		return false
	}
	value, err := decode(m.Data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := encode(value)
	if err != nil {
		t.Fatalf("%s: %v message: %v", path, m.Type, err)
	}
	if canonical {
		padding := bytes.TrimRight(m.Data[min(len(b), len(m.Data)):], "\x00")
		if !bytes.HasPrefix(m.Data, b) || len(padding) > 0 {
			t.Errorf("%s: %v message\n got %x\nwant %x", path, m.Type, b, m.Data)
		}
		return true
	}
	again, err := decode(b)
	if a, ok := again.(format.Layout); ok {
		a.Version = value.(format.Layout).Version
		again = a
	}
	// Formatted, they are alike where one slice is nil and the other empty.
	if err != nil || fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", value) {
		t.Errorf("%s: %v message\n got %+v, %v\nwant %+v", path, m.Type, again, err, value)
	}
	return false
}

// coders returns the decoder and the encoder of a message, and whether the
// encoder keeps its version.
func coders(m format.Message, sz format.Sizes) (decode func([]byte) (any, error), encode func(any) ([]byte, error), canonical bool) {
	version := m.Data[0]
	switch m.Type {
	case format.MsgDataspace:
		return both(sz, format.DecodeDataspace, format.EncodeDataspace, version == 1 || m.Data[3] == byte(format.Null))
	case format.MsgDatatype:
		decode := func(b []byte, sz format.Sizes) (*format.Datatype, error) {
			dt, _, err := format.DecodeDatatype(b, sz)
			return dt, err
		}
		return both(sz, decode, format.EncodeDatatype, true)
	case format.MsgFill:
		return both(sz, unsized(format.DecodeFillValue), func(f format.FillValue, _ format.Sizes) ([]byte, error) {
			return format.EncodeFillValue(f)
		}, version == 2)
	case format.MsgFillOld:
		return both(sz, unsized(format.DecodeFillValueOld), func(f format.FillValue, _ format.Sizes) ([]byte, error) {
			return format.EncodeFillValueOld(f.Value)
		}, true)
	case format.MsgLayout:
		if l, err := format.DecodeLayout(m.Data, sz); err == nil && (l.Class == format.Virtual || l.Index != format.IndexBTree1) {
			return nil, nil, false // not in version 3
		}
		return both(sz, format.DecodeLayout, format.EncodeLayout, version == 3)
	case format.MsgFilters:
		return both(sz, unsized(format.DecodeFilters), func(f []format.Filter, _ format.Sizes) ([]byte, error) {
			return format.EncodeFilters(f)
		}, version == 1)
	case format.MsgAttribute:
		return both(sz, format.DecodeAttribute, format.EncodeAttribute, true)
	case format.MsgLink:
		return both(sz, format.DecodeLink, format.EncodeLink, true)
	case format.MsgLinkInfo:
		return both(sz, format.DecodeLinkInfo, format.EncodeLinkInfo, true)
	case format.MsgGroupInfo:
		return both(sz, unsized(format.DecodeGroupInfo), func(g format.GroupInfo, _ format.Sizes) ([]byte, error) {
			return format.EncodeGroupInfo(g), nil
		}, true)
	case format.MsgAttributeInfo:
		return both(sz, format.DecodeAttributeInfo, format.EncodeAttributeInfo, true)
	case format.MsgSymbolTable:
		return both(sz, format.DecodeSymbolTableMessage, format.EncodeSymbolTableMessage, true)
	}
	return nil, nil, false
}

func unsized[T any](decode func([]byte) (T, error)) func([]byte, format.Sizes) (T, error) {
	return func(b []byte, _ format.Sizes) (T, error) { return decode(b) }
}

func both[T any](sz format.Sizes, decode func([]byte, format.Sizes) (T, error), encode func(T, format.Sizes) ([]byte, error), canonical bool) (
	func([]byte) (any, error), func(any) ([]byte, error), bool,
) {
	return func(b []byte) (any, error) { return decode(b, sz) },
		func(v any) ([]byte, error) { return encode(v.(T), sz) },
		canonical
}
