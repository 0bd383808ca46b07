//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// The locks of these systems all see each other: a range lock that told our
// writers apart would collide with the flock(2) that readers share. So a writer
// takes libhdf5's lock exclusively to show that there is no other, and shares it
// from then on. That differs from Linux in two ways: a file that somebody has
// open for reading cannot be opened for writing (the other way round it can),
// and since the lock must never be let go of again, a writer never finds itself
// alone and reuses no space that other processes may be reading.

func lockShared(f *os.File) error {
	return flock(f, unix.LOCK_SH)
}

func lockWriter(f *os.File) error {
	if err := flock(f, unix.LOCK_EX); err != nil {
		return err
	}
	return flock(f, unix.LOCK_SH)
}

func lockAlone(*os.File) (bool, error) { return false, nil }
