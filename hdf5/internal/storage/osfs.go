package storage

import (
	"errors"
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
	if err != nil {
		return nil, err
	}
	return &osFile{File: f}, nil
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
	*os.File
	guarded bool // a write lock is held that libhdf5's readers and ours respect
}

func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
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
		return policy.judge(f.Name(), ignoreMissing(lockShared(f.File)))
	}
	err := lockWriter(f.File)
	f.guarded = err == nil
	return policy.judge(f.Name(), err)
}

func (f *osFile) Is(name string) (bool, error) {
	own, err := f.Stat()
	if err != nil {
		return false, err
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
	alone, err := lockAlone(f.File)
	if err != nil {
		f.guarded = false
		return false, lockDefault.judge(f.Name(), err)
	}
	return alone, nil
}
