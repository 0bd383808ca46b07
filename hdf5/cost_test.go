package hdf5_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestColumnCost counts the bytes that are read for one column of a large
// matrix, the chunk index included.
func TestColumnCost(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a large file")
	}
	path := filepath.Join(t.TempDir(), "big.loom")
	oracle.Run(t, "generate/big_loom.py", path, "20000", "10000", "1")
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("/matrix")
	if err != nil {
		t.Fatal(err)
	}
	column, err := d.Read(t.Context(), hdf5.All(), hdf5.At(4321))
	if err != nil {
		t.Fatal(err)
	}
	if column.Len() != 20_000 {
		t.Fatalf("%d values, want 20000", column.Len())
	}
	first := f.BytesRead()
	if share := float64(first) / float64(f.Size()); share > 0.03 {
		t.Errorf("one column reads %d bytes, %.1f %% of the file", first, 100*share)
	}
	if _, err := d.Read(t.Context(), hdf5.All(), hdf5.At(4321)); err != nil {
		t.Fatal(err)
	}
	if again := f.BytesRead() - first; again > first/2 {
		t.Errorf("the same column again reads %d bytes, after %d: is the index not kept?", again, first)
	}
}

// TestConcurrentReads reads the same datasets from many goroutines, for the race
// detector to watch.
func TestConcurrentReads(t *testing.T) {
	f, err := hdf5.Open(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shared, err := f.Dataset("/matrix")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := shared.Read(t.Context(), hdf5.All(), hdf5.At(i*10)); err != nil {
				t.Error(err)
			}
			for _, err := range walk(f, func(o hdf5.Object) {
				if err := readAll(t.Context(), o); err != nil {
					t.Error(err)
				}
			}) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestClosed checks that whatever came from a file fails once it is closed.
func TestClosed(t *testing.T) {
	f, err := hdf5.Open(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	root := f.Root()
	d, err := f.Dataset("/matrix")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, readErr := d.Read(t.Context())
	_, storedErr := d.StoredBytes(t.Context())
	_, linksErr := root.Links()
	_, attrsErr := d.Attributes()
	_, lookupErr := f.Lookup("/matrix")
	for name, err := range map[string]error{
		"Close": f.Close(), "Read": readErr, "StoredBytes": storedErr, "Links": linksErr, "Attributes": attrsErr, "Lookup": lookupErr,
		"ReadInto": hdf5.ReadInto(t.Context(), d, make([]float32, 60*120)),
	} {
		if !errors.Is(err, hdf5.ErrClosed) {
			t.Errorf("%s after Close: error %v, want ErrClosed", name, err)
		}
	}
}
