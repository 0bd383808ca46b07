package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
)

// TestRepackCrashes repacks a file in place and stops at every instant, or has
// every operation fail in turn: there is the old file, whole, or the new one.
func TestRepackCrashes(t *testing.T) {
	const name = "a.h5"
	old := fileWithHoles(t)
	workload := func(fsys *crashfs.FS) error {
		e, err := edit(fsys, name, nil)
		if err != nil {
			return err
		}
		err = repack(t.Context(), fsys, e.File(), name, RepackOptions{})
		if err == nil {
			fsys.Mark()
		}
		return errors.Join(err, e.Close())
	}
	start := map[string][]byte{name: old}
	fsys := crashfs.New(start)
	if err := workload(fsys); err != nil {
		t.Fatal(err)
	}
	repacked := fsys.Files()[name]
	if len(repacked) >= len(old) {
		t.Fatalf("%d bytes became %d", len(old), len(repacked))
	}
	check := func(s crashfs.State, failed error) error {
		switch now := s.Files[name]; {
		case bytes.Equal(now, repacked):
			return nil
		case !bytes.Equal(now, old):
			return fmt.Errorf("file of %d bytes is neither the old one nor the new one", len(now))
		case s.Marks > 0 && failed == nil:
			return errors.New("the new file is gone")
		}
		return nil
	}
	crashfs.Explore(t, start, workload, func(s crashfs.State) error { return check(s, nil) }, crashfs.Options{})
	full := errors.New("disk full")
	crashfs.Faults(t, start, full, workload, check, crashfs.Options{Samples: 2, Exhaustive: 2})
}

// fileWithHoles returns the content of a file that has been changed a few times.
func fileWithHoles(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "holes.h5")
	values, err := NewArray(make([]int64, 600))
	if err != nil {
		t.Fatal(err)
	}
	err = create(t.Context(), storage.OS, path, func(tx *Tx) error {
		spec := DatasetSpec{Type: values.Type(), Shape: values.Shape(), Chunks: []int{100}, Deflate: 1}
		return errors.Join(tx.CreateDataset("/a/numbers", spec), tx.SetAttribute("/a", "title", NewScalar("holes")))
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i := range 3 {
		values.data.([]int64)[i] = int64(i + 1)
		if err := e.Update(t.Context(), func(tx *Tx) error { return tx.Write(t.Context(), "/a/numbers", values) }); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
