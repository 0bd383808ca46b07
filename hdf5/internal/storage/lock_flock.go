//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package storage

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// flock takes libhdf5's lock of a whole file, or changes its mode.
func flock(f *os.File, how int) error {
	return control(f, func(fd uintptr) error { return unix.Flock(int(fd), how|unix.LOCK_NB) })
}

// control calls lock until no signal interrupts it.
func control(f *os.File, lock func(fd uintptr) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) {
		for result = unix.EINTR; result == unix.EINTR; {
			result = lock(fd)
		}
	})
	if err != nil {
		return err
	}
	return lockError(result)
}

// lockError sorts the errors of the operating system's lock calls.
func lockError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
		return errHeld
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("%w: %w", errNoLocks, err)
	}
	return err
}
