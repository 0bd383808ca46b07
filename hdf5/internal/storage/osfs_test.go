package storage_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// toyOnDisk makes a toy file of the operating system.
func toyOnDisk(t *testing.T, content ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "toy")
	if err := os.WriteFile(name, toyBytes(t, content), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func wantLocks(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("locks differ between systems")
	}
}

func TestLocksOfOurs(t *testing.T) {
	wantLocks(t)
	name := toyOnDisk(t, "a")
	before, err := storage.OpenShared(storage.OS, name)
	if err != nil {
		t.Fatal(err)
	}
	toy, err := toyOpen(storage.OS, name)
	if err != nil {
		t.Fatalf("writer beside a reader: %v", err)
	}
	if _, err := storage.Open(storage.OS, name); !errors.Is(err, storage.ErrLocked) || !strings.Contains(err.Error(), name) {
		t.Errorf("second writer: %v, want ErrLocked with the name", err)
	}
	mustSet(t, toy, map[int]string{0: strings.Repeat("b", 5000)})
	during, err := storage.OpenShared(storage.OS, name)
	if err != nil {
		t.Fatalf("reader beside a writer: %v", err)
	}
	// Both readers keep space from being reused, and then do not.
	grown := map[bool]int64{}
	for _, beside := range []bool{true, false} {
		for range 5 {
			mustSet(t, toy, map[int]string{0: strings.Repeat("c", 5000)})
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		grown[beside] = info.Size()
		if beside {
			if err := errors.Join(before.Close(), during.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if grown[true] < 25_000 || grown[false] > grown[true] {
		t.Errorf("%d bytes beside readers, %d alone", grown[true], grown[false])
	}
	// Looking whether it is alone has not cost the writer its lock.
	if _, err := storage.Open(storage.OS, name); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("second writer: %v, want ErrLocked", err)
	}
	if err := toy.volume.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := storage.Open(storage.OS, name)
	if err != nil {
		t.Fatalf("writer after another has closed: %v", err)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

func TestLocksTurnedOff(t *testing.T) {
	name := toyOnDisk(t, "a")
	t.Setenv("HDF5_USE_FILE_LOCKING", "FALSE")
	for range 2 {
		v, err := storage.Open(storage.OS, name)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
	}
}

func TestReplaceOnDisk(t *testing.T) {
	name := toyOnDisk(t, "a")
	if err := os.Chmod(name, 0o660); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(filepath.Dir(name), "link")
	if err := os.Symlink(name, link); err != nil {
		t.Skip(err)
	}
	reader, err := storage.OpenShared(storage.OS, name)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	err = storage.Replace(storage.OS, link, nil, func(f storage.File) error { return toyWrite(f, toyContent{"new"}) })
	if err != nil {
		t.Fatal(err)
	}

	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := toyDecode(data); err != nil || !slices.Equal(content, toyContent{"new"}) {
		t.Errorf("%q, %v", content, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symbolic link is gone: %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("permissions: %v", err)
	}
	kept := make([]byte, len(old))
	if _, err := reader.ReadAt(kept, 0); err != nil || !bytes.Equal(kept, old) {
		t.Errorf("the reader of the old file: %v", err)
	}
	wantNames(t, name, "link", "toy")
}

func TestReplaceThatFailsLeavesNothing(t *testing.T) {
	name := toyOnDisk(t, "a")
	failure := errors.New("no more data")
	for _, path := range []string{name, name + "2"} {
		err := storage.Replace(storage.OS, path, nil, func(f storage.File) error {
			_, err := f.WriteAt([]byte("half"), 0)
			return errors.Join(err, failure)
		})
		if !errors.Is(err, failure) {
			t.Errorf("got %v", err)
		}
	}
	wantNames(t, name, "toy")
}

// wantNames wants to find these names beside path.
// TestReplacementIsNamedAsTheFile: an error about a file that cannot be made names it as it was
// to be called.
func TestReplacementIsNamedAsTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "none", "toy")
	err := storage.Replace(storage.OS, name, nil, func(storage.File) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), name+":") || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("%v, want one about %s", err, name)
	}
}

// TestSuccessorIsNamedAsTheFile: errors about a file that has taken the place of another
// do not name it as it was called before that.
func TestSuccessorIsNamedAsTheFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that are open cannot be replaced")
	}
	name := toyOnDisk(t, "a")
	v, err := storage.Open(storage.OS, name)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var file storage.File
	_, err = v.Succeed(storage.OS, func(f storage.File) (*storage.Volume, error) {
		file = f
		return storage.NewVolume(f, name), toyWrite(f, toyContent{"b"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	_, read := file.ReadAt(make([]byte, 1), 0)
	_, written := file.WriteAt([]byte("b"), 0)
	_, size := file.Size()
	_, is := file.Is(name)
	for what, err := range map[string]error{
		"read": read, "write": written, "size": size, "is": is,
		"truncate": file.Truncate(1), "sync": file.Sync(), "close": file.Close(), "lock": file.Lock(storage.WriteLock),
	} {
		if err == nil || !strings.Contains(err.Error(), name+":") || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %v, want an error about %s", what, err, name)
		}
	}
}

func wantNames(t *testing.T, path string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("directory has %q, want %q", names, want)
	}
}

// A writer that waits for its turn does not change a file that has been
// replaced meanwhile.
func TestOpenOfAReplacedFile(t *testing.T) {
	wantLocks(t)
	name := toyOnDisk(t, "old")
	toy, err := toyOpen(&replacingFS{FS: storage.OS, times: 3}, name)
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, toy, map[int]string{0: "changed"})
	if err := toy.volume.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := toyDecode(data); err != nil || !slices.Equal(content, toyContent{"changed"}) {
		t.Errorf("the file holds %q, %v", content, err)
	}
	if _, err := storage.Open(&replacingFS{FS: storage.OS, times: 100}, name); !errors.Is(err, storage.ErrChanged) {
		t.Errorf("a file that is replaced all the time: %v, want ErrChanged", err)
	}
}

// A replacingFS replaces a file as soon as it has been opened, a few times.
type replacingFS struct {
	storage.FS
	times int
}

func (r *replacingFS) OpenFile(name string, flag int, perm fs.FileMode) (storage.File, error) {
	f, err := r.FS.OpenFile(name, flag, perm)
	if err == nil && r.times > 0 {
		r.times--
		err = storage.Replace(r.FS, name, nil, func(f storage.File) error { return toyWrite(f, toyContent{"new"}) })
	}
	return f, err
}
