package hdf5

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/index"
)

// TestSortChunks sorts positions that come in ascending runs or in none, crowd in a grid or lie far apart in it,
// and some of which are the same.
func TestSortChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinates := rapid.Uint64Range(0, rapid.SampledFrom([]uint64{0, 9, 1000, math.MaxUint64}).Draw(t, "most"))
		dims := rapid.IntRange(1, 3).Draw(t, "dims")
		position := rapid.SliceOfN(coordinates, dims, dims)
		runs := rapid.SliceOfN(rapid.SliceOfN(position, 0, 20), 0, 16).Draw(t, "runs")
		var chunks []newChunk
		for _, run := range runs {
			slices.SortFunc(run, slices.Compare[[]uint64])
			for _, at := range run {
				chunks = append(chunks, newChunk{Chunk: index.Chunk{Scaled: at, Addr: uint64(len(chunks))}})
			}
		}
		want := slices.Clone(chunks)
		slices.SortStableFunc(want, func(a, b newChunk) int { return slices.Compare(a.Scaled, b.Scaled) })
		sortChunks(chunks)
		for i, c := range chunks {
			if c.Addr != want[i].Addr {
				t.Fatalf("chunk %d is %v, want %v", i, c, want[i])
			}
		}
	})
}
