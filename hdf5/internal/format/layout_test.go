package format_test

import (
	"reflect"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

func decodeLayout(b []byte) error {
	_, err := format.DecodeLayout(b, wide)
	return err
}

func TestDecodeLayout(t *testing.T) {
	chunked := func(version int, index format.ChunkIndexKind) format.Layout {
		return format.Layout{
			Version: version, Class: format.Chunked, Addr: 4096,
			ChunkDims: []uint64{63, 65}, ElemSize: 8, Index: index,
		}
	}
	withParameters := func(l format.Layout, set func(*format.Layout)) format.Layout {
		set(&l)
		return l
	}
	v4 := func(flags int, index format.ChunkIndexKind, parameters ...any) []byte {
		return record(4, 2, flags, 3, 1, 63, 65, 8, int(index), record(parameters...), uint64(4096))
	}
	tests := []struct {
		name string
		raw  []byte
		want format.Layout
	}{
		{
			"version 1, contiguous", record(1, 2, 1, zeros(5), uint64(4096), uint32(3), uint32(5)),
			format.Layout{Version: 1, Class: format.Contiguous, Addr: 4096},
		},
		{
			"version 1, chunked", record(1, 3, 2, zeros(5), uint64(4096), uint32(63), uint32(65), uint32(8)),
			chunked(1, format.IndexBTree1),
		},
		{
			"version 2, compact", record(2, 2, 0, zeros(5), uint32(3), uint32(5), uint32(3), "abc"),
			format.Layout{Version: 2, Class: format.Compact, Addr: format.Undefined, Compact: []byte("abc")},
		},
		{
			"version 3, compact", record(3, 0, uint16(3), "abc"),
			format.Layout{Version: 3, Class: format.Compact, Addr: format.Undefined, Compact: []byte("abc")},
		},
		{
			"version 3, contiguous", record(3, 1, undefined64, uint64(64)),
			format.Layout{Version: 3, Class: format.Contiguous, Addr: format.Undefined, Size: 64},
		},
		{
			"version 3, chunked", record(3, 2, 3, uint64(4096), uint32(63), uint32(65), uint32(8)),
			chunked(3, format.IndexBTree1),
		},
		{"version 4, single", v4(0, format.IndexSingle), chunked(4, format.IndexSingle)},
		{
			"version 4, single filtered", v4(2, format.IndexSingle, uint64(777), uint32(5)),
			withParameters(chunked(4, format.IndexSingle), func(l *format.Layout) {
				l.SingleFiltered, l.SingleSize, l.SingleMask = true, 777, 5
			}),
		},
		{
			"version 4, implicit, partial chunks unfiltered", v4(1, format.IndexImplicit),
			withParameters(chunked(4, format.IndexImplicit), func(l *format.Layout) { l.DontFilterPartial = true }),
		},
		{
			"version 4, fixed array", v4(0, format.IndexFixedArray, 10),
			withParameters(chunked(4, format.IndexFixedArray), func(l *format.Layout) { l.PageBits = 10 }),
		},
		{
			"version 4, extensible array", v4(0, format.IndexExtensibleArray, 32, 4, 5, 16, 10),
			withParameters(chunked(4, format.IndexExtensibleArray), func(l *format.Layout) {
				l.MaxBits, l.IndexElements, l.MinPointers, l.MinElements, l.PageBits = 32, 4, 5, 16, 10
			}),
		},
		{
			"version 4, B-tree", v4(0, format.IndexBTree2, uint32(2048), 100, 40),
			withParameters(chunked(4, format.IndexBTree2), func(l *format.Layout) {
				l.NodeSize, l.Split, l.Merge = 2048, 100, 40
			}),
		},
		{
			"version 4, chunk dimensions of three bytes",
			record(4, 2, 0, 2, 3, 0, 0, 1, 4, 0, 0, int(format.IndexImplicit), uint64(4096)),
			format.Layout{
				Version: 4, Class: format.Chunked, Addr: 4096,
				ChunkDims: []uint64{1 << 16}, ElemSize: 4, Index: format.IndexImplicit,
			},
		},
		{
			"version 4, virtual", record(4, 3, uint64(4096), uint32(7)),
			format.Layout{Version: 4, Class: format.Virtual, Addr: 4096, HeapIndex: 7},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := format.DecodeLayout(append(tt.raw, zeros(5)...), wide)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, tt.want)
			}
			refusesPrefixes(t, tt.raw, decodeLayout)
		})
	}
}

func TestLayoutChunkBytes(t *testing.T) {
	l, err := format.DecodeLayout(record(3, 2, 3, uint64(0), uint32(1<<16), uint32(1<<16), uint32(8)), wide)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.ChunkBytes(); got != 1<<35 {
		t.Errorf("%d bytes, want %d", got, uint64(1<<35))
	}
}

func TestDecodeLayoutRefuses(t *testing.T) {
	v3 := func(rank int, dims ...uint32) []byte {
		b := record(3, 2, rank, uint64(0))
		for _, d := range dims {
			b = append(b, record(d)...)
		}
		return b
	}
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"version 0", record(0, zeros(64)), format.ErrUnsupported},
		{"version 5", record(5, zeros(64)), format.ErrUnsupported},
		{"class of version 1", record(1, 1, 3, zeros(64)), format.ErrCorrupt},
		{"rank 0 of version 1", record(1, 0, 1, zeros(64)), format.ErrCorrupt},
		{"rank 34 of version 1", record(1, 34, 1, zeros(200)), format.ErrCorrupt},
		{"compact size of version 1", record(1, 1, 0, zeros(5), uint32(1), ^uint32(0), "abc"), format.ErrCorrupt},
		{"class of version 3", record(3, 3, zeros(64)), format.ErrCorrupt},
		{"compact size", record(3, 0, uint16(65535), zeros(64)), format.ErrCorrupt},
		{"chunk rank 1", v3(1, 8), format.ErrCorrupt},
		{"chunk rank 34", record(3, 2, 34, zeros(200)), format.ErrCorrupt},
		{"chunk dimension 0", v3(3, 4, 0, 8), format.ErrCorrupt},
		{"element size 0", v3(3, 4, 4, 0), format.ErrCorrupt},
		{"chunk of 2^64 bytes", v3(4, 1<<31, 1<<31, 2, 2), format.ErrCorrupt},
		{"element of 2^32 bytes", record(4, 2, 0, 2, 5, 1, zeros(4), zeros(4), 1, 2, uint64(0)), format.ErrCorrupt},
		{"chunk flags", record(4, 2, 4, 2, 1, 1, 1, 2, uint64(0)), format.ErrUnsupported},
		{"dimensions of 0 bytes", record(4, 2, 0, 2, 0, 2, uint64(0)), format.ErrCorrupt},
		{"dimensions of 9 bytes", record(4, 2, 0, 2, 9, zeros(64)), format.ErrCorrupt},
		{"B-tree of version 1 in version 4", record(4, 2, 0, 2, 1, 1, 1, 0, uint64(0)), format.ErrCorrupt},
		{"index kind", record(4, 2, 0, 2, 1, 1, 1, 6, uint64(0)), format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, decodeLayout(tt.raw), tt.want) })
	}
}
