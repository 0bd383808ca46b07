package index_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A dialect is one of the ways in which a file can be written.
type dialect struct {
	name           string
	superblock     int
	header         int // version of all object headers but those of dense attributes
	offset, length int // widths
	leafK, groupK  uint16
	chunkK         uint16
	linkMessages   bool // groups have link messages, not symbol tables
	links          int  // in the largest group
}

func dialects() []dialect {
	return []dialect{
		{"earliest", 0, 1, 8, 8, 4, 16, 32, false, 20_000},
		{"other ranks", 1, 1, 8, 8, 1, 2, 3, false, 2000},
		{"narrow", 0, 1, 4, 4, 4, 16, 32, false, 500},
		{"version 2 headers", 0, 2, 8, 8, 4, 16, 32, false, 500},
		{"superblock 2", 2, 1, 8, 8, 4, 16, 32, false, 500},
		{"link messages", 0, 1, 8, 8, 4, 16, 32, true, 500},
		{"link messages in version 2 headers", 3, 2, 8, 8, 4, 16, 32, true, 500},
	}
}

// A sketch is a file being written from nothing.
type sketch struct {
	t *testing.T
	dialect
	sz      format.Sizes
	buf     []byte
	deflate *zlib.Writer // takes a megabyte: one for all chunks
}

func newSketch(t *testing.T, d dialect) *sketch {
	return &sketch{
		t: t, dialect: d, sz: format.Sizes{Offset: d.offset, Length: d.length},
		buf: make([]byte, 104), deflate: zlib.NewWriter(nil),
	}
}

func (s *sketch) Alloc(n uint64) (uint64, error) {
	addr := uint64(len(s.buf))
	s.buf = append(s.buf, make([]byte, (n+7)&^7)...)
	return addr, nil
}

func (s *sketch) WriteAt(b []byte, addr uint64) error {
	if addr < 104 || addr+uint64(len(b)) > uint64(len(s.buf)) {
		return fmt.Errorf("write of %d bytes at %d, file has %d", len(b), addr, len(s.buf))
	}
	copy(s.buf[addr:], b)
	return nil
}

// put stores bytes somewhere.
func (s *sketch) put(b []byte) uint64 {
	s.t.Helper()
	addr, _ := s.Alloc(uint64(len(b)))
	if err := s.WriteAt(b, addr); err != nil {
		s.t.Fatal(err)
	}
	return addr
}

// must returns what an encoder has made.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *sketch) bytes() func([]byte, error) []byte { return must[[]byte](s.t) }

// object writes an object header. One of version 2 says where attributes are even
// if they are in it: the C library counts none otherwise.
func (s *sketch) object(h *format.Header) uint64 {
	s.t.Helper()
	if _, ok := h.Find(format.MsgAttributeInfo); h.Version == 2 && !ok {
		info := format.AttributeInfo{FractalHeap: format.Undefined, NameIndex: format.Undefined, OrderIndex: format.Undefined}
		h.Messages = append(h.Messages, format.Message{
			Type: format.MsgAttributeInfo, Data: s.bytes()(format.EncodeAttributeInfo(info, s.sz)),
		})
	}
	return s.put(s.bytes()(format.EncodeHeader(h, s.sz)))
}

// save writes the superblock and stores the file.
func (s *sketch) save(root uint64) string {
	s.t.Helper()
	sb := format.Superblock{
		Version: s.superblock, Sizes: s.sz, EOF: uint64(len(s.buf)), Root: root,
		RootBTree: format.Undefined, RootHeap: format.Undefined, Extension: format.Undefined, DriverInfo: format.Undefined,
		GroupLeafK: s.leafK, GroupInternalK: s.groupK, ChunkK: s.chunkK,
	}
	h := must[*format.Header](s.t)(format.DecodeHeader(root, s.sz, s.fetch))
	if m, ok := h.Find(format.MsgSymbolTable); ok && s.superblock < 2 {
		table := must[format.SymbolTable](s.t)(format.DecodeSymbolTableMessage(m.Data, s.sz))
		sb.RootBTree, sb.RootHeap = table.BTree, table.Heap
	}
	copy(s.buf, s.bytes()(format.EncodeSuperblock(sb)))
	path := filepath.Join(s.t.TempDir(), strings.ReplaceAll(s.name, " ", "-")+".h5")
	if err := os.WriteFile(path, s.buf, 0o666); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *sketch) fetch(addr, n uint64) ([]byte, error) {
	if addr > uint64(len(s.buf)) || n > uint64(len(s.buf))-addr {
		return nil, format.ErrCorrupt
	}
	return s.buf[addr : addr+n], nil
}

// Datatypes as h5py has them.

func integer(size uint32, signed bool) *format.Datatype {
	return &format.Datatype{Class: format.ClassFixed, Size: size, Signed: signed, BitPrecision: uint16(8 * size)}
}

func float64Type() *format.Datatype {
	return &format.Datatype{
		Class: format.ClassFloat, Size: 8, BitPrecision: 64,
		Float: format.FloatLayout{SignBit: 63, ExpPos: 52, ExpSize: 11, MantSize: 52, ExpBias: 1023, Norm: 2},
	}
}

func (s *sketch) stringType() *format.Datatype {
	return &format.Datatype{Class: format.ClassVLen, VLenString: true, Size: uint32(8 + s.offset), CharSet: format.UTF8}
}

func boolType() *format.Datatype {
	return &format.Datatype{
		Class: format.ClassEnum, Size: 1, Base: integer(1, true),
		EnumNames: []string{"FALSE", "TRUE"}, EnumValues: [][]byte{{0}, {1}},
	}
}

// compoundType is numpy's [('n', 'i4'), ('flag', '?'), ('name of more than eight', 'S5'), ('xy', 'f8', (2, 3))].
func compoundType() *format.Datatype {
	text := &format.Datatype{Class: format.ClassString, Size: 5, Padding: format.NullPadded}
	grid := &format.Datatype{Class: format.ClassArray, Size: 48, Dims: []uint32{2, 3}, Base: float64Type()}
	return &format.Datatype{Class: format.ClassCompound, Size: 58, Members: []format.Member{
		{Name: "n", Offset: 0, Type: integer(4, true)},
		{Name: "flag", Offset: 4, Type: boolType()},
		{Name: "name of more than eight", Offset: 5, Type: text},
		{Name: "xy", Offset: 10, Type: grid},
	}}
}

func compoundData(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
		b = append(b, byte(i%2))
		b = append(b, fmt.Sprintf("%-5d", i)...)
		for k := range 6 {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(i*k)))
		}
	}
	return b
}

// counting is n numbers from 0 on.
func counting(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
	}
	return b
}

// A dataset is what the header of a dataset says.
type dataset struct {
	dtype   *format.Datatype
	space   format.Dataspace
	layout  format.Layout
	filters []format.Filter
	refs    uint32
	attrs   []format.Message
}

// Allocation times, by layout class, as h5py has them.
var allocTimes = map[format.LayoutClass]uint8{format.Compact: 1, format.Contiguous: 2, format.Chunked: 3}

func (s *sketch) dataset(d dataset) uint64 {
	s.t.Helper()
	fill := format.FillValue{Defined: true, AllocTime: allocTimes[d.layout.Class], WriteTime: 2}
	if d.dtype.Class == format.ClassVLen || d.layout.Class == format.Chunked {
		fill.WriteTime = 0
	}
	h := &format.Header{Version: s.header, RefCount: max(1, d.refs), Messages: []format.Message{
		{Type: format.MsgDataspace, Data: s.bytes()(format.EncodeDataspace(d.space, s.sz))},
		{Type: format.MsgDatatype, Flags: format.MessageConstant, Data: s.bytes()(format.EncodeDatatype(d.dtype, s.sz))},
		{Type: format.MsgFill, Flags: format.MessageConstant, Data: s.bytes()(format.EncodeFillValue(fill))},
		{Type: format.MsgLayout, Data: s.bytes()(format.EncodeLayout(d.layout, s.sz))},
	}}
	if d.filters != nil {
		h.Messages = append(h.Messages, format.Message{
			Type: format.MsgFilters, Flags: format.MessageConstant, Data: s.bytes()(format.EncodeFilters(d.filters)),
		})
	}
	h.Messages = append(h.Messages, format.Message{Type: format.MsgModTime, Data: format.EncodeModTime(1 << 30)})
	h.Messages = append(h.Messages, d.attrs...)
	return s.object(h)
}

func simple(dims ...uint64) format.Dataspace {
	return format.Dataspace{Kind: format.Simple, Dims: dims}
}

func (s *sketch) contiguous(t *format.Datatype, data []byte, dims ...uint64) dataset {
	layout := format.Layout{Class: format.Contiguous, Addr: s.put(data), Size: uint64(len(data))}
	return dataset{dtype: t, space: simple(dims...), layout: layout}
}

// chunked is a dataset of 32-bit numbers that count elements, which may grow.
func (s *sketch) chunked(deflate bool, dims, chunk []uint64) dataset {
	s.t.Helper()
	limits := make([]uint64, len(dims))
	for d := range limits {
		limits[d] = format.Unlimited
	}
	layout := format.Layout{Class: format.Chunked, ChunkDims: chunk, ElemSize: 4}
	layout.Addr = must[uint64](s.t)(index.BuildChunkTree(s, s.sz, s.chunkK, layout, s.chunks(deflate, dims, chunk)))
	d := dataset{
		dtype: integer(4, true), layout: layout,
		space: format.Dataspace{Kind: format.Simple, Dims: dims, MaxDims: limits},
	}
	if deflate {
		d.filters = []format.Filter{{ID: 1, Name: "deflate", Flags: 1, Params: []uint32{4}}}
	}
	return d
}

// chunks stores the chunks of a dataset; every seventh without the filter.
func (s *sketch) chunks(deflate bool, dims, chunk []uint64) iter.Seq2[index.Chunk, error] {
	grid := make([]uint64, len(dims))
	count := uint64(1)
	for d := range dims {
		grid[d] = (dims[d] + chunk[d] - 1) / chunk[d]
		count *= grid[d]
	}
	return func(yield func(index.Chunk, error) bool) {
		for i := range count {
			c := index.Chunk{Scaled: position(i, grid)}
			data := countedChunk(c.Scaled, dims, chunk)
			switch {
			case deflate && i%7 == 3:
				c.Mask = 1
			case deflate:
				data = s.deflated(data)
			}
			c.Addr, c.Size = s.put(data), uint64(len(data))
			if !yield(c, nil) {
				return
			}
		}
	}
}

// position is the i-th position of a box of the given shape, row-major.
func position(i uint64, shape []uint64) []uint64 {
	p := make([]uint64, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		p[d], i = i%shape[d], i/shape[d]
	}
	return p
}

// countedChunk holds, for every element of a chunk, the element's number in the
// dataset, and 0 beyond the dataset's edge.
func countedChunk(scaled, dims, chunk []uint64) []byte {
	elements := uint64(1)
	for _, n := range chunk {
		elements *= n
	}
	b := make([]byte, 0, 4*elements)
	for i := range elements {
		var number uint64
		inside := true
		for d, at := range position(i, chunk) {
			at += scaled[d] * chunk[d]
			number = number*dims[d] + at
			inside = inside && at < dims[d]
		}
		if !inside {
			number = 0
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(number))
	}
	return b
}

func (s *sketch) deflated(b []byte) []byte {
	var out bytes.Buffer
	s.deflate.Reset(&out)
	_, _ = s.deflate.Write(b)
	_ = s.deflate.Close()
	return out.Bytes()
}

// strings stores strings of ever new lengths, some empty and some long.
func (s *sketch) strings(n int) dataset {
	s.t.Helper()
	heap := index.NewHeapBuilder(s, s.sz)
	var data []byte
	for i := range n {
		text := strings.Repeat("é", i%40) + fmt.Sprint(i)
		switch {
		case i%10 == 4:
			text = ""
		case i == 77:
			text = strings.Repeat("long ", 20000)
		}
		data = append(data, s.vlen(heap, text)...)
	}
	if err := heap.Flush(); err != nil {
		s.t.Fatal(err)
	}
	return s.contiguous(s.stringType(), data, uint64(n))
}

// vlen is an element of a variable-length string.
func (s *sketch) vlen(heap *index.HeapBuilder, text string) []byte {
	s.t.Helper()
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	if text == "" {
		return append(b, make([]byte, s.offset+4)...)
	}
	addr, i, err := heap.Put([]byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	wide := binary.LittleEndian.AppendUint64(nil, addr)
	return binary.LittleEndian.AppendUint32(append(b, wide[:s.offset]...), i)
}

// attribute is an attribute of 32-bit numbers.
func (s *sketch) attribute(name string, data []byte) []byte {
	s.t.Helper()
	a := format.Attribute{Name: name, Type: integer(4, true), Space: simple(uint64(len(data) / 4)), Data: data}
	if strings.ContainsFunc(name, func(r rune) bool { return r > 127 }) {
		a.CharSet = format.UTF8
	}
	return s.bytes()(format.EncodeAttribute(a, s.sz))
}

// attributes are n attributes, the i-th of i%5 numbers.
func (s *sketch) attributes(n int) []format.Message {
	var list []format.Message
	for i := range n {
		list = append(list, format.Message{Type: format.MsgAttribute, Data: s.attribute(fmt.Sprintf("number é %d", i), counting(i%5))})
	}
	return list
}

// A link leads to an object or, if it has a target, is soft.
type link struct {
	name   string
	addr   uint64
	target string
}

// group writes a group in the dialect's way.
func (s *sketch) group(links []link, attrs []format.Message) uint64 {
	s.t.Helper()
	h := &format.Header{Version: s.header, RefCount: 1}
	if s.linkMessages {
		h.Messages = s.linkMessagesOf(links)
	} else {
		h.Messages = []format.Message{s.symbolTable(links)}
	}
	h.Messages = append(h.Messages, attrs...)
	return s.object(h)
}

func (s *sketch) symbolTable(links []link) format.Message {
	s.t.Helper()
	var entries []index.SymbolEntry
	for _, l := range links {
		entries = append(entries, index.SymbolEntry{Name: l.name, Header: l.addr, Soft: l.target != "", SoftTarget: l.target})
	}
	btree, heap, err := index.BuildSymbolTable(s, s.sz, s.leafK, s.groupK, entries)
	if err != nil {
		s.t.Fatal(err)
	}
	return format.Message{
		Type: format.MsgSymbolTable,
		Data: s.bytes()(format.EncodeSymbolTableMessage(format.SymbolTable{BTree: btree, Heap: heap}, s.sz)),
	}
}

func (s *sketch) linkMessagesOf(links []link) []format.Message {
	s.t.Helper()
	info := format.LinkInfo{FractalHeap: format.Undefined, NameIndex: format.Undefined, OrderIndex: format.Undefined}
	list := []format.Message{
		{Type: format.MsgLinkInfo, Data: s.bytes()(format.EncodeLinkInfo(info, s.sz))},
		{Type: format.MsgGroupInfo, Flags: format.MessageConstant, Data: format.EncodeGroupInfo(format.GroupInfo{})},
	}
	for _, l := range links {
		record := format.Link{Name: l.name, CharSet: format.UTF8, CreationOrder: -1, Addr: l.addr}
		if l.target != "" {
			record.Kind, record.Target = format.LinkSoft, l.target
		}
		list = append(list, format.Message{Type: format.MsgLink, Data: s.bytes()(format.EncodeLink(record, s.sz))})
	}
	return list
}

// denseGroup is a group with attributes of which one in a hundred is large.
func (s *sketch) denseGroup(n int) uint64 {
	s.t.Helper()
	var attrs []index.DenseAttribute
	for i := range n {
		name, size := fmt.Sprintf("dense %d", i), i%5
		if i%100 == 0 {
			size = 250_000
		}
		attrs = append(attrs, index.DenseAttribute{Name: name, Message: s.attribute(name, counting(size)), Order: math.MaxUint16})
	}
	info := format.AttributeInfo{OrderIndex: format.Undefined}
	var err error
	if info.FractalHeap, info.NameIndex, _, err = index.BuildDenseAttributes(s, s.sz, attrs, false); err != nil {
		s.t.Fatal(err)
	}
	return s.object(&format.Header{Version: 2, RefCount: 1, Messages: []format.Message{
		s.symbolTable(nil),
		{Type: format.MsgAttributeInfo, Data: s.bytes()(format.EncodeAttributeInfo(info, s.sz))},
	}})
}

// orderedGroup is a group whose attributes have the given order.
func (s *sketch) orderedGroup(names ...string) uint64 {
	s.t.Helper()
	var attrs []index.DenseAttribute
	for i, name := range names {
		attrs = append(attrs, index.DenseAttribute{Name: name, Message: s.attribute(name, counting(i)), Order: uint32(i)})
	}
	info := format.AttributeInfo{TracksOrder: true, IndexesOrder: true, MaxCreationIndex: uint16(len(names))}
	var err error
	if info.FractalHeap, info.NameIndex, info.OrderIndex, err = index.BuildDenseAttributes(s, s.sz, attrs, true); err != nil {
		s.t.Fatal(err)
	}
	return s.object(&format.Header{
		Version: 2, RefCount: 1, TracksAttributeOrder: true, IndexesAttributeOrder: true,
		Times: &format.Times{Birth: 1 << 30}, PhaseChange: &format.PhaseChange{MaxCompact: 2, MinDense: 1},
		Messages: []format.Message{
			s.symbolTable(nil),
			{Type: format.MsgAttributeInfo, Data: s.bytes()(format.EncodeAttributeInfo(info, s.sz))},
		},
	})
}

// sameLinks are n links to one object.
func sameLinks(n int, addr uint64) []link {
	var links []link
	for i := range n {
		links = append(links, link{name: fmt.Sprintf("link %d", i), addr: addr})
	}
	return links
}

// everything writes a file with one of each, about which testdata/built.py knows.
func (s *sketch) everything() string {
	s.t.Helper()
	const few = 300
	shared := s.contiguous(integer(4, true), counting(12), 3, 4)
	shared.refs = uint32(1 + few + s.links)
	target := s.dataset(shared)

	attrs := s.attributes(few)
	heap := index.NewHeapBuilder(s, s.sz)
	text := format.Attribute{Name: "text", Type: s.stringType(), Data: s.vlen(heap, "grüße")}
	flag := format.Attribute{Name: "flag", Type: boolType(), Data: []byte{1}}
	void := format.Attribute{Name: "void", Type: integer(4, true), Space: format.Dataspace{Kind: format.Null}}
	if err := heap.Flush(); err != nil {
		s.t.Fatal(err)
	}
	for _, a := range []format.Attribute{text, flag, void} {
		attrs = append(attrs, format.Message{Type: format.MsgAttribute, Data: s.bytes()(format.EncodeAttribute(a, s.sz))})
	}

	compact := dataset{dtype: integer(4, true), space: simple(5), layout: format.Layout{Class: format.Compact, Compact: counting(5)}}
	compact.attrs = s.attributes(3)
	for _, name := range []string{"edge", "edge 2"} {
		// No message of a version 1 header is larger.
		m := format.Message{Type: format.MsgAttribute, Data: s.attribute(name, counting(16370))}
		if len(m.Data) != format.MaxMessageV1 {
			s.t.Errorf("message of %d bytes, want %d", len(m.Data), format.MaxMessageV1)
		}
		compact.attrs = append(compact.attrs, m)
	}
	scalar := s.contiguous(s.stringType(), nil)
	scalar.layout.Addr, scalar.layout.Size, scalar.space = format.Undefined, uint64(8+s.offset), format.Dataspace{}
	links := []link{
		{name: "numbers", addr: target},
		{name: "compact", addr: s.dataset(compact)},
		{name: "unwritten", addr: s.dataset(scalar)},
		{name: "strings", addr: s.dataset(s.strings(3000))},
		{name: "bools", addr: s.dataset(s.contiguous(boolType(), []byte{1, 0, 1}, 3))},
		{name: "compound", addr: s.dataset(s.contiguous(compoundType(), compoundData(9), 9))},
		{name: "empty", addr: s.dataset(s.chunked(false, []uint64{0, 7}, []uint64{2, 3}))},
		{name: "one", addr: s.dataset(s.chunked(true, []uint64{5}, []uint64{100}))},
		{name: "long", addr: s.dataset(s.chunked(false, []uint64{49_999}, []uint64{10}))},
		{name: "wide", addr: s.dataset(s.chunked(true, []uint64{201, 67}, []uint64{4, 3}))},
		{name: "cube", addr: s.dataset(s.chunked(false, []uint64{11, 13, 7}, []uint64{2, 3, 2}))},
		{name: "soft", target: "/numbers"},
		{name: "dangling", target: "no/such/thing"},
		{name: "none", addr: s.group(nil, nil)},
		{name: "few", addr: s.group(sameLinks(few, target), nil)},
		{name: "many", addr: s.group(sameLinks(s.links, target), nil)},
		{name: "dense", addr: s.denseGroup(301)},
		{name: "ordered", addr: s.orderedGroup("b", "c", "a")},
	}
	if s.linkMessages {
		links = append(links, link{name: "ünïcode 名前", addr: s.group(nil, s.attributes(1))})
	}
	return s.save(s.group(links, attrs))
}

// TestCLibraryReadsAndEditsWhatIsBuilt writes files in every dialect and has the
// C library read them whole, go on writing to them, and read them again.
func TestCLibraryReadsAndEditsWhatIsBuilt(t *testing.T) {
	for _, d := range dialects() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			path := newSketch(t, d).everything()
			python(t, "built.py", path)
			tool(t, "h5ls", "-r", path)
			tool(t, "h5dump", "-H", path)
		})
	}
}

const interpreter = "/usr/bin/python3"

var findH5py = sync.OnceValue(func() error { return exec.Command(interpreter, "-c", "import h5py").Run() })

// python runs a script of testdata, which fails if something is not as it should.
func python(t *testing.T, script, arg string) {
	t.Helper()
	if err := findH5py(); err != nil {
		missing(t, err)
	}
	run(t, interpreter, filepath.Join("testdata", script), arg)
}

// tool runs one of the C library's programs.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, err)
	}
	run(t, path, args...)
}

func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "HDF5_USE_FILE_LOCKING=FALSE", "PYTHONUTF8=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%.2000s", name, args, err, stderr.Bytes())
	}
}
