package hdf5

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/internal/progress"
)

// An extent is a range of the file that is in use, and by what.
type extent struct {
	index.Extent
	owner string // path of the object; "" for the file itself
}

func (e extent) String() string {
	if e.owner == "" {
		return fmt.Sprintf("%v at addresses %#x to %#x", e.Kind, e.Addr, e.End())
	}
	return fmt.Sprintf("%v of %s at addresses %#x to %#x", e.Kind, e.owner, e.Addr, e.End())
}

// extents yields every range of the file that is in use: what can be reached
// from the superblock, with all the room that was allocated for it. Anything that
// cannot be read, and any feature that may use space in a way that is not known
// here, is an error: what is not yielded is safe to write to.
//
// It reads all metadata, and those values that are, or hold, references into the
// global heap.
func (f *File) extents(ctx context.Context, yield func(extent) error) error {
	w := newWalk(ctx, f)
	w.yield = yield
	w.damage = func(path string, _ uint64, err error) error { return f.fail(path, err) }
	return f.fail("", w.file())
}

// freeExtents returns the gaps between the ranges that are in use, ascending.
// That extents overlap is an error: one of them is not what it seems to be.
//
// A file that keeps track of its free space itself lists the same gaps, or some
// of them, in its free-space managers. Who writes to the gaps must see to these.
func (f *File) freeExtents(ctx context.Context) ([]index.Extent, error) {
	var m spaceMap
	if err := f.extents(ctx, m.add); err != nil {
		return nil, err
	}
	var free []index.Extent
	err := m.sweep(uint64(f.r.Size()),
		func(a, b extent) error { return f.fail("", overlapError(a, b)) },
		func(addr, size uint64) { free = append(free, index.Extent{Addr: addr, Size: size}) })
	return free, err
}

// A walk visits everything that can be reached from the superblock, each object
// once, and yields the ranges of the file that it takes up.
type walk struct {
	ctx    context.Context
	f      *File
	survey index.Survey

	yield  func(extent) error
	damage func(path string, addr uint64, err error) error // nil: go on with the rest

	// deep has the walk read and decode everything; without it, only what may
	// lead to further extents.
	deep   bool
	counts CheckSummary // of what has been visited, if deep

	path    string           // of the object that is being visited
	pending []pendingObject  // found and not yet visited
	types   []pendingObject  // committed datatypes that objects use
	visited map[uint64]*node // by address of the header

	collections map[uint64]string // global heap collections, and an object that uses each
	stored      uint64            // bytes of pieces that have been decoded
	progress    *progress.Tracker // of stored
}

// A node is an object that has been found.
type node struct {
	path  string
	count uint32 // of references to the object, as its header says
	found uint32 // links and, to a datatype, uses
	read  bool   // count is known
}

type pendingObject struct {
	path string
	addr uint64
}

func newWalk(ctx context.Context, f *File) *walk {
	w := &walk{ctx: ctx, f: f, visited: map[uint64]*node{}, collections: map[uint64]string{}}
	w.survey = index.Survey{
		Reader: f.r,
		Sizes:  f.sb.Sizes,
		Ks:     format.TreeKs{Chunk: f.sb.ChunkK, GroupInternal: f.sb.GroupInternalK, GroupLeaf: f.sb.GroupLeafK},
		Extent: w.extent,
		Damage: w.broken,
	}
	return w
}

func (w *walk) extent(e index.Extent) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return w.yield(extent{Extent: e, owner: w.path})
}

// broken says that something of the object being visited cannot be used.
func (w *walk) broken(addr uint64, err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	return w.damage(w.path, addr, err)
}

// file walks the whole file.
func (w *walk) file() error {
	if err := w.f.check(); err != nil {
		return err
	}
	if err := w.superblock(); err != nil {
		return err
	}
	w.link("/", w.f.sb.Root)
	for {
		o, ok := w.next()
		if !ok {
			break
		}
		if err := w.object(o); err != nil {
			return err
		}
	}
	for _, addr := range slices.Sorted(maps.Keys(w.collections)) {
		w.path = w.collections[addr]
		if err := w.survey.GlobalHeap(addr); err != nil {
			return err
		}
	}
	return nil
}

// next returns an object to visit. Committed datatypes that objects use come
// last: links to them may be found until then, and name them.
func (w *walk) next() (pendingObject, bool) {
	for _, list := range []*[]pendingObject{&w.pending, &w.types} {
		if n := len(*list); n > 0 {
			o := (*list)[n-1]
			*list = (*list)[:n-1]
			return o, true
		}
	}
	return pendingObject{}, false
}

// link takes in a hard link.
func (w *walk) link(path string, addr uint64) {
	if n, ok := w.visited[addr]; ok {
		n.found++
		return
	}
	w.visited[addr] = &node{path: path, found: 1}
	w.pending = append(w.pending, pendingObject{path, addr})
}

// use takes in a reference to a committed datatype.
func (w *walk) use(addr uint64) {
	n, ok := w.visited[addr]
	if !ok {
		n = &node{path: fmt.Sprintf("<datatype at %#x>", addr)}
		w.visited[addr] = n
		w.types = append(w.types, pendingObject{n.path, addr})
	}
	n.found++
}

// superblock walks what the superblock leads to, the root group excepted.
func (w *walk) superblock() error {
	sb := w.f.sb
	err := w.extent(index.Extent{Size: format.SuperblockSize(sb), Kind: index.SuperblockKind})
	if err != nil {
		return err
	}
	if sb.DriverInfo != format.Undefined {
		if err := w.driverInfo(sb.DriverInfo); err != nil {
			return err
		}
	}
	if sb.Extension == format.Undefined {
		return nil
	}
	h, err := w.header(sb.Extension)
	if err != nil {
		return w.broken(sb.Extension, fmt.Errorf("superblock extension: %w", err))
	}
	for _, m := range h.Messages {
		if err := w.extension(m); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) driverInfo(addr uint64) error {
	b, err := w.f.r.Bytes(addr, format.DriverInfoPrefixSize)
	if err != nil {
		return w.broken(addr, fmt.Errorf("driver information block: %w", err))
	}
	size, err := format.DriverInfoSize(b)
	if err != nil {
		return w.broken(addr, fmt.Errorf("driver information block: %w", err))
	}
	err = w.extent(index.Extent{Addr: addr, Size: size, Kind: index.SuperblockKind})
	if err != nil {
		return err
	}
	return w.broken(addr, fmt.Errorf("file in several parts: %w", ErrUnsupported))
}

// extension handles a message of the superblock extension (section II.A).
func (w *walk) extension(m format.Message) error {
	sz := w.f.sb.Sizes
	var err error
	switch m.Type {
	case format.MsgBTreeK:
		var ks format.TreeKs
		if ks, err = format.DecodeTreeKs(m.Data); err == nil {
			w.survey.Ks = ks
		}
	case format.MsgDriverInfo:
		err = fmt.Errorf("file in several parts: %w", ErrUnsupported)
	case format.MsgSharedTable:
		var addr uint64
		var indexes int
		if addr, indexes, err = format.DecodeSharedTableMessage(m.Data, sz); err == nil {
			return w.survey.SharedMessages(addr, indexes)
		}
	case format.MsgFileSpaceInfo:
		var managers []uint64
		if managers, err = format.DecodeFileSpaceInfo(m.Data, sz); err == nil {
			return w.freeSpace(managers)
		}
	case format.MsgCacheImage:
		// What the image holds is newer than what is in its place.
		err = fmt.Errorf("metadata cache image: %w", ErrUnsupported)
	default:
		return w.message(m)
	}
	if err != nil {
		return w.broken(w.f.sb.Extension, fmt.Errorf("superblock extension: %v message: %w", m.Type, err))
	}
	return nil
}

func (w *walk) freeSpace(managers []uint64) error {
	for _, addr := range managers {
		if err := w.survey.FreeSpace(addr); err != nil {
			return err
		}
	}
	return nil
}

// header reads the object header at addr and yields its blocks.
func (w *walk) header(addr uint64) (*format.Header, error) {
	var blocks []index.Extent
	h, err := format.DecodeHeader(addr, w.f.sb.Sizes, func(addr, n uint64) ([]byte, error) {
		// A block is fetched whole after as much of it as says how long it is.
		if last := len(blocks) - 1; last >= 0 && blocks[last].Addr == addr {
			blocks = blocks[:last]
		}
		blocks = append(blocks, index.Extent{Addr: addr, Size: n, Kind: index.HeaderKind})
		return w.f.r.Bytes(addr, n)
	})
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if err := w.extent(b); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// object visits an object.
func (w *walk) object(o pendingObject) error {
	w.path = o.path
	h, err := w.header(o.addr)
	if err != nil {
		return w.broken(o.addr, err)
	}
	n := w.visited[o.addr]
	n.count, n.read = h.RefCount, true
	for _, m := range h.Messages {
		if err := w.message(m); err != nil {
			return err
		}
	}
	target := object{file: w.f, path: o.path, addr: o.addr}
	if err := w.attributes(&target, h); err != nil {
		return err
	}
	switch {
	case isGroup(h):
		w.counts.Groups++
		return w.group(&Group{object: target}, h)
	case has(h, format.MsgLayout):
		w.counts.Datasets++
		return w.dataset(target, h)
	case has(h, format.MsgDatatype):
		w.counts.Datatypes++
		if _, err := w.f.objectAt(o.path, o.addr); err != nil {
			return w.broken(o.addr, err)
		}
		return nil
	}
	return w.broken(o.addr, fmt.Errorf("object at %#x is no group, dataset or datatype: %w", o.addr, ErrCorrupt))
}

// message handles what messages of any object have in common.
func (w *walk) message(m format.Message) error {
	switch {
	case m.Shared():
		return w.sharedRecord(m.Data)
	case m.Type > format.MsgCacheImage:
		return w.broken(0, fmt.Errorf("%v: %w", m.Type, ErrUnsupported))
	case m.Type == format.MsgExternalFiles:
		heap, err := format.DecodeExternalFilesHeap(m.Data, w.f.sb.Sizes)
		if err != nil {
			return w.broken(0, fmt.Errorf("%v message: %w", m.Type, err))
		}
		return w.survey.LocalHeap(heap)
	}
	return nil
}

// sharedRecord takes in a record that stands for a message kept elsewhere.
func (w *walk) sharedRecord(b []byte) error {
	shared, err := format.DecodeShared(b, w.f.sb.Sizes)
	if err != nil {
		return w.broken(0, err)
	}
	if shared.Kind == format.SharedCommitted {
		w.use(shared.Addr)
	}
	return nil
}
