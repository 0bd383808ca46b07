package loom_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// Readers of one connection see whole states of the file while everything in it
// changes: a view has the same number of rows and columns wherever one looks.
func TestReadersWhileEverythingChanges(t *testing.T) {
	ds := smallFile(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				view, err := ds.View(t.Context(), loom.All(), loom.All())
				if err == nil {
					err = consistent(view)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 12 {
		_, cols := ds.Shape()
		columns := map[string]loom.Matrix{}
		for _, name := range ds.Layers().Names() {
			columns[name] = denseOf(t, 5, 1, spotted[int8])
		}
		_, added := ds.AddColumns(t.Context(), columns, nil, loom.FillAuto())
		cols++
		ids := make([]int64, cols)
		backwards := make([]int, cols)
		for j := range backwards {
			backwards[j] = cols - 1 - j
		}
		layer := fmt.Sprintf("layer %d", i%3)
		steps := []error{
			added,
			ds.ColAttrs().Set(fmt.Sprintf("attribute %d", i%4), arrayOf(t, ids)),
			ds.Layers().Set(t.Context(), layer, denseOf(t, 5, cols, spotted[float64])),
			ds.Matrix().Write(t.Context(), loom.At(i%5), loom.All(), denseOf(t, 1, cols, func(int, int) float32 { return float32(i) })),
			ds.ColGraphs().Set("graph", []int32{0}, []int32{int32(cols - 1)}, arrayOf(t, []float32{1})),
			ds.Attrs().Set("Round", hdf5.NewScalar(int64(i))),
			ds.Permute(t.Context(), backwards, loom.Columns),
		}
		if i%3 == 2 {
			steps = append(steps, ds.Layers().Delete(layer), ds.ColGraphs().Delete("graph"))
		}
		if err := errors.Join(steps...); err != nil {
			t.Error(err)
			break
		}
	}
	stop()
	readers.Wait()
}

// consistent reads all of a view, and holds the lengths of its parts against each other.
func consistent(view *loom.View) error {
	rows, cols := view.Shape()
	for layer := range view.Layers().All() {
		if r, c := layer.Shape(); r != rows || c != cols {
			return fmt.Errorf("layer %q: %d x %d of %d x %d", layer.Name(), r, c, rows, cols)
		}
	}
	for axis, attrs := range []*loom.Attributes{view.RowAttrs(), view.ColAttrs()} {
		for a, err := range attrs.All() {
			if err != nil {
				return err
			}
			if n := a.Values.Shape()[0]; n != []int{rows, cols}[axis] {
				return fmt.Errorf("attribute %q: %d of %d x %d", a.Name, n, rows, cols)
			}
		}
	}
	return nil
}
