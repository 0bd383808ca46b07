package storage

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// Locks of Windows forbid others to read what they cover, so ours cover bytes
// far beyond any data: readers and writers share the first, writers hold the
// second exclusively. libhdf5 takes no locks on Windows, and nothing keeps its
// writers out.
const (
	everybodysByte = 1<<63 - 3
	writersByte    = 1<<63 - 2
)

func lockShared(f *os.File) error {
	return lockByte(f, everybodysByte, 0)
}

func lockWriter(f *os.File) error {
	if err := lockByte(f, everybodysByte, 0); err != nil {
		return err
	}
	return lockByte(f, writersByte, windows.LOCKFILE_EXCLUSIVE_LOCK)
}

// lockAlone lets go of the shared lock before it asks for the exclusive one,
// since Windows would count the two as different owners. The writers' lock
// stays held.
func lockAlone(f *os.File) (bool, error) {
	if err := unlockByte(f, everybodysByte); err != nil {
		return false, err
	}
	exclusive := lockByte(f, everybodysByte, windows.LOCKFILE_EXCLUSIVE_LOCK)
	if exclusive == nil {
		exclusive = unlockByte(f, everybodysByte)
	}
	if exclusive != nil && !errors.Is(exclusive, errHeld) {
		return false, exclusive
	}
	return exclusive == nil, lockByte(f, everybodysByte, 0)
}

func lockByte(f *os.File, position uint64, flags uint32) error {
	err := control(f, func(h windows.Handle) error {
		return windows.LockFileEx(h, flags|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, overlapped(position))
	})
	switch {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return errHeld
	case errors.Is(err, windows.ERROR_INVALID_FUNCTION), errors.Is(err, windows.ERROR_NOT_SUPPORTED):
		return fmt.Errorf("%w: %w", errNoLocks, err)
	}
	return err
}

func unlockByte(f *os.File, position uint64) error {
	return control(f, func(h windows.Handle) error {
		return windows.UnlockFileEx(h, 0, 1, 0, overlapped(position))
	})
}

// overlapped holds a position in the form that the lock calls take.
func overlapped(position uint64) *windows.Overlapped {
	return &windows.Overlapped{Offset: uint32(position), OffsetHigh: uint32(position >> 32)}
}

func control(f *os.File, call func(windows.Handle) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) { result = call(windows.Handle(fd)) })
	return errors.Join(err, result)
}
