package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// How a BUS file begins, see the BUS format specification: magic, version, the
// lengths of barcodes, UMIs and the text, and the text.
const (
	magic       = "BUS\x00"
	version     = 1
	fixedHeader = 20
	maxText     = 1 << 20 // a limit of ours; programs write a line, if anything
)

// A Header is what a BUS file says of its records.
type Header struct {
	BarcodeLength int    // bases, 1 to 32
	UMILength     int    // bases, 1 to 32
	Text          string // free text, mostly empty
}

// readHeader reads the header of a file of the given name.
func readHeader(src io.Reader, name string) (Header, error) {
	fail := func(want, got string) (Header, error) {
		return Header{}, &FormatError{name, "header", want, got}
	}
	var fixed [fixedHeader]byte
	if n, err := io.ReadFull(src, fixed[:]); err != nil {
		if !atEnd(err) {
			return Header{}, fmt.Errorf("%s: header: %w", name, err)
		}
		return fail(fmt.Sprintf("%d bytes", fixedHeader), fmt.Sprintf("the end of the file after %d", n))
	}
	if string(fixed[:4]) != magic {
		return fail(fmt.Sprintf("the magic bytes %q of a BUS file", magic), fmt.Sprintf("%q", fixed[:4]))
	}
	if v := binary.LittleEndian.Uint32(fixed[4:]); v != version {
		return fail(fmt.Sprintf("version %d of the BUS format", version), fmt.Sprintf("version %d", v))
	}
	barcode, umi, text := binary.LittleEndian.Uint32(fixed[8:]), binary.LittleEndian.Uint32(fixed[12:]), binary.LittleEndian.Uint32(fixed[16:])
	if barcode < 1 || barcode > maxBases {
		return fail("a barcode length of 1 to 32 bases", fmt.Sprint(barcode))
	}
	if umi < 1 || umi > maxBases {
		return fail("a UMI length of 1 to 32 bases", fmt.Sprint(umi))
	}
	if text > maxText {
		return fail(fmt.Sprintf("at most %d bytes of text", maxText), fmt.Sprint(text))
	}
	free := make([]byte, text)
	if n, err := io.ReadFull(src, free); err != nil {
		if !atEnd(err) {
			return Header{}, fmt.Errorf("%s: header: %w", name, err)
		}
		return fail(fmt.Sprintf("%d bytes of text", text), fmt.Sprintf("the end of the file after %d", n))
	}
	return Header{int(barcode), int(umi), string(free)}, nil
}

// atEnd reports whether reading has failed because there is no more to read.
func atEnd(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// check reports what of a header cannot be written.
func (h Header) check() error {
	if h.BarcodeLength < 1 || h.BarcodeLength > maxBases {
		return fmt.Errorf("barcode length %d, want 1 to %d bases", h.BarcodeLength, maxBases)
	}
	if h.UMILength < 1 || h.UMILength > maxBases {
		return fmt.Errorf("UMI length %d, want 1 to %d bases", h.UMILength, maxBases)
	}
	if len(h.Text) > maxText {
		return fmt.Errorf("text of %d bytes, want at most %d", len(h.Text), maxText)
	}
	return nil
}

// append appends the header as it is in a file.
func (h Header) append(dst []byte) []byte {
	dst = append(dst, magic...)
	for _, v := range []int{version, h.BarcodeLength, h.UMILength, len(h.Text)} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return append(dst, h.Text...)
}
