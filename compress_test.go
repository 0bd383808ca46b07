package loom_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
)

// TestCompressed: a layer compressed by row or by column has the elements that the
// layer was made of, in ascending order, for a file and a view, whatever is
// selected in whatever order.
func TestCompressed(t *testing.T) {
	dir := t.TempDir()
	for _, shape := range [][2]int{{1, 1}, {1, 65}, {63, 64}, {64, 63}, {65, 1}, {130, 65}} {
		path := filepath.Join(dir, fmt.Sprintf("%d_%d.loom", shape[0], shape[1]))
		layers := map[string]loom.Matrix{"": denseOf(t, shape[0], shape[1], spotted[float32])}
		if err := loom.Create(t.Context(), path, layers, nil, nil, nil); err != nil {
			t.Fatal(err)
		}
		ds := open(t, path)
		view, err := ds.View(t.Context(), loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range selections(shape[0]) {
			for _, cols := range selections(shape[1]) {
				checkCompressed(t, ds.Matrix(), rows, cols)
				checkCompressed(t, view.Matrix(), rows, cols)
			}
		}
	}
}

// selections returns lists of positions: all, none, some in reverse, and repeats.
func selections(n int) [][]int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	reversed := slices.Clone(all[n/3:])
	slices.Reverse(reversed)
	return [][]int{all, {}, reversed, {n - 1, 0, n / 2, 0, n - 1}}
}

func checkCompressed(t *testing.T, l *loom.Layer, rows, cols []int) {
	t.Helper()
	r, c := loom.Indices(rows), loom.Indices(cols)
	byRow, err := loom.CSRAs[int16](t.Context(), l, r, c)
	if err != nil {
		t.Fatal(err)
	}
	byCol, err := loom.CSCAs[float64](t.Context(), l, r, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []loom.Matrix{byRow, byCol} {
		if h, w := m.Dims(); h != len(rows) || w != len(cols) {
			t.Fatalf("%T of %d x %d, want %d x %d", m, h, w, len(rows), len(cols))
		}
		entries := 0
		for i, row := range rows {
			for j, col := range cols {
				want := spotted[float64](row, col)
				if got := m.At(i, j); got != want {
					t.Fatalf("%T: element (%d, %d) is %v, want %v", m, i, j, got, want)
				}
				if want != 0 {
					entries++
				}
			}
		}
		if m.NNZ() != entries {
			t.Fatalf("%T: %d entries, want %d", m, m.NNZ(), entries)
		}
	}
}

func TestCompressedErrors(t *testing.T) {
	ds := open(t, tinyFile)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		rows loom.Selector
		want error
	}{
		{"row outside", t.Context(), loom.At(1 << 30), loom.ErrSelection},
		{"cancelled", cancelled, loom.All(), context.Canceled},
	} {
		if m, err := loom.CSRAs[float32](test.ctx, ds.Matrix(), test.rows, loom.All()); m != nil || !errors.Is(err, test.want) {
			t.Errorf("%s, by row: %v, want %v", test.name, err, test.want)
		}
		if m, err := loom.CSCAs[float32](test.ctx, ds.Matrix(), test.rows, loom.All()); m != nil || !errors.Is(err, test.want) {
			t.Errorf("%s, by column: %v, want %v", test.name, err, test.want)
		}
	}
}

func ExampleCSRAs() {
	ds, done := example()
	defer done()
	m, err := loom.CSRAs[float64](context.Background(), ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		fmt.Println(err)
		return
	}
	for j, v := range m.Row(0) {
		fmt.Printf("column %d: %v\n", j, v)
	}
	// Output:
	// column 0: 1
}

func ExampleCSCAs() {
	ds, done := example()
	defer done()
	m, err := loom.CSCAs[float64](context.Background(), ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, v := range m.Col(0) {
		fmt.Printf("row %d: %v\n", i, v)
	}
	// Output:
	// row 0: 1
	// row 2: 3
}
