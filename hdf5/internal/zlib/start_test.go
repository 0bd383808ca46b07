package zlib_test

import (
	"bytes"
	"testing"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

// What InflateStart gives is the start of what there is, as long as was asked for, for
// blocks of all kinds and wherever it ends in them.
func TestInflateStart(t *testing.T) {
	for kind, chunks := range benchChunks(1) {
		data := chunks[0]
		for _, level := range []int{0, 1, 6, 9} {
			stream := compressed(t, data, level)
			for _, enough := range []int{0, 1, 2, 63, 64, 65, 255, 4096, len(data) - 600, len(data) - 300, len(data) - 1, len(data)} {
				var f zlib.Inflater
				got := make([]byte, len(data))
				n, err := f.InflateStart(got, stream, enough)
				if err != nil || n < enough || !bytes.Equal(got[:enough], data[:enough]) {
					t.Fatalf("%s, level %d: %d bytes of %d wanted, error %v", kind, level, n, enough, err)
				}
			}
		}
	}
}

// A stream that breaks off is no error before the end of it is reached.
func TestInflateStartOfCutStream(t *testing.T) {
	data := counts(1)
	stream := compressed(t, data, 2)
	var f zlib.Inflater
	if _, err := f.InflateStart(make([]byte, len(data)), stream[:len(stream)*3/4], len(data)/8); err != nil {
		t.Error(err)
	}
	if _, err := f.InflateStart(make([]byte, len(data)), stream[:len(stream)/4], len(data)); err == nil {
		t.Error("a quarter of a stream gives all bytes")
	}
}
