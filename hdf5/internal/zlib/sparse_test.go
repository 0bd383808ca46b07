package zlib_test

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	klauspost "github.com/klauspost/compress/zlib"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

// scattered is n bytes of which about one in every is not zero, of up to kinds values.
func scattered(n, every, kinds int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 5))
	b := make([]byte, n)
	for i := rng.IntN(2 * every); i < n; i += 1 + rng.IntN(2*every) {
		b[i] = byte(1 + rng.IntN(kinds))
	}
	return b
}

// deflateSparse compresses data, holds the stream to what every one must be, and
// returns it; nil if data is not sparse.
func deflateSparse(t testing.TB, d *zlib.SparseDeflater, data []byte) []byte {
	t.Helper()
	before := slices.Clone(data)
	head := []byte("head")
	out, ok := d.Append(head, data)
	if !bytes.Equal(data, before) {
		t.Fatal("the chunk was changed")
	}
	if !bytes.HasPrefix(out, head) {
		t.Fatal("what came before the stream was changed")
	}
	if !ok {
		if len(out) != len(head) {
			t.Fatal("more than before, and no stream")
		}
		return nil
	}
	stream := out[len(head):]
	if len(stream) >= len(data) {
		t.Errorf("%d bytes become %d", len(data), len(stream))
	}
	var f zlib.Inflater
	mustInflate(t, &f, stream, data)
	got, err := standard(stream, len(data))
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("not what the standard library reads: %v", err)
	}
	// Nothing must be left behind the last block but the checksum.
	r := bytes.NewReader(stream[2:])
	if _, err := io.Copy(io.Discard, stdflate.NewReader(r)); err != nil || r.Len() != 4 {
		t.Fatalf("%d bytes after the last block, error %v", r.Len(), err)
	}
	return stream
}

// sparseChunks are chunks that are to be found sparse.
func sparseChunks() map[string][]byte {
	chunks := map[string][]byte{
		"counts":       counts(1),
		"shuffled":     shuffled(counts(1)),
		"zeros":        make([]byte, 1<<14),
		"many zeros":   make([]byte, 3<<20+5),
		"several":      scattered(1<<20+12345, 40, 200, 1), // blocks
		"far apart":    scattered(1<<18, 5000, 3, 2),
		"one value":    scattered(1<<14, 30, 1, 3),
		"fibonacci":    fibonacci(),
		"first":        append([]byte{1}, make([]byte, 2000)...),
		"last":         append(make([]byte, 2000), 1),
		"float64":      float64s(),
		"different":    different(1<<14, 1),
		"all kinds":    different(1<<19, 2), // blocks
		"least":        make([]byte, 1<<10),
		"not a word's": scattered(9999, 100, 9, 4),
	}
	for run := range 540 { // every length of a run, at the end of a word and elsewhere
		b := make([]byte, 4*run+6000)
		for k := range 4 {
			b[3000+k*(run+1)] = 7
		}
		chunks[fmt.Sprintf("runs of %d", run)] = b
	}
	for n := range 200 {
		chunks[fmt.Sprintf("size %d", 4096+n)] = scattered(4096+n, 50, 20, uint64(n))
	}
	return chunks
}

// fibonacci has bytes as often as makes the longest words, and zeros between them.
func fibonacci() []byte {
	var b []byte
	a, c := 1, 1
	for v := byte(1); v < 20; v++ {
		for range a {
			b = append(b, v)
			b = append(b, make([]byte, 20)...)
		}
		a, c = c, a+c
	}
	return b
}

func float64s() []byte {
	b := make([]byte, 1<<14)
	rng := rand.New(rand.NewPCG(6, 6))
	for i := 0; i < len(b); i += 8 {
		if rng.IntN(20) == 0 {
			bits := math.Float64bits(float64(1 + rng.IntN(5)))
			for k := range 8 {
				b[i+k] = byte(bits >> (8 * k))
			}
		}
	}
	return b
}

// different is float32s of which one in 25 is not zero, hardly two of them equal.
func different(n int, seed uint64) []byte {
	b := make([]byte, n)
	rng := rand.New(rand.NewPCG(seed, 11))
	for i := 0; i < n; i += 4 {
		if rng.IntN(25) == 0 {
			binary.LittleEndian.PutUint32(b[i:], math.Float32bits(rng.Float32()))
		}
	}
	return b
}

// What a deflater did before is not seen in what it makes.
func TestSparseDeflate(t *testing.T) {
	var d zlib.SparseDeflater
	for name, data := range sparseChunks() {
		t.Run(name, func(t *testing.T) {
			stream := deflateSparse(t, &d, data)
			if stream == nil {
				t.Fatal("not found to be sparse")
			}
			for which, d := range map[string]*zlib.SparseDeflater{"a second time": &d, "by another one": new(zlib.SparseDeflater)} {
				if again, _ := d.Append(nil, data); !bytes.Equal(again, stream) {
					t.Errorf("other bytes %s", which)
				}
			}
		})
	}
}

// Of a count matrix it makes fewer bytes than the fast levels of others.
func TestSparseDeflateIsSmall(t *testing.T) {
	var d zlib.SparseDeflater
	var here, standard2, klauspost1 int
	for seed := range uint64(20) {
		for _, data := range [][]byte{counts(seed), shuffled(counts(seed))} {
			here += len(deflateSparse(t, &d, data))
			standard2 += len(compressed(t, data, 2))
			var b bytes.Buffer
			w, err := klauspost.NewWriterLevel(&b, 1)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			klauspost1 += b.Len()
		}
	}
	if here >= standard2 || here >= klauspost1 {
		t.Errorf("%d bytes, %d by the standard library, %d by klauspost's", here, standard2, klauspost1)
	}
}

func TestSparseDeflateRefusesDense(t *testing.T) {
	var d zlib.SparseDeflater
	for name, data := range map[string][]byte{
		"nothing":         nil,
		"little":          make([]byte, 1<<10-1),
		"noise":           dense(1),
		"text":            bytes.Repeat([]byte("text "), 1000),
		"half":            scattered(1<<14, 4, 5, 1),
		"half, in blocks": scattered(1<<20, 4, 5, 1),
		"dense at last":   append(make([]byte, 1<<14), bytes.Repeat([]byte{1}, 1<<14)...),
	} {
		if deflateSparse(t, &d, data) != nil {
			t.Errorf("%s: found to be sparse", name)
		}
	}
	// Nothing is left of what was given up.
	deflateSparse(t, &d, counts(1))
}

// C zlib reads them.
func TestSparseDeflateForC(t *testing.T) {
	var d zlib.SparseDeflater
	var chunks [][]byte
	var cases []zlibCase
	for name, data := range sparseChunks() {
		if len(data) > 1<<18 {
			continue
		}
		cases = append(cases, zlibCase{Name: name, Chunk: len(chunks), Stream: deflateSparse(t, &d, data)})
		chunks = append(chunks, data)
	}
	_, problems := askZlib(t, chunks, 0, cases)
	for i, problem := range problems {
		if problem != nil {
			t.Errorf("%s: %s", cases[i].Name, *problem)
		}
	}
}

func TestSparseDeflateDoesNotAllocate(t *testing.T) {
	var d zlib.SparseDeflater
	data, dst := counts(1), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() {
		if _, ok := d.Append(dst, data); !ok {
			t.Fatal("not found to be sparse")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzSparseDeflate makes chunks out of pairs of a gap and a byte.
func FuzzSparseDeflate(f *testing.F) {
	f.Add([]byte{10, 0, 1, 200, 1, 7}, uint32(3000), uint8(1))
	f.Add(counts(1)[:600], uint32(1<<12), uint8(3))
	f.Add(bytes.Repeat([]byte{255, 3, 9}, 300), uint32(1<<16), uint8(40))
	f.Fuzz(func(t *testing.T, pairs []byte, size uint32, times uint8) {
		data := make([]byte, size%(1<<18))
		at := 0
		for range times {
			for i := 0; i+3 <= len(pairs); i += 3 {
				at += int(pairs[i]) + int(pairs[i+1])<<3
				if at >= len(data) {
					break
				}
				data[at] = pairs[i+2]
				at++
			}
		}
		var d zlib.SparseDeflater
		deflateSparse(t, &d, data)
	})
}

func BenchmarkDeflate(b *testing.B) {
	for kind, chunks := range benchChunks(64) {
		b.Run(kind+"/here", func(b *testing.B) {
			var d zlib.SparseDeflater
			dst := make([]byte, 0, 2*len(chunks[0]))
			b.SetBytes(int64(len(chunks[0])))
			b.ReportAllocs()
			size := 0
			for i := 0; b.Loop(); i++ {
				out, _ := d.Append(dst, chunks[i%len(chunks)])
				size += len(out)
			}
			b.ReportMetric(float64(size)/float64(b.N), "size")
		})
		b.Run(kind+"/klauspost", func(b *testing.B) {
			var out bytes.Buffer
			w, err := klauspost.NewWriterLevel(&out, 1)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(chunks[0])))
			b.ReportAllocs()
			size := 0
			for i := 0; b.Loop(); i++ {
				out.Reset()
				w.Reset(&out)
				if _, err := w.Write(chunks[i%len(chunks)]); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				size += out.Len()
			}
			b.ReportMetric(float64(size)/float64(b.N), "size")
		})
	}
}
