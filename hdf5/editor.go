package hdf5

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// An Editor changes an HDF5 file, one transaction at a time. A transaction is
// atomic: after a crash, a kill or a full disk, at whatever instant, the file
// holds either all of its changes or none, for every reader of HDF5, and nothing
// has to be recovered.
//
// While a file is open in an Editor other writers, of this library and of
// libhdf5, are kept out; readers are not.
//
// An Editor is safe for concurrent use. Transactions wait for each other.
type Editor struct {
	fsys   storage.FS
	dryRun bool // see DryRun
	volume *storage.Volume
	opts   []Option
	mu     sync.Mutex // held by the transaction under way
	state  atomic.Pointer[File]
	closed atomic.Bool

	// written counts the bytes that transactions have written since free space was
	// last looked for: about as many have been superseded.
	written uint64
	mapped  bool // free space has been looked for

	retired []*storage.Volume // of files in whose place another one has been put
}

// Edit opens the named file for changing it. Nothing is written before the
// first transaction changes something. The error wraps [ErrLocked] if somebody
// else has the file open for writing.
func Edit(path string, opts ...Option) (*Editor, error) {
	return edit(storage.At(path), path, opts)
}

func edit(fsys storage.FS, path string, opts []Option) (*Editor, error) {
	var wanted File
	for _, opt := range opts {
		opt(&wanted)
	}
	if wanted.dryRun {
		fsys = storage.Overlay(fsys)
	}
	volume, err := storage.Open(fsys, path)
	if err != nil {
		return nil, err
	}
	e := &Editor{fsys: fsys, volume: volume, opts: append([]Option{WithName(path)}, opts...)}
	if err := e.load(); err != nil {
		return nil, errors.Join(err, volume.Close())
	}
	return e, nil
}

// load reads the superblock and makes it the state to start from.
func (e *Editor) load() error {
	source, err := e.volume.Source()
	if err != nil {
		return err
	}
	f := newFile(e.opts)
	f.closed = &e.closed
	if err := f.open(source); err != nil {
		return f.fail("", err)
	}
	if err := f.checkEditable(); err != nil {
		return f.fail("", err)
	}
	image, err := format.EncodeSuperblock(f.sb)
	if err != nil {
		return f.fail("", err)
	}
	err = e.volume.SetLayout(storage.Layout{Base: f.base, Superblock: uint64(len(image)), End: uint64(f.r.Size())})
	if err != nil {
		return f.fail("", err)
	}
	e.publish(f)
	return nil
}

// checkEditable refuses files about whose space the file itself keeps books:
// they would be wrong after a transaction.
func (f *File) checkEditable() error {
	return f.refuseMessages("make a copy with Repack to change it", format.MsgFileSpaceInfo, format.MsgCacheImage)
}

// refuseMessages refuses a file that is part of several, or whose superblock
// extension has one of the given messages; hint says what can be done.
func (f *File) refuseMessages(hint string, types ...format.MessageType) error {
	if f.sb.DriverInfo != format.Undefined {
		return fmt.Errorf("file is one of several that make up an HDF5 file: %w", ErrUnsupported)
	}
	if f.sb.Extension == format.Undefined {
		return nil
	}
	h, err := format.DecodeHeader(f.sb.Extension, f.sb.Sizes, f.r.Bytes)
	if err != nil {
		return err
	}
	for _, t := range types {
		if has(h, t) {
			return fmt.Errorf("file has a %v message, %s: %w", t, hint, ErrUnsupported)
		}
	}
	return nil
}

// publish makes f the present state. Its space is not used again as long as
// anybody can still read it: the File itself, or what came from it.
func (e *Editor) publish(f *File) {
	pin := e.volume.Pin()
	f.r, f.size = pin.Reader(), f.base+pin.Reader().Size()
	f.strings = index.NewGlobalHeap(f.r, f.sb.Sizes)
	f.pin = pin
	runtime.AddCleanup(f, func(pin *storage.Snapshot) { pin.Release() }, pin)
	if before := e.state.Swap(f); before != nil && !before.handedOut.Load() {
		before.pin.Release()
	}
}

// File returns the present state of the file. It does not change: after a
// transaction there is another one. It can be read until the Editor is closed, by
// any number of goroutines, also while a transaction is under way.
func (e *Editor) File() *File {
	for {
		f := e.state.Load()
		f.handedOut.Store(true)
		if f == e.state.Load() {
			return f // if not, the state may have been let go before it was marked
		}
	}
}

// Update calls change with a transaction and, if it returns nil, commits it. If
// change returns an error, or panics, nothing of the transaction becomes part of the file.
// It returns when the changes are durable.
func (e *Editor) Update(ctx context.Context, change func(tx *Tx) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.state.Load()
	if e.closed.Load() {
		return before.fail("", ErrClosed)
	}
	search := e.searchFree(ctx)
	defer search.end()
	st, err := e.volume.Begin()
	if err != nil {
		return err
	}
	if search != nil {
		st.FindFree(search.result)
	}
	tx := &Tx{ctx: ctx, st: st, f: before.sibling(st.Reader())}
	defer tx.endPrepared()
	committed := false
	defer func() {
		if !committed {
			// What is left behind the end of the file is cut off by the next
			// transaction, if it cannot be now.
			_ = st.Rollback()
		}
	}()
	if err := change(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := tx.flush(); err != nil {
		return tx.f.fail("", err)
	}
	if tx.f.sb == before.sb {
		return nil // nothing has changed
	}
	committed = true // or rolled back by Commit itself
	return e.commit(tx)
}

// commit makes a transaction happen and its state the present one.
func (e *Editor) commit(tx *Tx) error {
	sb := tx.f.sb
	sb.EOF = sb.BaseAddr + tx.st.End()
	image, err := format.EncodeSuperblock(sb)
	if err != nil {
		return errors.Join(tx.f.fail("", err), tx.st.Rollback())
	}
	e.written += tx.st.Allocated()
	if err := tx.st.Commit(image); err != nil {
		return err
	}
	after := tx.f.sibling(nil)
	after.sb = sb
	e.publish(after)
	return nil
}

// Close closes the file. All Files that came from the Editor fail with
// [ErrClosed] from then on, and so does a second Close.
func (e *Editor) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed.Swap(true) {
		return e.state.Load().fail("", ErrClosed)
	}
	err := e.volume.Close()
	for _, v := range e.retired {
		err = errors.Join(err, v.Close())
	}
	return err
}

// sibling returns another state of the same file, read through r.
func (f *File) sibling(r *storage.Reader) *File {
	s := &File{name: f.name, size: f.size, base: f.base, sb: f.sb, limit: f.limit, closed: f.closed, r: r, directories: new(sync.Map)}
	if r != nil {
		s.strings = index.NewGlobalHeap(r, f.sb.Sizes)
	}
	return s
}

// Create makes a new file with what change puts into it, in place of an
// existing one. The file appears, whole and durable, when change has returned
// nil; until then there is at most another file beside it, whose name ends in ".tmp".
// The file has the format that every HDF5 since 1.6 reads.
func Create(ctx context.Context, path string, change func(tx *Tx) error, opts ...Option) error {
	return create(ctx, storage.At(path), path, change, opts)
}

func create(ctx context.Context, fsys storage.FS, path string, change func(tx *Tx) error, opts []Option) error {
	sizes := format.Sizes{Offset: wordSize, Length: wordSize}
	return createFile(ctx, fsys, path, sizes, nil, nil, func(tx *Tx) error {
		root := &format.Header{Version: 1, RefCount: 1, Messages: []format.Message{{Type: format.MsgSymbolTable}}}
		addr, err := tx.writeGroup(root, nil)
		if err != nil {
			return err
		}
		if err := tx.newRoot(addr); err != nil {
			return err
		}
		return change(tx)
	}, opts)
}

// createFile makes a new file whose addresses and lengths are of the given
// sizes, behind a user block unless that is nil. fill has to make its root group. own
// is nil or a volume whose file may be replaced.
func createFile(ctx context.Context, fsys storage.FS, path string, sizes format.Sizes, userBlock *storage.Reader, own *storage.Volume, fill func(tx *Tx) error, opts []Option) error {
	return storage.Replace(fsys, path, own, func(file storage.File) error {
		_, err := fillFile(ctx, file, path, sizes, userBlock, fill, opts)
		return err
	})
}

// fillFile writes what createFile does to an empty file, and returns the Editor
// that it is open in.
func fillFile(ctx context.Context, file storage.File, path string, sizes format.Sizes, userBlock *storage.Reader, fill func(tx *Tx) error, opts []Option) (*Editor, error) {
	base, err := copyUserBlock(file, userBlock)
	if err != nil {
		return nil, err
	}
	e := &Editor{volume: storage.NewVolume(file, path), opts: append([]Option{WithName(path)}, opts...)}
	if err := e.format(sizes, base); err != nil {
		return nil, err
	}
	return e, e.Update(ctx, fill)
}

// copyUserBlock writes a user block, if there is one, and returns its size.
func copyUserBlock(file storage.File, block *storage.Reader) (int64, error) {
	if block == nil {
		return 0, nil
	}
	for at := int64(0); at < block.Size(); at += readBytes {
		b, err := block.Prefix(uint64(at), readBytes)
		if err != nil {
			return 0, err
		}
		if _, err := file.WriteAt(b, at); err != nil {
			return 0, err
		}
	}
	return block.Size(), nil
}

// Widths and tree sizes of new files: libhdf5's.
const (
	wordSize       = 8
	groupLeafK     = 4
	groupInternalK = 16
	chunkK         = 32
)

// format starts an empty volume, after base bytes of user block, with a
// superblock of version 0 that has no root group yet.
func (e *Editor) format(sizes format.Sizes, base int64) error {
	sb := format.Superblock{
		Sizes: sizes, BaseAddr: uint64(base),
		GroupLeafK: groupLeafK, GroupInternalK: groupInternalK, ChunkK: chunkK,
		Root: format.Undefined, RootBTree: format.Undefined, RootHeap: format.Undefined,
		Extension: format.Undefined, DriverInfo: format.Undefined,
	}
	image, err := format.EncodeSuperblock(sb)
	if err != nil {
		return err
	}
	sb.EOF = sb.BaseAddr + uint64(len(image))
	if err := e.volume.SetLayout(storage.Layout{Base: base, Superblock: uint64(len(image)), End: uint64(len(image))}); err != nil {
		return err
	}
	f := newFile(e.opts)
	f.sb, f.base, f.closed = sb, base, &e.closed
	e.publish(f)
	return nil
}
