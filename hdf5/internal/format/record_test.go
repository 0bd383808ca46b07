package format_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

var wide = format.Sizes{Offset: 8, Length: 8}

// record lays fields out one after another, little-endian and without padding.
// An int is one byte.
func record(fields ...any) []byte {
	var b []byte
	for _, f := range fields {
		switch v := f.(type) {
		case int:
			b = append(b, byte(v))
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		case uint16:
			b = binary.LittleEndian.AppendUint16(b, v)
		case uint32:
			b = binary.LittleEndian.AppendUint32(b, v)
		case uint64:
			b = binary.LittleEndian.AppendUint64(b, v)
		default:
			panic("record: unknown kind of field")
		}
	}
	return b
}

// sealed appends the checksum of a block.
func sealed(fields ...any) []byte {
	b := record(fields...)
	return binary.LittleEndian.AppendUint32(b, format.Checksum(b))
}

// zeros is padding.
func zeros(n int) []byte { return make([]byte, n) }

// wantError checks that err wraps one of the package's sentinels: want, or either
// of them if want is nil.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	switch {
	case err == nil:
		t.Error("no error")
	case want != nil && !errors.Is(err, want):
		t.Errorf("error %q does not wrap %q", err, want)
	case !errors.Is(err, format.ErrCorrupt) && !errors.Is(err, format.ErrUnsupported):
		t.Errorf("error %q wraps neither sentinel", err)
	}
}

// refusesPrefixes checks that every proper prefix of a record is refused.
func refusesPrefixes(t *testing.T, b []byte, decode func([]byte) error) {
	t.Helper()
	if err := decode(b); err != nil {
		t.Errorf("whole record: %v", err)
	}
	for n := range b {
		if err := decode(b[:n:n]); !errors.Is(err, format.ErrCorrupt) {
			t.Errorf("first %d of %d bytes: error %v, want ErrCorrupt", n, len(b), err)
		}
	}
}
