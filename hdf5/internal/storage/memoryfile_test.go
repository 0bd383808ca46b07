package storage_test

import (
	"io"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// memoryFile is a file that nobody else has.
type memoryFile struct{ data []byte }

func (f *memoryFile) ReadAt(b []byte, off int64) (int, error) {
	if off >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memoryFile) WriteAt(b []byte, off int64) (int, error) {
	if grow := off + int64(len(b)) - int64(len(f.data)); grow > 0 {
		f.data = append(f.data, make([]byte, grow)...)
	}
	return copy(f.data[off:], b), nil
}

func (f *memoryFile) Truncate(size int64) error {
	f.data = append(f.data[:min(size, int64(len(f.data)))], make([]byte, max(0, size-int64(len(f.data))))...)
	return nil
}

func (f *memoryFile) Size() (int64, error)      { return int64(len(f.data)), nil }
func (*memoryFile) Is(string) (bool, error)     { return true, nil }
func (*memoryFile) Sync() error                 { return nil }
func (*memoryFile) Close() error                { return nil }
func (*memoryFile) Lock(storage.LockMode) error { return nil }
func (*memoryFile) Alone() (bool, error)        { return true, nil }
