package index

import (
	"bytes"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// BenchmarkChunkTree finds the chunks of a row, a column and all of a matrix of 313 x 157 chunks, each
// time in an index of which no node has been read: what the first request of a file costs.
func BenchmarkChunkTree(b *testing.B) {
	const rows, cols, side = 313, 157, 64
	layout := format.Layout{Version: 3, Class: format.Chunked, ElemSize: 4, ChunkDims: []uint64{side, side}}
	d := newDraft()
	d.buf = append(d.buf, make([]byte, 8*rows*cols)...) // where the chunks are
	chunks := chunkGrid([]uint64{rows, cols}, func(uint64) bool { return true })
	var err error
	if layout.Addr, err = BuildChunkTree(d, sizes, 32, layout, sequence(chunks)); err != nil {
		b.Fatal(err)
	}
	r := storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf)))
	params := ChunkParams{
		Layout: layout, Sizes: sizes, Dims: []uint64{rows * side, cols * side}, ElemSize: 4,
		Filtered: true, ChunkBytes: layout.ChunkBytes(),
	}
	for _, request := range []struct {
		name   string
		lo, hi []uint64
		want   int
	}{
		{"row", []uint64{rows / 2, 0}, []uint64{rows/2 + 1, cols}, cols},
		{"column", []uint64{0, cols / 2}, []uint64{rows, cols/2 + 1}, rows},
		{"all", []uint64{0, 0}, []uint64{rows, cols}, rows * cols},
	} {
		b.Run(request.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := OpenChunks(r, params)
				if err != nil {
					b.Fatal(err)
				}
				found := 0
				err = c.Overlapping(request.lo, request.hi, func(Chunk) error {
					found++
					return nil
				})
				if err != nil || found != request.want {
					b.Fatalf("%d chunks, want %d; error %v", found, request.want, err)
				}
			}
		})
	}
}
