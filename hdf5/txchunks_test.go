package hdf5

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/index"
)

// TestSortChunks sorts positions that come in a few ascending runs, in many or in none.
func TestSortChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		position := rapid.SliceOfN(rapid.Uint64Range(0, 9), 2, 2)
		runs := rapid.SliceOfN(rapid.SliceOfN(position, 0, 20), 0, 2*mostRuns).Draw(t, "runs")
		var chunks []newChunk
		for _, run := range runs {
			slices.SortFunc(run, slices.Compare[[]uint64])
			for _, at := range run {
				chunks = append(chunks, newChunk{Chunk: index.Chunk{Scaled: at, Addr: uint64(len(chunks))}})
			}
		}
		want := slices.Concat(runs...)
		slices.SortFunc(want, slices.Compare[[]uint64])
		sortChunks(chunks)
		seen := make([]bool, len(chunks))
		for i, c := range chunks {
			if !slices.Equal(c.Scaled, want[i]) || seen[c.Addr] {
				t.Fatalf("chunk %d is %v, or comes twice; want %v", i, c, want[i])
			}
			seen[c.Addr] = true
		}
	})
}
