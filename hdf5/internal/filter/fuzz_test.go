package filter

import (
	"encoding/binary"
	"errors"
	"testing"
)

// fuzzFilter fuzzes one filter: its parameters, the stored bytes and the size
// that they are said to have. Seeds are the fixtures that end in the filter.
func fuzzFilter(f *testing.F, id uint16) {
	for _, fix := range fixtures(f) {
		last := fix.Filters[len(fix.Filters)-1]
		if last.ID != id || fix.Mask != 0 {
			continue
		}
		var params []byte
		for _, v := range last.Params {
			params = binary.LittleEndian.AppendUint32(params, v)
		}
		f.Add(params, fix.Stored, uint32(fix.Size))
	}
	f.Add([]byte(nil), []byte(nil), uint32(0))
	f.Fuzz(func(t *testing.T, params, stored []byte, size uint32) {
		spec := Spec{ID: id}
		for ; len(params) >= 4; params = params[4:] {
			spec.Params = append(spec.Params, binary.LittleEndian.Uint32(params))
		}
		checkDecode(t, New([]Spec{spec}, 4), stored, int(size%(1<<20)), 0)
	})
}

// checkDecode holds a decoder to what it promises of any bytes at all.
func checkDecode(t *testing.T, p *Pipeline, stored []byte, size int, mask uint32) {
	t.Helper()
	const guard = 16
	dst := make([]byte, size+guard)
	got, err := p.Decode(dst[:0:size], stored, size, mask)
	for _, b := range dst[size:] {
		if b != 0 {
			t.Fatal("wrote beyond the end of dst")
		}
	}
	var unknown *UnknownError
	switch {
	case err == nil && len(got) != size:
		t.Fatalf("%d bytes, want %d", len(got), size)
	case err == nil && uint64(size) > p.MaxDecoded(uint64(len(stored)), mask):
		t.Fatalf("%d bytes, more than MaxDecoded", size)
	case err != nil && !errors.Is(err, ErrCorrupt) && !errors.As(err, &unknown):
		t.Fatalf("error %v, want ErrCorrupt or an UnknownError", err)
	}
}

func FuzzDeflate(f *testing.F)     { fuzzFilter(f, idDeflate) }
func FuzzShuffle(f *testing.F)     { fuzzFilter(f, idShuffle) }
func FuzzFletcher32(f *testing.F)  { fuzzFilter(f, idFletcher32) }
func FuzzNbit(f *testing.F)        { fuzzFilter(f, idNbit) }
func FuzzScaleOffset(f *testing.F) { fuzzFilter(f, idScaleOffset) }
func FuzzLZF(f *testing.F)         { fuzzFilter(f, idLZF) }
func FuzzBlosc(f *testing.F)       { fuzzFilter(f, idBlosc) }
func FuzzLZ4(f *testing.F)         { fuzzFilter(f, idLZ4) }
func FuzzBitshuffle(f *testing.F)  { fuzzFilter(f, idBitshuffle) }
func FuzzZstd(f *testing.F)        { fuzzFilter(f, idZstd) }

// FuzzPipeline fuzzes filters that follow one another: each byte of filters
// chooses one.
func FuzzPipeline(f *testing.F) {
	specs := []Spec{
		{ID: idDeflate},
		{ID: idShuffle, Params: []uint32{4}},
		{ID: idFletcher32},
		{ID: idLZF},
		{ID: idLZ4},
		{ID: idZstd},
		{ID: idBlosc},
		{ID: idBitshuffle, Params: []uint32{0, 0, 4, 0, 2}},
		{ID: idSzip},
	}
	data := sample(1000, 1)
	f.Add([]byte{1, 0}, encodeDeflate(f, encodeShuffle(data, 4), 6), uint32(1000), uint32(0))
	f.Add([]byte{0, 2}, encodeFletcher32(encodeDeflate(f, data, 6)), uint32(1000), uint32(0))
	f.Add([]byte{8, 0, 0}, encodeDeflate(f, encodeDeflate(f, data, 6), 6), uint32(1000), uint32(1))
	f.Fuzz(func(t *testing.T, filters, stored []byte, size, mask uint32) {
		var chosen []Spec
		for _, c := range filters {
			chosen = append(chosen, specs[int(c)%len(specs)])
		}
		checkDecode(t, New(chosen, 4), stored, int(size%(1<<20)), mask)
	})
}
