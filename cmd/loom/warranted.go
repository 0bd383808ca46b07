package main

import (
	"context"
	"fmt"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A damaged file can declare a layer or a graph of any size, which prints for
// years as the fill value. What is within these bounds is printed regardless.
const (
	freeOutput    = 64 << 20
	freeFileSizes = 8
)

// maxExpansion is how many bytes one stored byte can decode to: deflate's limit.
const maxExpansion = 1032

// checkLayer refuses to print a part of a layer whose size nothing else in the
// file warrants: neither what is stored for the layer, nor attributes of as many
// rows and columns.
func (g *getter) checkLayer(ctx context.Context, layer *loom.Layer, rows, cols int) error {
	dataset := layer.Dataset()
	size := product(rows, max(1, cols), max(1, dataset.Type().Size()))
	if g.isFree(size) {
		return nil
	}
	height, width := layer.Shape()
	if g.witnessed(ctx, "row_attrs", g.conn.RowAttrs(), height) && g.witnessed(ctx, "col_attrs", g.conn.ColAttrs(), width) {
		return nil
	}
	if err := g.checkStored(ctx, dataset, size); err != nil {
		return fmt.Errorf("%w; --rows and --cols select a part", err)
	}
	return nil
}

// checkStored refuses to print more of a dataset than can be stored for it.
func (g *getter) checkStored(ctx context.Context, dataset *hdf5.Dataset, size int64) error {
	if g.isFree(size) {
		return nil
	}
	stored, err := dataset.StoredBytes(ctx)
	if err != nil {
		return err
	}
	// Entries of a damaged index may claim the same bytes many times over.
	if size/maxExpansion <= min(stored, g.conn.File().Size()) {
		return nil
	}
	return fmt.Errorf("%s: the file declares %d bytes of values and stores %d; the shape is probably damaged: %w",
		dataset.Path(), size, stored, loom.ErrTooLarge)
}

func (g *getter) isFree(size int64) bool {
	return size <= freeOutput || size/freeFileSizes <= g.conn.File().Size()
}

// witnessed reports whether an attribute of the given length is stored.
func (g *getter) witnessed(ctx context.Context, group string, attrs *loom.Attributes, length int) bool {
	for _, name := range attrs.Names() {
		info, err := attrs.Stat(name)
		if err != nil || len(info.Shape) == 0 || info.Shape[0] != length {
			continue
		}
		dataset, err := g.conn.File().Dataset(group + "/" + name)
		if err != nil {
			continue
		}
		if stored, err := dataset.StoredBytes(ctx); err == nil && int64(length)/maxExpansion <= stored {
			return true
		}
	}
	return false
}

// product multiplies sizes, which are not negative; it stays at the largest
// number rather than overflow.
func product(factors ...int) int64 {
	size := int64(1)
	for _, f := range factors {
		if f > 0 && size > math.MaxInt64/int64(f) {
			return math.MaxInt64
		}
		size *= int64(f)
	}
	return size
}
