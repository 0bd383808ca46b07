package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// ErrLocked is wrapped by errors about a file that somebody else has open in a
// way that excludes what was asked for.
var ErrLocked = errors.New("file is in use by a writer")

// An FS is the file system as far as this package changes it. It exists so that
// tests can stop, fail or forget any operation; see package crashfs.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Stat(name string) (fs.FileInfo, error)
	// Resolve returns a name of the file that holds good when symbolic links and
	// the working directory change.
	Resolve(name string) (string, error)
	Chmod(name string, mode fs.FileMode) error
	Rename(oldName, newName string) error
	Remove(name string) error
	// SyncDir makes the creations, renames and removals in a directory durable.
	SyncDir(dir string) error
}

// A File is an open file of an [FS].
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	// Sync makes all that was written so far durable.
	Sync() error
	Size() (int64, error)
	// Is reports whether a name stands for this file at present.
	Is(name string) (bool, error)

	// Lock takes a lock that lasts until Close, or fails at once with an error
	// that wraps [ErrLocked].
	Lock(mode LockMode) error
	// Alone reports whether, at some moment during the call, nobody else held a
	// lock on the file. A [WriteLock] must be held and stays held; an error
	// means that it was lost. Where that moment cannot be had, for want of
	// locks, Alone reports false.
	Alone() (bool, error)
}

// A LockMode says whom a lock keeps out.
type LockMode int

const (
	// ReadLock is libhdf5's lock for reading: it keeps out writers of libhdf5.
	ReadLock LockMode = iota
	// WriteLock keeps out every other writer, of libhdf5 and of this package,
	// and no reader.
	WriteLock
)

// patience is for how long a reader waits for the moments in which a writer
// looks whether it is alone. They last microseconds.
const patience = 100 * time.Millisecond

// OpenShared opens a file for reading, as libhdf5 does: writers of libhdf5 are
// kept out until it is closed, and writers of this package leave alone all that
// is in the file now. It fails with [ErrLocked] while a writer of libhdf5 has
// the file open.
func OpenShared(fsys FS, name string) (File, error) {
	f, err := fsys.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		err = f.Lock(ReadLock)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, ErrLocked) || time.Since(start) > patience {
			if errors.Is(err, ErrLocked) {
				err = fmt.Errorf("%w, or set %s=FALSE to read it while it is being written", err, lockVariable)
			}
			return nil, errors.Join(fmt.Errorf("open %s for reading: %w", name, err), f.Close())
		}
	}
}
