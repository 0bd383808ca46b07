package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Overlay returns a file system like fsys, except that files are never written
// to: what is written to one goes to a temporary file, and is read from there until
// the file is closed. Locks are those of the files themselves. It has no other
// operations that change anything.
func Overlay(fsys FS) FS { return overlayFS{fsys} }

type overlayFS struct{ FS }

func (o overlayFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errOverlaid}
	}
	below, err := o.FS.OpenFile(name, flag, perm)
	if err != nil || flag&(os.O_RDWR|os.O_WRONLY) == 0 {
		return below, err
	}
	f := &overlayFile{File: below, pages: map[int64]bool{}}
	if f.size, err = below.Size(); err != nil {
		return nil, errors.Join(err, below.Close())
	}
	if f.above, err = os.CreateTemp("", "loom-*.tmp"); err != nil {
		return nil, errors.Join(err, below.Close())
	}
	f.shown = f.size
	// Where an open file can be removed, nothing stays behind whatever happens.
	f.removed = os.Remove(f.above.Name()) == nil
	return f, nil
}

// errOverlaid is wrapped by operations that an overlay does not have.
var errOverlaid = errors.New("changes are tried out only")

func (overlayFS) Chmod(name string, _ fs.FileMode) error {
	return &fs.PathError{Op: "chmod", Path: name, Err: errOverlaid}
}

func (overlayFS) Rename(oldName, _ string) error {
	return &fs.PathError{Op: "rename", Path: oldName, Err: errOverlaid}
}

func (overlayFS) Remove(name string) error {
	return &fs.PathError{Op: "remove", Path: name, Err: errOverlaid}
}

// pageSize is the unit in which an overlay file knows what has been written.
const pageSize = 4 << 10

// An overlayFile is a file below, which is only read, and the pages that have
// been written to, at their places in a temporary file above.
type overlayFile struct {
	File // below
	mu   sync.RWMutex
	// Bytes of the file below are shown up to shown, the least size that the
	// file has had, and zeros from there on where nothing was written.
	shown   int64
	size    int64
	pages   map[int64]bool // by number, those above
	above   *os.File
	removed bool
}

func (f *overlayFile) ReadAt(p []byte, off int64) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if off < 0 || off >= f.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), f.size-off))
	for done := 0; done < n; {
		at := off + int64(done)
		page, end := at/pageSize, done+1
		for end < n && f.pages[(off+int64(end))/pageSize] == f.pages[page] {
			end += min(n-end, int(pageSize-(off+int64(end))%pageSize))
		}
		if err := f.readRun(p[done:end], at, f.pages[page]); err != nil {
			return done, err
		}
		done = end
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readRun reads what is all above or all below.
func (f *overlayFile) readRun(p []byte, off int64, above bool) error {
	if above {
		_, err := f.above.ReadAt(p, off)
		return err
	}
	n := int(max(0, min(int64(len(p)), f.shown-off)))
	clear(p[n:])
	if n == 0 {
		return nil
	}
	_, err := f.File.ReadAt(p[:n], off)
	return err
}

func (f *overlayFile) WriteAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if off < 0 {
		return 0, fmt.Errorf("write at %d: %w", off, fs.ErrInvalid)
	}
	if len(p) == 0 {
		return 0, nil
	}
	end := off + int64(len(p))
	for page := off / pageSize; page*pageSize < end; page++ {
		if err := f.raise(page); err != nil {
			return 0, err
		}
	}
	f.size = max(f.size, end)
	return f.above.WriteAt(p, off)
}

// raise copies a page to the temporary file, unless it is there.
func (f *overlayFile) raise(page int64) error {
	if f.pages[page] {
		return nil
	}
	content := make([]byte, pageSize)
	if err := f.readRun(content, page*pageSize, false); err != nil {
		return err
	}
	if _, err := f.above.WriteAt(content, page*pageSize); err != nil {
		return err
	}
	f.pages[page] = true
	return nil
}

func (f *overlayFile) Truncate(size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if size < 0 {
		return fmt.Errorf("truncate to %d: %w", size, fs.ErrInvalid)
	}
	if size < f.size && size%pageSize > 0 {
		// The rest of the page reads as zeros if the file grows again.
		if err := f.raise(size / pageSize); err != nil {
			return err
		}
		if _, err := f.above.WriteAt(make([]byte, pageSize-size%pageSize), size); err != nil {
			return err
		}
	}
	for page := range f.pages {
		if page*pageSize >= size {
			delete(f.pages, page)
		}
	}
	f.size, f.shown = size, min(f.shown, size)
	return nil
}

func (f *overlayFile) Sync() error { return nil }

func (f *overlayFile) Size() (int64, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.size, nil
}

func (f *overlayFile) Close() error {
	err := errors.Join(f.File.Close(), f.above.Close())
	if f.removed {
		return err
	}
	return errors.Join(err, os.Remove(f.above.Name()))
}
