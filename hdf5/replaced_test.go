package hdf5

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// replacements are ways in which the file at a path becomes another one.
var replacements = map[string]func(t *testing.T, path string) error{
	"created": func(t *testing.T, path string) error { return createCounted(t.Context(), path, 7) },
	"repacked": func(t *testing.T, path string) error {
		f, err := Open(path)
		if err != nil {
			return err
		}
		return errors.Join(Repack(t.Context(), f, path, RepackOptions{}), f.Close())
	},
}

// A file that an Editor has open is not replaced by others: what the Editor writes
// later would be lost.
func TestReplaceBesideEditor(t *testing.T) {
	withLocks(t)
	for name, replace := range replacements {
		t.Run(name, func(t *testing.T) {
			path := newCounted(t)
			e, err := Edit(path)
			if err != nil {
				t.Fatal(err)
			}
			err = replace(t, path)
			if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v, want ErrLocked with the name of the file", err)
			}
			if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) }); err != nil {
				t.Error(err)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			wantCounter(t, path, 1)
			if err := replace(t, path); err != nil {
				t.Errorf("after the Editor was closed: %v", err)
			}
			if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
				t.Errorf("%v is left over, %v", entries, err)
			}
		})
	}
}

// An Editor whose file's name has come to stand for another file, in spite of all
// locks, refuses to write what nobody would find.
func TestEditorOfReplacedFile(t *testing.T) {
	changes := map[string]func(path string) error{
		"replaced": func(path string) error { return os.Rename(path+"2", path) },
		"removed":  os.Remove,
		"moved":    func(path string) error { return os.Rename(path, path+"3") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			path := newCounted(t)
			if err := createCounted(t.Context(), path+"2", 7); err != nil {
				t.Fatal(err)
			}
			e, err := Edit(path)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) }); err != nil {
				t.Fatal(err)
			}
			during := e.Update(t.Context(), func(tx *Tx) error {
				if err := change(path); err != nil {
					t.Fatal(err)
				}
				return count(t.Context(), tx, 2)
			})
			after := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 2) })
			for when, err := range map[string]error{"during": during, "before": after} {
				if !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s %s a transaction: %v, want ErrChanged and the name of the file", name, when, err)
				}
			}
			if n, err := counter(e.File()); n != 1 || err != nil {
				t.Errorf("the Editor's state: counter %d, %v", n, err)
			}
		})
	}
}

// An Editor is not misled by another working directory, or by a symbolic link
// that comes to lead elsewhere.
func TestEditorOfFileUnderAnotherName(t *testing.T) {
	path := newCounted(t)
	if err := createCounted(t.Context(), path+"2", 7); err != nil {
		t.Fatal(err)
	}
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	t.Chdir(filepath.Dir(path))
	e, err := Edit(filepath.Base(link))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	t.Chdir(t.TempDir())
	if err := errors.Join(os.Remove(link), os.Symlink(path+"2", link)); err != nil {
		t.Fatal(err)
	}
	if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) }); err != nil {
		t.Fatal(err)
	}
	wantCounter(t, path, 1)
	wantCounter(t, link, 7)
}

// An Editor's own file can be replaced, under whatever name. The Editor then has
// a file that nobody will find, and writes no more.
func TestRepackUnderEditor(t *testing.T) {
	withLocks(t)
	for _, name := range []string{"counted.h5", "./counted.h5", "link"} {
		path := newCounted(t)
		if err := os.Symlink("counted.h5", filepath.Join(filepath.Dir(path), "link")); err != nil {
			t.Skip(err)
		}
		e, err := Edit(path)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if err := Repack(t.Context(), e.File(), filepath.Join(filepath.Dir(path), name), RepackOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		err = e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) })
		if !errors.Is(err, ErrChanged) {
			t.Errorf("change of a file that was replaced as %s: %v, want ErrChanged", name, err)
		}
		wantCounter(t, path, 0)
	}
}

// What is not a file with content is never replaced.
func TestCreateOverOthers(t *testing.T) {
	dir := t.TempDir()
	err := createCounted(t.Context(), dir, 0)
	if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("over a directory: %v, want ErrExist and its name", err)
	}
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	if err := createCounted(t.Context(), socket, 0); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a socket: %v, want ErrExist", err)
	}
}

// A busyFS has something happen at the worst moments for somebody who opens a
// file: after he has asked for its size, and in the middle of each read.
type busyFS struct {
	storage.FS
	happen func()
}

func (b busyFS) OpenFile(name string, flag int, perm fs.FileMode) (storage.File, error) {
	f, err := b.FS.OpenFile(name, flag, perm)
	return busyFile{f, b.happen}, err
}

type busyFile struct {
	storage.File
	happen func()
}

func (f busyFile) Size() (int64, error) {
	defer f.happen()
	return f.File.Size()
}

func (f busyFile) ReadAt(b []byte, off int64) (int, error) {
	half := min(len(b), 48)
	if n, err := f.File.ReadAt(b[:half], off); err != nil {
		return n, err
	}
	f.happen()
	n, err := f.File.ReadAt(b[half:], off+int64(half))
	return half + n, err
}

// A reader that opens a file while a transaction makes it longer reads one state
// or the other.
func TestOpenDuringCommit(t *testing.T) {
	withLocks(t)
	path := newCounted(t)
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n := 0
	commit := func() {
		if n == 3 {
			return
		}
		n++
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n) }); err != nil {
			t.Fatal(err)
		}
	}
	f, err := open(busyFS{storage.OS, commit}, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := counter(f)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := wholeContent(t.Context(), f); err != nil || text != expectedContent(t, got) {
		t.Errorf("counter %d with other content, %v", got, err)
	}
}

func wantCounter(t *testing.T, path string, want int) {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := counter(f); n != want || err != nil {
		t.Errorf("%s: counter %d, %v, want %d", path, n, err, want)
	}
}
