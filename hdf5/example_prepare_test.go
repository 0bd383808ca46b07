package hdf5_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goloom/loom/hdf5"
)

// Labels are compressed while a matrix is written.
func ExampleTx_Prepare() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path, ctx := filepath.Join(dir, "prepared.h5"), context.Background()

	labels, err := hdf5.NewArray([]int32{3, 1, 2, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := hdf5.DatasetSpec{Type: labels.Type(), Shape: labels.Shape(), Chunks: []int{4}, Deflate: 2}
	err = hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		prepared, err := tx.Prepare(ctx, spec, labels)
		if err != nil {
			return err
		}
		// Here is the time to write the matrix.
		return tx.CreatePrepared("/labels", prepared)
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
	d, err := f.Dataset("/labels")
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := d.Read(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(values.Data())
	// Output: [3 1 2 1]
}
