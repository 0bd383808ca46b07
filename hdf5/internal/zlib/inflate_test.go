package zlib_test

import (
	"bytes"
	stdzlib "compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	klauspost "github.com/klauspost/compress/zlib"

	"github.com/goloom/loom/hdf5/internal/zlib"
	"github.com/goloom/loom/internal/oracle"
)

// standard is what the standard library makes of a stream that must decode to at
// most limit bytes.
func standard(stream []byte, limit int) ([]byte, error) {
	r, err := stdzlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(out) > limit {
		err = zlib.ErrTooLong
	}
	return out, err
}

var guardSrc, guardDst guard

// inflate decompresses from and to memory that nothing follows.
func inflate(t testing.TB, f *zlib.Inflater, stream []byte, size int) ([]byte, error) {
	t.Helper()
	src, dst := guardSrc.bytes(t, len(stream)), guardDst.bytes(t, size)
	copy(src, stream)
	n, err := f.InflateInGo(dst, src)
	inGo, errInGo := slices.Clone(dst[:n]), err
	clear(dst)
	n, err = f.Inflate(dst, src)
	if n < 0 || n > size {
		t.Fatalf("%d bytes written of %d", n, size)
	}
	if !reflect.DeepEqual(err, errInGo) || !bytes.Equal(dst[:n], inGo) {
		t.Fatalf("%d bytes, error %v; without assembly %d bytes, error %v", n, err, len(inGo), errInGo)
	}
	if !bytes.Equal(src, stream) {
		t.Fatal("the stream was changed")
	}
	var format *zlib.FormatError
	if err != nil && (!errors.As(err, &format) || format.Offset < 0 || format.Offset > len(stream)) {
		t.Fatalf("error %#v, want a FormatError inside the stream", err)
	}
	return slices.Clone(dst[:n]), err
}

func mustInflate(t testing.TB, f *zlib.Inflater, stream, data []byte) {
	t.Helper()
	got, err := inflate(t, f, stream, len(data))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Fatalf("other bytes: %d, want %d", len(got), len(data))
	}
}

// testChunks are chunks of all kinds and edge sizes.
func testChunks() [][]byte {
	chunks := [][]byte{counts(1), shuffled(counts(2)), dense(3)[:5000], make([]byte, 1<<17)}
	for _, n := range []int{0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 257, 258, 259, 260, 300, 700} {
		chunks = append(chunks, make([]byte, n), counts(uint64(n))[8192:][:n], dense(uint64(n))[:n], bytes.Repeat([]byte("abc"), n)[:n])
	}
	return append(chunks, bytes.Repeat([]byte("0123456789abcdef-"), 5000))
}

func TestInflateStreamsOfGo(t *testing.T) {
	var f zlib.Inflater
	for i, data := range testChunks() {
		for level := stdzlib.HuffmanOnly; level <= stdzlib.BestCompression; level++ {
			t.Run(fmt.Sprintf("chunk=%d/level=%d", i, level), func(t *testing.T) {
				mustInflate(t, &f, compressed(t, data, level), data)

				var b bytes.Buffer
				w, err := klauspost.NewWriterLevel(&b, level)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(data); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				mustInflate(t, &f, b.Bytes(), data)
			})
		}
	}
}

// A zlibCase is a stream for or from testdata/oracle/zlib_streams.py.
type zlibCase struct {
	Name   string `json:"name"`
	Chunk  int    `json:"chunk"`
	Stream []byte `json:"stream"`
}

// askZlib has C zlib compress the first chunks in many ways, and read streams; it
// returns what it made and what it has to say about each stream.
func askZlib(t *testing.T, chunks [][]byte, compress int, streams []zlibCase) (made []zlibCase, problems []*string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"chunks": chunks, "compress": compress, "streams": streams})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Streams  []zlibCase `json:"streams"`
		Problems []*string  `json:"problems"`
	}
	if err := json.Unmarshal(oracle.Run(t, "oracle/zlib_streams.py", path), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Streams, answer.Problems
}

func TestInflateStreamsOfC(t *testing.T) {
	chunks := [][]byte{{}, {1}, counts(1), shuffled(counts(2)), dense(3)[:6000], make([]byte, 1<<15), bytes.Repeat([]byte("0123456789abcdef-"), 3000)}
	made, _ := askZlib(t, chunks, len(chunks), []zlibCase{})
	if len(made) < 20*len(chunks) {
		t.Fatalf("%d streams of %d chunks", len(made), len(chunks))
	}
	var f zlib.Inflater
	for _, c := range made {
		got, err := inflate(t, &f, c.Stream, len(chunks[c.Chunk]))
		if err != nil || !bytes.Equal(got, chunks[c.Chunk]) {
			t.Errorf("%s, chunk %d: %d bytes, error %v", c.Name, c.Chunk, len(got), err)
		}
	}
}

// Blocks of every type in any order, codes of every length, matches of every length
// over every distance.
func TestInflateRandomStreams(t *testing.T) {
	var f zlib.Inflater
	for seed := range uint64(400) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			stream, data := randomStream(rand.New(rand.NewPCG(seed, 3)), 1<<(seed%17))
			if want, err := standard(stream, len(data)); err != nil || !bytes.Equal(want, data) {
				t.Fatalf("the stream is wrong: %v", err)
			}
			mustInflate(t, &f, stream, data)
			mustInflate(t, &f, append(stream, "what follows"...), data)
			if got, err := inflate(t, &f, stream, len(data)+1+int(seed)); err != nil || !bytes.Equal(got, data) {
				t.Errorf("into more room: %d bytes, error %v", len(got), err)
			}
			for _, room := range []int{0, len(data) / 2, len(data) - 1} {
				if _, err := inflate(t, &f, stream, max(0, room)); len(data) > 0 && !errors.Is(err, zlib.ErrTooLong) {
					t.Errorf("into %d bytes of %d: error %v, want ErrTooLong", room, len(data), err)
				}
			}
		})
	}
}

// Each length is repeated from each distance up to beyond where copies no longer overlap,
// far from the end of the result and at it.
func TestInflateMatches(t *testing.T) {
	var f zlib.Inflater
	for dist := 1; dist <= 70; dist++ {
		for length := 3; length <= 258; length += 1 + dist/9 {
			var commands []command
			for i := range dist {
				commands = append(commands, command{literal: byte(i*7 + 1)})
			}
			commands = append(commands, command{length: length, dist: dist})
			for range []int{0, 600}[length%2] {
				commands = append(commands, command{literal: 0xee})
			}
			w := newStream()
			w.fixed(commands, true)
			data := apply(nil, commands)
			mustInflate(t, &f, w.end(data), data)
		}
	}
}

// Streams of more than what assembly decodes at a time.
func TestInflateLong(t *testing.T) {
	var data []byte
	for seed := range uint64(200) {
		data = append(data, counts(seed)...)
	}
	var f zlib.Inflater
	mustInflate(t, &f, compressed(t, data, 1), data)
}

// As an encoder for speed stores what it does not compress.
func TestInflateStored(t *testing.T) {
	var f zlib.Inflater
	data := dense(1)
	for _, part := range []int{1, 100, 5000, 16384} {
		w := newStream()
		for p := range slices.Chunk(data, part) {
			w.stored(p, false)
		}
		w.stored(nil, true)
		mustInflate(t, &f, w.end(data), data)
	}
}

func TestInflateDamaged(t *testing.T) {
	lens := func(n int, set map[int]int) []int {
		list := make([]int, n)
		for sym, l := range set {
			list[sym] = l
		}
		return list
	}
	// padded puts enough before a broken symbol for the fast loop to meet it, and
	// enough after it.
	padded := func(broken func(w *bitWriter, literals, distances code)) []byte {
		w := newStream()
		w.header(true, 1)
		literals, distances := fixedCodes()
		for range 50 {
			literals.write(w, 'x')
		}
		broken(w, literals, distances)
		for range 1000 {
			literals.write(w, 'x')
		}
		literals.write(w, 256)
		return w.end(nil)
	}
	codes := func(literals, distances []int) []byte {
		w := newStream()
		w.header(true, 2)
		w.codes(literals, distances)
		w.bits(0, 100)
		return w.out
	}
	preCode := func(hclen int, lens []int, rest ...uint64) []byte {
		w := newStream()
		w.header(true, 2)
		w.bits(0, 10)
		w.bits(uint64(hclen), 4)
		for _, n := range lens {
			w.bits(uint64(n), 3)
		}
		for _, v := range rest {
			w.bits(v, 8)
		}
		w.bits(0, 200)
		return w.out
	}
	good := compressed(t, counts(1), 6)
	checksum := slices.Clone(good)
	checksum[len(checksum)-1] ^= 1
	for _, tt := range []struct {
		name   string
		stream []byte
		want   error
	}{
		{"nothing", nil, zlib.ErrTruncated},
		{"one byte", []byte{0x78}, zlib.ErrTruncated},
		{"header alone", []byte{0x78, 0x9c}, zlib.ErrTruncated},
		{"another method", []byte{0x77, 0x9a, 3, 0, 0, 0, 0, 1}, zlib.ErrHeader},
		{"window of 64 KiB", []byte{0x88, 0x98, 3, 0, 0, 0, 0, 1}, zlib.ErrHeader},
		{"header not a multiple of 31", []byte{0x78, 0x9d, 3, 0, 0, 0, 0, 1}, zlib.ErrHeader},
		{"preset dictionary", []byte{0x78, 0xbb, 0, 0, 0, 2, 3, 0, 0, 0, 0, 1}, zlib.ErrDictionary},
		{"block of type 3", []byte{0x78, 0x9c, 7, 0, 0, 0, 0, 1}, zlib.ErrBlock},
		{"stored, lengths differ", []byte{0x78, 0x9c, 1, 5, 0, 5, 0, 1, 2, 3, 4, 5}, zlib.ErrStored},
		{"stored, cut", []byte{0x78, 0x9c, 1, 5, 0, 0xfa, 0xff, 1, 2}, zlib.ErrTruncated},
		{"stored, lengths cut", []byte{0x78, 0x9c, 1, 5, 0, 0xfa}, zlib.ErrTruncated},
		{"no checksum", good[:len(good)-4], zlib.ErrTruncated},
		{"half a checksum", good[:len(good)-2], zlib.ErrTruncated},
		{"checksum", checksum, zlib.ErrChecksum},
		{"literal 286", padded(func(w *bitWriter, l, d code) { l.write(w, 286) }), zlib.ErrSymbol},
		{"distance 30", padded(func(w *bitWriter, l, d code) { l.write(w, 257); d.write(w, 30) }), zlib.ErrSymbol},
		{"distance past the first byte", padded(func(w *bitWriter, l, d code) { l.write(w, 257); d.write(w, 11); w.bits(60-49, 4) }), zlib.ErrDistance},
		{"287 literals", codes(make([]int, 287), make([]int, 1)), zlib.ErrCodes},
		{"31 distances", codes(make([]int, 257), make([]int, 31)), zlib.ErrCodes},
		{"no end of block", codes(lens(257, map[int]int{0: 1, 1: 1}), lens(1, nil)), zlib.ErrCodes},
		{"too many words", codes(lens(257, map[int]int{0: 1, 1: 1, 256: 1}), lens(1, nil)), zlib.ErrCodes},
		{"too few words", codes(lens(257, map[int]int{0: 2, 256: 2}), lens(1, nil)), zlib.ErrCodes},
		{"one long word", codes(lens(257, map[int]int{256: 2}), lens(1, nil)), zlib.ErrCodes},
		{"too many distances", codes(lens(257, map[int]int{256: 1}), lens(3, map[int]int{0: 1, 1: 1, 2: 1})), zlib.ErrCodes},
		{"too few distances", codes(lens(257, map[int]int{256: 1}), lens(3, map[int]int{0: 2, 1: 2, 2: 2})), zlib.ErrCodes},
		{"no code of code lengths", preCode(0, []int{0, 0, 0, 0}), zlib.ErrCodes},
		{"too many words in it", preCode(0, []int{1, 1, 1, 0}), zlib.ErrCodes},
		{"one word in it", preCode(0, []int{0, 0, 1, 0}), zlib.ErrCodes},
		{"repeats nothing", preCode(0, []int{1, 0, 1, 0}, 0xff), zlib.ErrCodes},
		{"repeats too often", preCode(0, []int{0, 0, 1, 1}, 0xff, 0xff, 0xff, 0xff), zlib.ErrCodes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f zlib.Inflater
			if _, err := standard(tt.stream, 1<<16); err == nil {
				t.Error("the standard library has nothing against it")
			}
			if _, err := inflate(t, &f, tt.stream, 1<<16); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

// What zlib lets pass is let pass: a block without distances, with one, with one
// symbol in all; and distances farther than the window that the header states.
func TestInflateOdd(t *testing.T) {
	end := newCode(append(make([]int, 256), 1))
	some := make([]int, 258)
	some['a'], some[256], some[257] = 2, 2, 1
	one := newCode([]int{1})
	abc := []command{{literal: 'a'}, {length: 3, dist: 1}}
	for _, tt := range []struct {
		name                string
		literals, distances code
		commands            []command
	}{
		{"no distances", end, newCode([]int{0}), nil},
		{"one distance", newCode(some), one, abc},
		{"unused distance", end, one, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f zlib.Inflater
			w := newStream()
			w.dynamic(tt.commands, tt.literals, tt.distances, false)
			w.fixed(slices.Repeat([]command{{literal: 'z'}}, 1000), true)
			data := append(apply(nil, tt.commands), bytes.Repeat([]byte("z"), 1000)...)
			mustInflate(t, &f, w.end(data), data)
		})
	}
	t.Run("small window", func(t *testing.T) {
		commands := []command{{literal: 'a'}}
		for range 200 {
			commands = append(commands, command{length: 258, dist: 1})
		}
		commands = append(commands, command{length: 100, dist: 32768})
		w := newStream()
		w.out = []byte{0x08, 0x1d}
		w.fixed(commands, true)
		data := apply(nil, commands)
		var f zlib.Inflater
		mustInflate(t, &f, w.end(data), data)
	})
}

// Any prefix is an error, any changed bit is one, since there is a checksum.
func TestInflateDamagedAnywhere(t *testing.T) {
	var f zlib.Inflater
	for _, data := range [][]byte{counts(5)[:2000], dense(1)[:300], bytes.Repeat([]byte("hello "), 300)} {
		for _, level := range []int{0, 1, 6} {
			stream := compressed(t, data, level)
			for n := range stream {
				if _, err := inflate(t, &f, stream[:n], len(data)); err == nil {
					t.Errorf("level %d, cut to %d bytes of %d: no error", level, n, len(stream))
				}
			}
			for i := 8; i < 8*len(stream); i++ { // the first byte has a bit of no importance
				stream[i/8] ^= 1 << (i % 8)
				_, err := inflate(t, &f, stream, len(data))
				if _, want := standard(stream, len(data)); (err == nil) != (want == nil) {
					t.Errorf("level %d, bit %d changed: error %v, the standard library's: %v", level, i, err, want)
				}
				stream[i/8] ^= 1 << (i % 8)
			}
		}
	}
}

func TestInflateDoesNotAllocate(t *testing.T) {
	var f zlib.Inflater
	data := counts(1)
	stream, dst := compressed(t, data, 2), make([]byte, len(data))
	if n := testing.AllocsPerRun(100, func() {
		if _, err := f.Inflate(dst, stream); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzInflate holds Inflate against the standard library: of each stream both make
// the same bytes, or both an error.
func FuzzInflate(f *testing.F) {
	for seed := range uint64(6) {
		stream, data := randomStream(rand.New(rand.NewPCG(seed, 4)), 900)
		f.Add(stream, uint32(len(data)))
	}
	for _, level := range []int{0, 1, 2, 9} {
		f.Add(compressed(f, counts(1)[:4096], level), uint32(4096))
	}
	f.Add(compressed(f, make([]byte, 5000), 2), uint32(5000))
	f.Fuzz(func(t *testing.T, stream []byte, room uint32) {
		var inflater zlib.Inflater
		checkInflate(t, &inflater, stream, int(room%(1<<17)))
		// The checksum is one that few mutations hit: say what it should be.
		if data, _ := standard(stream, 1<<17); len(data) > 0 && len(stream) > 4 {
			end := (&bitWriter{}).end(data)
			checkInflate(t, &inflater, append(slices.Clone(stream[:len(stream)-4]), end...), int(room%(1<<17)))
		}
	})
}

func checkInflate(t *testing.T, f *zlib.Inflater, stream []byte, room int) {
	t.Helper()
	want, wantErr := standard(stream, room)
	got, err := inflate(t, f, stream, room)
	if errors.Is(err, zlib.ErrDictionary) {
		return // the standard library takes none for the dictionary with no bytes
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("error %v, the standard library's: %v", err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatal("other bytes than the standard library's")
	}
}
