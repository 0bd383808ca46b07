package hdf5

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/index"
)

// TestChangedChunks: chunks that were stored or dropped and chunks that were copied, crowded in a grid or far apart in
// it, in order or not, come in the order of the grid, and in the same place those that were copied last.
func TestChangedChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Uint64Range(0, rapid.SampledFrom([]uint64{0, 9, 1000, math.MaxUint64}).Draw(t, "most"))
		place := rapid.Custom(func(t *rapid.T) [2]uint64 {
			return [2]uint64{coordinate.Draw(t, "row"), coordinate.Draw(t, "col")}
		})
		compare := func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) }
		stored := rapid.SliceOfN(place, 0, 20).Draw(t, "stored")
		copied := rapid.SliceOfNDistinct(place, 0, 40, rapid.ID[[2]uint64]).Draw(t, "copied")
		if rapid.Bool().Draw(t, "in order") {
			slices.SortFunc(copied, compare)
		}
		type where struct {
			at   [2]uint64
			addr uint64
		}
		var want []where
		var anew []newChunk
		slices.SortStableFunc(stored, compare)
		for i, at := range stored {
			want = append(want, where{at, uint64(i)})
			anew = append(anew, newChunk{Chunk: index.Chunk{Scaled: slices.Clone(at[:]), Addr: uint64(i)}, dropped: true})
		}
		var asStored []copiedChunk
		for i, at := range copied {
			addr := uint64(len(stored) + i)
			want = append(want, where{at, addr})
			asStored = append(asStored, copiedChunk{row: at[0], col: at[1], addr: addr, size: addr * 2, mask: uint32(addr)})
		}
		slices.SortFunc(want, func(a, b where) int { return cmp.Or(compare(a.at, b.at), cmp.Compare(a.addr, b.addr)) })

		changed := newChangedChunks(anew, asStored)
		for _, w := range want {
			c, ok := changed.head()
			if !ok || !slices.Equal(c.Scaled, w.at[:]) || c.Addr != w.addr || c.dropped != (w.addr < uint64(len(stored))) {
				t.Fatalf("got %v, %t, want %v", c, ok, w)
			}
			if !c.dropped && (c.Size != 2*c.Addr || c.Mask != uint32(c.Addr)) {
				t.Fatalf("chunk %v is not the one that was copied", c)
			}
			changed.drop()
		}
		if c, ok := changed.head(); ok {
			t.Fatalf("%v comes after the last", c)
		}
	})
}
