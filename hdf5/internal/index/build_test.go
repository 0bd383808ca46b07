package index

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A draft is a file in memory that builders write to. It refuses what a file
// would: writes outside of what was allocated, and a second write to a byte.
type draft struct {
	buf     []byte
	rooms   map[uint64]uint64 // address to size
	written map[uint64]bool
	left    int // operations until they fail; negative never
}

func newDraft() *draft {
	return &draft{buf: make([]byte, 96), rooms: map[uint64]uint64{}, written: map[uint64]bool{}, left: -1}
}

var errFull = errors.New("disk full")

func (d *draft) step() error {
	if d.left == 0 {
		return errFull
	}
	d.left--
	return nil
}

func (d *draft) Alloc(n uint64) (uint64, error) {
	if err := d.step(); err != nil {
		return 0, err
	}
	addr := uint64(len(d.buf))
	d.rooms[addr] = n
	d.buf = append(d.buf, make([]byte, (n+7)&^7)...)
	return addr, nil
}

func (d *draft) WriteAt(b []byte, addr uint64) error {
	if err := d.step(); err != nil {
		return err
	}
	for len(b) > 0 { // places one behind the other may be written at once
		n, ok := d.rooms[addr]
		if !ok || n > uint64(len(b)) || d.written[addr] {
			return fmt.Errorf("write of %d bytes at %d, where room for %d was allocated (written: %t)", len(b), addr, n, d.written[addr])
		}
		d.written[addr] = true
		copy(d.buf[addr:], b[:n])
		addr, b = addr+n, b[n:]
	}
	return nil
}

func (d *draft) reader(t testing.TB) *storage.Reader {
	t.Helper()
	if len(d.written) != len(d.rooms) {
		t.Fatalf("%d of %d places have been written", len(d.written), len(d.rooms))
	}
	return storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf)))
}

// failsAlways checks that a build ends in the writer's error whichever of its
// operations fails.
func failsAlways(t *testing.T, build func(Writer) error) {
	t.Helper()
	for n := 0; ; n++ {
		d := newDraft()
		d.left = n
		err := build(d)
		if err == nil {
			if n == 0 {
				t.Error("nothing is written")
			}
			return
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("operation %d fails: %v", n, err)
		}
	}
}

func linksNamed(names []string) []SymbolEntry {
	links := make([]SymbolEntry, len(names))
	for i, name := range names {
		links[i] = SymbolEntry{Name: name, Header: uint64(1000 + i)}
		if i%3 == 1 {
			links[i] = SymbolEntry{Name: name, Header: format.Undefined, Soft: true, SoftTarget: strings.Repeat("/x", i%9)}
		}
	}
	return links
}

// A group of any size holds its links, in the order of their names, and finds
// each of them.
func TestSymbolTablesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[^\x00]{1,12}`), 0, 200, rapid.ID).Draw(t, "names")
		leafK, internalK := rapid.Uint16Range(1, 5).Draw(t, "leaf rank"), rapid.Uint16Range(1, 5).Draw(t, "internal rank")
		links, d := linksNamed(names), newDraft()
		btree, heap, err := BuildSymbolTable(d, sizes, leafK, internalK, links)
		if err != nil {
			t.Fatal(err)
		}
		r := storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf)))
		var got []SymbolEntry
		err = SymbolTable(r, sizes, btree, heap, func(e SymbolEntry) error {
			got = append(got, e)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.SortedFunc(slices.Values(links), func(a, b SymbolEntry) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		for _, l := range links {
			if e, ok, err := SymbolTableLookup(r, sizes, btree, heap, l.Name); err != nil || !ok || e != l {
				t.Fatalf("link %q: %+v, %t, %v", l.Name, e, ok, err)
			}
			if _, ok, err := SymbolTableLookup(r, sizes, btree, heap, l.Name+"\x01"); ok != slices.Contains(names, l.Name+"\x01") || err != nil {
				t.Fatalf("link %q: %t, %v", l.Name+"\x01", ok, err)
			}
		}
	})
}

func TestBuildSymbolTableFails(t *testing.T) {
	failsAlways(t, func(w Writer) error {
		_, _, err := BuildSymbolTable(w, sizes, 1, 1, linksNamed([]string{"a", "b", "c", "d", "e", "f", "g"}))
		return err
	})
	tests := []struct {
		name             string
		leafK, internalK uint16
		links            []SymbolEntry
	}{
		{"no rank", 0, 16, nil},
		{"no internal rank", 4, 0, nil},
		{"rank beyond the count of children", 4, 1 << 15, nil},
		{"no name", 4, 16, []SymbolEntry{{Header: 1}}},
		{"same name twice", 4, 16, []SymbolEntry{{Name: "b", Header: 1}, {Name: "a", Header: 1}, {Name: "b", Header: 2}}},
		{"NUL in name", 4, 16, []SymbolEntry{{Name: "a\x00b", Header: 1}}},
		{"NUL in path", 4, 16, []SymbolEntry{{Name: "a", Soft: true, SoftTarget: "\x00"}}},
		{"nowhere", 4, 16, []SymbolEntry{{Name: "a", Header: format.Undefined}}},
	}
	for _, tt := range tests {
		if _, _, err := BuildSymbolTable(newDraft(), sizes, tt.leafK, tt.internalK, tt.links); !errors.Is(err, format.ErrUnencodable) {
			t.Errorf("%s: error %v, want ErrUnencodable", tt.name, err)
		}
	}
}

// chunkGrid yields some chunks of a grid of the given shape, row-major.
func chunkGrid(shape []uint64, keep func(i uint64) bool) []Chunk {
	var list []Chunk
	count := uint64(1)
	for _, n := range shape {
		count *= n
	}
	for i := range count {
		if !keep(i) {
			continue
		}
		c := Chunk{Scaled: make([]uint64, len(shape)), Addr: 8 * i, Size: 1 + i%8, Mask: uint32(i % 3)}
		for d, rest := len(shape)-1, i; d >= 0; d-- {
			c.Scaled[d], rest = rest%shape[d], rest/shape[d]
		}
		list = append(list, c)
	}
	return list
}

func sequence(chunks []Chunk) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// A tree of any number of chunks has them all, in nodes that are full but for
// the last of each level.
func TestChunkTreesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.Uint64Range(1, 9), 1, 3).Draw(t, "grid")
		every := rapid.Uint64Range(1, 5).Draw(t, "every")
		k := rapid.Uint16Range(1, 4).Draw(t, "rank")
		chunks := chunkGrid(shape, func(i uint64) bool { return i%every == 0 })
		layout := format.Layout{Version: 3, Class: format.Chunked, ElemSize: 4}
		dims := make([]uint64, len(shape))
		for d, n := range shape {
			layout.ChunkDims = append(layout.ChunkDims, uint64(d+2))
			dims[d] = n * uint64(d+2)
		}
		d := newDraft()
		d.buf = append(d.buf, make([]byte, 8*1000)...) // where the chunks are
		var err error
		if layout.Addr, err = BuildChunkTree(d, sizes, k, layout, sequence(chunks)); err != nil {
			t.Fatal(err)
		}
		if want := nodesOf(len(chunks), 2*int(k)); len(d.written) != want {
			t.Fatalf("%d nodes for %d chunks of rank %d, want %d", len(d.written), len(chunks), k, want)
		}
		r := storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf)))
		c, err := OpenChunks(r, ChunkParams{
			Layout: layout, Sizes: sizes, Dims: dims, ElemSize: 4, Filtered: true, ChunkBytes: layout.ChunkBytes(),
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = c.Overlapping(make([]uint64, len(shape)), shape, func(c Chunk) error {
			got = append(got, fmt.Sprint(c))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, c := range chunks {
			want = append(want, fmt.Sprint(c))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
		visitsWhatOverlaps(t, c, shape)
	})
}

// A box of any size has its chunks, whatever has been asked for before it.
func TestBoxesOfChunkTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := []uint64{rapid.Uint64Range(1, 30).Draw(t, "rows"), rapid.Uint64Range(1, 30).Draw(t, "cols")}
		every := rapid.Uint64Range(1, 9).Draw(t, "every")
		chunks := chunkGrid(shape, func(i uint64) bool { return every == 1 || i%every != 0 })
		layout := format.Layout{Version: 3, Class: format.Chunked, ElemSize: 4, ChunkDims: []uint64{3, 5}}
		d := newDraft()
		d.buf = append(d.buf, make([]byte, 8*1000)...) // where the chunks are
		var err error
		if layout.Addr, err = BuildChunkTree(d, sizes, rapid.Uint16Range(1, 8).Draw(t, "rank"), layout, sequence(chunks)); err != nil {
			t.Fatal(err)
		}
		c, err := OpenChunks(storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf))), ChunkParams{
			Layout: layout, Sizes: sizes, Dims: []uint64{3 * shape[0], 5 * shape[1]}, ElemSize: 4, Filtered: true, ChunkBytes: layout.ChunkBytes(),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "boxes") {
			lo, hi := make([]uint64, 2), make([]uint64, 2)
			for d, n := range shape {
				lo[d] = rapid.Uint64Range(0, n).Draw(t, "lo")
				hi[d] = lo[d] + rapid.SampledFrom([]uint64{1, 2, 5, n, unlimited - lo[d]}).Draw(t, "extent")
			}
			var got, want []string
			for _, ch := range chunks {
				if contains(lo, hi, ch.Scaled) {
					want = append(want, fmt.Sprint(ch))
				}
			}
			err := c.Overlapping(lo, hi, func(ch Chunk) error {
				got = append(got, fmt.Sprint(ch))
				return nil
			})
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("box from %v to %v: error %v, got\n%v\nwant\n%v", lo, hi, err, got, want)
			}
		}
	})
}

// visitsWhatOverlaps visits a box, twice, and finds what is there otherwise.
func visitsWhatOverlaps(t *rapid.T, c *Chunks, shape []uint64) {
	lo, hi := make([]uint64, len(shape)), make([]uint64, len(shape))
	for d, n := range shape {
		lo[d] = rapid.Uint64Range(0, n).Draw(t, "lo")
		hi[d] = rapid.Uint64Range(0, n).Draw(t, "hi")
	}
	found := func(walk func(lo, hi []uint64, yield func(Chunk) error) error) (list []string) {
		err := walk(lo, hi, func(c Chunk) error {
			list = append(list, fmt.Sprint(c))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	want := found(c.Overlapping)
	for range 2 {
		if got := found(c.Visit); !slices.Equal(got, want) {
			t.Fatalf("visited %v, want %v", got, want)
		}
	}
}

// nodesOf is how many nodes of so many children a tree over n of them has.
func nodesOf(n, children int) int {
	total := 0
	for {
		n = (n + children - 1) / children
		total += n
		if n == 1 {
			return total
		}
	}
}

// Nodes of a level are linked to each other, and each ends where the next begins.
func TestChunkTreeNodesAreLinked(t *testing.T) {
	d := newDraft()
	layout := format.Layout{ChunkDims: []uint64{10}, ElemSize: 4}
	chunks := chunkGrid([]uint64{100}, func(uint64) bool { return true })
	root, err := BuildChunkTree(d, sizes, 2, layout, sequence(chunks))
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for first := root; first != format.Undefined; {
		left, below, previous := format.Undefined, format.Undefined, format.ChunkKey{}
		for addr := first; addr != format.Undefined; nodes++ {
			var node format.ChunkNode
			if err := node.Decode(d.buf[addr:], 1, sizes); err != nil {
				t.Fatal(err)
			}
			if node.Left != left {
				t.Errorf("node at %d has %d on its left, want %d", addr, node.Left, left)
			}
			if left == format.Undefined && node.Level > 0 {
				below = node.Children[0]
			}
			if left != format.Undefined && fmt.Sprint(previous) != fmt.Sprint(node.Keys[0]) {
				t.Errorf("node at %d begins with key %v, the one before ends with %v", addr, node.Keys[0], previous)
			}
			previous = node.Keys[len(node.Keys)-1]
			left, addr = addr, node.Right
		}
		if want := (format.ChunkKey{Offset: []uint64{1000, 4}}); fmt.Sprint(previous) != fmt.Sprint(want) {
			t.Errorf("last key %v, want %v", previous, want)
		}
		first = below
	}
	if nodes != len(d.written) {
		t.Errorf("%d of %d nodes are linked", nodes, len(d.written))
	}
}

func TestBuildChunkTreeFails(t *testing.T) {
	layout := format.Layout{ChunkDims: []uint64{10}, ElemSize: 4}
	failsAlways(t, func(w Writer) error {
		_, err := BuildChunkTree(w, sizes, 1, layout, sequence(chunkGrid([]uint64{9}, func(uint64) bool { return true })))
		return err
	})
	at := func(positions ...uint64) iter.Seq2[Chunk, error] {
		var list []Chunk
		for _, p := range positions {
			list = append(list, Chunk{Scaled: []uint64{p}})
		}
		return sequence(list)
	}
	errRead := errors.New("chunk cannot be read")
	tests := []struct {
		name   string
		k      uint16
		chunks iter.Seq2[Chunk, error]
		want   error
	}{
		{"no rank", 0, at(1), format.ErrUnencodable},
		{"descending", 2, at(2, 1), format.ErrUnencodable},
		{"twice", 2, at(2, 2), format.ErrUnencodable},
		{"beyond 2^64", 2, at(math.MaxUint64 / 5), format.ErrUnencodable},
		{"last key beyond 2^64", 2, at(math.MaxUint64 / 10), format.ErrUnencodable},
		{"of other rank", 2, sequence([]Chunk{{Scaled: []uint64{1, 1}}}), format.ErrUnencodable},
		{"nowhere", 2, sequence([]Chunk{{Scaled: []uint64{1}, Addr: format.Undefined}}), format.ErrUnencodable},
		{"too large", 2, sequence([]Chunk{{Scaled: []uint64{1}, Size: 1 << 32}}), format.ErrUnencodable},
		{"error", 2, func(yield func(Chunk, error) bool) { yield(Chunk{}, errRead) }, errRead},
	}
	for _, tt := range tests {
		if _, err := BuildChunkTree(newDraft(), sizes, tt.k, layout, tt.chunks); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
	d := newDraft()
	if root, err := BuildChunkTree(d, sizes, 2, layout, at()); root != format.Undefined || err != nil || len(d.rooms) > 0 {
		t.Errorf("no chunks: root %d, %v, %d nodes", root, err, len(d.rooms))
	}
}

// Objects of all sizes come back, and not much more room is taken than they need.
func TestGlobalHeapSurvives(t *testing.T) {
	tests := []struct {
		name  string
		count int
		size  func(i int) int
	}{
		{"nothing", 1, func(int) int { return 0 }},
		{"exactly one collection", 1, func(int) int { return 4096 - 16 - 16 }},
		{"free space as large as its header", 1, func(int) int { return 4096 - 16 - 16 - 16 }},
		{"free space smaller than its header", 1, func(int) int { return 4096 - 16 - 16 - 8 }},
		{"one too large", 1, func(int) int { return 4096 - 16 - 16 + 1 }},
		{"edges", 66, func(i int) int { return i }},
		{"large ones between small ones", 300, func(i int) int { return i % 100 * i % 100 * i }},
		{"very many", 100_000, func(i int) int { return i % 20 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDraft()
			b := NewHeapBuilder(d, sizes)
			type place struct {
				collection uint64
				index      uint32
			}
			var places []place
			object := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, tt.size(i)) }
			need := 0
			scratch := []byte(nil)
			for i := range tt.count {
				scratch = append(scratch[:0], object(i)...)
				collection, index, err := b.Put(scratch)
				if err != nil {
					t.Fatal(err)
				}
				clear(scratch)
				places = append(places, place{collection, index})
				need += 16 + (tt.size(i)+7)&^7
			}
			for range 2 {
				if err := b.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			heap := NewGlobalHeap(d.reader(t), sizes)
			for i, p := range places {
				if got, err := heap.Object(p.collection, p.index); err != nil || !bytes.Equal(got, object(i)) {
					t.Fatalf("object %d: %d bytes, %v", i, len(got), err)
				}
			}
			if limit := 8192 + need + need/2; len(d.buf) > limit {
				t.Errorf("%d bytes for objects that need %d", len(d.buf), need)
			}
		})
	}
}

func TestHeapBuilderFails(t *testing.T) {
	failsAlways(t, func(w Writer) error {
		b := NewHeapBuilder(w, sizes)
		for range 5 {
			if _, _, err := b.Put(make([]byte, 3000)); err != nil {
				return err
			}
		}
		return b.Flush()
	})
}

func TestDenseAttributesSurvive(t *testing.T) {
	for _, n := range []int{0, 1, 29, 30, 63, 64, 65, 5000} {
		var attrs []DenseAttribute
		for i := range n {
			a := DenseAttribute{Name: fmt.Sprint("attribute ", i), Message: bytes.Repeat([]byte{byte(i)}, 1+i*37%5000), Order: uint32(n - i)}
			if n == 30 && i == 1 {
				a.Message = bytes.Repeat([]byte("large"), 16<<20/5)
			}
			attrs = append(attrs, a)
		}
		d := newDraft()
		heapAddr, nameIndex, orderIndex, err := BuildDenseAttributes(d, sizes, attrs, n%2 == 1)
		if err != nil {
			t.Fatal(err)
		}
		r := d.reader(t)
		heap, err := OpenFractalHeap(r, sizes, heapAddr)
		if err != nil {
			t.Fatal(err)
		}
		names := namesIn(t, r, nameIndex, heap, attrs)
		if len(names) != n {
			t.Fatalf("%d attributes, want %d", len(names), n)
		}
		if n%2 == 0 {
			if orderIndex != format.Undefined {
				t.Errorf("index by order at %d, unasked for", orderIndex)
			}
			continue
		}
		ordered := namesIn(t, r, orderIndex, heap, attrs)
		for i, name := range ordered {
			if want := attrs[n-1-i].Name; name != want {
				t.Fatalf("attribute %d in order is %q, want %q", i, name, want)
			}
		}
	}
}

// namesIn are the names of the attributes that an index finds, in its order.
func namesIn(t *testing.T, r *storage.Reader, tree uint64, heap *FractalHeap, attrs []DenseAttribute) []string {
	t.Helper()
	byOrder := map[uint32]DenseAttribute{}
	for _, a := range attrs {
		byOrder[a.Order] = a
	}
	var names []string
	last := uint32(0)
	err := BTree2Records(r, sizes, tree, func(kind format.BTree2Type, b []byte) error {
		rec, err := format.DecodeAttributeRecord(b, kind)
		if err != nil {
			return err
		}
		want := byOrder[rec.Order]
		if kind == format.BTree2AttributeName && (rec.Hash < last || rec.Hash != format.Checksum([]byte(want.Name))) {
			t.Errorf("attribute %q has hash %#x after %#x", want.Name, rec.Hash, last)
		}
		last = rec.Hash
		message, err := heap.Object(rec.ID[:])
		if err != nil {
			return err
		}
		if !bytes.Equal(message, want.Message) {
			t.Errorf("attribute %q has %d bytes, want %d", want.Name, len(message), len(want.Message))
		}
		names = append(names, want.Name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestBuildDenseAttributesFails(t *testing.T) {
	attrs := []DenseAttribute{{Name: "a", Message: []byte("a")}, {Name: "b", Message: []byte("b")}}
	failsAlways(t, func(w Writer) error {
		_, _, _, err := BuildDenseAttributes(w, sizes, attrs, true)
		return err
	})
	if _, _, _, err := BuildDenseAttributes(newDraft(), sizes, make([]DenseAttribute, 1<<16), false); !errors.Is(err, format.ErrUnencodable) {
		t.Errorf("too many: error %v, want ErrUnencodable", err)
	}
	narrow := format.Sizes{Offset: 2, Length: 2}
	if _, _, _, err := BuildDenseAttributes(newDraft(), narrow, attrs, false); !errors.Is(err, format.ErrUnencodable) {
		t.Errorf("narrow file: error %v, want ErrUnencodable", err)
	}
}
