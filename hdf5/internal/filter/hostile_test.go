package filter

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// Chunks and parameters that declare far more than is there are refused
// without allocating what they declare.
func TestHostileSizes(t *testing.T) {
	const huge = math.MaxUint32
	long := make([]byte, 4000)
	blosc := func(flags, width byte, size, block, stored uint32) []byte {
		b := []byte{bloscVersion, 1, flags, width}
		b = binary.LittleEndian.AppendUint32(b, size)
		b = binary.LittleEndian.AppendUint32(b, block)
		b = binary.LittleEndian.AppendUint32(b, stored)
		return append(b, long...)
	}
	for _, tt := range []struct {
		name   string
		spec   Spec
		stored []byte
	}{
		{"lz4, size", Spec{ID: idLZ4}, append(unhex("7fffffffffffffff00001000"), long...)},
		{"lz4, no block size", Spec{ID: idLZ4}, append(unhex("00000000000003e800000000"), long...)},
		{"lz4, stored size", Spec{ID: idLZ4}, append(unhex("00000000000003e800001000ffffffff"), long...)},
		{"bitshuffle, size", Spec{ID: idBitshuffle, Params: []uint32{0, 0, 4, 0, 2}}, append(unhex("ffffffffffffffff00001000"), long...)},
		{"bitshuffle, block", Spec{ID: idBitshuffle, Params: []uint32{0, 0, 4, 0, 3}}, append(unhex("00000000000003e8ffffffe0"), long...)},
		{"bitshuffle, wide", Spec{ID: idBitshuffle, Params: []uint32{0, 0, huge}}, long},
		{"zstd, content and window", Spec{ID: idZstd}, append(unhex("28b52ffde0ffffffffffffff00"), long...)},
		{"zstd, window", Spec{ID: idZstd}, append(unhex("28b52ffd00f8"), long...)},
		{"zstd, run", Spec{ID: idZstd}, unhex("28b52ffd0058030010ff")},
		{"blosc, size", Spec{ID: idBlosc}, blosc(0, 4, huge, 1000, 4016)},
		{"blosc, blocks", Spec{ID: idBlosc}, blosc(0, 4, 4096, 1, 4016)},
		{"blosc, block", Spec{ID: idBlosc}, blosc(0, 4, 4096, huge, 4016)},
		{"blosc, stored", Spec{ID: idBlosc}, blosc(0, 4, 4096, 4096, huge)},
		{"scaleoffset, count", Spec{ID: idScaleOffset, Params: scaleOffsetParams(huge, 8, 0, 0, 0)}, make([]byte, 50)},
		{"scaleoffset, too few bits", Spec{ID: idScaleOffset, Params: scaleOffsetParams(512, 8, 0, 0, 0)}, append([]byte{63}, make([]byte, 30)...)},
		{"scaleoffset, too many bits", Spec{ID: idScaleOffset, Params: scaleOffsetParams(512, 8, 0, 0, 0)}, append([]byte{65}, long...)},
		{"nbit, count", Spec{ID: idNbit, Params: []uint32{8, 0, huge, nbitNumber, 8, 0, 1, 0}}, long},
		{"nbit, size", Spec{ID: idNbit, Params: []uint32{8, 0, 1, nbitNumber, huge, 0, 1, 0}}, long},
		{"nbit, precision", Spec{ID: idNbit, Params: []uint32{8, 0, 512, nbitNumber, 8, 0, huge, huge}}, long},
		{"nbit, members", Spec{ID: idNbit, Params: []uint32{6, 0, 512, nbitCompound, 8, huge}}, long},
		{"nbit, depth", Spec{ID: idNbit, Params: append([]uint32{0, 0, 512}, slices.Repeat([]uint32{nbitArray, 8}, 1<<15)...)}, long},
		{"shuffle, width", Spec{ID: idShuffle, Params: []uint32{huge}}, long},
		{"lzf, far", Spec{ID: idLZF}, append(unhex("0000ffffff"), long...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := New([]Spec{tt.spec}, 4)
			// The state of a decompressor is not the chunk's doing.
			if _, err := p.Decode(nil, tt.stored, 4096, 0); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("error %v, want ErrCorrupt", err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := p.Decode(nil, tt.stored, 4096, 0)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("error %v, want ErrCorrupt", err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 && !raceEnabled {
				t.Errorf("%d bytes allocated for a chunk of 4096", got)
			}
		})
	}
}

// A pipeline of compressors, each of which multiplies what it is given, is
// stopped at what the chunk can have been in between.
func TestStackedCompressors(t *testing.T) {
	bomb := make([]byte, 1<<20)
	specs := make([]Spec, 4)
	for i := range specs {
		specs[i].ID = idDeflate
		if i > 1 {
			bomb = encodeDeflate(t, bomb, 9)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := New(specs, 4).Decode(nil, bomb, 1000, 0)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v, want ErrCorrupt", err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated for a chunk of 1000", got)
	}
}

func TestUnknownCodec(t *testing.T) {
	blosc := encodeBlosc(make([]byte, 100), 100, 7, func(b []byte) []byte { return b })
	shuffled := append(binary.BigEndian.AppendUint64(nil, 100), make([]byte, 100)...)
	for _, tt := range []struct {
		spec   Spec
		stored []byte
		want   string
	}{
		{Spec{ID: idBlosc}, blosc, "filter 32001 (blosc, codec 7) is not supported"},
		{Spec{ID: idBitshuffle, Params: []uint32{0, 0, 4, 0, 9}}, shuffled, "filter 32008 (bitshuffle, codec 9) is not supported"},
	} {
		_, err := New([]Spec{tt.spec}, 4).Decode(nil, tt.stored, 100, 0)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || err.Error() != tt.want {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
}
