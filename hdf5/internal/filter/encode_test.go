package filter

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

// encodable are filters that Encode applies to every chunk.
var encodable = []Spec{
	{ID: idDeflate, Params: []uint32{0}},
	{ID: idDeflate, Params: []uint32{1}},
	{ID: idDeflate, Params: []uint32{2}},
	{ID: idDeflate, Params: []uint32{4}},
	{ID: idDeflate, Params: []uint32{6}},
	{ID: idDeflate, Params: []uint32{9}},
	{ID: idShuffle, Params: []uint32{1}},
	{ID: idShuffle, Params: []uint32{2}},
	{ID: idShuffle, Params: []uint32{3}},
	{ID: idShuffle, Params: []uint32{4}},
	{ID: idShuffle, Params: []uint32{8}},
	{ID: idFletcher32},
	{ID: idZstd},
	{ID: idZstd, Params: []uint32{1}},
}

// unencodable are filters that Encode always skips.
var unencodable = []Spec{
	{ID: idDeflate},
	{ID: idDeflate, Params: []uint32{10}},
	{ID: idDeflate, Params: []uint32{6, 6}},
	{ID: idShuffle},
	{ID: idShuffle, Params: []uint32{0}},
	{ID: idShuffle, Params: []uint32{4, 4}},
	{ID: idSzip, Params: []uint32{141, 32, 8, 64}},
	{ID: idNbit, Params: []uint32{8, 0, 16, nbitNumber, 4, 0, 17, 5}},
	{ID: idScaleOffset, Params: scaleOffsetParams(16, 4, 0, 0, 0)},
	{ID: idBlosc},
	{ID: idLZ4},
	{ID: idBitshuffle, Params: []uint32{0, 3, 4}},
	{ID: 40000, Name: "something else"},
}

// mustEncode encodes a chunk, holds the result to what Encode promises of
// every one, and returns it.
func mustEncode(t rapid.TB, p *Pipeline, data []byte) ([]byte, uint32) {
	t.Helper()
	before := slices.Clone(data)
	out, mask, err := p.Encode(nil, data)
	if err != nil {
		t.Fatalf("%v: %v", p.Names(), err)
	}
	if !bytes.Equal(data, before) {
		t.Fatalf("%v: the chunk was changed", p.Names())
	}
	if most := p.MaxDecoded(uint64(len(out)), mask); most < uint64(len(data)) {
		t.Errorf("%v: MaxDecoded = %d, less than the %d bytes that are there", p.Names(), most, len(data))
	}
	got, err := p.Decode(nil, out, len(data), mask)
	if err != nil {
		t.Fatalf("%v: mask %b: %v", p.Names(), mask, err)
	}
	if !bytes.Equal(got, data) {
		t.Fatalf("%v: mask %b: decoded bytes differ", p.Names(), mask)
	}
	return out, mask
}

// drawChunk draws a chunk of any kind and of a size that may be an edge.
func drawChunk(t *rapid.T) []byte {
	size := rapid.OneOf(rapid.SampledFrom(sizes), rapid.IntRange(0, 5000)).Draw(t, "size")
	seed := rapid.Uint64Range(0, 9).Draw(t, "seed")
	switch rapid.SampledFrom([]string{"zeros", "counts", "noise", "text"}).Draw(t, "kind") {
	case "zeros":
		return make([]byte, size)
	case "counts":
		return sample(size, seed)
	case "noise":
		return noise(size, seed)
	}
	words := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 40), 1, 8).Draw(t, "words")
	var text []byte
	for i := uint64(0); len(text) < size; i = i*5 + 1 + seed {
		text = append(text, words[i%uint64(len(words))]...)
	}
	return text[:size]
}

func TestEncodeRoundTrip(t *testing.T) {
	every := append(slices.Concat(encodable, unencodable), Spec{ID: idLZF})
	rapid.Check(t, func(t *rapid.T) {
		specs := rapid.SliceOfN(rapid.SampledFrom(every), 0, 6).Draw(t, "filters")
		p := New(specs, 4)
		data := drawChunk(t)
		out, mask := mustEncode(t, p, data)

		for i, spec := range specs {
			is := func(s Spec) bool { return s.ID == spec.ID && slices.Equal(s.Params, spec.Params) }
			skip := slices.ContainsFunc(unencodable, is)
			if spec.ID != idLZF && skipped(mask, i) != skip {
				t.Errorf("mask %b: filter %d skipped is %v, want %v", mask, i, !skip, skip)
			}
		}
		if extra := mask >> len(specs); extra != 0 {
			t.Errorf("mask %b of %d filters", mask, len(specs))
		}

		// Whatever the compressors met in between, and wherever the result goes.
		if _, _, err := p.Encode(nil, drawChunk(t)); err != nil {
			t.Fatal(err)
		}
		dst := bytes.Repeat([]byte{0xaa}, rapid.IntRange(0, 6000).Draw(t, "dst"))
		again, mask2, err := p.Encode(dst, data)
		if err != nil || mask2 != mask || !bytes.Equal(again, out) {
			t.Fatalf("a second time: %d bytes, mask %b, error %v, not %d bytes, mask %b", len(again), mask2, err, len(out), mask)
		}
	})
}

// The stored bytes are those of the filters' definitions, one by one.
func TestEncodeEachFilter(t *testing.T) {
	eachContent(t, func(t *testing.T, data []byte) {
		for _, width := range []int{1, 2, 3, 4, 5, 8, 16, 100} {
			p := New([]Spec{{ID: idShuffle, Params: []uint32{uint32(width)}}}, 4)
			if got, _ := mustEncode(t, p, data); !bytes.Equal(got, encodeShuffle(data, width)) {
				t.Errorf("shuffle of width %d: wrong bytes", width)
			}
		}
		if got, _ := mustEncode(t, New([]Spec{{ID: idFletcher32}}, 4), data); !bytes.Equal(got, encodeFletcher32(data)) {
			t.Error("fletcher32: wrong bytes")
		}
		for level := range uint32(maxDeflateLevel + 1) {
			stored, _ := mustEncode(t, New([]Spec{{ID: idDeflate, Params: []uint32{level}}}, 4), data)
			if len(stored) > len(data)+len(data)/1000+16 {
				t.Errorf("deflate level %d: %d bytes become %d", level, len(data), len(stored))
			}
			r, err := zlib.NewReader(bytes.NewReader(stored))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
				t.Errorf("deflate level %d: not what Go's zlib reads: %v", level, err)
			}
		}
	})
}

func TestEncodeLZF(t *testing.T) {
	p := New([]Spec{{ID: idLZF}}, 4)
	for _, tt := range []struct {
		name    string
		data    []byte
		most    int // bytes that it becomes
		skipped bool
	}{
		{"nothing", nil, 0, true},
		{"one byte", []byte{0}, 1, true},
		{"noise", noise(5000, 1), 5000, true},
		{"the longest match", make([]byte, 1+lzfMaxMatch), 2 + 3, false},
		{"one byte more", make([]byte, 2+lzfMaxMatch), 2 + 3 + 2, false},
		{"a match of 8", []byte("01234567--01234567--"), 12 + 2, false},
		{"a match of 9", []byte("012345678--012345678--"), 12 + 3, false},
		{"as far as a match can be", slices.Concat([]byte("0123456789abcdef"), make([]byte, lzfMaxDistance-16), []byte("0123456789abcdef")), 130, false},
		{"farther", slices.Concat([]byte("0123456789abcdef"), make([]byte, lzfMaxDistance-15), []byte("0123456789abcdef")), 144, false},
		{"zeros", make([]byte, 1<<16), 3 * (1<<16/lzfMaxMatch + 2), false},
		{"counts", sample(1<<16, 1), 1 << 16 / 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, mask := mustEncode(t, p, tt.data)
			if skip := mask == 1; skip != tt.skipped {
				t.Errorf("skipped is %v, want %v", skip, tt.skipped)
			}
			if len(out) > tt.most {
				t.Errorf("%d bytes become %d, want at most %d", len(tt.data), len(out), tt.most)
			}
		})
	}
}

// The plug-in asks the frame how much memory to allocate.
func TestEncodeZstdDeclaresSize(t *testing.T) {
	for _, size := range append(sizes, 255, 256, 1023, 1024, 1025, 1<<22+1) {
		for _, level := range []int32{-5, 1, 3, 7, 19} {
			p := New([]Spec{{ID: idZstd, Params: []uint32{uint32(level)}}}, 4)
			stored, _ := mustEncode(t, p, make([]byte, size))
			var header zstd.Header
			if err := header.Decode(stored); err != nil {
				t.Fatal(err)
			}
			if !header.HasFCS || header.FrameContentSize != uint64(size) {
				t.Errorf("level %d: frame of %d bytes declares %d (%v)", level, size, header.FrameContentSize, header.HasFCS)
			}
		}
	}
}

func TestEncodeUsesDst(t *testing.T) {
	data := sample(4000, 1)
	for _, specs := range [][]Spec{
		nil,
		{{ID: idSzip}},
		{{ID: idShuffle, Params: []uint32{4}}},
		{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate, Params: []uint32{2}}},
		{{ID: idDeflate, Params: []uint32{2}}, {ID: idFletcher32}, {ID: idSzip}},
		{{ID: idDeflate, Params: []uint32{2}}, {ID: idLZF}}, // which gains nothing
	} {
		p := New(specs, 4)
		dst := make([]byte, 3, len(data))
		got, _, err := p.Encode(dst, data)
		if err != nil {
			t.Fatal(p.Names(), err)
		}
		if &got[0] != &dst[0] {
			t.Errorf("%v: the result is not in dst, which has room for it", p.Names())
		}
	}
}

func TestEncodeTooManyFilters(t *testing.T) {
	specs := slices.Repeat([]Spec{{ID: idSzip}}, maxFilters)
	if _, mask := mustEncode(t, New(specs, 4), sample(100, 1)); mask != 1<<maxFilters-1 {
		t.Errorf("mask %b, want all of %d bits", mask, maxFilters)
	}
	if _, _, err := New(append(specs, specs[0]), 4).Encode(nil, nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v, want ErrCorrupt", err)
	}
}

func TestEncodeDoesNotAllocate(t *testing.T) {
	data := sample(1<<13, 1)
	for _, specs := range [][]Spec{
		{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate, Params: []uint32{2}}, {ID: idFletcher32}},
		{{ID: idDeflate, Params: []uint32{6}}},
		{{ID: idDeflate, Params: []uint32{9}}},
		{{ID: idLZF}, {ID: idDeflate, Params: []uint32{0}}, {ID: idLZF}},
		{{ID: idZstd}},
		{{ID: idScaleOffset}},
	} {
		p := New(specs, 4)
		dst := make([]byte, 0, len(data)+4096)
		allocs := testing.AllocsPerRun(50, func() {
			if _, _, err := p.Encode(dst, data); err != nil {
				t.Fatal(err)
			}
		})
		// The pool may be emptied at any time, and is at random under -race.
		if allocs >= 1 && !raceEnabled {
			t.Errorf("%v: %v allocations per chunk, want none", p.Names(), allocs)
		}
	}
}

func TestEncodeConcurrently(t *testing.T) {
	p := New([]Spec{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate, Params: []uint32{2}}, {ID: idZstd}, {ID: idLZF}, {ID: idFletcher32}}, 4)
	var want [][]byte
	for seed := range uint64(20) {
		out, _ := mustEncode(t, p, sample(int(seed)*999, seed))
		want = append(want, out)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var dst []byte
			for seed, want := range want {
				out, _, err := p.Encode(dst, sample(seed*999, uint64(seed)))
				if err != nil || !bytes.Equal(out, want) {
					t.Errorf("chunk %d: other bytes than when alone, error %v", seed, err)
				}
				dst = out
			}
		})
	}
	wg.Wait()
}

// FuzzEncode holds Encode to its promises for any bytes; each byte of filters
// chooses one.
func FuzzEncode(f *testing.F) {
	specs := append(slices.Concat(encodable, unencodable), Spec{ID: idLZF})
	f.Add([]byte{9, 4, 11}, sample(1000, 1))
	f.Add([]byte{byte(len(specs) - 1)}, []byte(strings.Repeat("012345678--", 40)))
	f.Add([]byte{12, 20, 0}, noise(65, 1))
	f.Fuzz(func(t *testing.T, filters, data []byte) {
		var chosen []Spec
		for _, c := range filters[:min(len(filters), 8)] {
			chosen = append(chosen, specs[int(c)%len(specs)])
		}
		mustEncode(t, New(chosen, 4), data)
	})
}

func TestAllZero(t *testing.T) {
	for _, size := range append(sizes, 0, 9, 127, 128, 129) {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			data := make([]byte, size)
			if !AllZero(data) {
				t.Error("zeros are not all zero")
			}
			for i := 0; i < size; i += 1 + i/200 {
				data[i] = 0x80
				if AllZero(data) {
					t.Errorf("all zero in spite of byte %d", i)
				}
				data[i] = 0
			}
			if size > 0 && AllZero(bytes.Repeat([]byte{7}, size)) {
				t.Error("sevens are all zero")
			}
		})
	}
}
