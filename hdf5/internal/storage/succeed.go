package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
)

// ErrNotReplaceable is wrapped by the error about a file in whose place no
// other can be put without more changing than its content. It can still be
// changed where it is.
var ErrNotReplaceable = errors.New("file cannot be replaced")

// Succeed puts a new file in the place of the one that v has open, as [Replace]
// does, with a Volume of it that write makes and fills, and that holds the lock for
// writing: at no moment can somebody else open the file of that name for writing. Who reads
// the old file goes on reading it, v among them, which has to be retired.
//
// The error wraps [ErrNotReplaceable], and nothing has happened, if nothing can be
// created beside the file, if the file has other names, if a new one would belong to
// somebody else, and on Windows, which does not rename open files. It wraps
// [ErrChanged] if the name leads to another file by now, and [ErrUncertain] if the
// new file is in its place but may not be there after a power cut.
func (v *Volume) Succeed(fsys FS, write func(f File) (*Volume, error)) (*Volume, error) {
	old, err := v.replaceable(fsys)
	if err != nil {
		return nil, err
	}
	temp := tempName(v.resolved)
	f, err := createLike(fsys, temp, v.name, old)
	if err != nil {
		return nil, refused(v.name, err)
	}
	next, err := v.writeNext(fsys, f, temp, old, write)
	if err == nil {
		err = refused(v.name, fsys.Rename(temp, v.resolved))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), fsys.Remove(temp))
	}
	if err := fsys.SyncDir(filepath.Dir(v.resolved)); err != nil {
		err = v.fail(fmt.Errorf("%w: %s was written anew, but may be the old one after a power cut: %w", ErrUncertain, v.name, err))
		return nil, errors.Join(err, f.Close())
	}
	next.resolved = v.resolved
	return next, nil
}

// writeNext has a file written that is to take the place of that of v, as soon as
// nobody else can write to it.
func (v *Volume) writeNext(fsys FS, f File, name string, old fs.FileInfo, write func(f File) (*Volume, error)) (*Volume, error) {
	if err := f.Lock(WriteLock); err != nil {
		return nil, err
	}
	info, err := fsys.Stat(name)
	if err != nil {
		return nil, err
	}
	if !sameOwner(old, info) {
		return nil, fmt.Errorf("%s: it belongs to somebody else: %w", v.name, ErrNotReplaceable)
	}
	next, err := write(f)
	if err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return next, v.checkUnchanged()
}

// replaceable returns what is known of the file, if another one can be put in its
// place.
func (v *Volume) replaceable(fsys FS) (fs.FileInfo, error) {
	if runtime.GOOS == "windows" || v.resolved == "" {
		return nil, fmt.Errorf("%s: while it is open: %w", v.name, ErrNotReplaceable)
	}
	info, err := fsys.Stat(v.resolved)
	if err != nil {
		return nil, err
	}
	if n := linkCount(info); n > 1 {
		return nil, fmt.Errorf("%s: it has %d names: %w", v.name, n, ErrNotReplaceable)
	}
	return info, nil
}

// refused adds [ErrNotReplaceable] to an error that says that nothing can be
// created beside a file, or take its place.
func refused(name string, err error) error {
	if errors.Is(err, fs.ErrPermission) || readOnlyFS(err) {
		return fmt.Errorf("%s: %w: %w", name, ErrNotReplaceable, err)
	}
	return err
}
