package storage

import (
	"errors"
	"os"
)

// Scratch returns a Volume of what r reads, for transactions that are never
// committed: what they write goes to a temporary file, which is gone with
// the Volume.
func Scratch(r *Reader) (*Volume, error) {
	above, err := os.CreateTemp("", "loom-*.tmp")
	if err != nil {
		return nil, err
	}
	f := &overlayFile{File: readerFile{r}, pages: map[int64]bool{}, size: r.Size(), shown: r.Size(), above: above}
	// Where an open file can be removed, nothing stays behind whatever happens.
	f.removed = os.Remove(above.Name()) == nil
	return NewVolume(f, above.Name()), nil
}

// A readerFile is a File that can only be read, for overlays.
type readerFile struct{ r *Reader }

var errReadOnlyFile = errors.New("file is only read")

func (f readerFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.r.ReadFull(p, uint64(off)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f readerFile) Size() (int64, error)             { return f.r.Size(), nil }
func (readerFile) WriteAt([]byte, int64) (int, error) { return 0, errReadOnlyFile }
func (readerFile) Truncate(int64) error               { return errReadOnlyFile }
func (readerFile) Sync() error                        { return nil }
func (readerFile) Close() error                       { return nil }
func (readerFile) Is(string) (bool, error)            { return true, nil }
func (readerFile) Lock(LockMode) error                { return nil }
func (readerFile) Alone() (bool, error)               { return false, nil }
