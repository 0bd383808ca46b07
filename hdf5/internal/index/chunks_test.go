package index

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A chunkedDataset is what the C library says of a dataset of a test file.
type chunkedDataset struct {
	File, Name string
	Header     uint64
	Shape, Max []uint64
	Filtered   bool
	ByContent  bool       // chunks have the CRC of their bytes, not their address
	Chunks     [][]uint64 // position, address, size, mask; in row-major order

	layout format.Layout
	r      *storage.Reader
	bytes  []byte // of the file
}

// chunkedDatasets are the datasets of all test files.
func chunkedDatasets(t *testing.T) []chunkedDataset {
	t.Helper()
	var sets []chunkedDataset
	dir := python(t, "chunks.py", &sets)
	for i := range sets {
		d := &sets[i]
		if i > 0 && d.File == sets[i-1].File {
			d.bytes = sets[i-1].bytes
			d.r = sets[i-1].r
		} else {
			d.r, d.bytes = open(t, filepath.Join(dir, d.File))
		}
		var err error
		if d.layout, err = format.DecodeLayout(message(t, d.r, d.Header, format.MsgLayout), sizes); err != nil {
			t.Fatal(err)
		}
	}
	return sets
}

func (d *chunkedDataset) params() ChunkParams {
	return ChunkParams{
		Layout: d.layout, Sizes: sizes, Dims: d.Shape, MaxDims: d.Max,
		ElemSize: d.layout.ElemSize, Filtered: d.Filtered, ChunkBytes: d.layout.ChunkBytes(),
	}
}

func (d *chunkedDataset) open(t *testing.T, r *storage.Reader) *Chunks {
	t.Helper()
	c, err := OpenChunks(r, d.params())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// grid is the number of chunks along each dimension, as far as they are in the
// dataset.
func (d *chunkedDataset) grid() []uint64 {
	n := make([]uint64, len(d.Shape))
	for i := range n {
		n[i] = ceilDiv(d.Shape[i], d.layout.ChunkDims[i])
	}
	return n
}

// inside are the chunks of the oracle that lie in a box.
func (d *chunkedDataset) inside(lo, hi []uint64) [][]uint64 {
	var in [][]uint64
	for _, row := range d.Chunks {
		if contains(lo, hi, row) {
			in = append(in, row)
		}
	}
	return in
}

func contains(lo, hi, pos []uint64) bool {
	for d := range lo {
		if pos[d] < lo[d] || pos[d] >= hi[d] {
			return false
		}
	}
	return true
}

// overlapping collects the chunks of a box as the oracle has them.
func (d *chunkedDataset) overlapping(t *testing.T, c *Chunks, lo, hi []uint64) [][]uint64 {
	t.Helper()
	var got [][]uint64
	err := c.Overlapping(lo, hi, func(ch Chunk) error {
		addr := ch.Addr
		if d.ByContent {
			addr = uint64(crc32.ChecksumIEEE(d.bytes[ch.Addr : ch.Addr+ch.Size]))
		}
		got = append(got, append(slices.Clone(ch.Scaled), addr, ch.Size, uint64(ch.Mask)))
		return nil
	})
	if err != nil {
		t.Fatalf("box %v to %v: %v", lo, hi, err)
	}
	return got
}

// diff tells how two lists of chunks differ, or nothing.
func diff(got, want [][]uint64) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("%d chunks, want %d; the next is %v", len(got), len(want), want[i])
		case i >= len(want):
			return fmt.Sprintf("%d chunks, want %d; the next is %v", len(got), len(want), got[i])
		case !slices.Equal(got[i], want[i]):
			return fmt.Sprintf("chunk %d is %v, want %v", i, got[i], want[i])
		}
	}
	return ""
}

// TestChunksAreThoseOfTheCLibrary looks at every dataset whole, at random boxes,
// and at boxes that are slabs along each dimension.
func TestChunksAreThoseOfTheCLibrary(t *testing.T) {
	kinds := map[format.ChunkIndexKind]bool{}
	for _, d := range chunkedDatasets(t) {
		kinds[d.layout.Index] = true
		t.Run(d.File+"/"+d.Name, func(t *testing.T) {
			t.Parallel()
			rank := len(d.Shape)
			zero, all := make([]uint64, rank), d.grid()
			everything := slices.Repeat([]uint64{unlimited}, rank)
			if d.layout.Index == format.IndexImplicit {
				everything = all // the C library does not tell of chunks outside the dataset
			}
			warm := d.open(t, d.r)
			if msg := diff(d.overlapping(t, warm, zero, everything), d.Chunks); msg != "" {
				t.Fatalf("everything: %s", msg)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for range 30 {
				lo, hi := make([]uint64, rank), make([]uint64, rank)
				for i, n := range all {
					a, b := rng.Uint64N(n+2), rng.Uint64N(n+2)
					lo[i], hi[i] = min(a, b), max(a, b)
					if rng.IntN(3) == 0 {
						lo[i], hi[i] = 0, n
					}
				}
				if d.layout.Index == format.IndexImplicit {
					for i := range hi {
						hi[i] = min(hi[i], all[i])
					}
				}
				want := d.inside(lo, hi)
				if msg := diff(d.overlapping(t, d.open(t, d.r), lo, hi), want); msg != "" {
					t.Fatalf("box %v to %v: %s", lo, hi, msg)
				}
				if msg := diff(d.overlapping(t, warm, lo, hi), want); msg != "" {
					t.Fatalf("box %v to %v, asked again: %s", lo, hi, msg)
				}
			}
		})
	}
	for k := format.IndexBTree1; k <= format.IndexBTree2; k++ {
		if !kinds[k] {
			t.Errorf("no dataset has the chunk index of kind %d", k)
		}
	}
}

var errStop = errors.New("enough")
