package loom_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// example makes a file of 3 genes and 2 cells in a folder that done removes, and
// connects to it.
func example() (ds *loom.Conn, done func()) {
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	counts, err := sparse.NewDense(3, 2, []float32{1, 0, 0, 2, 3, 0})
	if err != nil {
		log.Fatal(err)
	}
	genes, err := hdf5.NewArray([]string{"Actb", "Gad1", "Sox2"})
	if err != nil {
		log.Fatal(err)
	}
	cells, err := hdf5.NewArray([]string{"cell 1", "cell 2"})
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "cells.loom")
	err = loom.Create(context.Background(), path, map[string]loom.Matrix{"": counts},
		map[string]*loom.Array{"Gene": genes}, map[string]*loom.Array{"CellID": cells}, nil)
	if err != nil {
		log.Fatal(err)
	}
	if ds, err = loom.Connect(path); err != nil {
		log.Fatal(err)
	}
	return ds, func() {
		ds.Close()
		os.RemoveAll(dir)
	}
}

func ExampleConn_Refresh() {
	writer, done := example()
	defer done()
	reader, err := loom.Open(writer.Filename())
	if err != nil {
		log.Fatal(err)
	}
	defer reader.Close()
	before := reader.RowAttrs()

	chosen, err := hdf5.NewArray([]bool{true, false, true})
	if err != nil {
		log.Fatal(err)
	}
	if err := writer.RowAttrs().Set("Chosen", chosen); err != nil {
		log.Fatal(err)
	}
	fmt.Println(reader.RowAttrs().Names())
	if err := reader.Refresh(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(reader.RowAttrs().Names(), before.Names())
	// Output:
	// [Gene]
	// [Chosen Gene] [Gene]
}

func ExampleCreate() {
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	counts, err := sparse.NewCOO(3, 2, []int32{0, 2}, []int32{1, 0}, []float32{5, 7})
	if err != nil {
		log.Fatal(err)
	}
	genes, err := hdf5.NewArray([]string{"Actb", "Gad1", "Sox2"})
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "cells.loom")
	err = loom.Create(context.Background(), path, map[string]loom.Matrix{"": counts},
		map[string]*loom.Array{"Gene": genes}, nil, map[string]*loom.Array{"Title": hdf5.NewScalar("Two cells")})
	if err != nil {
		log.Fatal(err)
	}
	report, err := loom.Validate(path)
	fmt.Println(report.Valid(), err)
	// Output: true <nil>
}

func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ds, err := loom.New(ctx, filepath.Join(dir, "cells.loom"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	for range 3 {
		batch, err := sparse.NewDense(4, 100, make([]float32, 400))
		if err != nil {
			log.Fatal(err)
		}
		if _, err := ds.AddColumns(ctx, map[string]loom.Matrix{"": batch}, nil); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(ds.Shape())
	// Output: 4 300
}

func ExampleAttributes_Set() {
	ds, done := example()
	defer done()
	clusters, err := hdf5.NewArray([]int64{0, 1})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.ColAttrs().Set("ClusterID", clusters); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.ColAttrs().Int64s("ClusterID"))
	// Output: [0 1] <nil>
}

func ExampleAttributes_Delete() {
	ds, done := example()
	defer done()
	if err := ds.ColAttrs().Delete("CellID"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.ColAttrs().Has("CellID"))
	// Output: false
}

func ExampleGlobalAttributes_Set() {
	ds, done := example()
	defer done()
	if err := ds.Attrs().Set("Title", hdf5.NewScalar("Two cells")); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Attrs().Text("Title"))
	// Output: Two cells <nil>
}

func ExampleLayers_Set() {
	ctx := context.Background()
	ds, done := example()
	defer done()
	spliced, err := sparse.NewCOO(3, 2, []int32{1}, []int32{1}, []uint16{4})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.Layers().Set(ctx, "spliced", spliced); err != nil {
		log.Fatal(err)
	}
	layer, err := ds.Layer("spliced")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(layer.Type(), layer.Dataset().Chunks())
	// Output: uint16 [3 2]
}

func ExampleLayer_Write() {
	ctx := context.Background()
	ds, done := example()
	defer done()
	row, err := sparse.NewDense(1, 2, []float32{8, 9})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.Matrix().Write(ctx, loom.At(1), loom.All(), row); err != nil {
		log.Fatal(err)
	}
	m, err := loom.ReadAs[float32](ctx, ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Raw())
	// Output: [1 0 8 9 3 0]
}

func ExampleGraphs_Set() {
	ds, done := example()
	defer done()
	weights, err := hdf5.NewArray([]float32{0.5})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.ColGraphs().Set("KNN", []int32{0}, []int32{1}, weights); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.ColGraphs().Edges("KNN"))
	// Output: 1 <nil>
}

// Without values to fill in, attributes that the new columns lack are deleted,
// as loompy does; the result says which.
func ExampleConn_AddColumns() {
	ctx := context.Background()
	ds, done := example()
	defer done()
	column, err := sparse.NewDense(3, 1, []float32{1, 2, 3})
	if err != nil {
		log.Fatal(err)
	}
	added, err := ds.AddColumns(ctx, map[string]loom.Matrix{"": column}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Shape())
	fmt.Println("deleted:", added.Deleted)
	// Output:
	// 3 3
	// deleted: [CellID]
}

func ExampleConn_Update() {
	ctx := context.Background()
	ds, done := example()
	defer done()
	err := ds.Update(ctx, func(tx *loom.Tx) error {
		ids, err := tx.ColAttrs().Get("CellID")
		if err != nil {
			return err
		}
		if err := tx.ColAttrs().Set("Name", ids); err != nil {
			return err
		}
		return tx.ColAttrs().Delete("CellID")
	})
	fmt.Println(ds.ColAttrs().Names(), err)
	// Output: [Name] <nil>
}

func ExampleLayers_SetEmpty() {
	ds, done := example()
	defer done()
	if err := ds.Layers().SetEmpty(context.Background(), "spliced", "uint16"); err != nil {
		log.Fatal(err)
	}
	layer, err := ds.Layer("spliced")
	if err != nil {
		log.Fatal(err)
	}
	rows, cols := layer.Shape()
	fmt.Println(layer.Type(), rows, cols)
	// Output: uint16 3 2
}

func ExampleLayers_Delete() {
	ds, done := example()
	defer done()
	if err := ds.Layers().SetEmpty(context.Background(), "spliced", "uint16"); err != nil {
		log.Fatal(err)
	}
	if err := ds.Layers().Delete("spliced"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Layers().Has("spliced"))
	// Output: false
}

func ExampleGraphs_Delete() {
	ds, done := example()
	defer done()
	weights, err := hdf5.NewArray([]float64{0.5})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.ColGraphs().Set("KNN", []int32{0}, []int32{1}, weights); err != nil {
		log.Fatal(err)
	}
	if err := ds.ColGraphs().Delete("KNN"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.ColGraphs().Len())
	// Output: 0
}

func ExampleGlobalAttributes_Delete() {
	ds, done := example()
	defer done()
	if err := ds.Attrs().Set("Title", hdf5.NewScalar("Two cells")); err != nil {
		log.Fatal(err)
	}
	if err := ds.Attrs().Delete("Title"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ds.Attrs().Has("Title"))
	// Output: false
}

func ExampleValidate() {
	report, err := loom.Validate("testdata/broken.loom")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Valid(), len(report.Errors) > 1)
	// Output: false true
}

func ExampleConn_Export() {
	ds, done := example()
	defer done()
	out := filepath.Join(filepath.Dir(ds.Filename()), "cells.tab")
	if err := ds.Export(context.Background(), out); err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", text[:24])
	// Output: "\tCellID\tcell 1\tcell 2\t\nG"
}

func ExampleConn_LastModified() {
	ds, done := example()
	defer done()
	before, err := ds.LastModified()
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.Attrs().Set("Title", hdf5.NewScalar("Two cells")); err != nil {
		log.Fatal(err)
	}
	after, err := ds.LastModified()
	fmt.Println(after.After(before), err)
	// Output: true <nil>
}

// A layer that does not fit into memory comes batch by batch.
func ExampleCreateWith() {
	const genes, cells = 3, 1000
	batches := func(yield func(*sparse.CSC[float32], error) bool) {
		for j := range cells { // one cell a batch: a count of j for gene 1
			if !yield(sparse.NewCSC(genes, 1, []int{0, 1}, []int32{1}, []float32{float32(j)})) {
				return
			}
		}
	}
	path := filepath.Join(os.TempDir(), "streamed.loom")
	defer os.Remove(path)
	names, err := hdf5.NewArray([]string{"Actb", "Cd3e", "Xist"}, genes)
	if err != nil {
		log.Fatal(err)
	}
	err = loom.CreateWith(context.Background(), path, func(tx *loom.Tx) error {
		if err := tx.Layers().SetStream(context.Background(), "", loom.StreamColumns(genes, cells, batches)); err != nil {
			return err
		}
		return tx.RowAttrs().Set("Gene", names)
	})
	if err != nil {
		log.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	sums, err := ds.Map(context.Background(), loom.Rows, loom.Sum)
	fmt.Println(sums[0], err)
	// Output: [0 499500 0] <nil>
}
