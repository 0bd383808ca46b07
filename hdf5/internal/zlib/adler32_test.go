package zlib_test

import (
	"bytes"
	"hash/adler32"
	"math/rand/v2"
	"testing"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

func TestAdler32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 10_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	check := func(p []byte) {
		t.Helper()
		if got, want := zlib.Adler32(p), adler32.Checksum(p); got != want {
			t.Errorf("%d bytes: %#x, want %#x", len(p), got, want)
		}
	}
	ones := bytes.Repeat([]byte{0xff}, 10_000)
	for n := range len(noise) + 1 {
		check(noise[:n])
		check(ones[:n]) // the lanes are as full as they can be
		check(noise[len(noise)-n:])
	}
	// Sums that are just below, at and above a multiple of the modulus: 65520 is
	// 256*255 + 240.
	for _, last := range []byte{239, 240, 241} {
		p := append(bytes.Repeat([]byte{0xff}, 256), last)
		for zeros := range 300 {
			check(append(p, make([]byte, zeros)...))
		}
	}
	for _, n := range []int{1<<20 - 1, 1 << 20, 1<<20 + 1, 5<<20 + 3} {
		check(bytes.Repeat([]byte{0xff}, n))
	}
}

// Nothing is read behind the end, wherever memory begins.
func TestAdler32WithinBounds(t *testing.T) {
	var g guard
	rng := rand.New(rand.NewPCG(2, 2))
	for n := range 500 {
		p := g.bytes(t, n)
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
		if got, want := zlib.Adler32(p), adler32.Checksum(p); got != want {
			t.Errorf("%d bytes: %#x, want %#x", n, got, want)
		}
	}
}

func FuzzAdler32(f *testing.F) {
	f.Add([]byte("Wikipedia"), uint16(0), uint16(1))
	f.Add(bytes.Repeat([]byte{0xff}, 100), uint16(1), uint16(3000))
	f.Fuzz(func(t *testing.T, p []byte, from, times uint16) {
		p = bytes.Repeat(p, min(int(times), 1<<22/(len(p)+1)))
		p = p[min(int(from), len(p)):]
		if got, want := zlib.Adler32(p), adler32.Checksum(p); got != want {
			t.Errorf("%d bytes: %#x, want %#x", len(p), got, want)
		}
	})
}
