package storage

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// Replace puts a new file in the place of path, whether or not there is one:
// it passes an empty file beside it to write, makes what was written durable,
// renames the file to path and makes the renaming durable. Until then path is
// untouched, and if anything fails it stays so. After a crash a file whose
// name starts with that of path and ends in ".tmp" may remain.
//
// An existing file passes on its permissions. If path is a symbolic link, what
// it points to is replaced. It has to be a regular file that may be written to.
// Readers that have it open keep it. Writers are kept out of it from the
// beginning, since their changes would be lost; if there is one, the error wraps
// [ErrLocked]. If that one is the caller, own is the caller's Volume, which has no
// more transactions afterwards; otherwise own is nil. On Windows a file that
// anybody has open cannot be replaced.
func Replace(fsys FS, path string, own *Volume, write func(f File) error) error {
	info, err := fsys.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(fsys, path, nil, nothing, write)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file, which is all that can be replaced: %w", path, fs.ErrExist)
	}
	resolved, err := fsys.Resolve(path)
	if err != nil {
		return err
	}
	release, err := claim(fsys, resolved, own)
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	return errors.Join(replace(fsys, resolved, info, release, write), release())
}

// nothing releases what is not held.
func nothing() error { return nil }

// claim keeps writers out of a file until release is called, unless own does.
func claim(fsys FS, path string, own *Volume) (release func() error, err error) {
	if own != nil {
		if same, err := own.file.Is(path); same || err != nil {
			return nothing, err
		}
	}
	f, _, err := openLocked(fsys, path)
	if errors.Is(err, errNoLocks) || errors.Is(err, fs.ErrNotExist) {
		return nothing, nil // it need not be there, and locks are better than none
	}
	if err != nil {
		return nil, err
	}
	return sync.OnceValue(f.Close), nil
}

// replace is Replace for a file that is claimed, or that there is not.
func replace(fsys FS, path string, old fs.FileInfo, release func() error, write func(f File) error) error {
	temp := tempName(path)
	if err := writeNew(fsys, temp, path, old, write); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		if err := release(); err != nil {
			return errors.Join(err, fsys.Remove(temp))
		}
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
func writeNew(fsys FS, name, final string, old fs.FileInfo, write func(f File) error) error {
	f, err := createLike(fsys, name, final, old)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, fsys.Remove(name))
	}
	return nil
}

// createLike creates a file that has the permissions of old, if there is one. Errors name
// it as it will be called in the end.
func createLike(fsys FS, name, final string, old fs.FileInfo) (File, error) {
	f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) && failed.Path == name {
		failed.Path = final
	}
	if f, ok := f.(interface{ called(name string) }); ok {
		f.called(final)
	}
	if err != nil || old == nil {
		return f, err
	}
	if err := fsys.Chmod(name, old.Mode().Perm()); err != nil {
		return nil, errors.Join(err, f.Close(), fsys.Remove(name))
	}
	return f, nil
}

// tempName returns a name for a file that is to take the place of path.
func tempName(path string) string {
	return fmt.Sprintf("%s.%s.tmp", path, rand.Text()[:8])
}
