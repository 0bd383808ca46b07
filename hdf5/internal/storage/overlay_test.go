package storage_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// TestOverlay: a file of an overlay is, to whoever has it open, like any other;
// the file itself stays as it is, and nothing is left behind.
func TestOverlay(t *testing.T) {
	temporary := t.TempDir()
	for _, variable := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(variable, temporary)
	}
	name := filepath.Join(t.TempDir(), "file")
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{0, 1, 4095, 4096, 4097, 20_000}).Draw(t, "size")
		content := bytes.Repeat([]byte("content"), size/7+1)[:size]
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := storage.Overlay(storage.OS).OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		model := &memoryFile{data: bytes.Clone(content)}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at := rapid.Int64Range(0, 30_000).Draw(t, "at")
			if rapid.Bool().Draw(t, "write") {
				p := bytes.Repeat([]byte{byte(at) | 1}, rapid.IntRange(0, 9000).Draw(t, "length"))
				if n, err := f.WriteAt(p, at); n != len(p) || err != nil {
					t.Fatalf("write: %d, %v", n, err)
				}
				if len(p) > 0 {
					model.WriteAt(p, at)
				}
			} else {
				if err := errors.Join(f.Truncate(at), f.Sync()); err != nil {
					t.Fatal(err)
				}
				model.Truncate(at)
			}
			wantSame(t, f, model)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, content) {
			t.Fatalf("the file has changed: %v", err)
		}
	})
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// wantSame reads two files whole, and a piece of both.
func wantSame(t *rapid.T, f storage.File, model *memoryFile) {
	size, err := f.Size()
	if want, _ := model.Size(); size != want || err != nil {
		t.Fatalf("size %d, %v, want %d", size, err, want)
	}
	got, want := make([]byte, size+1), make([]byte, size+1)
	n, err := f.ReadAt(got, 0)
	model.ReadAt(want, 0)
	if n != int(size) || err != io.EOF || !bytes.Equal(got, want) {
		t.Fatalf("%d of %d bytes, %v, or other ones", n, size, err)
	}
	at := rapid.Int64Range(0, size).Draw(t, "from")
	part := make([]byte, min(size-at, 5000))
	if n, err := f.ReadAt(part, at); n != len(part) || err != nil && size > at || !bytes.Equal(part, want[at:][:n]) {
		t.Fatalf("%d of %d bytes from %d on, %v, or other ones", n, len(part), at, err)
	}
}

func TestOverlayChangesNothing(t *testing.T) {
	name := toyOnDisk(t, "a")
	o := storage.Overlay(storage.OS)
	for what, err := range map[string]error{
		"chmod":  o.Chmod(name, 0),
		"rename": o.Rename(name, name+".new"),
		"remove": o.Remove(name),
		"create": func() error { _, err := o.OpenFile(name+".new", os.O_RDWR|os.O_CREATE, 0o600); return err }(),
	} {
		var failed *fs.PathError
		if !errors.As(err, &failed) || failed.Path != name && failed.Path != name+".new" {
			t.Errorf("%s: %v", what, err)
		}
	}
	f, err := o.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("b"), 0); err == nil {
		t.Error("a file that is open for reading is written to")
	}
	if _, err := o.OpenFile(filepath.Join(t.TempDir(), "none"), os.O_RDWR, 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want ErrNotExist", err)
	}
}
