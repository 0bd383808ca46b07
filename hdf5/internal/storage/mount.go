package storage

import (
	"path/filepath"
	"sync"
)

// mounts holds file systems by the directory whose files they have.
var mounts sync.Map

// Mount has the files directly in a directory live in fsys, for the whole
// process and until unmount is called; the directory need not exist. It is how
// tests get a file system that fails, or forgets what was not synced, below
// operations that take nothing but a path. Code above opens, makes, replaces and removes files through
// this package and not through package os, so that nothing passes it by.
func Mount(dir string, fsys FS) (unmount func()) {
	dir = filepath.Clean(dir)
	mounts.Store(dir, fsys)
	return func() { mounts.CompareAndDelete(dir, fsys) }
}

// At returns the file system that has the named file: [OS], unless its directory
// is mounted.
func At(name string) FS {
	if fsys, ok := mounts.Load(filepath.Dir(name)); ok {
		return fsys.(FS)
	}
	return OS
}
