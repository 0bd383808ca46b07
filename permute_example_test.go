package loom_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/goloom/loom"
)

func ExampleConn_Permute() {
	ds, done := example()
	defer done()
	if err := ds.Permute(context.Background(), []int{2, 0, 1}, loom.Rows); err != nil {
		log.Fatal(err)
	}
	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(genes)
	fmt.Println(ds.Permute(context.Background(), []int{0, 0}, loom.Columns) != nil)
	// Output:
	// [Sox2 Actb Gad1]
	// true
}

func ExampleConn_PermuteTo() {
	ds, done := example()
	defer done()
	reversed := filepath.Join(filepath.Dir(ds.Filename()), "reversed.loom")
	if err := ds.PermuteTo(context.Background(), reversed, []int{1, 0}, loom.Columns); err != nil {
		log.Fatal(err)
	}
	other, err := loom.Open(reversed)
	if err != nil {
		log.Fatal(err)
	}
	defer other.Close()
	cells, err := other.ColAttrs().Strings("CellID")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cells)
	// Output: [cell 2 cell 1]
}

func ExampleTx_Permute() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	err := ds.Update(ctx, func(tx *loom.Tx) error {
		if err := tx.Permute(ctx, []int{1, 0}, loom.Columns); err != nil {
			return err
		}
		return tx.Permute(ctx, []int{2, 1, 0}, loom.Rows)
	})
	if err != nil {
		log.Fatal(err)
	}
	m, err := ds.Matrix().Read(ctx, loom.All(), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.At(0, 1), m.At(2, 1))
	// Output: 3 1
}

func ExampleView_Permute() {
	ds, done := example()
	defer done()
	ctx := context.Background()
	view, err := ds.View(ctx, loom.All(), loom.All())
	if err != nil {
		log.Fatal(err)
	}
	if err := view.Permute(ctx, []int{1, 0}, loom.Columns); err != nil {
		log.Fatal(err)
	}
	cells, err := view.ColAttrs().Strings("CellID")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cells)
	// Output: [cell 2 cell 1]
}

func ExampleAttributes_Argsort() {
	ds, done := example()
	defer done()
	ordering, err := ds.RowAttrs().Argsort(loom.SortKey{Name: "Gene", Descending: true})
	if err != nil {
		log.Fatal(err)
	}
	if err := ds.Permute(context.Background(), ordering, loom.Rows); err != nil {
		log.Fatal(err)
	}
	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(genes)
	// Output: [Sox2 Gad1 Actb]
}
