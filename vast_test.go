package loom_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// TestVastFiles reads files of a few kilobytes that claim many rows and columns.
// What would take memory for all of them is refused; what asks for a little gets it.
func TestVastFiles(t *testing.T) {
	for _, claim := range []string{"2000000000", "20000000"} {
		t.Run(claim, func(t *testing.T) { readVastFile(t, claim) })
	}
}

func readVastFile(t *testing.T, rows string) {
	path := filepath.Join(t.TempDir(), "vast.loom")
	oracle.Run(t, "oracle/vast_loom.py", path, rows, "1000000000")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ds := open(t, path, loom.SkipValidation())

	ctx := context.Background()
	_, read := ds.Matrix().Read(ctx, loom.All(), loom.All())
	_, row := ds.Matrix().Read(ctx, loom.At(0), loom.All())
	_, mapped := ds.Map(ctx, loom.Rows, loom.Mean)
	_, applied := ds.Map(ctx, loom.Columns, loom.Apply(func([]float64) float64 { return 0 }))
	_, genes := ds.RowAttrs().Get("Gene")
	_, graph := ds.ColGraphs().Get("KNN")
	_, selected := ds.RowGraphs().Select(loom.At(0))
	_, view := ds.View(ctx, loom.At(0), loom.At(0))
	for name, err := range map[string]error{
		"Read": read, "Read of a row": row, "Map": mapped, "Map of a function": applied, "Attributes.Get": genes,
		"Graphs.Get": graph, "Graphs.Select": selected, "View with graphs": view,
	} {
		if !errors.Is(err, loom.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	for _, opt := range []loom.ScanOption{loom.BatchSize(512), loom.BatchSize(1e9), loom.Carry(loom.ColGraphsPart)} {
		for _, err := range ds.Scan(ctx, loom.Columns, opt) {
			if !errors.Is(err, loom.ErrTooLarge) {
				t.Errorf("Scan: %v, want ErrTooLarge", err)
			}
		}
	}

	corner, err := ds.View(ctx, loom.Range(0, 70), loom.Range(9e8, 9e8+70), loom.Carry(loom.RowAttrsPart, loom.ColAttrsPart))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := corner.Sparse(ctx, loom.All(), loom.All(), ""); err != nil || m.NNZ() != 0 {
		t.Errorf("corner: %v", err)
	}
	if _, err := ds.Sparse(ctx, loom.Range(0, 1000), loom.Range(0, 1000), ""); err != nil {
		t.Errorf("Sparse: %v", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("took %d MiB", used>>20)
	}
}
