package bus_test

import (
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/convert/bus"
	"pgregory.net/rapid"
)

// writeText writes a file for a test and returns its path.
func writeText(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCorrect holds corrections against the definition: of all barcodes on the list
// that differ in one base there must be one.
func TestCorrect(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.SampledFrom([]int{1, 2, 3, 5, 11, 16, 32}).Draw(t, "length")
		barcode := rapid.StringOfN(rapid.RuneFrom([]rune("ACGT")), length, length, -1)
		list := rapid.SliceOfN(barcode, 1, 40).Draw(t, "whitelist")
		path := filepath.Join(dir, "list.txt")
		if err := os.WriteFile(path, []byte(strings.Join(list, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
		w, err := bus.ReadWhitelist(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		seen := []byte(rapid.OneOf(barcode, rapid.SampledFrom(list)).Draw(t, "barcode"))
		if rapid.Bool().Draw(t, "error") {
			seen[rapid.IntRange(0, length-1).Draw(t, "position")] = 'G'
		}
		want := corrected(string(seen), list)
		code, err := bus.Encode(string(seen))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := w.Correct(code)
		if ok != (want != "") || ok && bus.Decode(got, length) != want {
			t.Errorf("%s is corrected to %s, %v, want %q of %v", seen, bus.Decode(got, length), ok, want, list)
		}
		if w.Has(code) != slices.Contains(list, string(seen)) {
			t.Errorf("Has(%s) is %v of %v", seen, w.Has(code), list)
		}
	})
}

// corrected returns what a barcode is corrected to, or "".
func corrected(barcode string, list []string) string {
	if slices.Contains(list, barcode) {
		return barcode
	}
	near := map[string]bool{}
	for _, other := range list {
		different := 0
		for i := range barcode {
			if barcode[i] != other[i] {
				different++
			}
		}
		if different == 1 {
			near[other] = true
		}
	}
	if len(near) != 1 {
		return ""
	}
	for other := range near {
		return other
	}
	return ""
}

func TestReadWhitelist(t *testing.T) {
	path := writeText(t, "list.txt", "ACGT\r\nACGA\r\nACGT\r\n\r\n")
	w, err := bus.ReadWhitelist(context.Background(), path)
	if err != nil || w.Len() != 2 || w.BarcodeLength() != 4 {
		t.Errorf("%v, want 2 barcodes of 4 bases; %v", w, err)
	}
	packed := filepath.Join(t.TempDir(), "list.txt.gz")
	file, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gz := gzip.NewWriter(file)
	gz.Write([]byte("ACGT\nACGA"))
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	w, err = bus.ReadWhitelist(context.Background(), packed)
	if err != nil || w.Len() != 2 {
		t.Errorf("%v, want 2 barcodes; %v", w, err)
	}
	if w.Has(1<<40) || w.Has(256) {
		t.Error("has codes that are too long")
	}
	if _, ok := w.Correct(256); ok {
		t.Error("corrects a code that is too long")
	}
}
