package storage_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
)

// Files of a mounted directory are those of the file system that is mounted, all
// others, and those below it, are the operating system's.
func TestMount(t *testing.T) {
	dir := t.TempDir()
	mounted := crashfs.New(map[string][]byte{filepath.Join(dir, "a"): []byte("content")})
	unmount := storage.Mount(dir+string(filepath.Separator), mounted)
	for _, name := range []string{"a", "b", filepath.Join(".", "a")} {
		if storage.At(filepath.Join(dir, name)) != storage.FS(mounted) {
			t.Errorf("%s is not on the mounted file system", name)
		}
	}
	for _, name := range []string{"a", dir, filepath.Join(dir, "below", "a")} {
		if storage.At(name) != storage.OS {
			t.Errorf("%s is on the mounted file system", name)
		}
	}
	name := filepath.Join(dir, "a")
	f, err := storage.OpenShared(storage.At(name), name)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := f.Size(); err != nil || size != int64(len("content")) {
		t.Errorf("%d bytes, %v", size, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the operating system has the file: %v", err)
	}
	unmount()
	if storage.At(name) != storage.OS {
		t.Error("still mounted")
	}
}
