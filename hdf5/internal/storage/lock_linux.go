package storage

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Two locks of Linux, neither of which sees the other on a local file system:
//
//   - flock(2) is libhdf5's: its readers share it, its writers hold it
//     exclusively. Our readers and our writers share it.
//   - An open file description lock (fcntl F_OFD_SETLK) on one byte far beyond any
//     data tells our writers apart from each other.
//
// NFS makes both of them ranges of one kind of lock. There a writer and a
// reader exclude each other, which is more than is asked for, and safe.

// writerByte is the position of the byte that our writers lock: the last one
// that a 64-bit file could have.
const writerByte = 1<<63 - 2

func lockShared(f *os.File) error {
	return flock(f, unix.LOCK_SH)
}

func lockWriter(f *os.File) error {
	shared := flock(f, unix.LOCK_SH)
	if shared != nil && !errors.Is(shared, errNoLocks) {
		return shared
	}
	return errors.Join(shared, lockByte(f))
}

// lockAlone takes libhdf5's lock exclusively for a moment. Linux changes the
// mode of a flock by dropping it first, so that it can be lost to a writer of
// libhdf5; our writers are kept out throughout.
func lockAlone(f *os.File) (bool, error) {
	exclusive := flock(f, unix.LOCK_EX)
	if exclusive != nil && !errors.Is(exclusive, errHeld) {
		return false, exclusive
	}
	if err := flock(f, unix.LOCK_SH); err != nil {
		return false, err
	}
	// On NFS, the exclusive lock of the whole file has replaced that of the byte.
	return exclusive == nil, lockByte(f)
}

func lockByte(f *os.File) error {
	return control(f, func(fd uintptr) error {
		return unix.FcntlFlock(fd, unix.F_OFD_SETLK, &unix.Flock_t{
			Type: unix.F_WRLCK, Whence: io.SeekStart, Start: writerByte, Len: 1,
		})
	})
}
