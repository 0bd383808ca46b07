package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// OS is the operating system's file system.
var OS FS = osFS{}

type osFS struct{}

func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if errors.Is(err, syscall.EMFILE) {
		return nil, fmt.Errorf("%w: work on fewer files at a time, or raise the limit by 'ulimit -n'", err)
	}
	if err != nil {
		return nil, err
	}
	return &osFile{file: f, name: name}, nil
}

func (osFS) Stat(name string) (fs.FileInfo, error)     { return os.Stat(name) }
func (osFS) Chmod(name string, mode fs.FileMode) error { return os.Chmod(name, mode) }
func (osFS) Rename(oldName, newName string) error      { return os.Rename(oldName, newName) }
func (osFS) Remove(name string) error                  { return os.Remove(name) }

func (osFS) Resolve(name string) (string, error) {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(name)
}

// SyncDir does nothing where directories cannot be synced: on Windows, and on
// network file systems that refuse, which write directories through.
func (osFS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// osFile is an open file of the operating system.
type osFile struct {
	file    *os.File
	name    string // in errors; see called
	guarded bool   // a write lock is held that libhdf5's readers and ours respect
}

// called gives the file another name in errors: it is about to be renamed.
func (f *osFile) called(name string) { f.name = name }

// named puts the name of the file into an error, which has the name it was opened by.
func (f *osFile) named(err error) error {
	if at, ok := err.(*fs.PathError); ok && at.Path != f.name {
		return &fs.PathError{Op: at.Op, Path: f.name, Err: at.Err}
	}
	return err
}

func (f *osFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.file.ReadAt(b, off)
	return n, f.named(err)
}

func (f *osFile) WriteAt(b []byte, off int64) (int, error) {
	n, err := f.file.WriteAt(b, off)
	return n, f.named(err)
}

func (f *osFile) Truncate(size int64) error { return f.named(f.file.Truncate(size)) }
func (f *osFile) Sync() error               { return f.named(f.file.Sync()) }
func (f *osFile) Close() error              { return f.named(f.file.Close()) }

func (f *osFile) Size() (int64, error) {
	info, err := f.file.Stat()
	if err != nil {
		return 0, f.named(err)
	}
	return info.Size(), nil
}

func (f *osFile) Lock(mode LockMode) error {
	policy := lockPolicy(os.Getenv(lockVariable))
	if policy == lockNever {
		return nil
	}
	if mode == ReadLock {
		// Without locks a writer never finds itself alone and reuses no
		// space, so a reader that cannot have one is safe all the same.
		return policy.judge(f.name, ignoreMissing(lockShared(f.file)))
	}
	err := lockWriter(f.file)
	f.guarded = err == nil
	return policy.judge(f.name, err)
}

func (f *osFile) Is(name string) (bool, error) {
	own, err := f.file.Stat()
	if err != nil {
		return false, f.named(err)
	}
	named, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(own, named), err
}

func (f *osFile) Alone() (bool, error) {
	if !f.guarded {
		return false, nil
	}
	alone, err := lockAlone(f.file)
	if err != nil {
		f.guarded = false
		return false, lockDefault.judge(f.name, err)
	}
	return alone, nil
}
