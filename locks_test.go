package loom_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/internal/victim"
)

// wantLockedOut requires an error that says which file is locked and what can be done.
func wantLockedOut(t *testing.T, what, path string, err error) {
	t.Helper()
	if !errors.Is(err, loom.ErrLocked) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "close it") {
		t.Errorf("%s: %v, want %v, the file's name and what to do", what, err, loom.ErrLocked)
	}
}

// TestConnectInAnotherProcess is the other process of TestTwoProcesses. It says
// whether it could connect, and then keeps the file open.
func TestConnectInAnotherProcess(t *testing.T) {
	path := victim.Argument(t)
	ds, err := loom.Connect(path)
	if err != nil {
		fmt.Println(errors.Is(err, loom.ErrLocked), err)
	} else {
		fmt.Println("connected")
		err = ds.Attrs().Set("Process", hdf5.NewScalar("other"))
		fmt.Println(err)
	}
	select {} // the other process has it killed
}

// Of two processes, one can change a file. The other can when the first has closed
// it, or is dead.
func TestTwoProcesses(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that a killed process had open stay locked for a while")
	}
	t.Setenv("HDF5_USE_FILE_LOCKING", "TRUE")
	ds := smallFile(t)
	path := ds.Filename()
	refused := victim.Start(t, "TestConnectInAnotherProcess", path)
	if line := refused.Line(t); !strings.HasPrefix(line, "true ") || !strings.Contains(line, path) || !strings.Contains(line, "close it") {
		t.Errorf("the other process says %q, want ErrLocked, the file's name and what to do", line)
	}
	if err := errors.Join(ds.Attrs().Set("Process", hdf5.NewScalar("this")), ds.Close()); err != nil {
		t.Fatal(err)
	}

	other := victim.Start(t, "TestConnectInAnotherProcess", path)
	if connected, changed := other.Line(t), other.Line(t); connected != "connected" || changed != "<nil>" {
		t.Fatalf("the other process says %q and %q", connected, changed)
	}
	_, err := loom.Connect(path)
	wantLockedOut(t, "connected beside the other process", path, err)
	_, err = loom.New(t.Context(), path, nil)
	wantLockedOut(t, "replaced beside the other process", path, err)
	if runtime.GOOS == "linux" {
		reader := open(t, path)
		if title, err := reader.Attrs().Get("Process"); err != nil || fmt.Sprint(title.Data()) != "[other]" {
			t.Errorf("read beside the other process: %v, %v", title, err)
		}
	}
	other.Kill(t)
	if err := connect(t, path).Attrs().Set("Process", hdf5.NewScalar("this again")); err != nil {
		t.Errorf("after the other process was killed: %v", err)
	}
}

// A writer of h5py's is kept out while the file is open for change, and keeps out.
func TestConnectBesideH5py(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("locks of " + runtime.GOOS + " keep out more, or less")
	}
	t.Setenv("HDF5_USE_FILE_LOCKING", "TRUE")
	ds := smallFile(t)
	path := ds.Filename()
	h5py := oracle.Start(t)
	for range 2 {
		if _, err := h5py.Try("h5py.File(%q, 'r+')", path); err == nil || !strings.Contains(err.Error(), "unable to lock file") {
			t.Errorf("h5py opens the file for change, too: %v", err)
		}
		if err := ds.Attrs().Set("Title", hdf5.NewScalar("ours")); err != nil {
			t.Fatal(err)
		}
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	h5py.Must("f = h5py.File(%q, 'r+'); f['attrs/Title'][()] = 'theirs'", path)
	_, err := loom.Connect(path)
	wantLockedOut(t, "connected beside h5py", path, err)
	_, err = loom.Open(path)
	if !errors.Is(err, loom.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("opened beside h5py: %v, want %v and the file's name", err, loom.ErrLocked)
	}
	h5py.Must("f.close()")
	if title, err := connect(t, path).Attrs().Get("Title"); err != nil || fmt.Sprint(title.Data()) != "[theirs]" {
		t.Errorf("after h5py: %v, %v", title, err)
	}
}
