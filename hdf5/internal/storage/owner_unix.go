//go:build unix

package storage

import (
	"errors"
	"io/fs"
	"syscall"
)

// linkCount returns how many names a file has, 1 if that is not known.
func linkCount(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink)
	}
	return 1
}

// sameOwner reports whether two files belong to the same user and group, as far
// as that is known.
func sameOwner(a, b fs.FileInfo) bool {
	s, ok := a.Sys().(*syscall.Stat_t)
	t, known := b.Sys().(*syscall.Stat_t)
	return !ok || !known || s.Uid == t.Uid && s.Gid == t.Gid
}

// readOnlyFS reports whether err says that a file system is mounted read-only.
func readOnlyFS(err error) bool { return errors.Is(err, syscall.EROFS) }
