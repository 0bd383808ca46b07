package loom_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

func ExampleCombine() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	out := filepath.Join(filepath.Dir(ds.Filename()), "combined.loom")

	// All columns, and then the second one of the same file again.
	result, err := loom.Combine(ctx, out, []loom.Source{
		{Path: ds.Filename(), Label: "all"},
		{Path: ds.Filename(), Label: "one", Cols: loom.At(1)},
	}, loom.ByKey("Gene"), loom.LabelCells("Sample"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Rows, "x", result.Cols, result.Losses)

	combined, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer combined.Close()
	labels, err := combined.ColAttrs().Strings("Sample")
	if err != nil {
		log.Fatal(err)
	}
	row, err := loom.ReadAs[float64](ctx, combined.Matrix(), loom.At(1), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels, row.Row(0))
	// Output:
	// 3 x 3 []
	// [all all one] [0 2 2]
}

func ExampleCombine_subset() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	out := filepath.Join(filepath.Dir(ds.Filename()), "subset.loom")

	// Part of a file, with the graphs between what is taken.
	source := loom.Source{Conn: ds, Rows: loom.Indices([]int{2, 0}), Cols: loom.Mask([]bool{true, false})}
	if _, err := loom.Combine(ctx, out, []loom.Source{source}, loom.IncludeGraphs(), loom.KeepAll()); err != nil {
		log.Fatal(err)
	}
	subset, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer subset.Close()
	genes, err := subset.RowAttrs().Strings("Gene")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(genes)
	// Output: [Sox2 Actb]
}

func ExampleView_Create() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	view, err := ds.View(ctx, loom.Range(0, 2), loom.All(), loom.Carry(loom.RowAttrsPart, loom.ColAttrsPart))
	if err != nil {
		log.Fatal(err)
	}
	out := filepath.Join(filepath.Dir(ds.Filename()), "view.loom")
	if err := view.Create(ctx, out); err != nil {
		log.Fatal(err)
	}
	created, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer created.Close()
	fmt.Println(created.Shape())
	// Output: 2 2
}

func ExampleFillWith_combine() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	dir := filepath.Dir(ds.Filename())
	if err := ds.ColAttrs().Set("Age", hdf5Array([]float64{3, 4})); err != nil {
		log.Fatal(err)
	}
	if _, err := loom.Combine(ctx, filepath.Join(dir, "old.loom"), []loom.Source{{Conn: ds}}, loom.SkipAttrs("Age")); err != nil {
		log.Fatal(err)
	}

	// A file that lacks an attribute: what stands in has to be said.
	sources := []loom.Source{{Conn: ds}, {Path: filepath.Join(dir, "old.loom")}}
	out := filepath.Join(dir, "combined.loom")
	_, err := loom.Combine(ctx, out, sources, loom.FillWith(map[string]*loom.Array{"Age": hdf5.NewScalar(-1.0)}))
	if err != nil {
		log.Fatal(err)
	}
	combined, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer combined.Close()
	ages, err := combined.ColAttrs().Float64s("Age")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ages)
	// Output: [3 4 -1 -1]
}

func hdf5Array(values []float64) *loom.Array {
	array, err := hdf5.NewArray(values)
	if err != nil {
		log.Fatal(err)
	}
	return array
}

func ExampleConn_AddLoom() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	more := filepath.Join(filepath.Dir(ds.Filename()), "more.loom")

	// The same genes in another order, and one cell.
	source := loom.Source{Conn: ds, Rows: loom.Indices([]int{2, 1, 0}), Cols: loom.At(0)}
	if _, err := loom.Combine(ctx, more, []loom.Source{source}); err != nil {
		log.Fatal(err)
	}
	added, err := ds.AddLoom(ctx, more, loom.ByKey("Gene"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(added.Cols, "columns,", len(added.Losses), "losses")
	row, err := loom.ReadAs[float64](ctx, ds.Matrix(), loom.At(2), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(row.Row(0))
	// Output:
	// 3 columns, 0 losses
	// [3 0 3]
}

func ExampleTx_AddLoom() {
	ds, done := example()
	defer done()
	ctx := context.Background()

	// The file twice, and a note about it: both or neither.
	err := ds.Update(ctx, func(tx *loom.Tx) error {
		if _, err := tx.AddLoom(ctx, ds.Filename()); err != nil {
			return err
		}
		return tx.Attrs().Set("Note", hdf5.NewScalar("every cell twice"))
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Shape())
	// Output: 3 4
}

func ExampleJoinRows() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	out := filepath.Join(filepath.Dir(ds.Filename()), "joined.loom")

	// Files with different genes: here two parts of one.
	sources := []loom.Source{{Conn: ds, Rows: loom.Range(0, 2)}, {Conn: ds, Rows: loom.Range(1, 3)}}
	for _, join := range []loom.Join{loom.JoinInner, loom.JoinOuter} {
		result, err := loom.Combine(ctx, out, sources, loom.ByKey("Gene"), loom.JoinRows(join))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(join, result.Rows, result.Cols)
	}
	// Output:
	// inner 1 4
	// outer 3 4
}

func ExampleKeepAll() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	if err := ds.ColGraphs().Set("KNN", []int32{0}, []int32{1}, hdf5Array([]float64{1})); err != nil {
		log.Fatal(err)
	}
	out := filepath.Join(filepath.Dir(ds.Filename()), "copy.loom")
	_, err := loom.Combine(ctx, out, []loom.Source{{Conn: ds}}, loom.KeepAll())
	fmt.Println(errors.Is(err, loom.ErrLoss))
	_, err = loom.Combine(ctx, out, []loom.Source{{Conn: ds}}, loom.KeepAll(), loom.IncludeGraphs())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
