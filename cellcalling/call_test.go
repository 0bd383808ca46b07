package cellcalling_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/sparse"
)

// An experiment is counts of which it is known what they are.
type experiment struct {
	genes   int
	columns [][]uint32 // dense: droplets, cells, large droplets
}

// What barcodes of an experiment are.
const (
	droplets = 500 // of 30 to 150 ambient molecules
	cells    = 25  // of 600 to 1000 molecules, of which half are of markers
	large    = 15  // of as many molecules, all of them ambient
)

func newExperiment(seed uint64) experiment {
	const genes, markers = 400, 60
	random := rand.New(rand.NewPCG(seed, 0))
	ambient := make([]float64, genes)
	for i := range ambient[:genes-markers] {
		ambient[i] = math.Pow(float64(i+1), -1.4)
	}
	e := experiment{genes: genes}
	draw := func(n int, share float64) {
		column := make([]uint32, genes)
		for range n {
			if random.Float64() < share {
				column[genes-1-random.IntN(markers)]++
			} else {
				column[throw(random, ambient)]++
			}
		}
		e.columns = append(e.columns, column)
	}
	for range droplets {
		draw(30+random.IntN(120), 0)
	}
	for range cells {
		draw(600+random.IntN(400), 0.5)
	}
	for range large {
		draw(600+random.IntN(400), 0)
	}
	return e
}

// throw returns a number by its weight.
func throw(random *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := random.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return 0
}

// batches returns the columns in batches of the given number.
func (e experiment) batches(size int) iter.Seq2[*sparse.CSC[uint32], error] {
	return func(yield func(*sparse.CSC[uint32], error) bool) {
		for batch := range slices.Chunk(e.columns, size) {
			ptr, rows, values := []int{0}, []int32{}, []uint32{}
			for _, column := range batch {
				for gene, n := range column {
					if n > 0 {
						rows, values = append(rows, int32(gene)), append(values, n)
					}
				}
				ptr = append(ptr, len(rows))
			}
			m, err := sparse.NewCSC(e.genes, len(batch), ptr, rows, values)
			if !yield(m, err) {
				return
			}
		}
	}
}

// TestCall holds what is called against what there is: all cells, and no droplet, but by chance one
// of the large ones.
func TestCall(t *testing.T) {
	for seed := range uint64(3) {
		e := newExperiment(seed)
		calls, err := cellcalling.Call(t.Context(), e.genes, e.batches(100), cellcalling.Options{ExpectedCells: cells})
		if err != nil || calls.Untested != "" {
			t.Fatal(err, calls.Untested)
		}
		got := calls.Cells(0.01, 1500)
		if slices.Contains(got[:droplets], true) || slices.Contains(got[droplets:droplets+cells], false) {
			t.Errorf("seed %d: called %v, want the %d after %d droplets", seed, got, cells, droplets)
		}
		if n := len(slices.DeleteFunc(slices.Clone(got[droplets+cells:]), func(called bool) bool { return !called })); n > 1 {
			t.Errorf("seed %d: %d large droplets were called", seed, n)
		}
		if got := calls.Cells(0.01, 20); slices.Index(got, false) >= 0 {
			t.Error("barcodes with more molecules than are certain were not called")
		}
	}
}

// TestSameResult holds that neither workers nor batches change anything, but another seed
// does.
func TestSameResult(t *testing.T) {
	e := newExperiment(7)
	call := func(workers, batch int, seed uint64) *cellcalling.Calls {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		calls, err := cellcalling.Call(t.Context(), e.genes, e.batches(batch), cellcalling.Options{ExpectedCells: cells, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return calls
	}
	want := call(1, 1000, 5)
	for _, workers := range []int{2, 5} {
		if got := call(workers, 1+workers, 5); !slices.Equal(got.FDR, want.FDR) {
			t.Errorf("%d workers: %v, want %v", workers, got.FDR, want.FDR)
		}
	}
	if got := call(2, 1000, 6); slices.Equal(got.FDR, want.FDR) {
		t.Error("another seed has the same result")
	}
}

// TestUntested holds that counts that allow no profile are said to, and are no error.
func TestUntested(t *testing.T) {
	one := func(columns ...[]uint32) experiment { return experiment{genes: 3, columns: columns} }
	for name, e := range map[string]experiment{
		"no barcodes":        one(),
		"one barcode":        one([]uint32{1000, 0, 0}),
		"nothing at all":     one([]uint32{0, 0, 0}, []uint32{0, 0, 0}),
		"too few genes":      one([]uint32{20, 3, 0}, []uint32{30, 0, 9}, []uint32{20, 30, 9}, []uint32{20, 3, 5}, []uint32{2000, 3, 5}, []uint32{900, 3, 5}),
		"all barcodes alike": one(slices.Repeat([][]uint32{{600, 600, 600}}, 20)...),
	} {
		calls, err := cellcalling.Call(t.Context(), e.genes, e.batches(4), cellcalling.Options{})
		if err != nil || calls.Untested == "" || len(calls.FDR) != len(e.columns) {
			t.Errorf("%s: %+v, %v, want that nothing was tested", name, calls, err)
			continue
		}
		if slices.ContainsFunc(calls.FDR, func(fdr float64) bool { return fdr != 1 }) {
			t.Errorf("%s: %v, want 1", name, calls.FDR)
		}
	}
}

func TestCallErrors(t *testing.T) {
	e := newExperiment(1)
	if _, err := cellcalling.Call(t.Context(), e.genes+1, e.batches(100), cellcalling.Options{}); err == nil {
		t.Error("columns of another number of genes are no error")
	}
	if _, err := cellcalling.Call(t.Context(), e.genes, e.batches(100), cellcalling.Options{Simulations: -1}); err == nil {
		t.Error("-1 simulations are no error")
	}
	failure := errors.New("unreadable")
	_, err := cellcalling.Call(t.Context(), e.genes, func(yield func(*sparse.CSC[uint32], error) bool) { yield(nil, failure) }, cellcalling.Options{})
	if !errors.Is(err, failure) {
		t.Errorf("%v, want %v", err, failure)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cellcalling.Call(ctx, e.genes, e.batches(100), cellcalling.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}
