package publish_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/publish"
)

func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) != len(want) {
		t.Fatalf("directory holds %v, want %v", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Fatalf("directory holds %v, want %v", names, want)
		}
	}
}

func wantText(t *testing.T, path, want string) {
	t.Helper()
	if b, err := os.ReadFile(path); err != nil || string(b) != want {
		t.Errorf("%s holds %q, %v, want %q", path, b, err, want)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	for _, text := range []string{"first", "second"} {
		err := publish.File(path, func(w io.Writer) error {
			if text == "second" {
				wantText(t, path, "first")
			}
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, path, text)
	}
	failure := errors.New("full")
	err := publish.File(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "third")
		return errors.Join(err, failure)
	})
	if !errors.Is(err, failure) {
		t.Errorf("%v, want %v", err, failure)
	}
	wantText(t, path, "second")
	wantEntries(t, dir, "out")
}

func TestFileInNoDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "out")
	err := publish.File(path, func(io.Writer) error {
		t.Error("was asked to write")
		return nil
	})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path+":") {
		t.Errorf("%v, want ErrNotExist about %s", err, path)
	}
}

func TestDevice(t *testing.T) {
	if err := publish.File(os.DevNull, func(w io.Writer) error {
		_, err := io.WriteString(w, "gone")
		return err
	}); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced, %v", os.DevNull, err)
	}
}

func fillWith(name string, err error) func(string) error {
	return func(dir string) error {
		return errors.Join(os.WriteFile(filepath.Join(dir, name), []byte(name), 0o666), err)
	}
}

func TestDir(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "out")
	failure := errors.New("full")
	if err := publish.Dir(path, fillWith("a", failure)); !errors.Is(err, failure) {
		t.Errorf("%v, want %v", err, failure)
	}
	wantEntries(t, parent)
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := publish.Dir(path+string(filepath.Separator), fillWith("b", nil)); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, parent, "out")
	wantEntries(t, path, "b")
	if err := publish.Dir(path, fillWith("c", nil)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a directory that is not empty: %v, want ErrExist", err)
	}
	if err := publish.Dir(filepath.Join(path, "b"), fillWith("c", nil)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v, want ErrExist", err)
	}
	wantEntries(t, path, "b")
	wantText(t, filepath.Join(path, "b"), "b")
}
