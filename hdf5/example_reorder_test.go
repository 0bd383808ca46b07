package hdf5_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom/hdf5"
)

// letters makes a file with the datasets letters and edges in a folder that done
// removes.
func letters() (path string, done func()) {
	dir, err := os.MkdirTemp("", "hdf5")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "letters.h5")
	ctx := context.Background()
	texts, err := hdf5.NewArray([]string{"a", "b", "c"})
	if err != nil {
		log.Fatal(err)
	}
	edges, err := hdf5.NewArray([]int32{0, 2})
	if err != nil {
		log.Fatal(err)
	}
	err = hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		return errors.Join(
			tx.CreateDataset("letters", hdf5.DatasetSpec{Type: texts.Type(), Shape: texts.Shape()}),
			tx.Write(ctx, "letters", texts),
			tx.CreateDataset("edges", hdf5.DatasetSpec{Type: edges.Type(), Shape: edges.Shape()}),
			tx.Write(ctx, "edges", edges),
		)
	})
	if err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

func printDataset(f *hdf5.File, name string) {
	d, err := f.Dataset(name)
	if err != nil {
		log.Fatal(err)
	}
	values, err := d.Read(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(values.Data())
}

func ExampleEditor_Rewrite() {
	path, done := letters()
	defer done()
	e, err := hdf5.Edit(path)
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	ctx := context.Background()
	err = e.Rewrite(ctx, func(tx *hdf5.Tx) error { return tx.Reorder(ctx, "letters", 0, []int{2, 0, 1}) })
	if err != nil {
		log.Fatal(err)
	}
	printDataset(e.File(), "letters")
	// Output: [c a b]
}

func ExampleTx_Reorder() {
	path, done := letters()
	defer done()
	e, err := hdf5.Edit(path)
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	ctx := context.Background()
	err = e.Update(ctx, func(tx *hdf5.Tx) error { return tx.Reorder(ctx, "letters", 0, []int{2, 1, 0}) })
	if err != nil {
		log.Fatal(err)
	}
	printDataset(e.File(), "letters")
	// Output: [c b a]
}

func ExampleTx_Renumber() {
	path, done := letters()
	defer done()
	e, err := hdf5.Edit(path)
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	ctx := context.Background()
	err = e.Update(ctx, func(tx *hdf5.Tx) error { return tx.Renumber(ctx, "edges", []int{10, 11, 12}) })
	if err != nil {
		log.Fatal(err)
	}
	printDataset(e.File(), "edges")
	// Output: [10 12]
}

func ExampleRewriteTo() {
	path, done := letters()
	defer done()
	f, err := hdf5.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	ctx, other := context.Background(), path+".other"
	err = hdf5.RewriteTo(ctx, f, other, func(tx *hdf5.Tx) error { return tx.Delete("edges") })
	if err != nil {
		log.Fatal(err)
	}
	made, err := hdf5.Open(other)
	if err != nil {
		log.Fatal(err)
	}
	defer made.Close()
	fmt.Println(f.Root().Has("edges"), made.Root().Has("edges"))
	// Output: true false
}
