package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/internal/oracle"
)

// Writers of libhdf5 and of ours keep each other out, and neither of ours keeps
// out a reader.
func TestLocksBesideH5py(t *testing.T) {
	wantLocks(t)
	p := oracle.Start(t)
	name := filepath.Join(t.TempDir(), "x.h5")
	p.Must("open_file = h5py.File(%q, 'w')", name)
	if _, err := storage.Open(storage.OS, name); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("writer beside h5py's writer: %v, want ErrLocked", err)
	}
	if _, err := storage.OpenShared(storage.OS, name); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("reader beside h5py's writer: %v, want ErrLocked", err)
	}
	p.Must("open_file.close()")

	p.Must("open_file = h5py.File(%q, 'r')", name)
	v, err := storage.Open(storage.OS, name)
	if err != nil {
		t.Fatalf("writer beside h5py's reader: %v", err)
	}
	p.Must("open_file.close()")
	p.Must("open_file = h5py.File(%q, 'r')", name)
	p.Must("open_file.close()")
	for _, mode := range []string{"r+", "a"} { // "w" empties the file before it looks for locks
		if _, err := p.Try("h5py.File(%q, %q)", name, mode); err == nil || !strings.Contains(err.Error(), "unable to lock file") {
			t.Errorf("h5py opens the file with mode %s beside our writer: %v", mode, err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	p.Must("h5py.File(%q, 'r+').close()", name)

	r, err := storage.OpenShared(storage.OS, name)
	if err != nil {
		t.Fatal(err)
	}
	p.Must("h5py.File(%q, 'r').close()", name)
	if _, err := p.Try("h5py.File(%q, 'r+')", name); err == nil {
		t.Error("h5py writes beside our reader")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// The volume asks whether it is alone only when it needs space, and finds out
// about h5py's reader.
func TestAloneBesideH5py(t *testing.T) {
	wantLocks(t)
	p := oracle.Start(t)
	name := filepath.Join(t.TempDir(), "x.h5")
	p.Must("h5py.File(%q, 'w').close()", name)
	f, err := storage.OS.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Lock(storage.WriteLock); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if alone, err := f.Alone(); !alone || err != nil {
			t.Errorf("alone is %v, %v", alone, err)
		}
		p.Must("open_file = h5py.File(%q, 'r')", name)
		if alone, err := f.Alone(); alone || err != nil {
			t.Errorf("beside a reader, alone is %v, %v", alone, err)
		}
		p.Must("open_file.close()")
		if _, err := p.Try("h5py.File(%q, 'r+')", name); err == nil {
			t.Error("h5py writes after we looked whether we are alone")
		}
	}
}
