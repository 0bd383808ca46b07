package loom_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// A history is a file, and what became of it by one change after the other.
type history struct {
	Base  string `json:"base"`
	Steps []step `json:"steps"`
}

// TestChangesOfRealFiles makes every kind of change to files that others have made, with
// which loompy cannot always go on. h5py must find what was changed, and all else as it was.
func TestChangesOfRealFiles(t *testing.T) {
	t.Parallel()
	generated := oracle.Generated(t)
	bases := []string{filepath.Join(generated, "spec3_latest.loom"), filepath.Join(generated, "spec3_edited.loom")}
	t.Run("fixtures", func(t *testing.T) { bases = append(bases, oracle.Fixtures(t, "loom")...) })
	var all []history
	for _, base := range bases {
		all = append(all, changeStepByStep(t, base))
	}
	work := filepath.Join(t.TempDir(), "work.json")
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(work, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if differences := oracle.Run(t, "oracle/check_changes.py", work); len(differences) > 0 {
		t.Errorf("h5py finds differences:\n%.4000s", differences)
	}
}

// changeStepByStep makes every kind of change to a copy of a file and keeps a copy of
// each state.
func changeStepByStep(t *testing.T, base string) history {
	t.Helper()
	path := copyOf(t, base)
	ds := connect(t, path, loom.SkipValidation())
	rows, cols := ds.Shape()
	h := history{Base: base}
	make := func(c change) {
		if err := c.make(t.Context(), ds); err != nil {
			t.Fatalf("%s: %s %q: %v", filepath.Base(base), c.Op, c.Name, err)
		}
		out := filepath.Join(t.TempDir(), fmt.Sprintf("%s.%d.%s", filepath.Base(base), len(h.Steps), c.Op))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(out, content, 0o600); err != nil {
			t.Fatal(err)
		}
		h.Steps = append(h.Steps, step{out, []change{c}})
	}
	for _, c := range everyChange(t, rows, cols) {
		make(c)
	}
	make(addColumns(columnsFor(t, ds, 3), nil, "auto"))
	make(addColumns(columnsFor(t, ds, 70), map[string]*loom.Array{"Counts": arrayOf(t, make16(70))}, nil))
	make(deleteAttr(loom.Columns, "Counts"))
	make(setGlobal("last", hdf5.NewScalar("done")))
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	return h
}

// make16 returns numbers of the type that everyChange leaves in Counts.
func make16(n int) []uint16 {
	values := make([]uint16, n)
	for i := range values {
		values[i] = uint16(i)
	}
	return values
}

// columnsFor returns n columns for each layer.
func columnsFor(t *testing.T, ds *loom.Conn, n int) map[string]loom.Matrix {
	t.Helper()
	rows, _ := ds.Shape()
	columns := map[string]loom.Matrix{}
	for _, name := range ds.Layers().Names() {
		columns[name] = denseOf(t, rows, n, spotted[uint8])
	}
	return columns
}
