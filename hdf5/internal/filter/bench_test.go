package filter

import (
	"fmt"
	"testing"
)

// benchmarkDecode measures one chunk of a Loom file's default size.
func benchmarkDecode(b *testing.B, specs []Spec, stored []byte, size int) {
	p := New(specs, 4)
	dst := make([]byte, size)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Decode(dst, stored, size, 0); err != nil {
			b.Fatal(err)
		}
	}
}

const benchSize = 64 * 64 * 4

func BenchmarkDeflate(b *testing.B) {
	for name, content := range contents {
		b.Run(name, func(b *testing.B) {
			benchmarkDecode(b, []Spec{{ID: idDeflate}}, encodeDeflate(b, content(benchSize), 2), benchSize)
		})
	}
}

func BenchmarkShuffle(b *testing.B) {
	for _, width := range []int{2, 3, 4, 8} {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			specs := []Spec{{ID: idShuffle, Params: []uint32{uint32(width)}}}
			benchmarkDecode(b, specs, noise(benchSize, 1), benchSize)
		})
	}
}

func BenchmarkShuffleDeflate(b *testing.B) {
	specs := []Spec{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate}}
	stored := encodeDeflate(b, encodeShuffle(sample(benchSize, 1), 4), 4)
	benchmarkDecode(b, specs, stored, benchSize)
}

func BenchmarkFletcher32(b *testing.B) {
	benchmarkDecode(b, []Spec{{ID: idFletcher32}}, encodeFletcher32(noise(benchSize, 1)), benchSize)
}

func BenchmarkLZF(b *testing.B) {
	benchmarkDecode(b, []Spec{{ID: idLZF}}, encodeLZF(sample(benchSize, 1)), benchSize)
}

// benchmarkEncode measures one chunk of a Loom file's default size.
func benchmarkEncode(b *testing.B, specs []Spec, data []byte) {
	p := New(specs, 4)
	dst := make([]byte, 0, 2*len(data))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Encode(dst, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeDeflate(b *testing.B) {
	for name, content := range contents {
		for _, level := range []uint32{2, 4, 6, 9} {
			b.Run(fmt.Sprintf("%s/level=%d", name, level), func(b *testing.B) {
				benchmarkEncode(b, []Spec{{ID: idDeflate, Params: []uint32{level}}}, content(benchSize))
			})
		}
	}
}

func BenchmarkEncodeShuffle(b *testing.B) {
	for _, width := range []uint32{2, 3, 4, 8} {
		b.Run(fmt.Sprintf("width=%d", width), func(b *testing.B) {
			benchmarkEncode(b, []Spec{{ID: idShuffle, Params: []uint32{width}}}, noise(benchSize, 1))
		})
	}
}

func BenchmarkEncodeShuffleDeflate(b *testing.B) {
	specs := []Spec{{ID: idShuffle, Params: []uint32{4}}, {ID: idDeflate, Params: []uint32{2}}}
	benchmarkEncode(b, specs, sample(benchSize, 1))
}

func BenchmarkEncodeFletcher32(b *testing.B) {
	benchmarkEncode(b, []Spec{{ID: idFletcher32}}, noise(benchSize, 1))
}

func BenchmarkEncodeLZF(b *testing.B) {
	benchmarkEncode(b, []Spec{{ID: idLZF}}, sample(benchSize, 1))
}

func BenchmarkEncodeZstd(b *testing.B) {
	benchmarkEncode(b, []Spec{{ID: idZstd}}, sample(benchSize, 1))
}

func BenchmarkAllZero(b *testing.B) {
	data := make([]byte, benchSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		if !AllZero(data) {
			b.Fatal("zeros are not all zero")
		}
	}
}
