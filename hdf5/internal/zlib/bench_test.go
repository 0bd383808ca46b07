package zlib_test

import (
	"bytes"
	stdzlib "compress/zlib"
	"encoding/binary"
	"hash/adler32"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	klauspost "github.com/klauspost/compress/zlib"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

// side is the length of the sides of a Loom file's chunks.
const side = 64

// counts is a chunk of a count matrix: 7 % of its elements are not zero, small
// integers most of them, and some rows (genes) have many more than others.
func counts(seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, side*side*4)
	for row := range side {
		mean := 0.0094 * math.Exp(2.2*rng.NormFloat64())
		for col := range side {
			v := math.Floor(-math.Log(1-rng.Float64()) / math.Log1p(1/mean)) // geometric
			binary.LittleEndian.PutUint32(b[4*(row*side+col):], math.Float32bits(float32(v)))
		}
	}
	return b
}

// dense is a chunk of which no element is zero.
func dense(seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 8))
	b := make([]byte, side*side*4)
	for i := 0; i < len(b); i += 4 {
		binary.LittleEndian.PutUint32(b[i:], math.Float32bits(float32(rng.NormFloat64())))
	}
	return b
}

// shuffled is b with the first bytes of all elements first, and so on.
func shuffled(b []byte) []byte {
	out := make([]byte, len(b))
	n := len(b) / 4
	for i := range b {
		out[i%4*n+i/4] = b[i]
	}
	return out
}

// benchChunks are the kinds of chunks that are measured, so many of each. Of a few
// the processor's branch predictor soon knows by heart what comes next: 64 decompress in
// three quarters of the time that a thousand take.
func benchChunks(n int) map[string][][]byte {
	kinds := map[string]func(uint64) []byte{
		"counts":   counts,
		"scaled":   func(seed uint64) []byte { return different(side*side*4, seed) },
		"shuffled": func(seed uint64) []byte { return shuffled(counts(seed)) },
		"dense":    dense,
		"zeros":    func(uint64) []byte { return make([]byte, side*side*4) },
	}
	chunks := map[string][][]byte{}
	for kind, make := range kinds {
		for seed := range uint64(n) {
			chunks[kind] = append(chunks[kind], make(seed))
		}
	}
	return chunks
}

func compressed(tb testing.TB, data []byte, level int) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := stdzlib.NewWriterLevel(&b, level)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkInflate(b *testing.B) {
	for kind, chunks := range benchChunks(1024) {
		streams := make([][]byte, len(chunks))
		for i, chunk := range chunks {
			streams[i] = compressed(b, chunk, 2)
		}
		b.Run(kind+"/here", func(b *testing.B) {
			var f zlib.Inflater
			dst := make([]byte, len(chunks[0]))
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := f.Inflate(dst, streams[i%len(streams)]); err != nil {
					b.Fatal(err)
				}
			}
		})
		for name, open := range map[string]func(io.Reader) (io.ReadCloser, error){
			"standard": stdzlib.NewReader, "klauspost": klauspost.NewReader,
		} {
			b.Run(kind+"/"+name, func(b *testing.B) { benchmarkReader(b, open, streams, len(chunks[0])) })
		}
	}
}

// benchmarkReader measures a reader of another package, which is reused.
func benchmarkReader(b *testing.B, open func(io.Reader) (io.ReadCloser, error), streams [][]byte, size int) {
	dst := make([]byte, size+1) // the checksum is compared at the end
	src := bytes.NewReader(streams[0])
	r, err := open(src)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		src.Reset(streams[i%len(streams)])
		if err := r.(stdzlib.Resetter).Reset(src, nil); err != nil {
			b.Fatal(err)
		}
		if n, err := io.ReadFull(r, dst); n != size || err != io.ErrUnexpectedEOF {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkAdler32(b *testing.B) {
	data := counts(1)
	b.Run("here", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			zlib.Adler32(data)
		}
	})
	b.Run("standard", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			adler32.Checksum(data)
		}
	})
}
