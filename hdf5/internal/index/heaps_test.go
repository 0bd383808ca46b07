package index

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// heapFiles is what h5py says of the files that testdata/heaps.py writes.
type heapFiles struct {
	dir           string
	Groups, Dense []struct {
		Name   string
		Header uint64
		Links  map[string]any // address of the target, or path of a soft link
	}
	Attributes []struct {
		Header uint64
		Values map[string]string // in hexadecimal
	}
	Strings struct {
		Offset uint64
		Values []string
	}
}

func TestHeaps(t *testing.T) {
	var files heapFiles
	files.dir = python(t, "heaps.py", &files)
	t.Run("SymbolTableLookupReadsOnePath", func(t *testing.T) { testSymbolTableLookupReadsOnePath(t, files) })
	t.Run("SymbolTable", func(t *testing.T) { testSymbolTable(t, files) })
	t.Run("DenseLinks", func(t *testing.T) { testDenseLinks(t, files) })
	t.Run("DenseAttributes", func(t *testing.T) { testDenseAttributes(t, files) })
	t.Run("GlobalHeap", func(t *testing.T) { testGlobalHeap(t, files) })
}

func testSymbolTable(t *testing.T, files heapFiles) {
	r, _ := open(t, filepath.Join(files.dir, "groups.h5"))
	for _, g := range files.Groups {
		table, err := format.DecodeSymbolTableMessage(message(t, r, g.Header, format.MsgSymbolTable), sizes)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		var order []string
		err = SymbolTable(r, sizes, table.BTree, table.Heap, func(e SymbolEntry) error {
			got[e.Name] = linkOf(e)
			order = append(order, e.Name)
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", g.Name, err)
		}
		if !slices.IsSorted(order) {
			t.Errorf("%s: links do not come in the order of their names", g.Name)
		}
		sameLinks(t, g.Name, got, g.Links)
		tries := 0
		for name, want := range g.Links {
			if tries++; tries > 500 {
				break
			}
			e, ok, err := SymbolTableLookup(r, sizes, table.BTree, table.Heap, name)
			if err != nil || !ok || linkOf(e) != want || e.Name != name {
				t.Fatalf("%s: link %q is %+v, %t, %v, want %v", g.Name, name, e, ok, err, want)
			}
			if _, ok, err := SymbolTableLookup(r, sizes, table.BTree, table.Heap, name+"?"); ok || err != nil {
				t.Fatalf("%s: link %q: found %t, %v", g.Name, name+"?", ok, err)
			}
		}
		errStop := errors.New("enough")
		err = SymbolTable(r, sizes, table.BTree, table.Heap, func(SymbolEntry) error { return errStop })
		if len(g.Links) > 0 && err != errStop {
			t.Errorf("%s: stopped walk returns %v", g.Name, err)
		}
	}
}

// linkOf is a link as the oracle has it.
func linkOf(e SymbolEntry) any {
	if e.Soft {
		return e.SoftTarget
	}
	return float64(e.Header)
}

func sameLinks(t *testing.T, group string, got, want map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d links, want %d", group, len(got), len(want))
	}
	for name, w := range want {
		if g, ok := got[name]; !ok || g != w {
			t.Fatalf("%s: link %q is %v (%t), want %v", group, name, g, ok, w)
		}
	}
}

func testSymbolTableLookupReadsOnePath(t *testing.T, files heapFiles) {
	r, _ := open(t, filepath.Join(files.dir, "groups.h5"))
	g := files.Groups[len(files.Groups)-1]
	table, err := format.DecodeSymbolTableMessage(message(t, r, g.Header, format.MsgSymbolTable), sizes)
	if err != nil {
		t.Fatal(err)
	}
	var whole, heap int64
	count := func(f func()) int64 {
		before := r.BytesRead()
		f()
		return r.BytesRead() - before
	}
	heap = count(func() {
		if _, err := openSymbolTable(r, sizes, table.BTree, table.Heap); err != nil {
			t.Fatal(err)
		}
	})
	whole = count(func() {
		if err := SymbolTable(r, sizes, table.BTree, table.Heap, func(SymbolEntry) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
	tries := 0
	for name := range g.Links {
		if tries++; tries > 100 {
			break
		}
		path := count(func() {
			if _, _, err := SymbolTableLookup(r, sizes, table.BTree, table.Heap, name); err != nil {
				t.Fatal(err)
			}
		})
		if path-heap > (whole-heap)/20 {
			t.Fatalf("a lookup reads %d bytes of nodes, the whole group has %d", path-heap, whole-heap)
		}
	}
}

func testDenseLinks(t *testing.T, files heapFiles) {
	r, _ := open(t, filepath.Join(files.dir, "dense.h5"))
	dense := 0
	for _, g := range files.Dense {
		info, err := format.DecodeLinkInfo(message(t, r, g.Header, format.MsgLinkInfo), sizes)
		if err != nil {
			t.Fatal(err)
		}
		if info.FractalHeap == format.Undefined {
			continue
		}
		dense++
		trees := []uint64{info.NameIndex}
		if info.IndexesOrder {
			trees = append(trees, info.OrderIndex)
		}
		for _, tree := range trees {
			sameLinks(t, g.Name, denseLinks(t, r, info.FractalHeap, tree), g.Links)
		}
	}
	if dense < 4 {
		t.Errorf("only %d groups have dense links", dense)
	}
}

// denseLinks reads the links whose IDs are in a B-tree.
func denseLinks(t *testing.T, r *storage.Reader, heapAddr, tree uint64) map[string]any {
	t.Helper()
	heap, err := OpenFractalHeap(r, sizes, heapAddr)
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]any{}
	err = BTree2Records(r, sizes, tree, func(kind format.BTree2Type, b []byte) error {
		id, err := linkID(kind, b)
		if err != nil {
			return err
		}
		b, err = heap.Object(id)
		if err != nil {
			return err
		}
		l, err := format.DecodeLink(b, sizes)
		if err != nil {
			return err
		}
		links[l.Name] = float64(l.Addr)
		if l.Kind == format.LinkSoft {
			links[l.Name] = l.Target
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return links
}

func linkID(kind format.BTree2Type, b []byte) ([]byte, error) {
	if kind == format.BTree2LinkOrder {
		rec, err := format.DecodeLinkOrderRecord(b)
		return rec.ID[:], err
	}
	rec, err := format.DecodeLinkNameRecord(b)
	return rec.ID[:], err
}

func testDenseAttributes(t *testing.T, files heapFiles) {
	r, _ := open(t, filepath.Join(files.dir, "dense.h5"))
	for _, o := range files.Attributes {
		info, err := format.DecodeAttributeInfo(message(t, r, o.Header, format.MsgAttributeInfo), sizes)
		if err != nil {
			t.Fatal(err)
		}
		heap, err := OpenFractalHeap(r, sizes, info.FractalHeap)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = BTree2Records(r, sizes, info.NameIndex, func(kind format.BTree2Type, b []byte) error {
			rec, err := format.DecodeAttributeRecord(b, kind)
			if err != nil {
				return err
			}
			b, err = heap.Object(rec.ID[:])
			if err != nil {
				return err
			}
			a, err := format.DecodeAttribute(b, sizes)
			if err != nil {
				return err
			}
			if want := o.Values[a.Name]; hex.EncodeToString(a.Data) != want {
				t.Errorf("attribute %q has %d bytes that are not the %d wanted", a.Name, len(a.Data), len(want)/2)
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n != len(o.Values) {
			t.Errorf("%d attributes, want %d", n, len(o.Values))
		}
	}
}

func testGlobalHeap(t *testing.T, files heapFiles) {
	r, b := open(t, filepath.Join(files.dir, "strings.h5"))
	heap := NewGlobalHeap(r, sizes)
	heap.limit = 10 << 10 // so that collections are dropped and read again
	check := func(i int) {
		element := b[files.Strings.Offset+16*uint64(i):]
		want := files.Strings.Values[i]
		if n := binary.LittleEndian.Uint32(element); int(n) != len(want) {
			t.Fatalf("string %d has %d bytes, want %d", i, n, len(want))
		}
		if want == "" {
			return
		}
		got, err := heap.Object(binary.LittleEndian.Uint64(element[4:]), binary.LittleEndian.Uint32(element[12:]))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimRight(got, "\x00"), []byte(want)) {
			t.Fatalf("string %d is %q, want %q", i, got, want)
		}
		if heap.kept > heap.limit && heap.recent.Len() > 1 {
			t.Fatalf("%d collections of %d bytes are kept, the limit is %d", heap.recent.Len(), heap.kept, heap.limit)
		}
	}
	for i := range files.Strings.Values {
		check(i)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		check(rng.IntN(len(files.Strings.Values)))
	}
	first := binary.LittleEndian.Uint64(b[files.Strings.Offset+4:])
	for _, index := range []uint32{0, 60000, 1 << 16, 1<<16 + 1, 1<<32 - 1} {
		if _, err := heap.Object(first, index); !errors.Is(err, format.ErrCorrupt) {
			t.Errorf("object %d: %v, want ErrCorrupt", index, err)
		}
	}
	before := r.BytesRead()
	check(0)
	check(0)
	if read := r.BytesRead() - before; read > 1<<17 {
		t.Errorf("an object asked for twice reads %d bytes", read)
	}
}
