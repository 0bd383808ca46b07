package loom_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// Entries in any order, some at the same place, are stored as their sums: whether they come
// chunk by chunk, as they are read, or in another order, in new files and beside columns that
// end within a chunk.
func TestCOOIsStoredInAnyOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "coo.loom")
	rapid.Check(t, func(t *rapid.T) {
		sides := rapid.OneOf(rapid.IntRange(1, 300), rapid.SampledFrom([]int{1, 63, 64, 65, 128}))
		rows, cols := sides.Draw(t, "rows"), sides.Draw(t, "cols")
		type entry struct {
			i, j  int32
			value float32
		}
		var entries []entry
		for range rapid.IntRange(0, 400).Draw(t, "entries") {
			e := entry{int32(rapid.IntRange(0, rows-1).Draw(t, "row")), int32(rapid.IntRange(0, cols-1).Draw(t, "col")), float32(rapid.IntRange(-3, 9).Draw(t, "value"))}
			entries = append(entries, e)
			if rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
				entries = append(entries, e)
			}
		}
		if rapid.Bool().Draw(t, "chunk by chunk") {
			slices.SortStableFunc(entries, func(a, b entry) int {
				return slices.Compare([]int32{a.i / 64, a.j / 64}, []int32{b.i / 64, b.j / 64})
			})
		}
		want := make([]float32, rows*cols)
		var i, j []int32
		var values []float32
		for _, e := range entries {
			i, j, values = append(i, e.i), append(j, e.j), append(values, e.value)
			want[int(e.i)*cols+int(e.j)] += e.value
		}
		m, err := sparse.NewCOO(rows, cols, i, j, values)
		if err != nil {
			t.Fatal(err)
		}
		layers := map[string]loom.Matrix{"": m}
		if err := loom.Create(t.Context(), path, layers, nil, nil, nil); err != nil {
			t.Fatal(err)
		}
		ds, err := loom.Connect(path)
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		if _, err := ds.AddColumns(t.Context(), layers, nil); err != nil {
			t.Fatal(err)
		}
		for part := range 2 {
			got, err := ds.Matrix().Read(t.Context(), loom.All(), loom.Range(part*cols, (part+1)*cols))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.(*sparse.Dense[float32]).Raw(), want) {
				t.Fatalf("part %d: %v, want %v", part, got, want)
			}
		}
	})
}
