package loom_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestBloat changes the same things a hundred times, in four sessions: the file ends
// no larger than 1.2 times what h5repack makes of it. What remains is the space of
// one change, some 15 kB, which the next one would use.
func TestBloat(t *testing.T) {
	ctx := t.Context()
	for name, change := range map[string]func(ds *loom.Conn, i int) error{
		"attribute": func(ds *loom.Conn, i int) error {
			_, cols := ds.Shape()
			values := make([]float64, cols)
			for j := range values {
				values[j] = float64(i*j) / 7
			}
			return ds.ColAttrs().Set("Score", arrayOf(t, values))
		},
		"strings": func(ds *loom.Conn, i int) error {
			rows, _ := ds.Shape()
			values := make([]string, rows)
			for j := range values {
				values[j] = string(rune('A'+i%26)) + "text of some length"
			}
			return ds.RowAttrs().Set("Note", arrayOf(t, values))
		},
		"slice": func(ds *loom.Conn, i int) error {
			block := denseOf(t, 20, 30, func(r, c int) float32 { return float32(i%7 + r*c) })
			return ds.Matrix().Write(ctx, loom.Range(i%40, i%40+20), loom.Range(i%30, i%30+30), block)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := copyOf(t, tinyFile)
			if err := hdf5.Repack(ctx, open(t, path).File(), path, hdf5.RepackOptions{}); err != nil {
				t.Fatal(err)
			}
			for session := range 4 {
				ds := connect(t, path)
				for i := range 25 {
					if err := change(ds, session*25+i); err != nil {
						t.Fatal(err)
					}
				}
				if err := ds.Close(); err != nil {
					t.Fatal(err)
				}
			}
			wantCompact(t, path)
		})
	}
}

// wantCompact requires that h5repack does not make a file much smaller.
func wantCompact(t *testing.T, path string) {
	t.Helper()
	size := must(os.Stat(path)).Size()
	packed := path + ".packed"
	if out, err := exec.Command(oracle.Tool(t, "h5repack"), path, packed).CombinedOutput(); err != nil {
		t.Fatalf("h5repack: %v\n%s", err, out)
	}
	least := must(os.Stat(packed)).Size()
	t.Logf("%d bytes, h5repack makes it %d", size, least)
	if size*10 > least*12 {
		t.Errorf("%d bytes, h5repack makes it %d", size, least)
	}
}
