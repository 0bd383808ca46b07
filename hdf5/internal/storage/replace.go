package storage

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts a new file in the place of path, whether or not there is one:
// it passes an empty file beside it to write, makes what was written durable,
// renames the file to path and makes the renaming durable. Until then path is
// untouched, and if anything fails it stays so. After a crash a file whose
// name starts with that of path and ends in ".tmp" may remain.
//
// An existing file passes on its permissions. If path is a symbolic link, what
// it points to is replaced. Processes that have the old file open keep it, so
// the caller has to hold its write lock, by a [Volume], lest changes be lost; on
// Windows such a file cannot be replaced, and the Volume has to be closed first.
func Replace(fsys FS, path string, write func(f File) error) error {
	info, err := fsys.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return err
	default:
		if path, err = fsys.Resolve(path); err != nil {
			return err
		}
	}
	temp := fmt.Sprintf("%s.%s.tmp", path, rand.Text()[:8])
	if err := writeNew(fsys, temp, info, write); err != nil {
		return err
	}
	if err := fsys.Rename(temp, path); err != nil {
		return errors.Join(err, fsys.Remove(temp))
	}
	if err := fsys.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("%s was written, but may be gone after a power cut: %w", path, err)
	}
	return nil
}

// writeNew creates a file that is durable and has the permissions of old, if
// there is one; or it creates none.
func writeNew(fsys FS, name string, old fs.FileInfo, write func(f File) error) error {
	f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if old != nil {
		err = fsys.Chmod(name, old.Mode().Perm())
	}
	if err == nil {
		err = write(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, fsys.Remove(name))
	}
	return nil
}
