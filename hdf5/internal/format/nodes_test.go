package format

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
)

// nodeSizes are the widths in most files.
var nodeSizes = Sizes{Offset: 8, Length: 8}

// record puts fields together: strings and byte slices as they are, integers in
// the width of their type.
func record(fields ...any) []byte {
	var b []byte
	for _, f := range fields {
		switch v := f.(type) {
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			b, _ = binary.Append(b, binary.LittleEndian, v)
		}
	}
	return b
}

// sealed is a record with its checksum after it.
func sealed(fields ...any) []byte {
	b := record(fields...)
	return binary.LittleEndian.AppendUint32(b, Checksum(b))
}

// reseal gives b the right checksum.
func reseal(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	n := len(b) - 4
	binary.LittleEndian.PutUint32(b[n:], Checksum(b[:n]))
	return b
}

// checkTruncations decodes every proper prefix of b: each must give an error
// that wraps ErrCorrupt.
func checkTruncations(t *testing.T, b []byte, decode func([]byte) error) {
	t.Helper()
	if err := decode(b); err != nil {
		t.Fatalf("whole record: %v", err)
	}
	for n := range b {
		if err := decode(b[:n:n]); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("first %d of %d bytes: %v, want ErrCorrupt", n, len(b), err)
		}
	}
}

var (
	undefined = uint64(math.MaxUint64)

	groupNode = record("TREE", uint8(0), uint8(1), uint16(2), undefined, undefined,
		uint64(0), uint64(1000), uint64(8), uint64(2000), uint64(24))
	chunkNode = record("TREE", uint8(1), uint8(0), uint16(1), undefined, undefined,
		uint32(77), uint32(1), uint64(10), uint64(20), uint64(0), uint64(4096),
		uint32(0), uint32(0), uint64(15), uint64(25), uint64(4))
	symbolNode = record("SNOD", uint8(1), uint8(0), uint16(2),
		uint64(8), uint64(800), uint32(1), uint32(0), uint64(1), uint64(2),
		uint64(16), undefined, uint32(2), uint32(0), uint32(24), make([]byte, 12))
	localHeap = record("HEAP", uint8(0), make([]byte, 3), uint64(88), uint64(1), uint64(640))
	// Objects 1, of 5 bytes, and 3, of 8, and 24 bytes of free space.
	collection = record("GCOL", uint8(1), make([]byte, 3), uint64(88),
		uint16(1), uint16(1), uint32(0), uint64(5), "hello\x00\x00\x00",
		uint16(3), uint16(1), uint32(0), uint64(8), "12345678",
		uint16(0), uint16(0), uint32(0), uint64(24), make([]byte, 8))
	btree2Header = sealed("BTHD", uint8(0), uint8(5), uint32(64), uint16(11), uint16(1),
		uint8(98), uint8(40), uint64(4096), uint16(1), uint64(5))
	fixedHeader      = sealed("FAHD", uint8(0), uint8(1), uint8(14), uint8(2), uint64(10), uint64(512))
	extensibleHeader = sealed("EAHD", uint8(0), uint8(0), uint8(8), uint8(32), uint8(4), uint8(16), uint8(4), uint8(10),
		uint64(0), uint64(0), uint64(0), uint64(0), uint64(300), uint64(0), uint64(700))
	heapHeader = sealed("FRHP", uint8(0), uint16(8), uint16(0), uint8(2), uint32(4096), uint64(0), uint64(5000),
		uint64(0), undefined, make([]byte, 64), uint16(4), uint64(512), uint64(65536), uint16(40), uint16(1),
		uint64(6000), uint16(0))
)

func TestGroupNode(t *testing.T) {
	node, err := DecodeGroupNode(groupNode, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	if node.Level != 1 || !slices.Equal(node.Keys, []uint64{0, 8, 24}) || !slices.Equal(node.Children, []uint64{1000, 2000}) {
		t.Errorf("decoded to %+v", node)
	}
	if n, err := BTree1Size(groupNode, BTree1GroupKeySize(nodeSizes), nodeSizes); n != len(groupNode) || err != nil {
		t.Errorf("size is %d, %v, want %d", n, err, len(groupNode))
	}
	checkTruncations(t, groupNode, func(b []byte) error { _, err := DecodeGroupNode(b, nodeSizes); return err })
	if _, err := DecodeGroupNode(chunkNode, nodeSizes); !errors.Is(err, ErrCorrupt) {
		t.Errorf("node of a chunk B-tree: %v, want ErrCorrupt", err)
	}
}

func TestChunkNode(t *testing.T) {
	var node ChunkNode
	if err := node.Decode(chunkNode, 2, nodeSizes); err != nil {
		t.Fatal(err)
	}
	key := node.Keys[0]
	if node.Level != 0 || len(node.Keys) != 2 || !slices.Equal(node.Children, []uint64{4096}) ||
		key.Size != 77 || key.Mask != 1 || !slices.Equal(key.Offset, []uint64{10, 20, 0}) ||
		!slices.Equal(node.Keys[1].Offset, []uint64{15, 25, 4}) {
		t.Errorf("decoded to %+v", node)
	}
	if n, err := BTree1Size(chunkNode, BTree1ChunkKeySize(2), nodeSizes); n != len(chunkNode) || err != nil {
		t.Errorf("size is %d, %v, want %d", n, err, len(chunkNode))
	}
	checkTruncations(t, chunkNode, func(b []byte) error { return new(ChunkNode).Decode(b, 2, nodeSizes) })
}

func TestSymbolNode(t *testing.T) {
	entries, err := DecodeSymbolNode(symbolNode, nodeSizes)
	want := []SymbolEntry{{Name: 8, Header: 800}, {Name: 16, Header: Undefined, Soft: true, Target: 24}}
	if err != nil || !slices.Equal(entries, want) {
		t.Errorf("decoded to %+v, %v, want %+v", entries, err, want)
	}
	checkTruncations(t, symbolNode, func(b []byte) error { _, err := DecodeSymbolNode(b, nodeSizes); return err })
}

func TestLocalHeap(t *testing.T) {
	h, err := DecodeLocalHeap(localHeap, nodeSizes)
	if err != nil || h != (LocalHeap{Addr: 640, Size: 88}) || LocalHeapSize(nodeSizes) != len(localHeap) {
		t.Errorf("decoded to %+v, %v", h, err)
	}
	checkTruncations(t, localHeap, func(b []byte) error { _, err := DecodeLocalHeap(b, nodeSizes); return err })

	segment := []byte("\x00name\x00\x00\x00end")
	for off, want := range map[uint64]string{0: "", 1: "name", 3: "me", 5: "", 7: ""} {
		if s, err := LocalHeapString(segment, off); err != nil || string(s) != want {
			t.Errorf("string at %d is %q, %v, want %q", off, s, err, want)
		}
	}
	for _, off := range []uint64{8, 11, 12, math.MaxUint64} {
		if s, err := LocalHeapString(segment, off); !errors.Is(err, ErrCorrupt) {
			t.Errorf("string at %d is %q, %v, want ErrCorrupt", off, s, err)
		}
	}
}

func TestGlobalHeapCollection(t *testing.T) {
	objects, err := DecodeGlobalHeap(collection, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	data := func(p GlobalHeapPlace) string { return string(collection[p.Start:][:p.Size]) }
	if len(objects) != 2 || objects[0].Index != 1 || data(objects[0]) != "hello" ||
		objects[1].Index != 3 || data(objects[1]) != "12345678" {
		t.Errorf("decoded to %+v", objects)
	}
	if n, err := GlobalHeapSize(collection, nodeSizes); n != uint64(len(collection)) || err != nil {
		t.Errorf("size is %d, %v, want %d", n, err, len(collection))
	}
	checkTruncations(t, collection, func(b []byte) error { _, err := DecodeGlobalHeap(b, nodeSizes); return err })

	long := slices.Clone(collection)
	binary.LittleEndian.PutUint64(long[24:], 500)
	if _, err := DecodeGlobalHeap(long, nodeSizes); !errors.Is(err, ErrCorrupt) {
		t.Errorf("object longer than its collection: %v, want ErrCorrupt", err)
	}
}

// TestBTree2Widths holds the widths of the counts in child pointers against
// those worked out by hand for nodes of 64 bytes and records of 11: 4 records in
// a leaf; pointers of 9 bytes to leaves, so that 2 records and at most 14 with
// all leaves fit below a node of level 1; pointers of 10 bytes to those.
func TestBTree2Widths(t *testing.T) {
	h, err := DecodeBTree2Header(btree2Header, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	if h.Type != BTree2LinkName || h.Depth != 1 || h.Root != (BTree2Child{Addr: 4096, Records: 1}) || h.Records != 5 {
		t.Errorf("decoded to %+v", h)
	}
	checkTruncations(t, btree2Header, func(b []byte) error { _, err := DecodeBTree2Header(b, nodeSizes); return err })

	internal := sealed("BTIN", uint8(0), uint8(5), "record-----", uint64(100), uint8(3), uint64(200), uint8(1))
	internal = append(internal, make([]byte, h.NodeSize-len(internal))...)
	node, err := h.DecodeNode(internal, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if string(node.Records[0]) != "record-----" || !slices.Equal(node.Children, []BTree2Child{{100, 3}, {200, 1}}) {
		t.Errorf("decoded to %+v", node)
	}
	leaf := sealed("BTLF", uint8(0), uint8(5), "record-----", "another----")
	node, err = h.DecodeNode(append(leaf, make([]byte, h.NodeSize-len(leaf))...), 0, 2)
	if err != nil || len(node.Records) != 2 || len(node.Children) != 0 {
		t.Errorf("decoded to %+v, %v", node, err)
	}
	for _, bad := range []struct{ level, records int }{{2, 1}, {-1, 1}, {0, 5}, {0, -1}, {1, 4}, {0, math.MaxUint32}} {
		if _, err := h.DecodeNode(internal, bad.level, bad.records); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d records at level %d: %v, want ErrCorrupt", bad.records, bad.level, err)
		}
	}
}

func TestFixedArray(t *testing.T) {
	a, err := DecodeFixedArray(fixedHeader, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Filtered || a.ElementSize != 14 || a.Elements != 10 || a.PageElements != 4 || a.DataBlock != 512 || a.Pages() != 3 {
		t.Errorf("decoded to %+v with %d pages", a, a.Pages())
	}
	checkTruncations(t, fixedHeader, func(b []byte) error { _, err := DecodeFixedArray(b, nodeSizes); return err })

	block := sealed("FADB", uint8(0), uint8(1), uint64(99), uint8(0b10100000))
	elements, written, err := a.DecodeBlock(block, 99)
	if err != nil || elements != nil {
		t.Fatalf("data block has elements %x, %v", elements, err)
	}
	for i, want := range []bool{true, false, true, false, false, false, false, false, false} {
		if got := PageWritten(written, uint64(i)); got != want {
			t.Errorf("page %d is written: %t, want %t", i, got, want)
		}
	}
	if off, size := a.PageAt(2); off != uint64(len(block))+2*60 || size != 2*14+4 {
		t.Errorf("page 2 has %d bytes at %d", size, off)
	}
	if _, _, err := a.DecodeBlock(block, 98); !errors.Is(err, ErrCorrupt) {
		t.Errorf("data block of another array: %v, want ErrCorrupt", err)
	}
}

// TestExtensibleArrayGroups checks that groups follow each other without gaps
// and that GroupOf finds them again.
func TestExtensibleArrayGroups(t *testing.T) {
	a, err := DecodeExtensibleArray(extensibleHeader, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	if a.Filtered || a.IndexElements != 4 || a.Groups != 29 || a.DirectGroups != 4 || a.MaxIndexSet != 300 || a.IndexBlock != 700 {
		t.Errorf("decoded to %+v", a)
	}
	checkTruncations(t, extensibleHeader, func(b []byte) error { _, err := DecodeExtensibleArray(b, nodeSizes); return err })

	next, block := a.IndexElements, uint64(0)
	for n := range a.Groups {
		g := a.Group(n)
		if g.First != next || g.FirstBlock != block || g.Direct != (n < 4) {
			t.Errorf("group %d is %+v, want element %d and block %d first", n, g, next, block)
		}
		next, block = next+g.Blocks*g.Elements, block+g.Blocks
		if a.GroupOf(g.First) != n || a.GroupOf(next-1) != n {
			t.Errorf("elements %d and %d are in groups %d and %d, want %d", g.First, next-1, a.GroupOf(g.First), a.GroupOf(next-1), n)
		}
		if g.Pages > 0 && g.Pages*a.PageElements != g.Elements {
			t.Errorf("group %d has %d pages of %d elements in blocks of %d", n, g.Pages, a.PageElements, g.Elements)
		}
	}
}

// TestFractalHeapTable checks that blocks of the doubling table follow each
// other without gaps and that Find finds them again.
func TestFractalHeapTable(t *testing.T) {
	h, err := DecodeFractalHeap(heapHeader, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	if h.IDSize != 8 || h.MaxManaged != 4096 || h.HugeTree != 5000 || h.Width != 4 || h.Root != 6000 || h.Filtered {
		t.Errorf("decoded to %+v", h)
	}
	checkTruncations(t, heapHeader, func(b []byte) error { _, err := DecodeFractalHeap(b, nodeSizes); return err })
	if got := h.DirectRows(); got != 9 {
		t.Errorf("%d rows of direct blocks, want 9", got)
	}
	off := uint64(0)
	for row := range 20 {
		for col := range h.Width {
			for _, in := range []uint64{0, 1, h.RowBlock(row) - 1} {
				if r, c, rest := h.Find(off + in); r != row || c != col || rest != in {
					t.Fatalf("byte %d is byte %d of block %d in row %d, want %d, %d, %d", off+in, rest, c, r, in, col, row)
				}
			}
			off += h.RowBlock(row)
		}
	}
	// An indirect block covers as much as the row that it is in says.
	for row := h.DirectRows(); row < 20; row++ {
		covered := uint64(0)
		for r := range h.RowsBelow(row) {
			covered += h.RowBlock(r) * uint64(h.Width)
		}
		if covered != h.RowBlock(row) {
			t.Errorf("%d rows cover %d bytes, want %d", h.RowsBelow(row), covered, h.RowBlock(row))
		}
	}
}

func TestFractalHeapIDs(t *testing.T) {
	h, err := DecodeFractalHeap(heapHeader, nodeSizes)
	if err != nil {
		t.Fatal(err)
	}
	managed, err := h.DecodeID(record(uint8(0x00), uint32(0x04030201), uint8(5), uint16(300), "padding"))
	if err != nil || managed.Kind != HeapManaged || managed.Offset != 0x0504030201 || managed.Length != 300 {
		t.Errorf("managed: %+v, %v", managed, err)
	}
	huge, err := h.DecodeID(record(uint8(0x10), uint32(7), []byte{0, 0, 0}))
	if err != nil || huge.Kind != HeapHuge || huge.Direct || huge.Key != 7 {
		t.Errorf("huge: %+v, %v", huge, err)
	}
	tiny, err := h.DecodeID([]byte("\x22abc\x00\x00\x00\x00"))
	if err != nil || tiny.Kind != HeapTiny || string(tiny.Data) != "abc" {
		t.Errorf("tiny: %+v, %v", tiny, err)
	}
	h.IDSize = 17
	huge, err = h.DecodeID(record(uint8(0x10), uint64(4096), uint64(70000)))
	if err != nil || !huge.Direct || huge.Addr != 4096 || huge.Length != 70000 {
		t.Errorf("huge, in the ID: %+v, %v", huge, err)
	}
	h.IDSize = 40
	tiny, err = h.DecodeID(append([]byte("\x20\x13"), "twenty bytes exactly and more than that"...))
	if err != nil || string(tiny.Data) != "twenty bytes exactly" {
		t.Errorf("tiny, with a long length: %+v, %v", tiny, err)
	}
	h.IDSize = 8
	for name, want := range map[string]error{
		"\x2fabcdefg":          ErrCorrupt, // tiny, of more bytes than there are
		"\x30\x00\x00\x00abcd": ErrCorrupt, // of kind 3
		"\x40\x00\x00\x00abcd": ErrUnsupported,
		"short":                ErrCorrupt,
	} {
		if id, err := h.DecodeID([]byte(name)); !errors.Is(err, want) {
			t.Errorf("ID %q is %+v, %v, want %v", name, id, err, want)
		}
	}
}
