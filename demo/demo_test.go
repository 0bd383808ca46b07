package demo_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/demo"
)

// made opens a data set of the given options.
func made(t *testing.T, o demo.Options) (*loom.Conn, *demo.Summary) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.loom")
	s, err := demo.Write(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds, s
}

// TestSameBytes holds two files of one seed against each other, made on one
// processor and on several. Nothing but times may differ.
func TestSameBytes(t *testing.T) {
	times := regexp.MustCompile(`\d{8}T\d{6}\.\d{6}Z`)
	write := func(processors int, o demo.Options) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		path := filepath.Join(t.TempDir(), "demo.loom")
		if _, err := demo.Write(context.Background(), path, o); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return times.ReplaceAll(content, []byte("time"))
	}
	o := demo.Options{Cells: 1100, Genes: 130, UMIs: 200, Seed: 7} // more than one batch
	one, four := write(1, o), write(4, o)
	if !bytes.Equal(one, four) {
		t.Error("two files of one seed differ")
	}
	o.Seed = 8
	if bytes.Equal(one, write(4, o)) {
		t.Error("files of two seeds are the same")
	}
}

func TestSizes(t *testing.T) {
	for _, n := range []struct{ cells, genes int }{{1, 1}, {2, 3}, {8, 1}, {63, 65}, {64, 64}, {65, 63}, {129, 200}} {
		ds, s := made(t, demo.Options{Cells: n.cells, Genes: n.genes, UMIs: 50})
		if rows, cols := ds.Shape(); rows != n.genes || cols != n.cells || s.Rows != rows || s.Cols != cols {
			t.Errorf("%d x %d, and %d x %d in the summary; want %v", rows, cols, s.Rows, s.Cols, n)
		}
		report, err := loom.Validate(ds.Filename(), loom.ValidateConventions())
		if err != nil || !report.Valid() {
			t.Errorf("%v: %v %v", n, report, err)
		}
		if got := len(s.Clusters); got != min(n.cells, 8) {
			t.Errorf("%v: %d clusters", n, got)
		}
	}
}

func TestRefusedOptions(t *testing.T) {
	for _, o := range []demo.Options{{Cells: -1}, {Genes: -1}, {UMIs: -5}, {Cells: demo.MaxCells + 1}, {Genes: demo.MaxGenes + 1}, {UMIs: demo.MaxUMIs + 1}} {
		path := filepath.Join(t.TempDir(), "demo.loom")
		if _, err := demo.Write(context.Background(), path, o); !errors.Is(err, demo.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	if _, err := demo.Write(ctx, filepath.Join(dir, "demo.loom"), demo.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSums checks what must add up: the layers to the matrix, and its columns to
// the attributes.
func TestSums(t *testing.T) {
	ctx := context.Background()
	ds, s := made(t, demo.Options{Cells: 300, Genes: 400, UMIs: 300})
	parts := map[string][]int64{}
	for _, name := range []string{"", "spliced", "unspliced"} {
		layer, err := ds.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := loom.ReadAs[int64](ctx, layer, loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		parts[name] = m.Raw()
	}
	totals, detected := make([]int64, 300), make([]int64, 300)
	for k, n := range parts[""] {
		if n != parts["spliced"][k]+parts["unspliced"][k] || n < 0 {
			t.Fatalf("element %d: %d, %d spliced and %d not", k, n, parts["spliced"][k], parts["unspliced"][k])
		}
		totals[k%300] += n
		if n > 0 {
			detected[k%300]++
		}
	}
	for name, want := range map[string][]int64{"TotalUMI": totals, "DetectedGenes": detected} {
		if got, err := ds.ColAttrs().Int64s(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is not the sum of the column: %v", name, err)
		}
	}
	if got := sum(totals); s.UMIs != got || s.NonZeros != sum(detected) {
		t.Errorf("the summary has %d UMIs and %d counts, want %d and %d", s.UMIs, s.NonZeros, got, sum(detected))
	}
	if mean := float64(sum(totals)) / 300; mean < 200 || mean > 500 {
		t.Errorf("%g UMIs in a cell, on average", mean)
	}
	if ids, err := ds.ColAttrs().Strings("CellID"); err != nil || len(ids) != len(unique(ids)) {
		t.Errorf("names of cells are not unique: %v", err)
	}
}

func sum(values []int64) (total int64) {
	for _, v := range values {
		total += v
	}
	return total
}

func unique(values []string) map[string]bool {
	set := map[string]bool{}
	for _, v := range values {
		set[v] = true
	}
	return set
}

// TestMarkers looks for each marker in the clusters: there must be most of it in its
// own, and counts must spread more than those of a Poisson variable would.
func TestMarkers(t *testing.T) {
	ctx := context.Background()
	ds, _ := made(t, demo.Options{Cells: 2000, Genes: 1000})
	marks, err := ds.RowAttrs().Strings("MarkerOf")
	if err != nil {
		t.Fatal(err)
	}
	means, err := ds.Aggregate(ctx, loom.GroupBy("ClusterName"), loom.Mean)
	if err != nil {
		t.Fatal(err)
	}
	names, err := means.Labels.Strings()
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for i, mark := range marks {
		if mark == "" {
			continue
		}
		marked++
		best := 0
		for j := range names {
			if means.Matrix.At(i, j) > means.Matrix.At(i, best) {
				best = j
			}
		}
		if names[best] != mark {
			t.Errorf("row %d, a marker of %s: most of it is in %s", i, mark, names[best])
		}
	}
	if marked != 64 {
		t.Errorf("%d markers, want 64", marked)
	}
	stats, err := ds.Map(ctx, loom.Rows, loom.Mean, loom.Var)
	if err != nil {
		t.Fatal(err)
	}
	spread := 0
	for i, mean := range stats[0] {
		if stats[1][i] > mean {
			spread++
		}
	}
	if spread < 900 {
		t.Errorf("%d of 1000 genes vary more than Poisson variables", spread)
	}
}

// TestNeighbours finds the neighbours of each cell the slow way.
func TestNeighbours(t *testing.T) {
	for _, cells := range []int{1, 2, 11, 12, 400} {
		ds, _ := made(t, demo.Options{Cells: cells, Genes: 10, UMIs: 10, Seed: uint64(cells)})
		places, err := ds.ColAttrs().Float64s("UMAP")
		if err != nil {
			t.Fatal(err)
		}
		knn, err := ds.ColGraphs().Get("KNN")
		if err != nil {
			t.Fatal(err)
		}
		a, b, _ := knn.Edges()
		k := min(10, cells-1)
		if len(a) != cells*k {
			t.Fatalf("%d cells: %d edges, want %d", cells, len(a), cells*k)
		}
		distance := func(i, j int) float64 {
			return math.Hypot(places[2*i]-places[2*j], places[2*i+1]-places[2*j+1])
		}
		for i := range cells {
			var all []float64
			for j := range cells {
				if j != i {
					all = append(all, distance(i, j))
				}
			}
			slices.Sort(all)
			for n := range k {
				edge := i*k + n
				if got := distance(int(a[edge]), int(b[edge])); int(a[edge]) != i || got != all[n] {
					t.Fatalf("edge %d from %d, of length %g; want %d and %g", edge, a[edge], got, i, all[n])
				}
			}
		}
	}
}
