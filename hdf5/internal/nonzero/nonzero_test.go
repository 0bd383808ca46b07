package nonzero

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// kinds of elements.
var kinds = []struct {
	width int
	float bool
}{{1, false}, {2, false}, {4, false}, {8, false}, {2, true}, {4, true}, {8, true}}

// slowMasks is what Masks does, one element after the other, which it takes for the
// number that it is.
func slowMasks(values []byte, width int, float bool) []uint64 {
	n := len(values) / width
	dst := make([]uint64, (n+63)/64)
	for i := range n {
		if !isZero(values[i*width:][:width], float) {
			dst[i/64] |= 1 << (i % 64)
		}
	}
	return dst
}

func isZero(v []byte, float bool) bool {
	switch {
	case len(v) == 1:
		return v[0] == 0
	case len(v) == 2 && float: // the sign of a float16 is its highest bit
		return binary.NativeEndian.Uint16(v)<<1 == 0
	case len(v) == 2:
		return binary.NativeEndian.Uint16(v) == 0
	case len(v) == 4 && float:
		return math.Float32frombits(binary.NativeEndian.Uint32(v)) == 0
	case len(v) == 4:
		return binary.NativeEndian.Uint32(v) == 0
	case float:
		return math.Float64frombits(binary.NativeEndian.Uint64(v)) == 0
	}
	return binary.NativeEndian.Uint64(v) == 0
}

// telling are bytes that make numbers of all kinds: zeros of both signs, the smallest ones,
// those that are not normal, infinities, NaN.
var telling = []byte{0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x01, 0x7f, 0xff, 0x40}

// telltale fills values with such bytes: often many zeros, sometimes all bytes of an element.
func telltale(rng *rand.Rand, values []byte) {
	share := rng.Float64()
	for i := range values {
		values[i] = 0
		if rng.Float64() < share {
			values[i] = telling[rng.IntN(len(telling))]
		}
	}
}

// checkMasks holds both ways of making masks against slowMasks.
func checkMasks(t *testing.T, values []byte, width int, float bool) {
	t.Helper()
	want := slowMasks(values, width, float)
	got := slices.Repeat([]uint64{0xdead}, len(want)+1)
	if Masks(got, values, width, float); !slices.Equal(got[:len(want)], want) || got[len(want)] != 0xdead {
		t.Fatalf("width %d, float %t, %d bytes % x: %x, want %x", width, float, len(values), values, got, want)
	}
	whole := len(values) / width / group
	if wordMasks(got[:whole], values[:whole*group*width], width, significant(width, float)); !slices.Equal(got[:whole], want[:whole]) {
		t.Fatalf("words: width %d, float %t, % x: %x, want %x", width, float, values, got, want)
	}
}

// All numbers of elements up to more than two masks' worth, at all alignments.
func TestMasks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, kind := range kinds {
		memory := make([]byte, 8+200*kind.width)
		for n := range 200 {
			for offset := range 8 {
				values := memory[offset:][:n*kind.width]
				telltale(rng, values)
				checkMasks(t, values, kind.width, kind.float)
			}
		}
	}
}

// One bit that is set, anywhere in a group, says of one element that it is not zero.
func TestMasksOfSingleBits(t *testing.T) {
	for _, kind := range kinds {
		values := make([]byte, group*kind.width)
		for bit := range 8 * len(values) {
			values[bit/8] = 1 << (bit % 8)
			checkMasks(t, values, kind.width, kind.float)
			values[bit/8] = 0
		}
	}
}

// Nothing is read behind the end, and nothing written.
func TestMasksWithinBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, kind := range kinds {
		for n := 1; n < 200; n++ {
			values := guarded(t, n*kind.width)
			telltale(rng, values)
			got := make([]uint64, Words(n))
			if Masks(got, values, kind.width, kind.float); !slices.Equal(got, slowMasks(values, kind.width, kind.float)) {
				t.Fatalf("width %d: masks of %d elements differ", kind.width, n)
			}
		}
	}
}

func TestMasksRefuses(t *testing.T) {
	for name, call := range map[string]func(){
		"elements of three bytes": func() { Masks(make([]uint64, 1), make([]byte, 3), 3, false) },
		"too few masks":           func() { Masks(make([]uint64, 1), make([]byte, 65), 1, false) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

func FuzzMasks(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0x80, 0, 0, 0, 1}, uint8(1))
	f.Add(make([]byte, 700), uint8(3))
	f.Add(slices.Repeat([]byte{0, 0, 0, 0, 0x80, 0x7f, 0, 0}, 100), uint8(5))
	f.Fuzz(func(t *testing.T, values []byte, kind uint8) {
		k := kinds[int(kind)%len(kinds)]
		checkMasks(t, values[:len(values)/k.width*k.width], k.width, k.float)
	})
}

// One chunk of 64 lines of 64 elements, 7 % of which are not zero.
func BenchmarkMasks(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, width := range []int{1, 2, 4, 8} {
		values := make([]byte, group*group*width)
		for i := 0; i < len(values); i += width {
			if rng.IntN(14) == 0 {
				values[i] = 1
			}
		}
		dst := make([]uint64, Words(group*group))
		for name, masks := range map[string]func(){
			"vectors": func() { Masks(dst, values, width, false) },
			"words":   func() { wordMasks(dst, values, width, significant(width, false)) },
		} {
			b.Run(fmt.Sprintf("%d bytes/%s", width, name), func(b *testing.B) {
				b.SetBytes(int64(len(values)))
				for b.Loop() {
					masks()
				}
			})
		}
	}
}
