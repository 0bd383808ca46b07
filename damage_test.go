package loom_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// readDamaged opens a file that may be anything and reads everything. What
// comes out does not matter: an error or values, but no panic and no hang.
func readDamaged(content []byte) {
	for _, opts := range [][]loom.Option{nil, {loom.SkipValidation()}} {
		ds, err := loom.OpenReader(bytes.NewReader(content), int64(len(content)), "damaged", opts...)
		if err != nil {
			continue
		}
		_, _ = readEverything(ds)
		_ = ds.Close()
	}
}

// TestDamagedFiles reads copies of every small file with a byte changed or the
// end missing.
func TestDamagedFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.loom")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	copies := 60
	if testing.Short() {
		copies = 10
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, path := range paths {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range copies {
			damaged := bytes.Clone(whole)
			damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
			readDamaged(damaged)
			readDamaged(whole[:random.IntN(len(whole))])
		}
	}
}

// TestUnsoundFiles reads everything of the files that break the specification:
// each part gives values or an error.
func TestUnsoundFiles(t *testing.T) {
	for _, pattern := range []string{"invalid_*.loom", "unchecked_*.loom", "unusual_*.loom"} {
		for _, path := range oracle.GeneratedFiles(t, pattern) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			readDamaged(content)
		}
	}
}

func FuzzOpenReader(f *testing.F) {
	for _, name := range []string{"edges_old.loom", "entities_spec2.loom", "broken.loom"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(_ *testing.T, content []byte) { readDamaged(content) })
}
