package hdf5_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// makeFile creates a file with something of everything.
func makeFile(t *testing.T, path string) {
	t.Helper()
	ctx := t.Context()
	err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		if err := tx.CreateGroup("/a/b"); err != nil {
			return err
		}
		counts := make([]float32, 200*130)
		for i := range counts {
			if i%7 == 0 {
				counts[i] = float32(i)
			}
		}
		matrix := must(hdf5.NewArray(counts, 200, 130))
		spec := hdf5.DatasetSpec{Type: matrix.Type(), Shape: []int{200, 130}, MaxShape: []int{200, -1}, Chunks: []int{64, 64}, Deflate: 2, Shuffle: true, Fletcher32: true}
		if err := tx.CreateDataset("/matrix", spec); err != nil {
			return err
		}
		if err := tx.Write(ctx, "/matrix", matrix); err != nil {
			return err
		}
		names := []string{}
		for i := range 500 {
			names = append(names, fmt.Sprintf("Gène %d", i))
		}
		text := must(hdf5.NewArray(names))
		if err := tx.CreateDataset("/a/names", hdf5.DatasetSpec{Type: text.Type(), Shape: []int{500}, Chunks: []int{100}, Deflate: 2}); err != nil {
			return err
		}
		if err := tx.Write(ctx, "/a/names", text); err != nil {
			return err
		}
		flags := must(hdf5.NewArray([]bool{true, false, true}))
		if err := tx.CreateDataset("/a/b/flags", hdf5.DatasetSpec{Type: flags.Type(), Shape: []int{3}}); err != nil {
			return err
		}
		if err := tx.Write(ctx, "/a/b/flags", flags); err != nil {
			return err
		}
		if err := tx.SetAttribute("/", "title", hdf5.NewScalar("héllo")); err != nil {
			return err
		}
		return tx.SetAttribute("/matrix", "ünits", must(hdf5.NewArray([]int16{1, -2, 3})))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	compareFile(t, path)
}

// editAll makes one change of each kind to a file that makeFile made.
func editAll(ctx context.Context, tx *hdf5.Tx) error {
	for _, step := range []func() error{
		func() error {
			return tx.SetAttribute("/matrix", "last_modified", hdf5.NewScalar("20261122T000000.000000Z"))
		},
		func() error { return tx.SetAttribute("/", "title", hdf5.NewScalar("again")) },
		func() error { return tx.DeleteAttribute("/matrix", "ünits") },
		func() error { return tx.Resize(ctx, "/matrix", 200, 150) },
		func() error {
			return tx.Write(ctx, "/matrix", must(hdf5.NewArray(make([]float32, 30*20), 30, 20)), hdf5.Range(50, 80), hdf5.Range(100, 120))
		},
		func() error { return tx.Resize(ctx, "/matrix", 200, 70) },
		func() error { return tx.Resize(ctx, "/matrix", 200, 140) },
		func() error { return tx.Rename("/a/names", "/a/genes") },
		func() error { return tx.Delete("/a/b/flags") },
		func() error { return tx.CreateGroup("/ä/β") },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func TestEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	e, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Update(t.Context(), func(tx *hdf5.Tx) error { return editAll(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	compareFile(t, path)
}

// TestEditorClose checks what is left of an Editor and its Files.
func TestEditorClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	e, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	f := e.File()
	if err := f.Close(); err != nil {
		t.Errorf("Close of a state: %v", err)
	}
	if _, err := f.Dataset("/matrix"); err != nil {
		t.Errorf("a state after its Close: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	_, err = f.Dataset("/matrix")
	update := e.Update(t.Context(), func(*hdf5.Tx) error { return nil })
	for name, err := range map[string]error{"Dataset": err, "Update": update, "Close": e.Close()} {
		if !errors.Is(err, hdf5.ErrClosed) {
			t.Errorf("%s after Close of the Editor: error %v, want ErrClosed", name, err)
		}
	}
}

// TestRefusedChanges checks that what is refused changes nothing.
func TestRefusedChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	before := must(os.ReadFile(path))
	ctx := t.Context()
	values := must(hdf5.NewArray([]float32{1, 2}))
	for name, change := range map[string]func(tx *hdf5.Tx) error{
		"wrong shape":   func(tx *hdf5.Tx) error { return tx.Write(ctx, "/matrix", values) },
		"wrong type":    func(tx *hdf5.Tx) error { return tx.Write(ctx, "/a/b/flags", must(hdf5.NewArray([]int8{1, 2, 3}))) },
		"outside":       func(tx *hdf5.Tx) error { return tx.Write(ctx, "/matrix", values, hdf5.At(0), hdf5.Range(129, 131)) },
		"no dataset":    func(tx *hdf5.Tx) error { return tx.Write(ctx, "/a", values) },
		"does not grow": func(tx *hdf5.Tx) error { return tx.Resize(ctx, "/matrix", 201, 130) },
		"exists":        func(tx *hdf5.Tx) error { return tx.CreateGroup("/matrix") },
		"below dataset": func(tx *hdf5.Tx) error { return tx.CreateGroup("/matrix/group") },
		"into itself":   func(tx *hdf5.Tx) error { return tx.Rename("/a", "/a/b/c") },
		"missing":       func(tx *hdf5.Tx) error { return tx.Delete("/a/nothing") },
		"no attribute":  func(tx *hdf5.Tx) error { return tx.DeleteAttribute("/matrix", "nothing") },
		"no chunks": func(tx *hdf5.Tx) error {
			return tx.CreateDataset("/new", hdf5.DatasetSpec{Type: values.Type(), Shape: []int{2}, Deflate: 1})
		},
		"half way": func(tx *hdf5.Tx) error {
			if err := editAll(ctx, tx); err != nil {
				return err
			}
			return tx.Delete("/a/nothing")
		},
	} {
		e := must(hdf5.Edit(path))
		if err := e.Update(ctx, change); err == nil {
			t.Errorf("%s: no error", name)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		// What had been written went to free space, which has no content.
		after := must(os.ReadFile(path))
		if len(after) != len(before) || !bytes.Equal(before[:96], after[:96]) {
			t.Errorf("%s: the file has changed", name)
		}
		checkSound(t, path)
	}
}

// TestLargeAttributes: attributes that are too large for an object header can be set,
// and others after them, in one transaction.
func TestLargeAttributes(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "file.h5")
	makeFile(t, path)
	large := must(hdf5.NewArray(make([]int64, 1<<17)))
	e := must(hdf5.Edit(path))
	objects := []string{"/", "/a", "/matrix"}
	err := e.Update(ctx, func(tx *hdf5.Tx) error {
		for _, object := range objects {
			for _, value := range []*hdf5.Array{large, hdf5.NewScalar("small"), hdf5.NewScalar(int8(1))} {
				if err := tx.SetAttribute(object, value.Type().String(), value); err != nil {
					return err
				}
			}
		}
		return tx.DeleteAttribute("/a", "string")
	})
	if err = errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	checkSound(t, path)
	f := must(hdf5.Open(path))
	defer f.Close()
	for _, object := range objects {
		o := must(f.Lookup(object))
		if a := must(must(o.Attribute("int64")).Read()); a.Len() != 1<<17 {
			t.Errorf("%s: %d values", object, a.Len())
		}
		if _, err := o.Attribute("string"); (err != nil) != (object == "/a") {
			t.Errorf("%s: the small attribute: %v", object, err)
		}
	}
}
