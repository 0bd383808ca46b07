package hdf5_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// Large results that are read one after the other, each dropped before the next, are in memory one
// at a time.
func TestRepeatedReadsReuseMemory(t *testing.T) {
	const size = 96 << 20 // bytes of a result
	path := filepath.Join(t.TempDir(), "large.h5")
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		float32s, err := hdf5.NamedType("float32")
		if err != nil {
			return err
		}
		return tx.CreateDataset("/matrix", hdf5.DatasetSpec{Type: float32s, Shape: []int{size / 4}, Chunks: []int{1 << 16}})
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(path, hdf5.WithMemoryLimit(2*size))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("/matrix")
	if err != nil {
		t.Fatal(err)
	}
	read := func() {
		a, err := d.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if a.Len() != size/4 {
			t.Fatalf("%d elements", a.Len())
		}
	}
	read()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 5 {
		read()
	}
	runtime.ReadMemStats(&after)
	if after.HeapSys >= before.HeapSys+size {
		t.Errorf("reading again took %d MiB from the system", (after.HeapSys-before.HeapSys)>>20)
	}
}
