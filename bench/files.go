package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// The generated files.
const (
	fileA        = "a"        // what is measured
	fileB        = "b"        // other cells, the same rows
	fileShuffled = "shuffled" // B with its rows in another order
	fileAligned  = "aligned"  // A without the cells of the last chunk, unless it is full
	fileCorner   = "corner"   // the first 2,000 rows and columns of A
)

// origins are the files that others are made of.
var origins = map[string]string{fileShuffled: fileB, fileAligned: fileA, fileCorner: fileA}

// files is a folder with the generated files of one shape.
type files struct {
	dir   string
	shape shape
}

func (f files) path(name string) string { return filepath.Join(f.dir, name+".loom") }

func (f files) has(name string) bool {
	_, err := os.Stat(f.path(name))
	return err == nil
}

// generate makes the named file, from those it is a part of. It is the same
// whenever it is made, but for the times in it.
func (f files) generate(ctx context.Context, name string) error {
	switch name {
	case fileA:
		return f.draw(ctx, fileA, 1)
	case fileB:
		return f.draw(ctx, fileB, 2)
	case fileShuffled:
		return f.shuffle(ctx)
	case fileAligned:
		return f.part(ctx, fileAligned, loom.All(), loom.Range(0, f.shape.wholeChunks()))
	case fileCorner:
		return f.part(ctx, fileCorner, loom.Range(0, min(exportSide, f.shape.genes)), loom.Range(0, min(exportSide, f.shape.cells)))
	}
	return fmt.Errorf("no file %q", name)
}

func (f files) part(ctx context.Context, name string, rows, cols loom.Selector) error {
	_, err := loom.Combine(ctx, f.path(name), []loom.Source{{Path: f.path(fileA), Rows: rows, Cols: cols}}, loom.IncludeGraphs())
	return err
}

func (f files) shuffle(ctx context.Context) error {
	ds, err := loom.Open(f.path(fileB))
	if err != nil {
		return err
	}
	defer ds.Close()
	return ds.PermuteTo(ctx, f.path(fileShuffled), ordering(f.shape.genes), loom.Rows)
}

// ordering is a random permutation of n positions, always the same.
func ordering(n int) []int { return rand.New(rand.NewPCG(7, 7)).Perm(n) }

// cellsAtOnce bounds the memory of the generator.
const cellsAtOnce = 2048

// draw generates a file at random, in a sibling that takes its name when it is complete.
func (f files) draw(ctx context.Context, name string, seed uint64) error {
	growing := f.path(name + ".part")
	defer os.Remove(growing)
	ds, err := loom.New(ctx, growing, nil)
	if err != nil {
		return err
	}
	err = f.fill(ctx, ds, seed)
	if closing := ds.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(growing, f.path(name))
}

func (f files) fill(ctx context.Context, ds *loom.Conn, seed uint64) error {
	model := newGeneModel(f.shape.genes)
	rowAttrs, err := newRowAttrs(model)
	if err != nil {
		return err
	}
	for start := 0; start < f.shape.cells; start += cellsAtOnce {
		n := min(cellsAtOnce, f.shape.cells-start)
		rng := rand.New(rand.NewPCG(seed, uint64(start)))
		cells := make([]cell, n)
		for i := range cells {
			cells[i] = newCell(rng)
		}
		all, spliced, err := model.counts(rng, cells)
		if err != nil {
			return err
		}
		layers := map[string]loom.Matrix{"": all, "spliced": spliced}
		colAttrs, err := newColAttrs(rng, seed, start, cells, all)
		if err != nil {
			return err
		}
		var opts []loom.AddOption
		if start == 0 {
			opts = append(opts, loom.WithRowAttrs(rowAttrs))
		}
		if _, err := ds.AddColumns(ctx, layers, colAttrs, opts...); err != nil {
			return err
		}
	}
	return addGraph(ds, f.shape.cells, seed)
}

// addGraph joins each cell to some others.
func addGraph(ds *loom.Conn, cells int, seed uint64) error {
	const neighbours = 25
	rng := rand.New(rand.NewPCG(seed, 99))
	n := cells * neighbours
	a, b, w := make([]int32, n), make([]int32, n), make([]float64, n)
	for k := range a {
		a[k], b[k], w[k] = int32(k/neighbours), int32(rng.IntN(cells)), rng.Float64()
	}
	weights, err := hdf5.NewArray(w)
	if err != nil {
		return err
	}
	return ds.ColGraphs().Set("KNN", a, b, weights)
}
