package bus

import (
	"encoding/binary"
	"fmt"
)

// recordSize is the size of a record in bytes, the last 4 of which are unused.
const recordSize = 32

// A Record is a number of reads of the same barcode, UMI and equivalence class.
type Record struct {
	Barcode uint64 // see [Encode]
	UMI     uint64
	Class   int32  // equivalence class: see [Classes]
	Count   uint32 // reads
	Flags   uint32 // free for programs to use
}

// decodeRecord decodes the record in 32 bytes.
func decodeRecord(b []byte) Record {
	return Record{
		Barcode: binary.LittleEndian.Uint64(b),
		UMI:     binary.LittleEndian.Uint64(b[8:]),
		Class:   int32(binary.LittleEndian.Uint32(b[16:])),
		Count:   binary.LittleEndian.Uint32(b[20:]),
		Flags:   binary.LittleEndian.Uint32(b[24:]),
	}
}

// append appends the record as it is in a file.
func (r Record) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, r.Barcode)
	dst = binary.LittleEndian.AppendUint64(dst, r.UMI)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(r.Class))
	dst = binary.LittleEndian.AppendUint32(dst, r.Count)
	dst = binary.LittleEndian.AppendUint32(dst, r.Flags)
	return binary.LittleEndian.AppendUint32(dst, 0)
}

// check returns what a record would have to be to go with a header, and what it
// is, or two empty strings.
func (r Record) check(h Header) (want, got string) {
	switch {
	case !fits(r.Barcode, h.BarcodeLength):
		return fmt.Sprintf("a barcode of %d bases", h.BarcodeLength), fmt.Sprintf("the code %#x", r.Barcode)
	case !fits(r.UMI, h.UMILength):
		return fmt.Sprintf("a UMI of %d bases", h.UMILength), fmt.Sprintf("the code %#x", r.UMI)
	case r.Class < 0:
		return "an equivalence class from 0", fmt.Sprint(r.Class)
	}
	return "", ""
}
