package storage

import (
	"errors"
	"fmt"
)

// lockVariable is the environment variable by which users of HDF5 settle how
// files are locked. It is read whenever a lock is taken.
const lockVariable = "HDF5_USE_FILE_LOCKING"

// A policy is a value of lockVariable, spelled as libhdf5 spells them.
type policy int

const (
	lockDefault    policy = iota // locks are needed for writing
	lockBestEffort               // ... where the file system has them
	lockNever
)

func lockPolicy(value string) policy {
	switch value {
	case "FALSE", "0":
		return lockNever
	case "BEST_EFFORT":
		return lockBestEffort
	default:
		return lockDefault
	}
}

// Failures of the operating system's lock functions, which are behind
// lockShared, lockWriter and lockAlone.
var (
	errHeld    = errors.New("lock is held by another process")
	errNoLocks = fmt.Errorf("file system has no locks: %w", errors.ErrUnsupported)
)

// judge turns a failure to lock the named file into what the user is told,
// which is nothing if p allows going on without a lock.
func (p policy) judge(name string, err error) error {
	switch {
	case errors.Is(err, errHeld):
		return fmt.Errorf("%w: %s: close it in the other program, notebook or connection and try again", ErrLocked, name)
	case errors.Is(err, errNoLocks) && p == lockBestEffort:
		return nil
	case errors.Is(err, errNoLocks):
		return fmt.Errorf("%s: %w: make sure that nobody else writes the file, and set %s to BEST_EFFORT (no locks where there are none) or FALSE (no locks at all)", name, err, lockVariable)
	case err != nil:
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

// ignoreMissing drops the error of a file system without locks.
func ignoreMissing(err error) error {
	if errors.Is(err, errNoLocks) {
		return nil
	}
	return err
}
