package format_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// The types below are what testdata/objects.py says of its files.
type (
	oracleFile struct {
		File      string
		UserBlock uint64 `json:"user_block"`
		Size      uint64
		Objects   []oracleObject
	}
	oracleObject struct {
		Path     string
		Addr     uint64
		Refs     uint32
		Attrs    []oracleAttribute
		Links    []oracleLink // of a group
		Dataset  *oracleDataset
		Datatype string // of a committed datatype
	}
	oracleAttribute struct {
		Name, Type string
		Space      oracleSpace
		Data       *string // hexadecimal; absent if elements refer to heaps
	}
	oracleSpace struct {
		Kind format.SpaceKind
		Dims []uint64
		Max  []int64 // -1 unlimited
	}
	oracleLink struct {
		Name         string
		Kind         format.LinkKind
		CharSet      format.CharSet
		Order        int64
		Addr         uint64
		Target, File string
	}
	oracleDataset struct {
		Type        string
		Space       oracleSpace
		Layout      format.LayoutClass
		Chunks      []uint64
		Addr, Bytes uint64
		Filters     []struct {
			ID, Flags uint16
			Params    []uint32
		}
		Fill        string
		FillDefined bool `json:"fill_defined"`
	}
)

// python runs a script of testdata and returns its standard output. Without
// Python and h5py the test is skipped, or fails where oracles are required.
func python(t testing.TB, args ...string) []byte {
	t.Helper()
	const interpreter = "/usr/bin/python3"
	if err := exec.Command(interpreter, "-c", "import h5py").Run(); err != nil {
		if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" {
			t.Fatalf("%s with h5py: %v", interpreter, err)
		}
		t.Skipf("needs %s with h5py: %v", interpreter, err)
	}
	out, err := exec.Command(interpreter, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
		}
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

// An image is a whole file in memory, addressed from its base address.
type image []byte

func (m image) fetch(addr, n uint64) ([]byte, error) {
	if addr > uint64(len(m)) || n > uint64(len(m))-addr {
		return nil, fmt.Errorf("%d bytes at %#x of %d: %w", n, addr, len(m), format.ErrCorrupt)
	}
	return m[addr : addr+n : addr+n], nil
}

// TestObjectsMatchH5py decodes every object header of files of all dialects and
// compares each message with what h5py says of the object.
func TestObjectsMatchH5py(t *testing.T) {
	dir := t.TempDir()
	var files []oracleFile
	if err := json.Unmarshal(python(t, "testdata/objects.py", dir), &files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.File, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(dir, f.File))
			if err != nil {
				t.Fatal(err)
			}
			sb, err := format.DecodeSuperblock(file[f.UserBlock:])
			if err != nil {
				t.Fatal(err)
			}
			if sb.BaseAddr != f.UserBlock || sb.EOF != f.Size {
				t.Errorf("base address %d and end of file %d, want %d and %d", sb.BaseAddr, sb.EOF, f.UserBlock, f.Size)
			}
			if root := f.Objects[0]; sb.Root != root.Addr {
				t.Errorf("root group at %#x, want %#x", sb.Root, root.Addr)
			}
			for _, o := range f.Objects {
				t.Run(o.Path, func(t *testing.T) {
					oracle{image: image(file[sb.BaseAddr:]), sz: sb.Sizes, latest: sb.Version >= 2}.object(t, o)
				})
			}
		})
	}
}

// An oracle compares the objects of one file.
type oracle struct {
	image  image
	sz     format.Sizes
	latest bool
}

func (f oracle) object(t *testing.T, want oracleObject) {
	h, err := format.DecodeHeader(want.Addr, f.sz, f.image.fetch)
	if err != nil {
		t.Fatal(err)
	}
	if h.RefCount != want.Refs {
		t.Errorf("reference count %d, want %d", h.RefCount, want.Refs)
	}
	f.attributes(t, h, want.Attrs)
	switch {
	case want.Dataset != nil:
		f.dataset(t, h, want.Path, *want.Dataset)
	case want.Datatype != "":
		if got := typeText(f.datatype(t, h)); got != want.Datatype {
			t.Errorf("committed datatype\n got %s\nwant %s", got, want.Datatype)
		}
	default:
		f.links(t, h, want.Links)
	}
}

func (f oracle) attributes(t *testing.T, h *format.Header, want []oracleAttribute) {
	if m, ok := h.Find(format.MsgAttributeInfo); ok {
		info, err := format.DecodeAttributeInfo(m.Data, f.sz)
		if err != nil {
			t.Fatal(err)
		}
		if info.FractalHeap != format.Undefined {
			if len(want) <= 8 {
				t.Errorf("%d attributes in a heap", len(want))
			}
			return // reading heaps is for package index
		}
	}
	got := map[string]format.Attribute{}
	for _, m := range h.Messages {
		if m.Type != format.MsgAttribute {
			continue
		}
		a, err := format.DecodeAttribute(m.Data, f.sz)
		if err != nil {
			t.Fatal(err)
		}
		got[a.Name] = a
	}
	if len(got) != len(want) {
		t.Errorf("%d attributes, want %d", len(got), len(want))
	}
	for _, w := range want {
		a, ok := got[w.Name]
		if !ok {
			t.Errorf("no attribute %q", w.Name)
			continue
		}
		if a.TypeShared {
			a.Type = f.committed(t, a.RawType)
		}
		if s := typeText(a.Type); s != w.Type {
			t.Errorf("attribute %q: type\n got %s\nwant %s", w.Name, s, w.Type)
		}
		compareSpace(t, a.Space, w.Space)
		if a.TypeShared && w.Data != nil {
			a.Data = a.Data[:len(*w.Data)/2]
		}
		if w.Data != nil && hex.EncodeToString(a.Data) != *w.Data {
			t.Errorf("attribute %q: data %x, want %s", w.Name, a.Data, *w.Data)
		}
	}
}

func (f oracle) links(t *testing.T, h *format.Header, want []oracleLink) {
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		if _, err := format.DecodeSymbolTableMessage(m.Data, f.sz); err != nil {
			t.Error(err)
		}
		return // reading B-trees is for package index
	}
	m, ok := h.Find(format.MsgLinkInfo)
	if !ok {
		t.Fatal("group has neither symbol table nor link info")
	}
	info, err := format.DecodeLinkInfo(m.Data, f.sz)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := h.Find(format.MsgGroupInfo); ok {
		if _, err := format.DecodeGroupInfo(m.Data); err != nil {
			t.Error(err)
		}
	}
	if info.FractalHeap != format.Undefined {
		if len(want) <= 8 {
			t.Errorf("%d links in a heap", len(want))
		}
		return
	}
	got := map[string]format.Link{}
	for _, m := range h.Messages {
		if m.Type != format.MsgLink {
			continue
		}
		l, err := format.DecodeLink(m.Data, f.sz)
		if err != nil {
			t.Fatal(err)
		}
		got[l.Name] = l
	}
	if len(got) != len(want) {
		t.Errorf("%d links, want %d", len(got), len(want))
	}
	for _, w := range want {
		expected := format.Link{
			Kind: w.Kind, Name: w.Name, CharSet: w.CharSet, CreationOrder: w.Order,
			Addr: format.Undefined, Target: w.Target, File: w.File,
		}
		if w.Kind == format.LinkHard {
			expected.Addr = w.Addr
		}
		if got[w.Name] != expected {
			t.Errorf("link\n got %+v\nwant %+v", got[w.Name], expected)
		}
	}
}

func (f oracle) dataset(t *testing.T, h *format.Header, path string, want oracleDataset) {
	if got := typeText(f.datatype(t, h)); got != want.Type {
		t.Errorf("type\n got %s\nwant %s", got, want.Type)
	}
	m, _ := h.Find(format.MsgDataspace)
	space, err := format.DecodeDataspace(m.Data, f.sz)
	if err != nil {
		t.Fatal(err)
	}
	compareSpace(t, space, want.Space)
	f.layout(t, h, path, want)
	compareFilters(t, h, want)
	compareFill(t, h, want)
}

func (f oracle) layout(t *testing.T, h *format.Header, path string, want oracleDataset) {
	m, _ := h.Find(format.MsgLayout)
	l, err := format.DecodeLayout(m.Data, f.sz)
	if err != nil {
		t.Fatal(err)
	}
	if l.Class != want.Layout || !slices.Equal(l.ChunkDims, want.Chunks) {
		t.Fatalf("layout %d with chunks %d, want %d with %d", l.Class, l.ChunkDims, want.Layout, want.Chunks)
	}
	switch l.Class {
	case format.Compact:
		if !bytes.Equal(l.Compact, []byte{0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0}) {
			t.Errorf("compact data % x", l.Compact)
		}
	case format.Contiguous:
		if want.Bytes > 0 && (l.Addr != want.Addr || l.Size != want.Bytes) {
			t.Errorf("%d bytes at %#x, want %d at %#x", l.Size, l.Addr, want.Bytes, want.Addr)
		}
	case format.Chunked:
		f.chunkIndex(t, filepath.Base(path), l)
	}
}

// chunkIndex compares the index of a dataset that is named for it.
func (f oracle) chunkIndex(t *testing.T, name string, l format.Layout) {
	byName := map[string]format.ChunkIndexKind{
		"btree": format.IndexBTree2, "single": format.IndexSingle, "single filtered": format.IndexSingle,
		"implicit": format.IndexImplicit, "fixed array": format.IndexFixedArray,
		"extensible array": format.IndexExtensibleArray,
	}
	kind, ok := byName[name]
	if !ok {
		return
	}
	if l.Version < 4 {
		kind = format.IndexBTree1
	}
	if l.Index != kind {
		t.Errorf("index kind %d, want %d", l.Index, kind)
	}
	if name == "single filtered" && l.Version == 4 {
		if !l.SingleFiltered || l.SingleSize == 0 || l.SingleSize >= l.ChunkBytes() || l.SingleMask != 0 {
			t.Errorf("filtered: %v, %d of %d bytes, mask %#x", l.SingleFiltered, l.SingleSize, l.ChunkBytes(), l.SingleMask)
		}
	}
	got := [...]int{
		int(l.PageBits), int(l.MaxBits), int(l.IndexElements), int(l.MinPointers), int(l.MinElements),
		int(l.NodeSize), int(l.Split), int(l.Merge),
	}
	// What libhdf5 sets its indexes up with, unless told otherwise.
	want := map[format.ChunkIndexKind][8]int{
		format.IndexFixedArray:      {10},
		format.IndexExtensibleArray: {10, 32, 4, 4, 16},
		format.IndexBTree2:          {0, 0, 0, 0, 0, 2048, 100, 40},
	}[kind]
	if got != want {
		t.Errorf("index parameters %d, want %d", got, want)
	}
}

func compareFilters(t *testing.T, h *format.Header, want oracleDataset) {
	var got []format.Filter
	if m, ok := h.Find(format.MsgFilters); ok {
		var err error
		if got, err = format.DecodeFilters(m.Data); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != len(want.Filters) {
		t.Fatalf("filters %+v, want %+v", got, want.Filters)
	}
	for i, w := range want.Filters {
		if g := got[i]; g.ID != w.ID || g.Flags != w.Flags || !slices.Equal(g.Params[:min(16, len(g.Params))], w.Params) {
			t.Errorf("filter %d is %+v, want %+v", i, g, w)
		}
	}
}

func compareFill(t *testing.T, h *format.Header, want oracleDataset) {
	m, ok := h.Find(format.MsgFill)
	if !ok {
		t.Fatal("no fill value message")
	}
	fill, err := format.DecodeFillValue(m.Data)
	if err != nil {
		t.Fatal(err)
	}
	if fill.Defined != want.FillDefined || hex.EncodeToString(fill.Value) != want.Fill {
		t.Errorf("fill value %v %x, want %v %s", fill.Defined, fill.Value, want.FillDefined, want.Fill)
	}
	if m, ok := h.Find(format.MsgFillOld); ok {
		old, err := format.DecodeFillValueOld(m.Data)
		if err != nil || !bytes.Equal(old.Value, fill.Value) {
			t.Errorf("old fill value %x, %v; want %x", old.Value, err, fill.Value)
		}
	}
}

func compareSpace(t *testing.T, got format.Dataspace, want oracleSpace) {
	t.Helper()
	if got.Kind != want.Kind || !slices.Equal(got.Dims, want.Dims) {
		t.Fatalf("dataspace %+v, want %+v", got, want)
	}
	limits := got.MaxDims
	if limits == nil {
		limits = got.Dims
	}
	for i, w := range want.Max {
		if limits[i] != uint64(w) { // -1 is Unlimited
			t.Errorf("dataspace %+v, want %+v", got, want)
		}
	}
}

// datatype decodes the datatype of a dataset or of a committed datatype.
func (f oracle) datatype(t *testing.T, h *format.Header) *format.Datatype {
	m, ok := h.Find(format.MsgDatatype)
	if !ok {
		t.Fatal("no datatype message")
	}
	if m.Shared() {
		return f.committed(t, m.Data)
	}
	dt, used, err := format.DecodeDatatype(m.Data, f.sz)
	if err != nil {
		t.Fatal(err)
	}
	if rest := len(m.Data) - used; rest < 0 || rest >= 8 {
		t.Errorf("used %d of %d bytes", used, len(m.Data))
	}
	return dt
}

// committed follows a shared message to the datatype it stands for.
func (f oracle) committed(t *testing.T, record []byte) *format.Datatype {
	shared, err := format.DecodeShared(record, f.sz)
	if err != nil {
		t.Fatal(err)
	}
	h, err := format.DecodeHeader(shared.Addr, f.sz, f.image.fetch)
	if err != nil {
		t.Fatal(err)
	}
	return f.datatype(t, h)
}

// typeText writes a datatype as describe_type of testdata/objects.py does.
func typeText(t *format.Datatype) string {
	order := "le"
	if t.BigEndian {
		order = "be"
	}
	switch t.Class {
	case format.ClassFixed:
		sign := "u"
		if t.Signed {
			sign = "s"
		}
		return fmt.Sprintf("int%d%s%s:%d+%d", t.Size, sign, order, t.BitOffset, t.BitPrecision)
	case format.ClassBitField:
		return fmt.Sprintf("bits%d", t.Size)
	case format.ClassFloat:
		f := t.Float
		return fmt.Sprintf("float%d%s:s%d,e%d+%d,m%d+%d,b%d,n%d", t.Size, order,
			f.SignBit, f.ExpPos, f.ExpSize, f.MantPos, f.MantSize, f.ExpBias, f.Norm)
	case format.ClassString:
		return fmt.Sprintf("str%d:c%d,p%d", t.Size, t.CharSet, t.Padding)
	case format.ClassOpaque:
		return fmt.Sprintf("opaque%d:%s", t.Size, t.Tag)
	case format.ClassReference:
		return fmt.Sprintf("ref%d:%d", t.Size, t.RefKind)
	case format.ClassArray:
		return fmt.Sprintf("array%s of %s", strings.ReplaceAll(fmt.Sprint(t.Dims), " ", ", "), typeText(t.Base))
	case format.ClassVLen:
		if t.VLenString {
			return fmt.Sprintf("vstr:c%d,p%d", t.CharSet, t.Padding)
		}
		return "vlen of " + typeText(t.Base)
	case format.ClassEnum:
		var members []string
		for i, name := range t.EnumNames {
			members = append(members, fmt.Sprintf("%s=%d", name, signedValue(t.EnumValues[i])))
		}
		return fmt.Sprintf("enum(%s){%s}", typeText(t.Base), strings.Join(members, ","))
	case format.ClassCompound:
		return compoundText(t)
	}
	return t.Class.String()
}

// compoundText leaves sizes out where members refer to heaps.
func compoundText(t *format.Datatype) string {
	var text strings.Builder
	fixed := fixedSize(t)
	text.WriteString("compound")
	if fixed {
		fmt.Fprint(&text, t.Size)
	}
	separator := "{"
	for _, m := range t.Members {
		text.WriteString(separator + m.Name)
		if fixed {
			fmt.Fprintf(&text, "@%d", m.Offset)
		}
		text.WriteString(":" + typeText(m.Type))
		separator = ","
	}
	return text.String() + "}"
}

// fixedSize reports whether elements hold no references to heaps.
func fixedSize(t *format.Datatype) bool {
	switch t.Class {
	case format.ClassVLen, format.ClassReference:
		return false
	case format.ClassArray:
		return fixedSize(t.Base)
	case format.ClassCompound:
		for _, m := range t.Members {
			if !fixedSize(m.Type) {
				return false
			}
		}
	}
	return true
}

// signedValue reads a little-endian two's complement number.
func signedValue(b []byte) int64 {
	var v int64
	for i, x := range b {
		v |= int64(x) << (8 * i)
	}
	shift := 64 - 8*len(b)
	return v << shift >> shift
}

// TestFixtures decodes what these decoders can reach alone in real files: the
// superblock and the root group.
func TestFixtures(t *testing.T) {
	names, _ := filepath.Glob("../../../../shared/fixtures/loom/*.loom")
	if len(names) == 0 {
		t.Skip("no fixtures beside the repository")
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sb, err := format.DecodeSuperblock(file)
			if err != nil {
				t.Fatal(err)
			}
			if sb.EOF != uint64(len(file)) {
				t.Errorf("end of file %d, want %d", sb.EOF, len(file))
			}
			h, err := format.DecodeHeader(sb.Root, sb.Sizes, image(file).fetch)
			if err != nil {
				t.Fatal(err)
			}
			if m, ok := h.Find(format.MsgSymbolTable); ok && sb.RootBTree != format.Undefined {
				got, err := format.DecodeSymbolTableMessage(m.Data, sb.Sizes)
				want := format.SymbolTable{BTree: sb.RootBTree, Heap: sb.RootHeap}
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("symbol table %+v, %v; superblock has %+v", got, err, want)
				}
			}
		})
	}
}
