package hdf5_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/goloom/loom/hdf5"
)

// Free space is found by whichever transaction first needs some, and a search that nobody waits for is over
// when the transaction is.
func TestFreeSearchEndsWithTransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.h5")
	ctx := t.Context()
	err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		return errors.Join(createNumbers(tx, "/a", 50_000), createNumbers(tx, "/b", 50_000))
	})
	if err != nil {
		t.Fatal(err)
	}
	update := func(change func(tx *hdf5.Tx) error) error {
		ed, err := hdf5.Edit(path)
		if err != nil {
			t.Fatal(err)
		}
		defer ed.Close()
		return ed.Update(ctx, change)
	}
	if err := update(func(tx *hdf5.Tx) error { return tx.Delete("/a") }); err != nil {
		t.Fatal(err)
	}
	size := fileSize(t, path)

	running := runtime.NumGoroutine()
	refused := errors.New("refused")
	for range 20 {
		if err := update(func(tx *hdf5.Tx) error { return refused }); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if err := update(func(tx *hdf5.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for start := time.Now(); runtime.NumGoroutine() > running && time.Since(start) < 5*time.Second; {
		time.Sleep(time.Millisecond) // others may be ending
	}
	if n := runtime.NumGoroutine(); n > running {
		t.Errorf("%d goroutines, %d before", n, running)
	}

	// The second transaction of one Editor finds what the first one had no need to look for.
	ed, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ed.Close()
	if err := ed.Update(ctx, func(tx *hdf5.Tx) error { return refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if err := ed.Update(ctx, func(tx *hdf5.Tx) error { return createNumbers(tx, "/c", 50_000) }); err != nil {
		t.Fatal(err)
	}
	if grown := fileSize(t, path) - size; grown > 4096 {
		t.Errorf("the file grows by %d bytes although a dataset of that size was deleted", grown)
	}
}

func TestFreeSearchCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.h5")
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error { return createNumbers(tx, "/a", 3) })
	if err != nil {
		t.Fatal(err)
	}
	ed, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	err = ed.Update(ctx, func(tx *hdf5.Tx) error {
		cancel()
		return createNumbers(tx, "/b", 3)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if err := ed.Update(t.Context(), func(tx *hdf5.Tx) error { return createNumbers(tx, "/b", 3) }); err != nil {
		t.Error(err)
	}
}

func createNumbers(tx *hdf5.Tx, name string, n int) error {
	numbers := must(hdf5.NewArray(make([]float64, n), n))
	return errors.Join(tx.CreateDataset(name, hdf5.DatasetSpec{Type: numbers.Type(), Shape: []int{n}}),
		tx.Write(context.Background(), name, numbers))
}
