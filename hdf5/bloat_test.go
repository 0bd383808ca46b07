package hdf5_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestBloat changes the same things again and again: the file must not grow
// with it.
func TestBloat(t *testing.T) {
	ctx := t.Context()
	block := must(hdf5.NewArray(make([]float32, 20*30), 20, 30))
	for name, change := range map[string]func(tx *hdf5.Tx, i int) error{
		"attribute": func(tx *hdf5.Tx, i int) error {
			return tx.SetAttribute("/matrix", "last_modified", hdf5.NewScalar(string(rune('a'+i%26))+"0261122T000000.000000Z"))
		},
		"slice": func(tx *hdf5.Tx, i int) error {
			return tx.Write(ctx, "/matrix", block, hdf5.Range(i, i+20), hdf5.Range(i%100, i%100+30))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file.h5")
			makeFile(t, path)
			for session := range 4 {
				e, err := hdf5.Edit(path)
				if err != nil {
					t.Fatal(err)
				}
				for i := range 25 {
					if err := e.Update(ctx, func(tx *hdf5.Tx) error { return change(tx, session*25+i) }); err != nil {
						t.Fatal(err)
					}
				}
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
			}
			checkSound(t, path)
			size := fileSize(t, path)
			t.Logf("%d bytes after 100 changes", size)
			packed := path + ".packed"
			if out, err := run(t, oracle.Tool(t, "h5repack"), path, packed); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if least := fileSize(t, packed); size*10 > least*12 {
				t.Errorf("%d bytes, h5repack makes it %d", size, least)
			}
		})
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func run(t *testing.T, name string, args ...string) ([]byte, error) {
	t.Helper()
	return exec.CommandContext(t.Context(), name, args...).CombinedOutput()
}
