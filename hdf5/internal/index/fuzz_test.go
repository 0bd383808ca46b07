package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A mender is a file whose blocks have the right checksum, whatever their other
// bytes, so that fuzzing gets past it. It takes every range that is read for a
// block that ends with its checksum, as those of arrays and heaps do.
type mender []byte

func (m mender) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, m[off:])
	if sealed := len(p) > 4 && !bytes.HasPrefix(p, []byte("TREE")); sealed && n == len(p) {
		binary.LittleEndian.PutUint32(p[n-4:], format.Checksum(p[:n-4]))
	}
	return n, nil
}

// fuzzReader returns a reader of b that mends checksums or not.
func fuzzReader(b []byte, mend bool) *storage.Reader {
	if mend {
		return storage.NewReader(mender(b), int64(len(b)))
	}
	return storage.NewReader(bytes.NewReader(b), int64(len(b)))
}

// seeds calls add with every small file of testdata and each place in it where
// one of the signatures is.
func seeds(f *testing.F, add func(file []byte, addr uint64), signatures ...string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "seeds", "*.h5"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range signatures {
			for at := 0; ; at++ {
				next := bytes.Index(b[at:], []byte(s))
				if next < 0 {
					break
				}
				at += next
				add(b, uint64(at))
			}
		}
	}
}

// FuzzChunks walks whatever chunk index is at an address. No chunk may come
// twice, out of order, or from outside the box or the file.
func FuzzChunks(f *testing.F) {
	seeds(f, func(b []byte, addr uint64) {
		kind := map[string]format.ChunkIndexKind{
			"TREE": format.IndexBTree1, "FAHD": format.IndexFixedArray,
			"EAHD": format.IndexExtensibleArray, "BTHD": format.IndexBTree2,
		}[string(b[addr:addr+4])]
		f.Add(b, addr, uint8(kind), uint16(30), uint16(70), uint8(3), uint8(7), false, false)
		f.Add(b, addr, uint8(kind), uint16(9), uint16(40), uint8(1), uint8(1), false, true)
		f.Add(b, addr, uint8(kind), uint16(40), uint16(60), uint8(8), uint8(6), false, true)
		f.Add(b, addr, uint8(kind), uint16(1100), uint16(1), uint8(1), uint8(1), true, true)
	}, "TREE", "FAHD", "EAHD", "BTHD")
	f.Fuzz(func(t *testing.T, b []byte, addr uint64, kind uint8, rows, cols uint16, chunkRows, chunkCols uint8, filtered, mend bool) {
		p := ChunkParams{
			Layout: format.Layout{
				Class: format.Chunked, Index: format.ChunkIndexKind(kind % 7), Addr: addr,
				ChunkDims: []uint64{uint64(chunkRows), uint64(chunkCols)}, ElemSize: 1,
			},
			Sizes: sizes, Dims: []uint64{uint64(rows), uint64(cols)}, ElemSize: 1, Filtered: filtered,
			ChunkBytes: uint64(chunkRows) * uint64(chunkCols),
		}
		if p.Layout.Index == format.IndexExtensibleArray {
			p.MaxDims = []uint64{unlimited, uint64(cols)}
		}
		c, err := OpenChunks(fuzzReader(b, mend), p)
		if err != nil {
			return
		}
		lo, hi := []uint64{0, 1}, []uint64{unlimited, uint64(cols)}
		var last []uint64
		var first []string // chunks of the first column
		var all []string
		err = c.Overlapping(lo, hi, func(ch Chunk) error {
			all = append(all, fmt.Sprint(ch))
			if !contains(lo, hi, ch.Scaled) {
				t.Fatalf("chunk %v is not in the box from %v to %v", ch.Scaled, lo, hi)
			}
			if ch.Addr > uint64(len(b)) || ch.Size > uint64(len(b))-ch.Addr {
				t.Fatalf("chunk of %d bytes at address %d in a file of %d", ch.Size, ch.Addr, len(b))
			}
			if last != nil && (ch.Scaled[0] < last[0] || ch.Scaled[0] == last[0] && ch.Scaled[1] <= last[1]) {
				t.Fatalf("chunk %v comes after %v", ch.Scaled, last)
			}
			last = append(last[:0], ch.Scaled...)
			if ch.Scaled[1] == lo[1] {
				first = append(first, fmt.Sprint(ch))
			}
			return nil
		})
		var visited []string
		visiting := c.Visit(lo, hi, func(ch Chunk) error {
			visited = append(visited, fmt.Sprint(ch))
			return nil
		})
		if err == nil && (visiting != nil || !slices.Equal(visited, all)) {
			t.Fatalf("visited %v (error %v), want %v", visited, visiting, all)
		}
		if err != nil || cols < 2 {
			return
		}
		// A column by itself is looked for in other ways.
		if c, err = OpenChunks(fuzzReader(b, mend), p); err != nil {
			t.Fatal(err)
		}
		var alone []string
		err = c.Overlapping(lo, []uint64{unlimited, lo[1] + 1}, func(ch Chunk) error {
			alone = append(alone, fmt.Sprint(ch))
			return nil
		})
		if err != nil || !slices.Equal(alone, first) {
			t.Fatalf("column by itself has chunks %v, error %v, want %v", alone, err, first)
		}
	})
}

// FuzzSymbolTable lists a group and looks its links up again.
func FuzzSymbolTable(f *testing.F) {
	seeds(f, func(b []byte, addr uint64) {
		if heap := bytes.Index(b, []byte("HEAP")); heap >= 0 {
			f.Add(b, addr, uint64(heap))
			f.Add(b, addr, uint64(bytes.LastIndex(b, []byte("HEAP"))))
		}
	}, "TREE")
	f.Fuzz(func(t *testing.T, b []byte, tree, heap uint64) {
		r := fuzzReader(b, false)
		var total int
		_ = SymbolTable(r, sizes, tree, heap, func(e SymbolEntry) error {
			total += len(e.Name) + len(e.SoftTarget)
			return nil
		})
		if total > len(b) {
			t.Fatalf("names of %d bytes in a file of %d", total, len(b))
		}
		_, _, _ = SymbolTableLookup(r, sizes, tree, heap, "link 7")
	})
}

// FuzzBTree2Records lists the records of a tree: no more than the file has room
// for.
func FuzzBTree2Records(f *testing.F) {
	seeds(f, func(b []byte, addr uint64) {
		f.Add(b, addr, false)
		f.Add(b, addr, true)
	}, "BTHD")
	f.Fuzz(func(t *testing.T, b []byte, addr uint64, mend bool) {
		var total int
		_ = BTree2Records(fuzzReader(b, mend), sizes, addr, func(_ format.BTree2Type, record []byte) error {
			total += len(record)
			return nil
		})
		if total > len(b) {
			t.Fatalf("records of %d bytes in a file of %d", total, len(b))
		}
	})
}

// FuzzFractalHeap looks an object up.
func FuzzFractalHeap(f *testing.F) {
	seeds(f, func(b []byte, addr uint64) {
		for _, id := range []string{"\x00\x16\x00\x00\x00\x10\x00", "\x10\x01\x00\x00\x00\x00\x00\x00", "\x20abcdefg"} {
			f.Add(b, addr, []byte(id), true)
			f.Add(b, addr, []byte(id), false)
		}
	}, "FRHP")
	f.Fuzz(func(t *testing.T, b []byte, addr uint64, id []byte, mend bool) {
		h, err := OpenFractalHeap(fuzzReader(b, mend), sizes, addr)
		if err != nil {
			return
		}
		for range 2 {
			o, err := h.Object(id)
			if err == nil && len(o) > len(b)+len(id) {
				t.Fatalf("object of %d bytes in a file of %d", len(o), len(b))
			}
		}
	})
}

// FuzzGlobalHeap looks an object up.
func FuzzGlobalHeap(f *testing.F) {
	seeds(f, func(b []byte, addr uint64) { f.Add(b, addr, uint32(2)) }, "GCOL")
	f.Fuzz(func(t *testing.T, b []byte, addr uint64, index uint32) {
		h := NewGlobalHeap(fuzzReader(b, false), sizes)
		for range 2 {
			o, err := h.Object(addr, index)
			if err == nil && len(o) > len(b) {
				t.Fatalf("object of %d bytes in a file of %d", len(o), len(b))
			}
		}
	})
}
