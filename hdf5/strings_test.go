package hdf5

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestStringWriter: strings of all lengths come out as they went in, in order, whatever becomes of the bytes that they
// were made of.
func TestStringWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 1, 7, 64, stringBytes - 1, stringBytes, stringBytes + 1, 3 * stringBytes}), 0, 100).Draw(t, "lengths")
		lengths = slices.Repeat(lengths, rapid.SampledFrom([]int{1, 30}).Draw(t, "times"))
		var w stringWriter
		var want []string
		for i, n := range lengths {
			b := bytes.Repeat([]byte{byte('a' + i%26)}, n)
			want = append(want, string(b))
			if i%5 == 4 {
				w.share(string(b))
			} else {
				w.add(b)
			}
			clear(b)
		}
		if got := w.strings(); !slices.Equal(got, want) {
			t.Fatalf("%d strings are not the %d that were added", len(got), len(want))
		}
	})
}
