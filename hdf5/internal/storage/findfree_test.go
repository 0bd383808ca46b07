package storage_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// grownBy is how much a file with free space grows when find says what is free, and a blob is replaced.
func grownBy(t *testing.T, find func(free []storage.Extent) ([]storage.Extent, bool, error)) (grown, asked int, err error) {
	t.Helper()
	f, toy := newToy(t, toyContent{strings.Repeat("a", 5000)})
	for i := range 3 {
		mustSet(t, toy, map[int]string{1: strings.Repeat("b", 5000*(i+1))})
	}
	if err := toy.volume.Close(); err != nil {
		t.Fatal(err)
	}
	toy, err = toyOpen(f, toyName) // which knows nothing of free space
	if err != nil {
		t.Fatal(err)
	}
	before := len(f.Files()[toyName])
	pin := toy.volume.Pin()
	free := toy.tree.free(uint64(pin.Reader().Size()))
	pin.Release()

	tx, err := toy.volume.Begin()
	if err != nil {
		t.Fatal(err)
	}
	tx.FindFree(func() ([]storage.Extent, bool, error) {
		asked++
		return find(free)
	})
	if asked != 0 {
		t.Error("asked before anything was allocated")
	}
	tree, err := toy.tree.set(tx, map[int]string{0: strings.Repeat("c", 4000)})
	if err != nil {
		return 0, asked, errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(toyImage(tx.End(), tree.list)); err != nil {
		return 0, asked, err
	}
	toy.tree = tree
	wantContent(t, f, strings.Repeat("c", 4000), strings.Repeat("b", 15000))
	return len(f.Files()[toyName]) - before, asked, nil
}

func TestFindFree(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name  string
		find  func(free []storage.Extent) ([]storage.Extent, bool, error)
		grows bool
		want  error
	}{
		{"known", func(free []storage.Extent) ([]storage.Extent, bool, error) { return free, true, nil }, false, nil},
		{"not known", func(free []storage.Extent) ([]storage.Extent, bool, error) { return nil, false, nil }, true, nil},
		{"fails", func(free []storage.Extent) ([]storage.Extent, bool, error) { return nil, false, broken }, false, broken},
		{"outside", func(free []storage.Extent) ([]storage.Extent, bool, error) {
			return []storage.Extent{{Addr: 1 << 40, Size: 8}}, true, nil
		}, false, storage.ErrOutOfBounds},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grown, asked, err := grownBy(t, tt.find)
			if !errors.Is(err, tt.want) || asked != 1 || (grown > 0) != tt.grows {
				t.Errorf("the file grows by %d bytes, asked %d times, error %v", grown, asked, err)
			}
		})
	}
}

// A transaction that may not know what is free neither allocates nor frees, and does not happen.
func TestFindFreeFails(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	broken := errors.New("broken")
	tx, err := toy.volume.Begin()
	if err != nil {
		t.Fatal(err)
	}
	tx.FindFree(func() ([]storage.Extent, bool, error) { return nil, false, broken })
	tx.Free(toy.tree.blobs[0].Addr, toy.tree.blobs[0].Size)
	if err := tx.Commit(toyImage(tx.End(), toy.tree.list)); !errors.Is(err, broken) {
		t.Errorf("commit: %v", err)
	}
	wantContent(t, f, "a")
	mustSet(t, toy, map[int]string{0: "b"})
	wantContent(t, f, "b")
}
