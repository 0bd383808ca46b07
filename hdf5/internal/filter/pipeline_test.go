package filter

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// sizes are the chunk sizes that every filter is tried at.
var sizes = []int{0, 1, 2, 3, 7, 8, 63, 64, 65, 511, 512, 513, 4099, 1<<15 + 1}

// sample returns n bytes of counts as a matrix of them looks: mostly zero,
// else small 32-bit numbers.
func sample(n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]byte, n)
	for i := 0; i < n; i += 4 {
		if rng.IntN(10) == 0 {
			out[i] = byte(rng.IntN(40))
		}
	}
	return out
}

// noise returns n bytes that do not compress.
func noise(n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

func encodeDeflate(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := zlib.NewWriterLevel(&buf, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodeShuffle(data []byte, width int) []byte {
	out := slices.Clone(data)
	n := len(data) / width
	for i := range n {
		for b := range width {
			out[b*n+i] = data[i*width+b]
		}
	}
	return out
}

// encodeFletcher32 appends the checksum, word by word as its definition has it.
func encodeFletcher32(data []byte) []byte {
	var a, b uint64
	add := func(word uint64) {
		a += word
		a = a&0xffff + a>>16
		b += a
		b = b&0xffff + b>>16
	}
	for i := 0; i+1 < len(data); i += 2 {
		add(uint64(data[i])<<8 | uint64(data[i+1]))
	}
	if len(data)%2 == 1 {
		add(uint64(data[len(data)-1]) << 8)
	}
	return binary.LittleEndian.AppendUint32(slices.Clone(data), uint32(b<<16|a))
}

// mustDecode decodes a chunk and compares it.
func mustDecode(t *testing.T, p *Pipeline, stored, want []byte, mask uint32) {
	t.Helper()
	before := slices.Clone(stored)
	got, err := p.Decode(nil, stored, len(want), mask)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("decoded %d bytes that differ from the %d that were stored", len(got), len(want))
	}
	if !bytes.Equal(stored, before) {
		t.Fatal("the stored bytes were changed")
	}
}

func TestPipelineOrderAndMask(t *testing.T) {
	p := New([]Spec{
		{ID: idShuffle, Params: []uint32{4}},
		{ID: idDeflate, Params: []uint32{6}},
		{ID: idFletcher32},
	}, 4)
	for _, size := range sizes {
		data := sample(size, 1)
		for mask := range uint32(8) {
			t.Run(fmt.Sprintf("size=%d/mask=%03b", size, mask), func(t *testing.T) {
				stored := data
				if mask&1 == 0 {
					stored = encodeShuffle(stored, 4)
				}
				if mask&2 == 0 {
					stored = encodeDeflate(t, stored, 6)
				}
				if mask&4 == 0 {
					stored = encodeFletcher32(stored)
				}
				mustDecode(t, p, stored, data, mask)
				if most := p.MaxDecoded(uint64(len(stored)), mask); most < uint64(size) {
					t.Errorf("MaxDecoded = %d, less than the %d bytes that are there", most, size)
				}
			})
		}
	}
}

func TestDecodeUsesDst(t *testing.T) {
	data := sample(1000, 1)
	for _, specs := range [][]Spec{
		nil,
		{{ID: idFletcher32}},
		{{ID: idDeflate}},
		{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate}},
		{{ID: idFletcher32}, {ID: idDeflate}},
	} {
		stored := data
		for _, spec := range specs {
			switch spec.ID {
			case idFletcher32:
				stored = encodeFletcher32(stored)
			case idDeflate:
				stored = encodeDeflate(t, stored, 1)
			case idShuffle:
				stored = encodeShuffle(stored, 4)
			}
		}
		p := New(specs, 4)
		dst := make([]byte, 3, 1000)
		got, err := p.Decode(dst, stored, 1000, 0)
		if err != nil {
			t.Fatal(p.Names(), err)
		}
		if &got[0] != &dst[0] {
			t.Errorf("%v: the result is not in dst, which has room for it", p.Names())
		}
		if !bytes.Equal(got, data) {
			t.Errorf("%v: wrong bytes", p.Names())
		}
	}
}

func TestUnknownFilter(t *testing.T) {
	p := New([]Spec{{ID: 40000, Name: "my\x1bfilter"}, {ID: idSzip}, {ID: idDeflate}}, 4)
	if got, want := p.Names(), []string{"filter 40000 (my\ufffdfilter)", "szip", "deflate"}; !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	if got, want := p.Unknown(), []string{"filter 40000 (my\ufffdfilter)", "szip"}; !slices.Equal(got, want) {
		t.Errorf("Unknown() = %q, want %q", got, want)
	}
	data := sample(100, 1)
	stored := encodeDeflate(t, data, 6)
	mustDecode(t, p, stored, data, 0b011)

	for mask, want := range map[uint32]UnknownError{
		0b000: {ID: 40000, Name: "my\x1bfilter"},
		0b001: {ID: idSzip, Name: "szip"},
	} {
		_, err := p.Decode(nil, stored, len(data), mask)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || *unknown != want {
			t.Errorf("mask %03b: error %v, want %v", mask, err, &want)
		}
		if most := p.MaxDecoded(1, mask); most != math.MaxUint64 {
			t.Errorf("mask %03b: MaxDecoded = %d, want the largest uint64", mask, most)
		}
	}
}

func TestCorruptChunk(t *testing.T) {
	data := sample(1000, 1)
	deflated := encodeDeflate(t, data, 6)
	badSum := slices.Clone(deflated)
	badSum[len(badSum)-1] ^= 1
	many := make([]Spec, maxFilters+1)
	for i := range many {
		many[i].ID = idFletcher32
	}
	for _, tt := range []struct {
		name   string
		specs  []Spec
		stored []byte
		size   int
	}{
		{"no filter, too short", nil, data, 1001},
		{"no filter, too long", nil, data, 999},
		{"negative size", nil, data, -1},
		{"deflate, too short", []Spec{{ID: idDeflate}}, deflated, 1001},
		{"deflate, too long", []Spec{{ID: idDeflate}}, deflated, 999},
		{"deflate, cut", []Spec{{ID: idDeflate}}, deflated[:len(deflated)-5], 1000},
		{"deflate, cut checksum", []Spec{{ID: idDeflate}}, deflated[:len(deflated)-1], 1000},
		{"deflate, wrong checksum", []Spec{{ID: idDeflate}}, badSum, 1000},
		{"deflate, nothing", []Spec{{ID: idDeflate}}, nil, 1000},
		{"deflate, cannot expand so far", []Spec{{ID: idDeflate}}, deflated, math.MaxInt},
		{"fletcher32, nothing", []Spec{{ID: idFletcher32}}, nil, 0},
		{"fletcher32, wrong", []Spec{{ID: idFletcher32}}, data, 996},
		{"shuffle, too long", []Spec{{ID: idShuffle, Params: []uint32{4}}}, data, 999},
		{"shuffle, no width", []Spec{{ID: idShuffle, Params: []uint32{0}}}, data, 1000},
		{"more filters than a mask has bits", many, data, 1000 - 4*len(many)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(tt.specs, 4).Decode(nil, tt.stored, tt.size, 0); !errors.Is(err, ErrCorrupt) {
				t.Errorf("error %v, want ErrCorrupt", err)
			}
		})
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	data := sample(1<<16, 1)
	stored := encodeFletcher32(encodeDeflate(t, encodeShuffle(data, 4), 6))
	p := New([]Spec{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate}, {ID: idFletcher32}}, 4)
	dst := make([]byte, len(data))
	allocs := testing.AllocsPerRun(50, func() {
		if _, err := p.Decode(dst, stored, len(data), 0); err != nil {
			t.Fatal(err)
		}
	})
	// The pool may be emptied at any time, and is at random under -race.
	if allocs >= 1 && !raceEnabled {
		t.Errorf("%v allocations per chunk, want none", allocs)
	}
}

// A compressor may be given what another has made longer than the chunk is.
func TestStackedFilters(t *testing.T) {
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]struct {
		spec   Spec
		encode func([]byte) []byte
	}{
		"deflate":    {Spec{ID: idDeflate}, func(b []byte) []byte { return encodeDeflate(t, b, 0) }},
		"lzf":        {Spec{ID: idLZF}, encodeLZF},
		"zstd":       {Spec{ID: idZstd}, func(b []byte) []byte { return enc.EncodeAll(b, nil) }},
		"fletcher32": {Spec{ID: idFletcher32}, encodeFletcher32},
		"blosc": {Spec{ID: idBlosc}, func(b []byte) []byte {
			return encodeBlosc(b, 4096, bloscSnappy, func(b []byte) []byte { return snappy.Encode(nil, b) })
		}},
		"bitshuffle": {Spec{ID: idBitshuffle, Params: []uint32{0, 0, 4}}, func(b []byte) []byte {
			return encodeBitshuffle(b, 4, 2048)
		}},
	}
	data := noise(2000, 1)
	for name, f := range first {
		t.Run(name, func(t *testing.T) {
			p := New([]Spec{f.spec, {ID: idDeflate}, {ID: idFletcher32}}, 4)
			mustDecode(t, p, encodeFletcher32(encodeDeflate(t, f.encode(data), 6)), data, 0)
		})
	}
}

func TestDecodeConcurrently(t *testing.T) {
	list := fixtures(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var dst []byte
			for _, f := range list {
				got, err := f.pipeline().Decode(dst, f.Stored, f.Size, f.Mask)
				if err != nil {
					t.Errorf("%s: %v", f.name, err)
					continue
				}
				if sum := sha256.Sum256(got); hex.EncodeToString(sum[:]) != f.SHA256 {
					t.Errorf("%s: wrong bytes", f.name)
				}
				dst = got
			}
		})
	}
	wg.Wait()
}
