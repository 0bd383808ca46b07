// Package crashfs is a file system in memory for testing what a crash leaves
// of a file. It records every operation that changes anything, and from the
// record works out what a disk may hold if the process or the machine stopped
// there; or it lets operations fail.
//
// The model of a disk: what was written to a file is durable once the file is
// synced, and a name is durable once its directory is. Of all else, each
// operation may or may not have reached the disk, whatever their order was; a
// write may have reached it in part, in pieces of 8 bytes, or may have
// made the file longer only. What lies in one sector with the superblock
// reaches it wholly or not at all.
package crashfs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// sector is the size in bytes of what a disk writes wholly or not at all.
const sector = 512

// An FS is a file system in memory. Directories exist without being made.
type FS struct {
	mu     sync.Mutex
	names  map[string]*inode
	log    []Op
	marks  int
	faults []fault
	epoch  int // number of the living process
	ignore func(Op) bool
	start  map[string]*inode // durable names at the start of the log
}

// An inode is a file apart from its names.
type inode struct {
	start   []byte // durable content at the start of the log
	data    []byte // what readers see
	readers int    // that hold a lock
	writer  bool   // holds a lock
}

// A fault makes operations fail.
type fault struct {
	from, to int // numbers of the operations
	err      error
}

// New returns a file system that durably holds the given files.
func New(files map[string][]byte) *FS {
	f := &FS{names: map[string]*inode{}, start: map[string]*inode{}}
	for name, data := range files {
		node := &inode{start: slices.Clone(data), data: slices.Clone(data)}
		f.names[filepath.Clean(name)] = node
		f.start[filepath.Clean(name)] = node
	}
	return f
}

// Files returns what readers see: every file's content by name.
func (f *FS) Files() map[string][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	files := map[string][]byte{}
	for name, node := range f.names {
		files[name] = slices.Clone(node.data)
	}
	return files
}

// Mark records that all that was done so far was acknowledged: a crash from
// now on must not undo it. See [State.Marks].
func (f *FS) Mark() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.marks++
}

// Ops returns a copy of the record.
func (f *FS) Ops() []Op {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

// FailAt makes the n-th operation from now on fail, counting from 0. A write
// that fails has written the first half, unless all of it is in one sector.
func (f *FS) FailAt(n int, err error) { f.fail(n, n+1, err) }

// FailFrom makes the n-th operation from now on and all after it fail, as after
// a process was killed or when a disk is full for good.
func (f *FS) FailFrom(n int, err error) { f.fail(n, int(^uint(0)>>1), err) }

func (f *FS) fail(from, to int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if to < int(^uint(0)>>1) {
		to += len(f.log)
	}
	f.faults = append(f.faults, fault{from + len(f.log), to, err})
}

// Recover lets operations succeed again, as on a disk that has space again.
func (f *FS) Recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// Restart stands for the end of the process and the start of another: its open
// files are closed, its locks are gone, and operations succeed again. What is
// not durable stays so.
func (f *FS) Restart() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
	f.epoch++
	for _, node := range f.names {
		node.readers, node.writer = 0, false
	}
}

// Ignore makes the file system break its promise: a Sync or SyncDir for which
// ignore returns true succeeds without doing anything. Tests use it to show
// that they would notice.
func (f *FS) Ignore(ignore func(Op) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ignore = ignore
}

// record adds op to the record, or returns the error it is to fail with. Failed
// operations count, so that FailFrom ends; they are recorded as Failed.
func (f *FS) record(op Op) error {
	op.marks = f.marks
	for _, fault := range f.faults {
		if n := len(f.log); n >= fault.from && n < fault.to {
			f.log = append(f.log, Op{Kind: Failed, Name: op.Name, marks: f.marks})
			return &fs.PathError{Op: op.Kind.String(), Path: op.Name, Err: fault.err}
		}
	}
	if (op.Kind == Sync || op.Kind == SyncDir) && f.ignore != nil && f.ignore(op) {
		op.Kind = Ignored
	}
	f.log = append(f.log, op)
	return nil
}

// OpenFile opens or creates a file. Of the flags it knows O_CREATE, O_EXCL,
// O_TRUNC and those that say whether the file is for writing.
func (f *FS) OpenFile(name string, flag int, _ fs.FileMode) (storage.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	node, exists := f.names[name]
	switch {
	case !exists && flag&os.O_CREATE == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case exists && flag&os.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case !exists:
		node = &inode{}
		if err := f.record(Op{Kind: Create, Name: name, node: node}); err != nil {
			return nil, err
		}
		f.names[name] = node
	}
	h := &handle{fs: f, node: node, name: name, epoch: f.epoch, writable: flag&(os.O_WRONLY|os.O_RDWR) != 0}
	if flag&os.O_TRUNC != 0 && len(node.data) > 0 {
		return h, h.truncate(0)
	}
	return h, nil
}

// Stat returns the size of a file.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	node, ok := f.names[filepath.Clean(name)]
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return info{name: filepath.Base(name), size: int64(len(node.data))}, nil
}

// Resolve returns name: there are no symbolic links.
func (f *FS) Resolve(name string) (string, error) { return name, nil }

// Chmod does nothing.
func (f *FS) Chmod(string, fs.FileMode) error { return nil }

// Rename renames a file within its directory, replacing what is there.
func (f *FS) Rename(oldName, newName string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	oldName, newName = filepath.Clean(oldName), filepath.Clean(newName)
	node, ok := f.names[oldName]
	if !ok {
		return &fs.PathError{Op: "rename", Path: oldName, Err: fs.ErrNotExist}
	}
	if filepath.Dir(oldName) != filepath.Dir(newName) {
		return fmt.Errorf("rename %s to %s: directories differ", oldName, newName)
	}
	if err := f.record(Op{Kind: Rename, Name: oldName, NewName: newName, node: node}); err != nil {
		return err
	}
	delete(f.names, oldName)
	f.names[newName] = node
	return nil
}

// Remove removes a name.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	name = filepath.Clean(name)
	if _, ok := f.names[name]; !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	if err := f.record(Op{Kind: Remove, Name: name}); err != nil {
		return err
	}
	delete(f.names, name)
	return nil
}

// SyncDir makes the names in a directory durable.
func (f *FS) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.record(Op{Kind: SyncDir, Name: filepath.Clean(dir)})
}

// info is what Stat says of a file.
type info struct {
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
