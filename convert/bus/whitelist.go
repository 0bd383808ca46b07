package bus

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/convert/internal/textfile"
)

// A Whitelist is the barcodes that a chemistry uses. It takes 8 bytes a barcode, and 4 MiB
// to find them by: 58 MiB for the 6.8 million of 10x v3.
type Whitelist struct {
	length int
	codes  []uint64 // ascending
	starts []uint32 // of the codes with the same highest bits; see bucket
}

// bucketBits is how many of a code's highest bits number a bucket of codes. A look-up
// touches one bucket.
const bucketBits = 20

// ReadWhitelist reads a file of one barcode a line, compressed by gzip or not. A file without
// barcodes, with letters other than A, C, G and T, or with barcodes of different lengths or more
// than 32 bases is a [*FormatError]. Barcodes may repeat.
func ReadWhitelist(ctx context.Context, path string) (*Whitelist, error) {
	w := &Whitelist{}
	for line, err := range textfile.Lines(ctx, path) {
		if err != nil {
			return nil, err
		}
		if line.Text == "" && w.length > 0 {
			continue
		}
		if err := w.add(line.Text); err != nil {
			err.File, err.Place = path, fmt.Sprintf("line %d", line.Number)
			return nil, err
		}
	}
	if len(w.codes) == 0 {
		return nil, &FormatError{path, "", "a barcode on each line", "an empty file"}
	}
	w.index()
	return w, nil
}

// add adds a barcode. The first one says how long all are.
func (w *Whitelist) add(barcode string) *FormatError {
	if w.length == 0 {
		if len(barcode) < 1 || len(barcode) > maxBases {
			return &FormatError{Want: "a barcode of 1 to 32 bases", Got: fmt.Sprintf("%d letters", len(barcode))}
		}
		w.length = len(barcode)
	}
	if len(barcode) != w.length {
		return &FormatError{Want: fmt.Sprintf("a barcode of %d bases as on the lines before", w.length), Got: fmt.Sprintf("%d letters", len(barcode))}
	}
	code, err := Encode(barcode)
	if err != nil {
		return &FormatError{Want: "a barcode of the bases A, C, G and T", Got: fmt.Sprintf("%q", barcode)}
	}
	w.codes = append(w.codes, code)
	return nil
}

// index sorts the barcodes and finds where each bucket begins.
func (w *Whitelist) index() {
	slices.Sort(w.codes)
	w.codes = slices.Clip(slices.Compact(w.codes))
	w.starts = make([]uint32, 1<<min(bucketBits, 2*w.length)+1)
	for _, code := range w.codes {
		w.starts[w.bucket(code)+1]++
	}
	for i := 1; i < len(w.starts); i++ {
		w.starts[i] += w.starts[i-1]
	}
}

// bucket returns the number of the bucket that a code is in.
func (w *Whitelist) bucket(code uint64) int {
	return int(code >> max(2*w.length-bucketBits, 0))
}

// Len returns the number of different barcodes.
func (w *Whitelist) Len() int { return len(w.codes) }

// BarcodeLength returns the number of bases that each barcode has.
func (w *Whitelist) BarcodeLength() int { return w.length }

// Has reports whether a barcode is on the list, as the code that [Encode] makes of it.
func (w *Whitelist) Has(code uint64) bool {
	if !fits(code, w.length) {
		return false
	}
	b := w.bucket(code)
	_, found := slices.BinarySearch(w.codes[w.starts[b]:w.starts[b+1]], code)
	return found
}

// Correct returns the barcode on the list that a read comes from: its own, or else the only
// one that differs in one base. It returns false if there is none, or several: which
// of them it was cannot be known.
func (w *Whitelist) Correct(code uint64) (uint64, bool) {
	if w.Has(code) {
		return code, true
	}
	if !fits(code, w.length) {
		return 0, false
	}
	var corrected uint64
	found := false
	for position := range w.length {
		for change := uint64(1); change < 4; change++ {
			neighbour := code ^ change<<(2*position)
			if !w.Has(neighbour) {
				continue
			}
			if found {
				return 0, false
			}
			corrected, found = neighbour, true
		}
	}
	return corrected, found
}
