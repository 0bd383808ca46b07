package index

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
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

// chunkedSets keeps what chunkedDatasets has made.
var chunkedSets []chunkedDataset

// chunkedDatasets are the datasets of all test files, made for the first test
// that asks for them.
func chunkedDatasets(t *testing.T) []chunkedDataset {
	t.Helper()
	if chunkedSets != nil {
		return chunkedSets
	}
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
	chunkedSets = sets
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
			for range 8 {
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

func TestStoppedWalkReturnsTheErrorAsItIs(t *testing.T) {
	errStop := errors.New("enough")
	for _, d := range chunkedDatasets(t) {
		if len(d.Chunks) == 0 {
			continue
		}
		c := d.open(t, d.r)
		n := 0
		err := c.Overlapping(make([]uint64, len(d.Shape)), d.grid(), func(Chunk) error {
			n++
			return errStop
		})
		if err != errStop || n != 1 {
			t.Errorf("%s: %v after %d chunks, want the error of yield after 1", d.Name, err, n)
		}
	}
}

// TestColumnReadsOnlyItsNodes reads one column of chunks of datasets whose rows
// have more chunks than a node of the index: of all nodes that hold chunks, it
// needs one or two for each row.
func TestColumnReadsOnlyItsNodes(t *testing.T) {
	// The largest share of the index that the column may take.
	limits := map[string]float64{
		"shuffled": 0.7, "wide": 0.2, "both_deep": 0.9, "both_wide": 0.3,
		"fixed_wide": 0.3, "growing_second_partly": 0.1,
	}
	for _, d := range chunkedDatasets(t) {
		limit, ok := limits[d.Name]
		if !ok {
			continue
		}
		lo, hi := make([]uint64, len(d.Shape)), d.grid()
		last := len(hi) - 1
		lo[last] = hi[last] / 2
		column := slices.Clone(hi)
		column[last] = lo[last] + 1

		before := d.r.BytesRead()
		c := d.open(t, d.r)
		d.overlapping(t, c, lo, column)
		part := d.r.BytesRead() - before
		d.overlapping(t, c, lo, column)
		if again := d.r.BytesRead() - before - part; again != 0 {
			t.Errorf("%s: the same column reads %d bytes again", d.Name, again)
		}
		d.overlapping(t, c, make([]uint64, len(hi)), hi)
		whole := d.r.BytesRead() - before
		if share := float64(part) / float64(whole); share > limit {
			t.Errorf("%s: a column reads %d of the index's %d bytes, want at most %.0f %%", d.Name, part, whole, 100*limit)
		}
		t.Logf("%s: column %d of %d bytes", d.Name, part, whole)
		before = d.r.BytesRead()
		d.overlapping(t, c, make([]uint64, len(hi)), hi)
		if again := d.r.BytesRead() - before; again != 0 {
			t.Errorf("%s: everything reads %d bytes again", d.Name, again)
		}
	}
}

func TestChunksAreSafeForConcurrentUse(t *testing.T) {
	for _, d := range chunkedDatasets(t) {
		if len(d.Chunks) > 2000 {
			continue // no other than the smaller ones, only slower
		}
		c := d.open(t, d.r)
		want := len(d.inside(make([]uint64, len(d.Shape)), d.grid()))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				n := 0
				err := c.Overlapping(make([]uint64, len(d.Shape)), d.grid(), func(Chunk) error { n++; return nil })
				if err != nil || n != want {
					t.Errorf("%s: %d chunks, %v, want %d", d.Name, n, err, want)
				}
			})
		}
		wg.Wait()
	}
}

// TestChunkOutsideTheFile cuts files off before their last chunk.
func TestChunkOutsideTheFile(t *testing.T) {
	for _, d := range chunkedDatasets(t) {
		if d.ByContent || len(d.Chunks) == 0 {
			continue
		}
		rank := len(d.Shape)
		var end uint64
		for _, c := range d.Chunks {
			end = max(end, c[rank]+c[rank+1])
		}
		c := d.open(t, d.r.Limit(int64(end)-1))
		err := c.Overlapping(make([]uint64, rank), d.grid(), func(Chunk) error { return nil })
		if !errors.Is(err, storage.ErrOutOfBounds) {
			t.Errorf("%s: %v, want ErrOutOfBounds", d.Name, err)
		}
	}
}

func TestOpenChunksRefusesContradictions(t *testing.T) {
	good := ChunkParams{
		Layout: format.Layout{
			Class: format.Chunked, ChunkDims: []uint64{2, 3}, ElemSize: 4,
			Index: format.IndexFixedArray, Addr: 64,
		},
		Sizes: sizes, Dims: []uint64{10, 10}, ElemSize: 4, ChunkBytes: 24,
	}
	for name, spoil := range map[string]func(*ChunkParams){
		"rank of the chunks":        func(p *ChunkParams) { p.Layout.ChunkDims = []uint64{2} },
		"rank of the limits":        func(p *ChunkParams) { p.MaxDims = []uint64{10} },
		"rank 0":                    func(p *ChunkParams) { p.Dims, p.Layout.ChunkDims = nil, nil },
		"chunk without extent":      func(p *ChunkParams) { p.Layout.ChunkDims = []uint64{0, 3} },
		"chunk without bytes":       func(p *ChunkParams) { p.ChunkBytes = 0 },
		"size of an element":        func(p *ChunkParams) { p.ElemSize = 8 },
		"array that grows two ways": func(p *ChunkParams) { p.MaxDims = []uint64{unlimited, unlimited} },
		"too many chunks":           func(p *ChunkParams) { p.Dims = []uint64{1 << 60, 1 << 60} },
		"array that cannot grow":    func(p *ChunkParams) { p.Layout.Index = format.IndexExtensibleArray },
		"implicit with filters":     func(p *ChunkParams) { p.Layout.Index, p.Filtered = format.IndexImplicit, true },
	} {
		t.Run(name, func(t *testing.T) {
			p := good
			spoil(&p)
			r := storage.NewReader(bytes.NewReader(nil), 0)
			if _, err := OpenChunks(r, p); !errors.Is(err, format.ErrCorrupt) {
				t.Errorf("%v, want ErrCorrupt", err)
			}
		})
	}
	p := good
	p.Layout.Index = 77
	if _, err := OpenChunks(nil, p); !errors.Is(err, format.ErrUnsupported) {
		t.Errorf("unknown index: %v, want ErrUnsupported", err)
	}
}

func TestOverlappingRefusesBoxesOfAnotherRank(t *testing.T) {
	p := ChunkParams{
		Layout: format.Layout{ChunkDims: []uint64{2, 3}, ElemSize: 4, Addr: format.Undefined},
		Dims:   []uint64{10, 10}, ElemSize: 4, ChunkBytes: 24,
	}
	c, err := OpenChunks(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Overlapping([]uint64{0}, []uint64{1, 1}, nil); err == nil {
		t.Error("a box of rank 1 is taken for a dataset of rank 2")
	}
}
