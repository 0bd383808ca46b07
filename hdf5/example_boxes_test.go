package hdf5_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goloom/loom/hdf5"
)

// A multiplication table is never in memory as a whole: it is worked out chunk by chunk.
func ExampleWriteBoxes() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path, ctx := filepath.Join(dir, "table.h5"), context.Background()

	table := hdf5.Box[int32]{Rows: 1000, Cols: 1000, Fill: func(at hdf5.Panels, to []int32) error {
		for i := at.R0; i < at.R1; i++ {
			for j := at.C0; j < at.C1; j++ {
				panel, column := (j-at.Col)/at.Width, (j-at.Col)%at.Width
				to[(panel*at.Height+i-at.Row)*at.Width+column] = int32(i * j)
			}
		}
		return nil
	}}
	err = hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		int32s, err := hdf5.NamedType("int32")
		if err != nil {
			return err
		}
		spec := hdf5.DatasetSpec{Type: int32s, Shape: []int{1000, 1000}, Chunks: []int{100, 100}, Deflate: 2}
		if err := tx.CreateDataset("/table", spec); err != nil {
			return err
		}
		return hdf5.WriteBoxes(ctx, tx, "/table", func(yield func(hdf5.Box[int32], error) bool) {
			yield(table, nil)
		})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := hdf5.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	d, err := f.Dataset("/table")
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := d.Read(ctx, hdf5.At(12), hdf5.Indices([]int{1, 2, 999}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(values.Data())
	// Output: [12 24 11988]
}
