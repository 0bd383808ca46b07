package loom_test

import (
	"errors"
	"iter"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// drawSparse draws a matrix of small whole numbers.
func drawSparse(t *rapid.T, rows, cols int) *sparse.CSC[int32] {
	n := rapid.IntRange(0, 3*(rows+cols)).Draw(t, "entries")
	i, j, values := make([]int32, n), make([]int32, n), make([]int32, n)
	for k := range n {
		i[k] = int32(rapid.IntRange(0, rows-1).Draw(t, "row"))
		j[k] = int32(rapid.IntRange(0, cols-1).Draw(t, "col"))
		values[k] = rapid.Int32Range(-3, 300).Draw(t, "value")
	}
	m, err := sparse.NewCOO(rows, cols, i, j, values)
	if err != nil {
		t.Fatal(err)
	}
	return m.ToCSC()
}

// inBatches yields the positions up to n in batches of random numbers of them, among which are none.
func inBatches(t *rapid.T, n int) [][]int {
	var batches [][]int
	for at := 0; at < n; {
		size := min(rapid.IntRange(0, 150).Draw(t, "batch"), n-at)
		batch := make([]int, size)
		for k := range batch {
			batch[k] = at + k
		}
		batches = append(batches, batch)
		at += size
	}
	return batches
}

func everything(n int) []int {
	positions := make([]int, n)
	for i := range positions {
		positions[i] = i
	}
	return positions
}

func TestStreamsHoldWhatCame(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		sides := rapid.OneOf(rapid.IntRange(1, 300), rapid.SampledFrom([]int{1, 63, 64, 65, 128}))
		rows, cols := sides.Draw(t, "rows"), sides.Draw(t, "cols")
		m := drawSparse(t, rows, cols)
		byColumn := func(yield func(*sparse.CSC[int32], error) bool) {
			for _, batch := range inBatches(t, cols) {
				if !yield(m.Select(everything(rows), batch)) {
					return
				}
			}
		}
		byRow := func(yield func(*sparse.CSR[int32], error) bool) {
			for _, batch := range inBatches(t, rows) {
				if !yield(m.ToCSR().Select(batch, everything(cols))) {
					return
				}
			}
		}
		path := filepath.Join(dir, "streamed.loom")
		err := loom.CreateWith(t.Context(), path, func(tx *loom.Tx) error {
			return errors.Join(
				tx.Layers().SetStream(t.Context(), "", loom.StreamColumns(rows, cols, byColumn)),
				tx.Layers().SetStream(t.Context(), "rows", loom.StreamRows(rows, cols, byRow), loom.StoreAs("float32")),
			)
		})
		if err != nil {
			t.Fatal(err)
		}
		ds, err := loom.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		columns, err := loom.CSCAs[int32](t.Context(), ds.Matrix(), loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		layer, err := ds.Layer("rows")
		if err != nil {
			t.Fatal(err)
		}
		if name := layer.Type().String(); name != "float32" {
			t.Errorf("layer of %s", name)
		}
		lines, err := loom.CSCAs[int32](t.Context(), layer, loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]*sparse.CSC[int32]{"by column": columns, "by row": lines} {
			if !got.ToCOO().Equal(m.ToCOO()) {
				t.Errorf("%s: %d x %d matrix with %d entries has come out with %d, or others", name, rows, cols, m.NNZ(), got.NNZ())
			}
		}
	})
}

// Streams that do not keep to what they announced leave nothing behind.
func TestStreamsThatAreRefused(t *testing.T) {
	batch := func(rows, cols int) *sparse.CSC[float64] {
		m, err := sparse.NewCSC(rows, cols, make([]int, cols+1), nil, []float64(nil))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	failure := errors.New("the other file is damaged")
	for name, c := range map[string]struct {
		batches iter.Seq2[*sparse.CSC[float64], error]
		want    error
	}{
		"too few columns":  {columnsOf(batch(5, 3), nil), loom.ErrShape},
		"too many columns": {columnsOf(batch(5, 71), nil), loom.ErrShape},
		"too few rows":     {columnsOf(batch(4, 70), nil), loom.ErrShape},
		"none":             {func(func(*sparse.CSC[float64], error) bool) {}, loom.ErrShape},
		"an error":         {columnsOf(batch(5, 66), failure), failure},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			err := loom.CreateWith(t.Context(), filepath.Join(dir, "new.loom"), func(tx *loom.Tx) error {
				return tx.Layers().SetStream(t.Context(), "", loom.StreamColumns(5, 70, c.batches))
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// columnsOf yields a batch and then, unless it is nil, an error.
func columnsOf(batch *sparse.CSC[float64], err error) iter.Seq2[*sparse.CSC[float64], error] {
	return func(yield func(*sparse.CSC[float64], error) bool) {
		if yield(batch, nil) && err != nil {
			yield(nil, err)
		}
	}
}

func TestCreateWithoutMatrix(t *testing.T) {
	err := loom.CreateWith(t.Context(), filepath.Join(t.TempDir(), "new.loom"), func(*loom.Tx) error { return nil })
	if !errors.Is(err, loom.ErrNotExist) {
		t.Errorf("%v, want ErrNotExist", err)
	}
}
