package bus_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/goloom/loom/convert/bus"
	"pgregory.net/rapid"
)

// written returns a BUS file.
func written(t interface {
	Helper()
	Fatal(...any)
}, header bus.Header, records ...bus.Record) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := bus.NewWriter(&file, header)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// readAll returns what is in a BUS file, up to the first error.
func readAll(file []byte) (header bus.Header, records []bus.Record, err error) {
	r, err := bus.NewReader(bytes.NewReader(file), "x.bus")
	if err != nil {
		return header, nil, err
	}
	for record, err := range r.All() {
		if err != nil {
			return r.Header(), records, err
		}
		records = append(records, record)
	}
	return r.Header(), records, nil
}

func drawHeader(t *rapid.T) bus.Header {
	return bus.Header{
		BarcodeLength: rapid.IntRange(1, 32).Draw(t, "barcode length"),
		UMILength:     rapid.IntRange(1, 32).Draw(t, "UMI length"),
		Text:          rapid.String().Draw(t, "text"),
	}
}

func drawRecord(t *rapid.T, h bus.Header) bus.Record {
	code := func(length int, label string) uint64 {
		return rapid.Uint64Range(0, 1<<(2*length)-1).Draw(t, label)
	}
	return bus.Record{
		Barcode: code(h.BarcodeLength, "barcode"), UMI: code(h.UMILength, "UMI"),
		Class: rapid.Int32Min(0).Draw(t, "class"),
		Count: rapid.Uint32().Draw(t, "count"), Flags: rapid.Uint32().Draw(t, "flags"),
	}
}

func TestWriteRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		header := drawHeader(t)
		records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bus.Record { return drawRecord(t, header) }), 0, 70).Draw(t, "records")
		gotHeader, got, err := readAll(written(t, header, records...))
		if err != nil || gotHeader != header || !slices.Equal(got, records) {
			t.Errorf("read %+v, %v, %v, want %+v, %v", gotHeader, got, err, header, records)
		}
	})
}

// TestCutFile holds that a file that ends too early is an error, wherever that is.
func TestCutFile(t *testing.T) {
	header := bus.Header{BarcodeLength: 4, UMILength: 4, Text: "text"}
	file := written(t, header, bus.Record{Barcode: 1, UMI: 2, Count: 1}, bus.Record{Barcode: 3, UMI: 4, Count: 1})
	start := len(file) - 64
	for n := range file {
		_, records, err := readAll(file[:n])
		if n == start || n == start+32 {
			if err != nil || len(records) != (n-start)/32 {
				t.Errorf("%d bytes: %d records, %v", n, len(records), err)
			}
			continue
		}
		if _, ok := errors.AsType[*bus.FormatError](err); !ok {
			t.Errorf("%d bytes: %v, want a FormatError", n, err)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, header := range []bus.Header{
		{BarcodeLength: 0, UMILength: 4}, {BarcodeLength: 33, UMILength: 4}, {BarcodeLength: 4, UMILength: -1},
		{BarcodeLength: 4, UMILength: 4, Text: string(make([]byte, 1<<20+1))},
	} {
		if _, err := bus.NewWriter(new(bytes.Buffer), header); err == nil {
			t.Errorf("header with lengths %d and %d was written", header.BarcodeLength, header.UMILength)
		}
	}
	var file bytes.Buffer
	w, err := bus.NewWriter(&file, bus.Header{BarcodeLength: 4, UMILength: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []bus.Record{{Barcode: 256}, {UMI: 256}, {Class: -1}} {
		if err := w.Write(r); err == nil {
			t.Errorf("%+v was written", r)
		}
	}
	if err := w.Flush(); err != nil || file.Len() != 20 {
		t.Errorf("%d bytes, %v, want the header alone", file.Len(), err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(written(f, bus.Header{BarcodeLength: 16, UMILength: 12}, bus.Record{Barcode: 5, UMI: 6, Class: 7, Count: 8}))
	f.Add([]byte("BUS\x00\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		header, records, err := readAll(file)
		if err != nil {
			return
		}
		_, again, err := readAll(written(t, header, records...))
		if err != nil || !slices.Equal(again, records) {
			t.Errorf("%v became %v, %v", records, again, err)
		}
	})
}
