package matrixmarket_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// general is the first line of the files here.
const general = "%%MatrixMarket matrix coordinate integer general\n"

// TestPicks holds what is read of a file, in whatever order its elements come, against the
// elements that it was made of, in whatever order rows and columns are wanted.
func TestPicks(t *testing.T) {
	matrixmarket.SmallBuckets(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "m.mtx")
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(1, 300), rapid.SampledFrom([]int{1, 63, 64, 65}))
		rows, cols := side.Draw(t, "rows"), side.Draw(t, "cols")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		text, elements := drawMatrix(t, r, rows, cols)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		pick := matrixmarket.Pick{Transposed: rapid.Bool().Draw(t, "transposed"), Scratch: dir}
		if pick.Transposed {
			rows, cols = cols, rows
		}
		rowTo, height := drawPlaces(t, r, rows, "rows")
		colTo, width := drawPlaces(t, r, cols, "columns")
		want := map[[2]int]int64{}
		for place, v := range elements {
			if pick.Transposed {
				place[0], place[1] = place[1], place[0]
			}
			if to := [2]int{rowTo[place[0]], colTo[place[1]]}; to[0] >= 0 && to[1] >= 0 {
				want[to] = v
			}
		}
		pick.RowTo, pick.ColTo, pick.Rows, pick.Cols = rowTo, colTo, height, width

		f, err := matrixmarket.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		survey, err := f.Survey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if survey.Elements != int64(len(elements)) {
			t.Fatalf("survey counts %d elements, want %d", survey.Elements, len(elements))
		}
		checkColumns(t, matrixmarket.Columns[int64](t.Context(), f, survey, pick), want, height, width)
		if left, err := filepath.Glob(filepath.Join(dir, "*.tmp")); err != nil || len(left) > 0 {
			t.Fatalf("left behind: %v, %v", left, err)
		}
	})
}

// drawMatrix returns the text of a matrix, in one of the orders that files have, and its
// elements by place.
func drawMatrix(t *rapid.T, r *rand.Rand, rows, cols int) (string, map[[2]int]int64) {
	density := rapid.SampledFrom([]float64{0, 0.01, 0.2, 1}).Draw(t, "density")
	order := rapid.SampledFrom([]string{"by column", "by row", "none"}).Draw(t, "order")
	elements := map[[2]int]int64{}
	var places [][2]int
	for i := range rows {
		for j := range cols {
			if r.Float64() < density {
				elements[[2]int{i, j}] = 1 + r.Int64N(1<<40)
				places = append(places, [2]int{i, j})
			}
		}
	}
	switch order {
	case "by column":
		slices.SortStableFunc(places, func(a, b [2]int) int { return a[1] - b[1] })
	case "none":
		r.Shuffle(len(places), func(a, b int) { places[a], places[b] = places[b], places[a] })
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%% a comment\n%d %d %d\n", general, rows, cols, len(places))
	for _, p := range places {
		fmt.Fprintf(&b, "%d\t%d  %d\n", p[0]+1, p[1]+1, elements[p])
	}
	return b.String(), elements
}

// drawPlaces returns where positions go, -1 for some, and how many places there are.
func drawPlaces(t *rapid.T, r *rand.Rand, n int, what string) (to []int, places int) {
	to = make([]int, n)
	for i := range to {
		to[i] = -1
	}
	kept := rapid.SampledFrom([]float64{0.5, 1}).Draw(t, "kept "+what)
	for i := range to {
		if i == 0 || r.Float64() < kept {
			to[i] = places
			places++
		}
	}
	if rapid.Bool().Draw(t, "shuffled "+what) {
		r.Shuffle(n, func(a, b int) { to[a], to[b] = to[b], to[a] })
	}
	return to, places
}

// checkColumns holds batches of columns against the elements that they should have.
func checkColumns(t *rapid.T, batches func(yield func(*sparse.CSC[int64], error) bool), want map[[2]int]int64, rows, cols int) {
	found, first := 0, 0
	for m, err := range batches {
		if err != nil {
			t.Fatal(err)
		}
		height, width := m.Dims()
		if height != rows || width != min(matrixmarket.Width, cols-first) {
			t.Fatalf("batch of %d x %d at column %d of %d x %d", height, width, first, rows, cols)
		}
		for j := range width {
			for i, v := range m.Col(j) {
				if want[[2]int{i, first + j}] != v {
					t.Fatalf("element (%d, %d) is %d, want %d", i, first+j, v, want[[2]int{i, first + j}])
				}
				found++
			}
		}
		first += width
	}
	if found != len(want) || first != cols {
		t.Fatalf("%d elements in %d columns, want %d in %d", found, first, len(want), cols)
	}
}
