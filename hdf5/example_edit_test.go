package hdf5_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom/hdf5"
)

func check0(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// counts makes the file that the examples change: a dataset that can grow.
func counts(dir string) string {
	path := filepath.Join(dir, "counts.h5")
	ctx := context.Background()
	check0(hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		values := must(hdf5.NewArray([]int32{1, 2, 3, 4, 5, 6}, 3, 2))
		err := tx.CreateDataset("/counts", hdf5.DatasetSpec{
			Type: values.Type(), Shape: []int{3, 2}, MaxShape: []int{3, -1}, Chunks: []int{2, 2}, Deflate: 2,
		})
		if err != nil {
			return err
		}
		return tx.Write(ctx, "/counts", values)
	}))
	return path
}

func ExampleCreate() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	f := must(hdf5.Open(counts(dir)))
	defer f.Close()
	fmt.Println(must(must(must(f.Dataset("/counts")).Read(context.Background())).Int64s()))
	// Output: [1 2 3 4 5 6]
}

func ExampleEditor_Update() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	ctx := context.Background()
	e := must(hdf5.Edit(counts(dir)))
	defer e.Close()
	before := e.File()

	// All of it happens, or nothing.
	check0(e.Update(ctx, func(tx *hdf5.Tx) error {
		if err := tx.Resize(ctx, "/counts", 3, 3); err != nil {
			return err
		}
		column := must(hdf5.NewArray([]int32{7, 8, 9}, 3, 1))
		if err := tx.Write(ctx, "/counts", column, hdf5.All(), hdf5.At(2)); err != nil {
			return err
		}
		return tx.SetAttribute("/counts", "unit", hdf5.NewScalar("UMI"))
	}))

	for _, f := range []*hdf5.File{before, e.File()} {
		d := must(f.Dataset("/counts"))
		fmt.Println(d.Shape(), must(must(d.Read(ctx)).Int64s()))
	}
	// Output:
	// [3 2] [1 2 3 4 5 6]
	// [3 3] [1 2 7 3 4 8 5 6 9]
}

func ExampleTx_Rename() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	e := must(hdf5.Edit(counts(dir)))
	defer e.Close()
	check0(e.Update(context.Background(), func(tx *hdf5.Tx) error {
		if err := tx.CreateGroup("/raw"); err != nil {
			return err
		}
		return tx.Rename("/counts", "/raw/umi")
	}))
	fmt.Println(must(e.File().Dataset("/raw/umi")).Shape(), e.File().Root().Has("counts"))
	// Output: [3 2] false
}

func ExampleTx_Delete() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	e := must(hdf5.Edit(counts(dir)))
	defer e.Close()
	check0(e.Update(context.Background(), func(tx *hdf5.Tx) error { return tx.Delete("/counts") }))
	fmt.Println(len(must(e.File().Root().Links())))
	// Output: 0
}

func ExampleTx_DeleteAttribute() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	e := must(hdf5.Edit(counts(dir)))
	defer e.Close()
	err := e.Update(context.Background(), func(tx *hdf5.Tx) error {
		if err := tx.SetAttribute("/", "title", hdf5.NewScalar("draft")); err != nil {
			return err
		}
		return tx.DeleteAttribute("/", "subtitle")
	})
	fmt.Println(err != nil, len(must(e.File().Root().Attributes())))
	// Output: true 0
}

func ExampleFixedString() {
	fmt.Println(must(hdf5.FixedString(12, hdf5.ASCII)).Size())
	// Output: 12
}

func ExampleEnumOf() {
	sex := must(hdf5.EnumOf(must(hdf5.NamedType("int8")), []string{"F", "M"}, []int64{0, 1}))
	fmt.Println(sex.Class() == hdf5.Enum, sex)
	// Output: true int8
}

func ExampleCompoundOf() {
	point := must(hdf5.CompoundOf(
		hdf5.Member{Name: "x", Type: must(hdf5.NamedType("float32"))},
		hdf5.Member{Name: "y", Type: must(hdf5.NamedType("float32"))},
	))
	fmt.Println(point, point.Size())
	// Output: compound 8
}

func ExampleNewRecords() {
	point := must(hdf5.CompoundOf(
		hdf5.Member{Name: "x", Type: must(hdf5.NamedType("float32"))},
		hdf5.Member{Name: "label", Type: must(hdf5.FixedString(8, hdf5.ASCII))},
	))
	x, label := must(hdf5.NewArray([]float32{0.5, 2})), must(hdf5.NewArray([]string{"a", "b"}))
	points := must(hdf5.NewRecords(point, []*hdf5.Array{x, label}))
	fmt.Println(points.Shape(), must(points.Records()).Field("label").Data())
	// Output: [2] [a b]
}

func ExampleConcatenate() {
	first, last := must(hdf5.NewArray([]int8{1, 2, 3, 4}, 2, 2)), must(hdf5.NewArray([]int8{5, 6}, 1, 2))
	both := must(hdf5.Concatenate(first, last))
	fmt.Println(both.Shape(), both.Data())
	// Output: [3 2] [1 2 3 4 5 6]
}

func ExampleZeros() {
	fmt.Println(must(hdf5.Zeros(must(hdf5.NamedType("float64")), 3)).Data())
	// Output: [0 0 0]
}

func ExampleDatatype_Equal() {
	short, long := must(hdf5.FixedString(4, hdf5.ASCII)), must(hdf5.FixedString(8, hdf5.ASCII))
	fmt.Println(short.Equal(long), short.Equal(must(hdf5.FixedString(4, hdf5.ASCII))))
	// Output: false true
}

func ExampleTx_SetAttribute() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	e := must(hdf5.Edit(counts(dir)))
	defer e.Close()
	check0(e.Update(context.Background(), func(tx *hdf5.Tx) error {
		return tx.SetAttribute("/counts", "batches", must(hdf5.NewArray([]int64{3, 1})))
	}))
	batches := must(must(e.File().Dataset("/counts")).Attribute("batches"))
	fmt.Println(must(must(batches.Read()).Int64s()))
	// Output: [3 1]
}

func ExampleFile_Check() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	summary := must(f.Check(context.Background(), func(p hdf5.Problem) { fmt.Println(p.Path, p.Err) }))
	fmt.Println(summary.Problems, summary.Chunks > 0)
	// Output: 0 true
}

func ExampleRepack() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	packed := filepath.Join(dir, "packed.loom")
	check0(hdf5.Repack(context.Background(), f, packed, hdf5.RepackOptions{}))
	copied := must(hdf5.Open(packed))
	defer copied.Close()
	fmt.Println(copied.Size() <= f.Size())
	// Output: true
}

func ExampleTx_WriteColumns() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	ctx := context.Background()
	f := must(hdf5.Open(counts(dir)))
	defer f.Close()
	columns := must(f.Dataset("/counts"))

	// The second column, and then all columns with the rows turned round.
	path := filepath.Join(dir, "columns.h5")
	check0(hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		spec := hdf5.DatasetSpec{Type: columns.Type(), Shape: []int{3, 3}, Chunks: []int{2, 2}, Deflate: 2}
		if err := tx.CreateDataset("/columns", spec); err != nil {
			return err
		}
		return tx.WriteColumns(ctx, "/columns", hdf5.ColumnOptions{},
			hdf5.Columns{From: columns, Cols: hdf5.At(1)},
			hdf5.Columns{From: columns, Rows: []int{2, 1, 0}})
	}))
	result := must(hdf5.Open(path))
	defer result.Close()
	fmt.Println(must(must(must(result.Dataset("/columns")).Read(ctx)).Int64s()))
	// Output: [2 5 6 4 3 4 6 1 2]
}

func ExampleFile_Refresh() {
	dir := must(os.MkdirTemp("", "hdf5"))
	defer os.RemoveAll(dir)
	ctx := context.Background()
	path := counts(dir)
	f := must(hdf5.Open(path))
	defer f.Close()

	e := must(hdf5.Edit(path))
	defer e.Close()
	check0(e.Update(ctx, func(tx *hdf5.Tx) error { return tx.Resize(ctx, "/counts", 3, 9) }))

	newest := must(f.Refresh())
	fmt.Println(must(f.Dataset("/counts")).Shape(), must(newest.Dataset("/counts")).Shape())
	// Output: [3 2] [3 9]
}
