package numpy

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// kindOf returns numpy's code for a datatype as the values of an [loom.Array] of it are
// in memory, written with the low byte first.
func kindOf(t *hdf5.Datatype) (string, error) {
	name, bytes := t.String(), t.Size()
	switch {
	case name == "float16":
		return "<f4", nil
	case t.Class() == hdf5.Float && (bytes == 4 || bytes == 8):
		return fmt.Sprintf("<f%d", bytes), nil
	case t.Class() != hdf5.Integer:
		return "", fmt.Errorf("elements of the type %s: %w", t, loom.ErrType)
	case strings.HasPrefix(name, "u"):
		return sized("u", bytes), nil
	}
	return sized("i", bytes), nil
}

// sized says how an integer is written; one byte has no order.
func sized(kind string, bytes int) string {
	order := "<"
	if bytes == 1 {
		order = "|"
	}
	return fmt.Sprintf("%s%s%d", order, kind, bytes)
}

// header returns what a .npy file begins with, as the NPY format of version 1.0 has
// it: a magic string, and the description of the array as a Python dictionary, which
// ends at a multiple of 64 bytes.
func header(kind string, shape ...int) []byte {
	const magic, align = "\x93NUMPY\x01\x00", 64
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = fmt.Sprint(n)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, tuple)
	length := len(magic) + 2 + len(text) + 1
	text += strings.Repeat(" ", (align-length%align)%align) + "\n"
	return append(binary.LittleEndian.AppendUint16([]byte(magic), uint16(len(text))), text...)
}
