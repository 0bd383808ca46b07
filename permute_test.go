package loom_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// A permutedCase is one of testdata/oracle/permuted.py.
type permutedCase struct {
	Before   string    `json:"before"`
	After    string    `json:"after"`
	Axis     loom.Axis `json:"axis"`
	Ordering []int     `json:"ordering"`
	Loompy   bool      `json:"loompy"`
	Valid    bool      `json:"valid"`
}

func comparePermuted(t *testing.T, cases []permutedCase) {
	t.Helper()
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(oracle.Run(t, "oracle/permuted.py", list))) {
		t.Error(line)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func permutation(seed uint64, n int) []int { return rand.New(rand.NewPCG(seed, 1)).Perm(n) }

func lengthOf(ds interface{ Shape() (int, int) }, axis loom.Axis) int {
	rows, cols := ds.Shape()
	if axis == loom.Columns {
		return cols
	}
	return rows
}

// TestPermuteAgainstLoompy permutes files of all dialects and holds the result
// against numpy's indexing and loompy's permute.
func TestPermuteAgainstLoompy(t *testing.T) {
	t.Parallel()
	files := slices.Concat([]string{
		filepath.Join("testdata", "mouse_cortex_tiny.loom"),
		filepath.Join("testdata", "entities_spec2.loom"),
		filepath.Join("testdata", "edges_old.loom"),
	}, oracle.GeneratedFiles(t, "spec*.loom"), oracle.GeneratedFiles(t, "unusual*.loom"), oracle.GeneratedFiles(t, "old*.loom"))
	var cases []permutedCase
	for i, file := range files {
		for _, axis := range []loom.Axis{loom.Rows, loom.Columns} {
			if i > 5 && i%2 != int(axis) {
				continue // which saves loompy's time
			}
			path := copyOf(t, file)
			ds := connect(t, path, loom.SkipValidation())
			ordering := permutation(1, lengthOf(ds, axis))
			err := ds.Permute(t.Context(), ordering, axis)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else {
				cases = append(cases, permutedCase{
					Before: absolute(t, file), After: path, Axis: axis, Ordering: ordering,
					Loompy: true, Valid: strings.HasPrefix(filepath.Base(file), "mouse"),
				})
			}
			if err := ds.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	comparePermuted(t, cases)
}
