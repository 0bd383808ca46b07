package hdf5

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// A source is what [Open] has opened, which all states that were read from it share.
type source struct {
	fsys storage.FS
	path string // as it was given, but for the working directory

	mu   sync.Mutex
	file storage.File // what path stood for when that was last looked up
}

func newSource(fsys storage.FS, path string, file storage.File) *source {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return &source{fsys: fsys, path: path, file: file}
}

// Close closes the file. One that was replaced before that is closed
// when nothing refers to a state of it any more, by the garbage collector.
func (s *source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file.Close()
}

// Refresh returns the newest state of a file that was opened with [Open]: what
// an [Editor] has made of it since, or the file that has taken its place if it was
// replaced. It reads the superblock only.
//
// f, and all that came from it, goes on reading the state that it is; states that are
// not referred to any more cost nothing. To close any state closes them all. If it fails, which it
// does with [ErrLocked] while a writer of libhdf5 has the new file open, nothing has changed.
// Files from [NewFile] and from an [Editor], which knows the newest state
// itself, fail with [errors.ErrUnsupported].
func (f *File) Refresh() (*File, error) {
	s, ok := f.closer.(*source)
	if !ok {
		return nil, f.fail("", fmt.Errorf("only files from Open can be looked up again: %w", errors.ErrUnsupported))
	}
	newest := &File{name: f.name, limit: f.limit, closed: f.closed, closer: s, directories: new(sync.Map)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := f.check(); err != nil {
		return nil, f.fail("", err)
	}
	same, err := s.file.Is(s.path)
	if err != nil {
		return nil, f.fail("", err)
	}
	if same {
		if err := newest.openNewest(s.file); err != nil {
			return nil, f.fail("", err)
		}
		return newest, nil
	}
	file, err := storage.OpenShared(s.fsys, s.path)
	if err != nil {
		return nil, err
	}
	if err := newest.openNewest(file); err != nil {
		return nil, errors.Join(f.fail("", err), file.Close())
	}
	s.file = file
	return newest, nil
}
