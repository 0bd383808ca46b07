// Package annotate gives attributes to Loom files that are being made.
package annotate

import (
	"maps"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// Attributes are those of rows, of columns and of the file, by name.
type Attributes struct {
	Rows, Cols, Globals map[string]*loom.Array
}

// Set sets all of them, by name.
func (a Attributes) Set(tx *loom.Tx) error {
	for _, of := range []struct {
		values map[string]*loom.Array
		set    func(name string, values *loom.Array) error
	}{
		{a.Rows, tx.RowAttrs().Set}, {a.Cols, tx.ColAttrs().Set}, {a.Globals, tx.Attrs().Set},
	} {
		for _, name := range slices.Sorted(maps.Keys(of.values)) {
			if err := of.set(name, of.values[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Array makes an array of as many values as its shape has, one dimension by default;
// a shape of another number is a mistake of the caller's, and makes nil.
func Array[T hdf5.Element](values []T, shape ...int) *loom.Array {
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		return nil
	}
	return a
}

// Prefixed puts a sample's name and a colon in front of barcodes, unless it is empty.
func Prefixed(sample string, barcodes []string) []string {
	if sample == "" {
		return barcodes
	}
	ids := make([]string, len(barcodes))
	for i, barcode := range barcodes {
		ids[i] = sample + ":" + barcode
	}
	return ids
}
