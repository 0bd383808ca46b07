package filter

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"pgregory.net/rapid"
)

// contents are the kinds of bytes that every codec is tried with.
var contents = map[string]func(n int) []byte{
	"zeros":  func(n int) []byte { return make([]byte, n) },
	"counts": func(n int) []byte { return sample(n, 3) },
	"noise":  func(n int) []byte { return noise(n, 3) },
}

// eachContent runs test for every kind of content at every size.
func eachContent(t *testing.T, test func(t *testing.T, data []byte)) {
	for kind, content := range contents {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%d", kind, size), func(t *testing.T) { test(t, content(size)) })
		}
	}
}

func TestDeflateLevels(t *testing.T) {
	p := New([]Spec{{ID: idDeflate, Params: []uint32{6}}}, 4)
	for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
		t.Run(fmt.Sprintf("level=%d", level), func(t *testing.T) {
			eachContent(t, func(t *testing.T, data []byte) {
				mustDecode(t, p, encodeDeflate(t, data, level), data, 0)
			})
		})
	}
}

func TestDeflateIgnoresWhatFollows(t *testing.T) {
	data := sample(500, 1)
	p := New([]Spec{{ID: idDeflate}}, 4)
	mustDecode(t, p, append(encodeDeflate(t, data, 6), "trailer"...), data, 0)
}

func TestShuffleWidths(t *testing.T) {
	for _, width := range []int{1, 2, 3, 4, 5, 7, 8, 12, 16, 100} {
		t.Run(fmt.Sprintf("width=%d", width), func(t *testing.T) {
			p := New([]Spec{{ID: idShuffle, Params: []uint32{uint32(width)}}}, 4)
			eachContent(t, func(t *testing.T, data []byte) {
				mustDecode(t, p, encodeShuffle(data, width), data, 0)
			})
		})
	}
}

func TestShuffleWidthFromDatatype(t *testing.T) {
	data := noise(100, 1)
	mustDecode(t, New([]Spec{{ID: idShuffle}}, 8), encodeShuffle(data, 8), data, 0)
}

func TestFletcher32(t *testing.T) {
	p := New([]Spec{{ID: idFletcher32}}, 4)
	eachContent(t, func(t *testing.T, data []byte) {
		stored := encodeFletcher32(data)
		mustDecode(t, p, stored, data, 0)
		// As version 1.6.2 of the library stored it.
		sum := stored[len(data):]
		sum[0], sum[1], sum[2], sum[3] = sum[1], sum[0], sum[3], sum[2]
		mustDecode(t, p, stored, data, 0)
	})
	t.Run("ones", func(t *testing.T) {
		data := bytes.Repeat([]byte{0xff}, 1<<18+1)
		mustDecode(t, p, encodeFletcher32(data), data, 0)
	})
}

// encodeLZF writes literals and, where the last bytes repeat at once, matches.
func encodeLZF(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		run := 1
		for run < len(data) && run < 1+2+7+255 && data[run] == data[0] {
			run++
		}
		out = append(out, 0, data[0])
		data = data[1:]
		switch n := run - 1; {
		case n >= 9:
			out = append(out, 7<<5, byte(n-9), 0)
			data = data[n:]
		case n >= 3:
			out = append(out, byte(n-2)<<5, 0)
			data = data[n:]
		}
	}
	return out
}

func TestLZF(t *testing.T) {
	p := New([]Spec{{ID: idLZF}}, 4)
	eachContent(t, func(t *testing.T, data []byte) {
		mustDecode(t, p, encodeLZF(data), data, 0)
	})
}

func TestZstdLevels(t *testing.T) {
	p := New([]Spec{{ID: idZstd}}, 4)
	for _, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBestCompression} {
		enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithZeroFrames(true))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(level.String(), func(t *testing.T) {
			eachContent(t, func(t *testing.T, data []byte) {
				mustDecode(t, p, enc.EncodeAll(data, nil), data, 0)
			})
		})
	}
}

// compressLZ4 returns data as an LZ4 block, or as it is if that is no shorter.
func compressLZ4(t testing.TB, data []byte) []byte {
	t.Helper()
	buf := make([]byte, lz4.CompressBlockBound(len(data)))
	n, err := lz4.CompressBlock(data, buf, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 || n >= len(data) {
		return data
	}
	return buf[:n]
}

func TestLZ4BlocksOfOneByte(t *testing.T) {
	data := noise(64, 1)
	stored := binary.BigEndian.AppendUint64(nil, uint64(len(data)))
	stored = binary.BigEndian.AppendUint32(stored, 1)
	for _, b := range data {
		stored = append(stored, 0, 0, 0, 1, b)
	}
	mustDecode(t, New([]Spec{{ID: idLZ4}, {ID: idDeflate}}, 1), encodeDeflate(t, stored, 6), data, 0)
}

func TestLZ4Blocks(t *testing.T) {
	p := New([]Spec{{ID: idLZ4}}, 4)
	for _, block := range []int{63, 1000, 1 << 30} {
		t.Run(fmt.Sprintf("block=%d", block), func(t *testing.T) {
			eachContent(t, func(t *testing.T, data []byte) {
				stored := binary.BigEndian.AppendUint64(nil, uint64(len(data)))
				stored = binary.BigEndian.AppendUint32(stored, uint32(block))
				for part := range slices.Chunk(data, block) {
					part = compressLZ4(t, part)
					stored = binary.BigEndian.AppendUint32(stored, uint32(len(part)))
					stored = append(stored, part...)
				}
				mustDecode(t, p, stored, data, 0)
			})
		})
	}
}

// encodeBitshuffle is bit b of element i at bit b*n+i, for each block.
func encodeBitshuffle(data []byte, width, block int) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		n := min(block, len(data)/width&^7)
		if n == 0 {
			return append(out, data...)
		}
		planes := make([]byte, n*width)
		for i := range n {
			for b := range 8 * width {
				bit := data[i*width+b/8] >> (b % 8) & 1
				planes[(b*n+i)/8] |= bit << (i % 8)
			}
		}
		out = append(out, planes...)
		data = data[n*width:]
	}
	return out
}

func TestBitshuffle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 20).Draw(t, "width")
		block := 8 * rapid.IntRange(0, 20).Draw(t, "block")
		data := noise(width*rapid.IntRange(0, 2000).Draw(t, "elements"), 1)
		p := New([]Spec{{ID: idBitshuffle, Params: []uint32{0, 3, uint32(width), uint32(block)}}}, width)
		if block == 0 {
			block = int(defaultBitshuffleBlock(uint64(width)))
		}
		got, err := p.Decode(nil, encodeBitshuffle(data, width, block), len(data), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Fatal("decoded bytes differ")
		}
	})
}

// encodeBlosc makes a Blosc chunk of blocks that are neither shuffled nor
// split.
func encodeBlosc(data []byte, block int, codec byte, compress func([]byte) []byte) []byte {
	out := []byte{bloscVersion, 1, codec<<5 | bloscDontSplit, 1}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = binary.LittleEndian.AppendUint32(out, uint32(min(block, len(data))))
	n := (len(data) + block - 1) / block
	out = append(out, make([]byte, 4+4*n)...)
	for i := range n {
		binary.LittleEndian.PutUint32(out[bloscHeader+4*i:], uint32(len(out)))
		part := compress(data[i*block : min((i+1)*block, len(data))])
		out = binary.LittleEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	binary.LittleEndian.PutUint32(out[12:], uint32(len(out)))
	return out
}

func TestBloscCodecs(t *testing.T) {
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := New([]Spec{{ID: idBlosc}}, 4)
	for _, tt := range []struct {
		name     string
		codec    byte
		compress func([]byte) []byte
	}{
		{"lz4", bloscLZ4, func(b []byte) []byte { return compressLZ4(t, b) }},
		{"snappy", bloscSnappy, func(b []byte) []byte { return snappy.Encode(nil, b) }},
		{"zlib", bloscZlib, func(b []byte) []byte { return encodeDeflate(t, b, 6) }},
		{"zstd", bloscZstd, func(b []byte) []byte { return enc.EncodeAll(b, nil) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachContent(t, func(t *testing.T, data []byte) {
				for _, block := range []int{500, 1 << 16} {
					mustDecode(t, p, encodeBlosc(data, block, tt.codec, tt.compress), data, 0)
				}
			})
		})
	}
}

// bitWriter writes bits, the highest of each byte first.
type bitWriter struct {
	out  []byte
	free int
}

func (w *bitWriter) write(v uint64, n int) {
	for n--; n >= 0; n-- {
		if w.free == 0 {
			w.out, w.free = append(w.out, 0), 8
		}
		w.free--
		w.out[len(w.out)-1] |= byte(v>>n&1) << w.free
	}
}

// scaleOffsetParams are the library's parameters for integers.
func scaleOffsetParams(count, width uint32, order, fillDefined, fill uint32) []uint32 {
	params := make([]uint32, 20)
	params[soScaleType] = soScaleInteger
	params[soCount] = count
	params[soWidth] = width
	params[soOrder] = order
	params[soFillDefined] = fillDefined
	params[soFill] = fill
	return params
}

func TestScaleOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.SampledFrom([]int{1, 2, 4, 8}).Draw(t, "width")
		bits := rapid.IntRange(0, 8*width-1).Draw(t, "bits")
		least := rapid.Uint64().Draw(t, "least")
		count := rapid.IntRange(0, 70).Draw(t, "count")
		bigEndian := rapid.Bool().Draw(t, "bigEndian")
		fillDefined := rapid.Bool().Draw(t, "fillDefined")

		stored := binary.LittleEndian.AppendUint32(nil, uint32(bits))
		stored = append(stored, 8)
		stored = binary.LittleEndian.AppendUint64(stored, least)
		stored = append(stored, make([]byte, 8)...)
		w := bitWriter{}
		var want []byte
		for range count {
			diff := rapid.Uint64().Draw(t, "difference") & (1<<bits - 1)
			w.write(diff, bits)
			v := least + diff
			if fillDefined && diff == 1<<bits-1 {
				v = 77
			}
			elem := binary.LittleEndian.AppendUint64(nil, v)[:width]
			if bigEndian {
				slices.Reverse(elem)
			}
			want = append(want, elem...)
		}
		params := scaleOffsetParams(uint32(count), uint32(width), btou(bigEndian), btou(fillDefined), 77)
		got, err := New([]Spec{{ID: idScaleOffset, Params: params}}, width).
			Decode(nil, append(stored, w.out...), len(want), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got % x, want % x", got, want)
		}
	})
}

func btou(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func TestNbit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 8).Draw(t, "width")
		precision := rapid.IntRange(1, 8*width).Draw(t, "precision")
		offset := rapid.IntRange(0, 8*width-precision).Draw(t, "offset")
		bigEndian := rapid.Bool().Draw(t, "bigEndian")
		count := rapid.IntRange(0, 70).Draw(t, "count")

		w := bitWriter{}
		var want []byte
		for range count {
			v := rapid.Uint64().Draw(t, "value") & (math.MaxUint64 >> (64 - precision))
			w.write(v, precision)
			elem := binary.LittleEndian.AppendUint64(nil, v<<offset)[:width]
			if bigEndian {
				slices.Reverse(elem)
			}
			want = append(want, elem...)
		}
		params := []uint32{8, 0, uint32(count), nbitNumber, uint32(width), btou(bigEndian), uint32(precision), uint32(offset)}
		got, err := New([]Spec{{ID: idNbit, Params: params}}, width).Decode(nil, w.out, len(want), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got % x, want % x", got, want)
		}
	})
}
