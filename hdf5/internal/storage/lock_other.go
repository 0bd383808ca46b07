//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package storage

import "os"

// There are no locks on these systems that libhdf5 would take, so nothing is
// kept out and no space is reused that others may be reading.

func lockShared(*os.File) error        { return nil }
func lockWriter(*os.File) error        { return nil }
func lockAlone(*os.File) (bool, error) { return false, nil }
