package format_test

import (
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// The values are those that Bob Jenkins's lookup3.c prints in its self-test.
func TestChecksum(t *testing.T) {
	tests := []struct {
		text string
		want uint32
	}{
		{"", 0xdeadbeef},
		{"Four score and seven years ago", 0x17770551},
	}
	for _, tt := range tests {
		if got := format.Checksum([]byte(tt.text)); got != tt.want {
			t.Errorf("Checksum(%q) = %#08x, want %#08x", tt.text, got, tt.want)
		}
	}
}

// Every length modulo 12 must tell apart blocks that differ in any one byte.
func TestChecksumSeesEveryByte(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 25, 63, 64, 65} {
		b := make([]byte, n)
		sum := format.Checksum(b)
		for i := range b {
			b[i] = 0x80
			if format.Checksum(b) == sum {
				t.Errorf("%d bytes: changing byte %d leaves the checksum", n, i)
			}
			b[i] = 0
		}
	}
}
