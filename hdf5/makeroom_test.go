package hdf5_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// roomOfItsOwn is set in the child process of TestRepeatedReadsReuseMemory.
const roomOfItsOwn = "LOOM_TEST_ROOM"

// Large results that are read one after the other, each dropped before the next, are in memory one
// at a time. They are read in a process of their own, because too many pointers on the heap, as
// other tests leave them, keep the collector from being run. Whether the place of a result
// is still in one piece when the next one needs it is a matter of chance too, of which goroutine
// has asked for a little memory on which processor: most times it has to be.
func TestRepeatedReadsReuseMemory(t *testing.T) {
	if os.Getenv(roomOfItsOwn) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRepeatedReadsReuseMemory$", "-test.v")
		cmd.Env = append(os.Environ(), roomOfItsOwn+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%.4000s", err, out)
		}
		return
	}
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
	const times = 10
	var grown int
	for range times {
		debug.FreeOSMemory()
		read()
		before := taken()
		read()
		if taken() >= before+size {
			grown++
		}
	}
	if grown > times/2 {
		t.Errorf("%d times of %d the second result got memory of its own", grown, times)
	}
}

// taken returns how many bytes the heap has of the system.
func taken() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}
