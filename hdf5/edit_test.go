package hdf5_test

import (
	"context"
	"fmt"
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
