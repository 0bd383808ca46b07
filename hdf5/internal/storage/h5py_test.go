package storage_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/internal/oracle"
)

// h5py runs commands in a Python process of its own.
type h5py struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

const h5pyLoop = `
import sys, h5py
open_file = None
for line in sys.stdin:
    try:
        exec(line)
        print("ok", flush=True)
    except Exception as e:
        print(repr(e).replace("\n", " "), flush=True)
`

func startH5py(t *testing.T) *h5py {
	t.Helper()
	cmd := exec.Command(oracle.Python(t), "-c", h5pyLoop)
	cmd.Env = append(os.Environ(), "HDF5_USE_FILE_LOCKING=TRUE")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return &h5py{t, in, bufio.NewScanner(out)}
}

// run returns the error that h5py raises.
func (p *h5py) run(format string, args ...any) error {
	p.t.Helper()
	fmt.Fprintf(p.in, format+"\n", args...)
	if !p.out.Scan() {
		p.t.Fatalf("h5py has ended: %v", p.out.Err())
	}
	if line := p.out.Text(); line != "ok" {
		return errors.New(line)
	}
	return nil
}

func (p *h5py) must(format string, args ...any) {
	p.t.Helper()
	if err := p.run(format, args...); err != nil {
		p.t.Fatal(err)
	}
}

// Writers of libhdf5 and of ours keep each other out, and neither of ours keeps
// out a reader.
func TestLocksBesideH5py(t *testing.T) {
	wantLocks(t)
	p := startH5py(t)
	name := filepath.Join(t.TempDir(), "x.h5")
	p.must("open_file = h5py.File(%q, 'w')", name)
	if _, err := storage.Open(storage.OS, name); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("writer beside h5py's writer: %v, want ErrLocked", err)
	}
	if _, err := storage.OpenShared(storage.OS, name); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("reader beside h5py's writer: %v, want ErrLocked", err)
	}
	p.must("open_file.close()")

	p.must("open_file = h5py.File(%q, 'r')", name)
	v, err := storage.Open(storage.OS, name)
	if err != nil {
		t.Fatalf("writer beside h5py's reader: %v", err)
	}
	p.must("open_file.close()")
	p.must("open_file = h5py.File(%q, 'r')", name)
	p.must("open_file.close()")
	for _, mode := range []string{"r+", "a", "w"} {
		if err := p.run("h5py.File(%q, %q)", name, mode); err == nil || !strings.Contains(err.Error(), "unable to lock file") {
			t.Errorf("h5py opens the file with mode %s beside our writer: %v", mode, err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	p.must("h5py.File(%q, 'r+').close()", name)

	r, err := storage.OpenShared(storage.OS, name)
	if err != nil {
		t.Fatal(err)
	}
	p.must("h5py.File(%q, 'r').close()", name)
	if err := p.run("h5py.File(%q, 'r+')", name); err == nil {
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
	p := startH5py(t)
	name := filepath.Join(t.TempDir(), "x.h5")
	p.must("h5py.File(%q, 'w').close()", name)
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
		p.must("open_file = h5py.File(%q, 'r')", name)
		if alone, err := f.Alone(); alone || err != nil {
			t.Errorf("beside a reader, alone is %v, %v", alone, err)
		}
		p.must("open_file.close()")
		if err := p.run("h5py.File(%q, 'r+')", name); err == nil {
			t.Error("h5py writes after we looked whether we are alone")
		}
	}
}
