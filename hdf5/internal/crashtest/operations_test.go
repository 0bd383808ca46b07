package crashtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// An operation makes or changes the file at a path, in one transaction.
type operation struct {
	name string
	// prepare makes of a file one that the operation can be done on; nil for nothing.
	prepare func(ctx context.Context, ds *loom.Conn) error
	// One of these is the operation.
	change func(ctx context.Context, ds *loom.Conn) error
	make   func(ctx context.Context, path string) error
	// fresh is true if there need not be a file, keeps if the content of the one that there is
	// stays the same.
	fresh, keeps bool
}

// run does the operation and nothing else.
func (o operation) run(ctx context.Context, path string) error {
	if o.make != nil {
		return o.make(ctx, path)
	}
	return onFile(ctx, path, o.change)
}

// onFile connects to a file for the time of a change.
func onFile(ctx context.Context, path string, change func(context.Context, *loom.Conn) error) error {
	ds, err := loom.Connect(path, loom.SkipValidation())
	if err != nil {
		return err
	}
	return errors.Join(change(ctx, ds), ds.Close())
}

// otherFile is one that operations read, of the operating system's file system.
const otherFile = "../../../testdata/entities_spec2.loom"

// operations are those that can be done on every Loom file, whatever its dialect.
var operations = []operation{
	{name: "create", fresh: true, make: create},
	{name: "new", fresh: true, make: func(ctx context.Context, path string) error {
		ds, err := loom.New(ctx, path, map[string]*loom.Array{"Title": hdf5.NewScalar("new")})
		if err != nil {
			return err
		}
		return ds.Close()
	}},
	{name: "combine", fresh: true, make: func(ctx context.Context, path string) error {
		_, err := loom.Combine(ctx, path, []loom.Source{{Path: otherFile}, {Path: otherFile}}, loom.LabelCells("Source"))
		return err
	}},
	{name: "set row attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.RowAttrs().Set("New", numbers[int32](rowsOf(ds)))
	}},
	{name: "set column attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.ColAttrs().Set("New", texts(colsOf(ds)))
	}},
	{name: "replace column attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.ColAttrs().Set(ds.ColAttrs().Names()[0], numbers[float64](colsOf(ds), 2))
	}},
	{name: "set global attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.Attrs().Set("New", hdf5.NewScalar("Grüße"))
	}},
	{name: "delete row attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.RowAttrs().Delete(ds.RowAttrs().Names()[0])
	}},
	{name: "delete column attribute", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.ColAttrs().Delete(ds.ColAttrs().Names()[0])
	}},
	{
		name:    "delete global attribute",
		prepare: func(_ context.Context, ds *loom.Conn) error { return ds.Attrs().Set("Old", numbers[int64](3)) },
		change:  func(_ context.Context, ds *loom.Conn) error { return ds.Attrs().Delete("Old") },
	},
	{name: "add layer", change: addLayer},
	{name: "add sparse layer", change: func(ctx context.Context, ds *loom.Conn) error {
		return ds.Layers().Set(ctx, "sparse", spotted[int16](rowsOf(ds), colsOf(ds)).ToCSC())
	}},
	{
		name:    "delete layer",
		prepare: addLayer,
		change:  func(_ context.Context, ds *loom.Conn) error { return ds.Layers().Delete("new") },
	},
	{name: "add columns", change: func(ctx context.Context, ds *loom.Conn) error { return addColumns(ctx, ds, ds.AddColumns) }},
	{name: "add loom", change: func(ctx context.Context, ds *loom.Conn) error {
		_, err := ds.AddLoom(ctx, ds.Filename(), loom.IncludeGraphs(), loom.TrustRowOrder(), loom.OpenWith(loom.SkipValidation()))
		return err
	}},
	{name: "assign slice", change: func(ctx context.Context, ds *loom.Conn) error { return assignSlice(ctx, ds.Matrix(), 1) }},
	{name: "set graph", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.ColGraphs().Set("new", []int32{0, 1, 1}, []int32{1, 0, 1}, numbers[float64](3))
	}},
	{
		name: "delete graph",
		prepare: func(_ context.Context, ds *loom.Conn) error {
			return ds.RowGraphs().Set("old", []int32{0}, []int32{1}, numbers[float32](1))
		},
		change: func(_ context.Context, ds *loom.Conn) error { return ds.RowGraphs().Delete("old") },
	},
	{name: "update many", change: updateMany},
	{name: "rename", change: func(_ context.Context, ds *loom.Conn) error {
		return ds.RowAttrs().Rename(ds.RowAttrs().Names()[0], "renamed")
	}},
	{name: "permute columns", change: func(ctx context.Context, ds *loom.Conn) error {
		return ds.Permute(ctx, backwards(colsOf(ds)), loom.Columns)
	}},
	{name: "permute rows in an update", change: func(ctx context.Context, ds *loom.Conn) error {
		return ds.Update(ctx, func(tx *loom.Tx) error { return tx.Permute(ctx, backwards(rowsOf(ds)), loom.Rows) })
	}},
	{name: "repack", keeps: true, make: repack},
}

// backwards returns the positions before n, the last one first.
func backwards(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// repack makes a smaller file of one, in its place.
func repack(ctx context.Context, path string) error {
	e, err := hdf5.Edit(path)
	if err != nil {
		return err
	}
	compress := func(d *hdf5.Dataset) *hdf5.Storage {
		if d.Chunks() == nil {
			return nil
		}
		return &hdf5.Storage{Deflate: 9, Fletcher32: true}
	}
	return errors.Join(hdf5.Repack(ctx, e.File(), path, hdf5.RepackOptions{Storage: compress}), e.Close())
}

// create makes a file that has something of everything but graphs.
func create(ctx context.Context, path string) error {
	layers := map[string]loom.Matrix{"": spotted[float32](20, 12), "spliced": spotted[uint16](20, 12).ToCSR()}
	rowAttrs := map[string]*loom.Array{"Gene": texts(20), "Valid": numbers[int8](20)}
	colAttrs := map[string]*loom.Array{"CellID": texts(12), "XY": numbers[float32](12, 2)}
	return loom.Create(ctx, path, layers, rowAttrs, colAttrs, map[string]*loom.Array{"Title": hdf5.NewScalar("made")})
}

func addLayer(ctx context.Context, ds *loom.Conn) error {
	return ds.Layers().Set(ctx, "new", spotted[float32](rowsOf(ds), colsOf(ds)))
}

// addColumns adds three columns to all layers by an AddColumns.
func addColumns(ctx context.Context, ds interface {
	Shape() (int, int)
	Layers() *loom.Layers
}, add func(context.Context, map[string]loom.Matrix, map[string]*loom.Array, ...loom.AddOption) (loom.Added, error)) error {
	rows, _ := ds.Shape()
	columns := map[string]loom.Matrix{}
	for _, name := range ds.Layers().Names() {
		columns[name] = spotted[uint8](rows, 3)
	}
	_, err := add(ctx, columns, nil, loom.FillAuto())
	return err
}

// assignSlice changes the upper half of every second column to numbers from least on.
func assignSlice(ctx context.Context, layer *loom.Layer, least uint8) error {
	rows, cols := layer.Shape()
	values := make([]uint8, rows/2*((cols+1)/2))
	for i := range values {
		values[i] = uint8(i%100) + least
	}
	m, err := sparse.NewDense(rows/2, (cols+1)/2, values)
	if err != nil {
		return err
	}
	var every []int
	for j := 0; j < cols; j += 2 {
		every = append(every, j)
	}
	return layer.Write(ctx, loom.Range(0, rows/2), loom.Indices(every), m)
}

// updateMany does something of everything in one transaction.
func updateMany(ctx context.Context, ds *loom.Conn) error {
	return ds.Update(ctx, func(tx *loom.Tx) error {
		rows, _ := tx.Shape()
		steps := []func() error{
			func() error { return tx.Layers().Set(ctx, "many", spotted[int32](rows, colsOf(tx))) },
			func() error { return addColumns(ctx, tx, tx.AddColumns) },
			func() error { return assignSlice(ctx, tx.Matrix(), 2) },
			func() error { return tx.RowAttrs().Delete(tx.RowAttrs().Names()[0]) },
			func() error { return tx.ColAttrs().Set("Many", texts(colsOf(tx))) },
			func() error { return tx.Attrs().Set("Many", numbers[float64](2, 2)) },
			func() error {
				return tx.ColGraphs().Set("many", []int32{0}, []int32{1}, numbers[float64](1))
			},
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

type shaped interface{ Shape() (rows, cols int) }

func rowsOf(ds shaped) int {
	rows, _ := ds.Shape()
	return rows
}

func colsOf(ds shaped) int {
	_, cols := ds.Shape()
	return cols
}

// numbers counts from 1, up to 100 and again.
func numbers[T int8 | int32 | int64 | float32 | float64](shape ...int) *loom.Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	values := make([]T, n)
	for i := range values {
		values[i] = T(i%100 + 1)
	}
	return arrayOf(values, shape...)
}

func texts(n int) *loom.Array {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("number %d", i)
	}
	return arrayOf(values)
}

func arrayOf[T hdf5.Element](values []T, shape ...int) *loom.Array {
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		panic(err) // the values are made to fit the shape
	}
	return a
}

// spotted has a number in every third place, and zeros.
func spotted[T loom.Number](rows, cols int) *sparse.Dense[T] {
	values := make([]T, rows*cols)
	for i := 0; i < len(values); i += 3 {
		values[i] = T(i % 100)
	}
	m, err := sparse.NewDense(rows, cols, values)
	if err != nil {
		panic(err) // the values are made to fit the shape
	}
	return m
}
