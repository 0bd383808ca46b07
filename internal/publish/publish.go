// Package publish makes files and directories that appear when they are complete, or
// not at all.
package publish

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
)

// File makes a file of what write writes, in place of an existing one. It has another
// name, which ends in ".partial", until it is complete and durable: if anything fails, what was at path
// before is still there, and nothing else. A pipe or a terminal is written to as it is.
func File(path string, write func(w io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return toDevice(path, write)
	}
	partial := partialName(path)
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return about(path, err)
	}
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return nil
}

// toDevice writes to what must not be replaced.
func toDevice(path string, write func(w io.Writer) error) error {
	device, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(device), device.Close())
}

// Dir makes a directory of what fill puts into the one that it is given, whose name ends in
// ".partial". It is an error that wraps [fs.ErrExist] if there is something at path, other than
// an empty directory. If anything fails there is no new directory.
func Dir(path string, fill func(dir string) error) error {
	if err := checkVacant(path); err != nil {
		return err
	}
	partial := partialName(path)
	if err := os.Mkdir(partial, 0o777); err != nil {
		return about(path, err)
	}
	err := fill(partial)
	if err == nil {
		err = replaceDir(partial, path)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	return nil
}

// checkVacant refuses a path at which there is something.
func checkVacant(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: is a file, want a new directory: %w", path, fs.ErrExist)
	}
	entries, err := os.ReadDir(path)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s: directory is not empty, it has %s: %w", path, entries[0].Name(), fs.ErrExist)
	}
	return err
}

// replaceDir puts a directory where there is none or an empty one.
func replaceDir(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}

// about makes an error one about path, which is what the caller knows.
func about(path string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		at.Path = path
	}
	return err
}

// partialName returns a name beside path that nothing has.
func partialName(path string) string {
	for len(path) > 1 && os.IsPathSeparator(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	return fmt.Sprintf("%s.%x.partial", path, rand.Uint64())
}
