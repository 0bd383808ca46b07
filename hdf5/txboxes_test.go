package hdf5_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"pgregory.net/rapid"
)

// boxOf is a box of the elements of a matrix, from a row and a column of it on. It fails if it
// is asked for others, or for memory that does not hold them.
func boxOf[T hdf5.Number](g grid, row, col, rows, cols int) hdf5.Box[T] {
	return hdf5.Box[T]{Row: row, Col: col, Rows: rows, Cols: cols, Fill: func(at hdf5.Panels, to []T) error {
		if at.R0 < 0 || at.C0 < 0 || at.R0 >= at.R1 || at.C0 >= at.C1 || at.R1 > rows || at.C1 > cols {
			return fmt.Errorf("asked for %+v of a box of %d x %d", at, rows, cols)
		}
		for i := at.R0; i < at.R1; i++ {
			for j := at.C0; j < at.C1; j++ {
				panel, in := (j-at.Col)/at.Width, (j-at.Col)%at.Width
				place := &to[(panel*at.Height+i-at.Row)*at.Width+in]
				if *place != 0 {
					return fmt.Errorf("element %d, %d was set before", i, j)
				}
				*place = T(*g.at(row+i, col+j))
			}
		}
		return nil
	}}
}

// writeBoxesAs writes boxes, each a row, a column, a height and a width, of a matrix.
func writeBoxesAs[T hdf5.Number](ctx context.Context, tx *hdf5.Tx, g grid, boxes [][4]int, change func(*hdf5.Box[T])) error {
	return hdf5.WriteBoxes(ctx, tx, "/d", func(yield func(hdf5.Box[T], error) bool) {
		for _, b := range boxes {
			box := boxOf[T](g, b[0], b[1], b[2], b[3])
			change(&box)
			if !yield(box, nil) {
				return
			}
		}
	})
}

func writeBoxesOf(ctx context.Context, tx *hdf5.Tx, dtype string, g grid, boxes [][4]int, byColumn, oneByOne bool) error {
	switch dtype {
	case "int16":
		return writeBoxesAs(ctx, tx, g, boxes, func(b *hdf5.Box[int16]) { b.ByColumn, b.OneByOne = byColumn, oneByOne })
	case "int64":
		return writeBoxesAs(ctx, tx, g, boxes, func(b *hdf5.Box[int64]) { b.ByColumn, b.OneByOne = byColumn, oneByOne })
	case "uint8":
		return writeBoxesAs(ctx, tx, g, boxes, func(b *hdf5.Box[uint8]) { b.ByColumn, b.OneByOne = byColumn, oneByOne })
	case "float64":
		return writeBoxesAs(ctx, tx, g, boxes, func(b *hdf5.Box[float64]) { b.ByColumn, b.OneByOne = byColumn, oneByOne })
	}
	return writeBoxesAs(ctx, tx, g, boxes, func(b *hdf5.Box[float32]) { b.ByColumn, b.OneByOne = byColumn, oneByOne })
}

// cut draws where n positions are cut into at most three parts, at multiples of a chunk's length
// unless only one part is left between two of them.
func cut(t *rapid.T, n, chunk int) []int {
	at := []int{rapid.IntRange(0, n).Draw(t, "start")}
	for range rapid.IntRange(0, 2).Draw(t, "cuts") {
		if next := (at[len(at)-1]/chunk + rapid.IntRange(1, 3).Draw(t, "chunks")) * chunk; next < n {
			at = append(at, next)
		}
	}
	return append(at, rapid.IntRange(at[len(at)-1], n).Draw(t, "stop"))
}

// TestWriteBoxes: boxes of a matrix of any type, in any chunks, become what the functions
// say, and all beside them stays.
func TestWriteBoxes(t *testing.T) {
	ctx, dir, outer := t.Context(), t.TempDir(), t
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		g := drawGrid(t, drawSide(t, "rows"))
		before := newGrid(g.rows, g.cols)
		for k := range before.values {
			before.values[k] = float64(k % 50)
		}
		spec := drawSpec(t, g, true)
		want := before
		if rapid.Bool().Draw(t, "new") {
			want = newGrid(g.rows, g.cols)
			if spec.Fill != nil {
				for k := range want.values {
					want.values[k] = 1
				}
			}
		}
		isNew := &want.values[0] != &before.values[0]
		var boxes [][4]int
		rows, cols := cut(t, g.rows, spec.Chunks[0]), cut(t, g.cols, spec.Chunks[1])
		for i := range rows[1:] {
			for j := range cols[1:] {
				b := [4]int{rows[i], cols[j], rows[i+1] - rows[i], cols[j+1] - cols[j]}
				boxes = append(boxes, b)
				for r := range b[2] {
					for c := range b[3] {
						*want.at(b[0]+r, b[1]+c) = *g.at(b[0]+r, b[1]+c)
					}
				}
			}
		}
		byColumn, oneByOne := rapid.Bool().Draw(t, "by column"), rapid.IntRange(0, 3).Draw(t, "one by one") == 0
		err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
			var err error
			if isNew {
				err = tx.CreateDataset("/d", spec)
			} else {
				err = writeGrid(ctx, tx, "/d", before, spec)
			}
			if err != nil {
				return err
			}
			return writeBoxesOf(ctx, tx, spec.Type.String(), g, boxes, byColumn, oneByOne)
		})
		if err != nil {
			t.Fatal(err)
		}
		f := must(hdf5.Open(path))
		defer f.Close()
		got := must(must(must(f.Dataset("/d")).Read(ctx)).Float64s())
		if !slices.Equal(got, want.values) {
			t.Fatalf("got %v, want %v", got, want.values)
		}
		if _, problems := checkFile(outer, f); len(problems) > 0 {
			t.Fatal(problems)
		}
	})
}

// The bytes of the file do not depend on how many processors there are.
func TestWriteBoxesDoesNotDependOnWorkers(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	g := newGrid(1100, 400)
	for k := 0; k < len(g.values); k += 1 + k%17 {
		g.values[k] = float64(k % 30)
	}
	spec := hdf5.DatasetSpec{Type: must(hdf5.NamedType("float32")), Shape: []int{g.rows, g.cols}, Chunks: []int{16, 16}, Deflate: 2}
	for _, byColumn := range []bool{false, true} {
		var first []byte
		for _, procs := range []int{1, 2, 5} {
			before := runtime.GOMAXPROCS(procs)
			path := filepath.Join(dir, "a.h5")
			err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
				check0(tx.CreateDataset("/d", spec))
				return writeBoxesOf(ctx, tx, "float32", g, [][4]int{{0, 0, g.rows, 160}, {0, 160, g.rows, 240}}, byColumn, false)
			})
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			b := must(os.ReadFile(path))
			if first == nil {
				first = b
			}
			if !bytes.Equal(b, first) {
				t.Errorf("by column %v: with %d processors other bytes than with one", byColumn, procs)
			}
		}
	}
}

// TestWriteBoxesRefuses: what does not fit is refused, and so is what a function refuses.
func TestWriteBoxesRefuses(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	g := newGrid(40, 40)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	failure := errors.New("an element that cannot be")
	for name, test := range map[string]struct {
		ctx   context.Context
		dtype string
		shape []int
		fails bool
		boxes [][4]int
		want  error
	}{
		"fits":             {ctx, "float32", []int{40, 40}, false, [][4]int{{0, 0, 40, 40}}, nil},
		"another type":     {ctx, "float64", []int{40, 40}, false, [][4]int{{0, 0, 40, 40}}, hdf5.ErrType},
		"a line":           {ctx, "float32", []int{40}, false, nil, hdf5.ErrSelection},
		"before the first": {ctx, "float32", []int{40, 40}, false, [][4]int{{-1, 0, 4, 4}}, hdf5.ErrSelection},
		"too high":         {ctx, "float32", []int{40, 40}, false, [][4]int{{8, 0, 33, 4}}, hdf5.ErrSelection},
		"too wide":         {ctx, "float32", []int{40, 40}, false, [][4]int{{0, 39, 4, 2}}, hdf5.ErrSelection},
		"a shared chunk":   {ctx, "float32", []int{40, 40}, false, [][4]int{{0, 0, 4, 6}, {0, 6, 4, 6}}, hdf5.ErrSelection},
		"a whole one too":  {ctx, "float32", []int{40, 40}, false, [][4]int{{0, 0, 4, 8}, {0, 0, 4, 2}}, hdf5.ErrSelection},
		"an error":         {ctx, "float32", []int{40, 40}, true, [][4]int{{0, 0, 40, 40}}, failure},
		"an error beside":  {ctx, "float32", []int{40, 40}, true, [][4]int{{1, 1, 2, 2}}, failure},
		"canceled":         {canceled, "float32", []int{40, 40}, false, [][4]int{{0, 0, 40, 40}}, context.Canceled},
	} {
		spec := hdf5.DatasetSpec{Type: must(hdf5.NamedType(test.dtype)), Shape: test.shape, Chunks: slices.Repeat([]int{4}, len(test.shape)), Deflate: 2}
		err := hdf5.Create(ctx, filepath.Join(dir, "a.h5"), func(tx *hdf5.Tx) error {
			check0(tx.CreateDataset("/d", spec))
			return writeBoxesAs(test.ctx, tx, g, test.boxes, func(b *hdf5.Box[float32]) {
				if test.fails {
					b.Fill = func(hdf5.Panels, []float32) error { return failure }
				}
			})
		})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// The largest block is filled over and over: little is allocated for each chunk.
func BenchmarkWriteBoxes(b *testing.B) {
	g := newGrid(1280, 1280)
	for k := 0; k < len(g.values); k += 1 + k*7919%27 {
		g.values[k] = float64(1 + k%5)
	}
	dir := b.TempDir()
	spec := hdf5.DatasetSpec{Type: must(hdf5.NamedType("float32")), Shape: []int{g.rows, g.cols}, Chunks: []int{64, 64}, Deflate: 2}
	b.SetBytes(int64(4 * len(g.values)))
	b.ReportAllocs()
	for b.Loop() {
		check0(hdf5.Create(b.Context(), filepath.Join(dir, "a.h5"), func(tx *hdf5.Tx) error {
			check0(tx.CreateDataset("/d", spec))
			return writeBoxesOf(b.Context(), tx, "float32", g, [][4]int{{0, 0, g.rows, g.cols}}, false, false)
		}))
	}
}
