package hdf5_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// overwriteFree returns the file at path with every byte that nothing uses
// overwritten, and how many these are.
func overwriteFree(t *testing.T, path string) ([]byte, int, error) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	free, err := hdf5.FreeExtents(t.Context(), openBytes(t, b))
	if err != nil {
		return nil, 0, err
	}
	n, base := 0, uint64(userBlock(t, path))
	for _, e := range free {
		copy(b[base+e.Addr:][:e.Size], bytes.Repeat([]byte{0xa5}, int(e.Size)))
		n += int(e.Size)
	}
	return b, n, nil
}

// TestFreeExtentsAreFree overwrites all free space of every file. No reader sees
// a difference: neither this package, nor h5py, nor h5py as a writer after which
// the file is as sound as before.
func TestFreeExtentsAreFree(t *testing.T) {
	dir := t.TempDir()
	var pairs [][2]string
	for _, path := range soundFiles(t) {
		name := filepath.Base(path)
		b, n, err := overwriteFree(t, path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n == 0 {
			continue
		}
		original, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := checkFile(t, openBytes(t, original))
		if got, problems := checkFile(t, openBytes(t, b)); *got != *want {
			t.Errorf("%s: %+v, want %+v: %v", name, *got, *want, problems)
		}
		changed := filepath.Join(dir, name)
		if err := os.WriteFile(changed, b, 0o644); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, [2]string{path, changed})
	}
	pairs = sample(pairs, 8)
	comparePairs(t, pairs)
	for _, pair := range pairs {
		f, err := hdf5.Open(pair[1])
		if err != nil {
			t.Fatal(err)
		}
		if s, problems := checkFile(t, f); s.Problems > 0 {
			t.Errorf("%s, changed by h5py: %v", filepath.Base(pair[1]), problems)
		}
		f.Close()
	}
}

// comparePairs has h5py compare the files of each pair and then make changes to
// the second.
func comparePairs(t *testing.T, pairs [][2]string) {
	t.Helper()
	input, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(oracle.Python(t), filepath.Join("testdata", "comparepairs.py"))
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("comparepairs.py: %v\n%s", err, stderr.Bytes())
	}
	if len(out) > 0 {
		t.Errorf("h5py sees differences:\n%s", out)
	}
}

// TestExtentsRefuse makes sure that the space map of a file with damage is an
// error and not one with holes.
func TestExtentsRefuse(t *testing.T) {
	for _, name := range []string{"spec3_plain.loom", "sequences_latest.h5", "many_datasets_earliest.h5"} {
		original, err := os.ReadFile(filepath.Join(oracle.Generated(t), name))
		if err != nil {
			t.Fatal(err)
		}
		used, err := hdf5.UsedExtents(t.Context(), openBytes(t, original))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range used {
			if e.Kind == "chunks" || e.Kind == "contiguous values" || e.Kind == "superblock" || e.Kind == "local heap" || i%7 != 0 {
				continue // values, and the heap of an empty group, may be anything
			}
			b := bytes.Clone(original)
			copy(b[e.Addr:], bytes.Repeat([]byte{0xff}, int(e.Size)))
			if _, err := hdf5.FreeExtents(t.Context(), openBytes(t, b)); !errors.Is(err, hdf5.ErrCorrupt) {
				t.Errorf("%s with the %s of %s overwritten at %#x: %v", name, e.Kind, e.Owner, e.Addr, err)
			}
		}
	}
}

func TestExtentsStop(t *testing.T) {
	f, err := hdf5.Open(filepath.Join(oracle.Generated(t), "spec3_plain.loom"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hdf5.FreeExtents(ctx, f); !errors.Is(err, context.Canceled) {
		t.Errorf("free extents with a cancelled context: %v", err)
	}
}
