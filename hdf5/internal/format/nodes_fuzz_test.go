package format

import (
	"slices"
	"testing"
)

// Each target here decodes any bytes at all, once as they are and once with the
// checksum made right where the record has one.

func FuzzGroupNode(f *testing.F) {
	f.Add(groupNode)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, sz := range allSizes {
			node, err := DecodeGroupNode(b, sz)
			if err == nil && len(node.Keys) != len(node.Children)+1 {
				t.Fatalf("%d keys of %d children", len(node.Keys), len(node.Children))
			}
		}
	})
}

func FuzzChunkNode(f *testing.F) {
	f.Add(chunkNode, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, rank uint8) {
		var node ChunkNode // used again for each size
		for _, sz := range allSizes {
			err := node.Decode(b, int(rank%33), sz)
			if err == nil && len(node.Keys) != len(node.Children)+1 {
				t.Fatalf("%d keys of %d children", len(node.Keys), len(node.Children))
			}
			leaf, failed := DecodeChunkLeaf(b, int(rank%33), sz)
			if (failed == nil) != (err == nil && node.Level == 0) {
				t.Fatalf("leaf: %v, node of level %d: %v", failed, node.Level, err)
			}
			if failed != nil {
				continue
			}
			offset := make([]uint64, rank%33+1)
			for i := range leaf.Children {
				key, addr := leaf.Chunk(i, offset)
				if want := node.Keys[i]; key.Size != want.Size || key.Mask != want.Mask || !slices.Equal(key.Offset, want.Offset) || addr != node.Children[i] {
					t.Fatalf("chunk %d: %v at %d, want %v at %d", i, key, addr, want, node.Children[i])
				}
			}
		}
	})
}

func FuzzSymbolNode(f *testing.F) {
	f.Add(symbolNode)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, sz := range allSizes {
			entries, err := DecodeSymbolNode(b, sz)
			if err == nil && len(entries)*SymbolEntrySize(sz) > len(b) {
				t.Fatalf("%d entries in %d bytes", len(entries), len(b))
			}
		}
	})
}

func FuzzLocalHeap(f *testing.F) {
	f.Add(localHeap, uint64(4))
	f.Fuzz(func(t *testing.T, b []byte, off uint64) {
		for _, sz := range allSizes {
			_, _ = DecodeLocalHeap(b, sz)
		}
		_, _ = LocalHeapString(b, off)
	})
}

func FuzzGlobalHeapCollection(f *testing.F) {
	f.Add(collection)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, sz := range allSizes {
			objects, err := DecodeGlobalHeap(b, sz)
			total := 0
			for _, o := range objects {
				total += len(b[o.Start:][:o.Size])
			}
			if err == nil && total > len(b) {
				t.Fatalf("objects of %d bytes in a collection of %d", total, len(b))
			}
		}
	})
}

func FuzzBTree2(f *testing.F) {
	f.Add(btree2Header, sealed("BTLF", uint8(0), uint8(5), "record-----"), 0, 1)
	f.Add(btree2Header, sealed("BTIN", uint8(0), uint8(5), "record-----", uint64(100), uint8(3), uint64(200), uint8(1)), 1, 1)
	f.Fuzz(func(t *testing.T, header, node []byte, level, records int) {
		for _, sz := range allSizes {
			h, err := DecodeBTree2Header(reseal(slices.Clone(header)), sz)
			if err != nil {
				continue
			}
			n, err := h.DecodeNode(reseal(slices.Clone(node)), level, records)
			if err == nil && len(n.Records) != records {
				t.Fatalf("%d records, want %d", len(n.Records), records)
			}
		}
	})
}

func FuzzBTree2Record(f *testing.F) {
	f.Add(make([]byte, 40), uint8(10), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, kind, rank uint8) {
		k := BTree2Type(kind)
		_, _ = DecodeLinkNameRecord(b)
		_, _ = DecodeLinkOrderRecord(b)
		_, _ = DecodeAttributeRecord(b, k)
		for _, sz := range allSizes {
			_, _ = DecodeHugeRecord(b, k, sz)
			_, _ = DecodeChunkRecord(b, kind%2 == 0, sz)
			_, _ = DecodeChunkTreeRecord(b, k, sz, make([]uint64, rank%33))
		}
	})
}

func FuzzFixedArray(f *testing.F) {
	f.Add(fixedHeader, sealed("FADB", uint8(0), uint8(1), uint64(99), uint8(0b10100000)), uint64(1))
	f.Fuzz(func(t *testing.T, header, block []byte, page uint64) {
		for _, sz := range allSizes {
			a, err := DecodeFixedArray(reseal(slices.Clone(header)), sz)
			if err != nil {
				continue
			}
			elements, written, err := a.DecodeBlock(reseal(slices.Clone(block)), 99)
			if err == nil && len(elements)+len(written) > len(block) {
				t.Fatalf("%d bytes in a data block of %d", len(elements)+len(written), len(block))
			}
			if n := a.Pages(); n > 0 {
				_, _ = a.PageAt(page % n)
			}
			_ = PageWritten(written, page)
		}
		_, _ = DecodeArrayPage(reseal(slices.Clone(block)))
	})
}

func FuzzExtensibleArray(f *testing.F) {
	f.Add(extensibleHeader, sealed("EAIB", uint8(0), uint8(0), uint64(99), make([]byte, 300)), uint64(100))
	f.Add(extensibleHeader, sealed("EASB", uint8(0), uint8(0), uint64(99), uint32(240), make([]byte, 32)), uint64(250))
	f.Add(extensibleHeader, sealed("EADB", uint8(0), uint8(0), uint64(99), uint32(0), make([]byte, 128)), uint64(4))
	f.Fuzz(func(t *testing.T, header, block []byte, i uint64) {
		block = reseal(slices.Clone(block))
		for _, sz := range allSizes {
			a, err := DecodeExtensibleArray(reseal(slices.Clone(header)), sz)
			if err != nil {
				continue
			}
			if b, err := a.DecodeIndexBlock(block, 99); err == nil && len(b.Elements) > len(block) {
				t.Fatalf("%d bytes of elements in an index block of %d", len(b.Elements), len(block))
			}
			if i < a.IndexElements || i>>62 != 0 || a.GroupOf(i) >= a.Groups {
				continue
			}
			g := a.Group(a.GroupOf(i))
			if b, err := a.DecodeSecondaryBlock(block, g, 99); err == nil && uint64(len(b.Blocks)) != g.Blocks {
				t.Fatalf("%d pointers of %d", len(b.Blocks), g.Blocks)
			}
			_, _ = a.DecodeDataBlock(block, g, (i-g.First)/g.Elements, 99)
		}
	})
}

func FuzzFractalHeap(f *testing.F) {
	f.Add(heapHeader, sealed("FHIB", uint8(0), uint64(99), []byte{0, 0, 0, 0, 0}, make([]byte, 64)), []byte("\x00\x10\x00\x00\x00\x00\x10\x00"), uint64(0))
	f.Add(heapHeader, record("FHDB", uint8(0), uint64(99), []byte{0, 0, 0, 0, 0}, make([]byte, 64)), []byte("\x20abcdefg"), uint64(0))
	f.Fuzz(func(t *testing.T, header, block, id []byte, off uint64) {
		block = reseal(slices.Clone(block))
		for _, sz := range allSizes {
			h, err := DecodeFractalHeap(reseal(slices.Clone(header)), sz)
			if err != nil {
				continue
			}
			decoded, err := h.DecodeID(id)
			if err == nil && len(decoded.Data) > len(id) {
				t.Fatalf("%d bytes of an ID of %d", len(decoded.Data), len(id))
			}
			row, col, _ := h.Find(off)
			if row < 0 || col < 0 || col >= h.Width {
				t.Fatalf("byte %d is in row %d, column %d of %d", off, row, col, h.Width)
			}
			_ = h.CheckDirect(block, off, 99)
			if children, err := h.DecodeIndirect(block, h.RootRows, off, 99); err == nil && len(children) != h.RootRows*h.Width {
				t.Fatalf("%d children in %d rows of %d", len(children), h.RootRows, h.Width)
			}
		}
	})
}

// allSizes are the widths that files may have.
var allSizes = []Sizes{{8, 8}, {4, 4}, {2, 2}, {4, 8}, {8, 4}}
