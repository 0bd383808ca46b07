package crashfs

import (
	"errors"
	"io/fs"
	"slices"
	"sync"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// SuperblockFirst returns a file system that breaks the order of a commit: it
// writes the superblock, at byte 0, before the data that was written before
// it. Tests use it to show that they would notice.
func SuperblockFirst(below storage.FS) storage.FS { return hastyFS{below} }

type hastyFS struct{ storage.FS }

func (h hastyFS) OpenFile(name string, flag int, perm fs.FileMode) (storage.File, error) {
	f, err := h.FS.OpenFile(name, flag, perm)
	return &hastyFile{File: f}, err
}

// A hastyFile holds writes back until the superblock is written.
type hastyFile struct {
	storage.File
	mu   sync.Mutex
	held []heldWrite
}

type heldWrite struct {
	data []byte
	off  int64
}

func (f *hastyFile) WriteAt(b []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if off > 0 {
		f.held = append(f.held, heldWrite{slices.Clone(b), off})
		return len(b), nil
	}
	n, err := f.File.WriteAt(b, off)
	for _, w := range f.held {
		_, failed := f.File.WriteAt(w.data, w.off)
		err = errors.Join(err, failed)
	}
	f.held = nil
	return n, err
}

// ReadAt reads what is held back, too.
func (f *hastyFile) ReadAt(b []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(b)
	n, err := f.File.ReadAt(b, off)
	for _, w := range f.held {
		from, to := max(off, w.off), min(off+int64(len(b)), w.off+int64(len(w.data)))
		if from < to {
			copy(b[from-off:to-off], w.data[from-w.off:])
			n = max(n, int(to-off))
		}
	}
	if n == len(b) {
		err = nil
	}
	return n, err
}
