package hdf5

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// Renumber puts to[v] in the place of each value v of the dataset at a path,
// which has integers and one dimension. It serves numbers of positions when what
// is at the positions is reordered.
//
// The error wraps [ErrSelection] if to has nothing for a value, and [ErrType] if the
// dataset has no integers or its type does not hold all numbers in to. Values are read and stored
// anew piece by piece, as with [Tx.Write].
func (tx *Tx) Renumber(ctx context.Context, name string, to []int) error {
	return tx.f.fail(name, tx.renumber(ctx, name, to))
}

func (tx *Tx) renumber(ctx context.Context, name string, to []int) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	if err := d.checkRenumber(to); err != nil {
		return err
	}
	p, err := d.newPlan(nil)
	if err != nil || p.empty() {
		return err
	}
	var layout format.Layout
	change := func(pc *piece, values []byte) error { return d.renumber(pc, values, to) }
	switch {
	case d.external:
		return fmt.Errorf("values in external files: %w", ErrUnsupported)
	case d.layout.Class == format.Compact:
		layout = format.Layout{Version: 3, Class: format.Compact, Compact: bytes.Clone(d.layout.Compact)}
		err = change(&piece{origin: []int{0}, extent: d.space.dims}, layout.Compact)
	case d.layout.Class == format.Contiguous:
		layout, err = tx.storeContiguous(ctx, d, change)
	case d.layout.Class == format.Chunked:
		layout, err = tx.storeChunks(ctx, p, change)
	default:
		return fmt.Errorf("%v dataset: %w", d.Layout(), ErrUnsupported)
	}
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

// checkRenumber refuses datasets that cannot be renumbered.
func (d *Dataset) checkRenumber(to []int) error {
	if d.dtype.class != Integer || !d.dtype.plain() || len(d.space.dims) != 1 {
		return fmt.Errorf("renumber %s values of shape %v: %w", d.dtype, d.space.dims, ErrType)
	}
	bits := 8 * d.width
	if d.dtype.raw.Signed {
		bits--
	}
	if len(to) == 0 {
		return nil
	}
	least, greatest := slices.Min(to), slices.Max(to)
	if least < 0 || bits < 63 && greatest > math.MaxInt>>(63-bits) {
		return fmt.Errorf("numbers from %d to %d for %s values: %w", least, greatest, d.dtype, ErrType)
	}
	return nil
}

// renumber changes the values of one piece.
func (d *Dataset) renumber(pc *piece, values []byte, to []int) error {
	// What a chunk has beyond the end of the dataset stays as it is.
	n := min(pc.extent[0], d.space.dims[0]-pc.origin[0])
	values = values[:n*d.width]
	turn := d.turn()
	if turn != nil {
		turn(values)
		defer turn(values)
	}
	switch d.width {
	case 1:
		return renumberValues[uint8](values, to)
	case 2:
		return renumberValues[uint16](values, to)
	case 4:
		return renumberValues[uint32](values, to)
	case 8:
		return renumberValues[uint64](values, to)
	}
	return fmt.Errorf("integers of %d bytes: %w", d.width, ErrUnsupported)
}

// renumberValues takes negative numbers for large ones, for which there is no
// other number either.
func renumberValues[T uint8 | uint16 | uint32 | uint64](values []byte, to []int) error {
	numbers := numbersIn[T](values)
	for i, v := range numbers {
		if uint64(v) >= uint64(len(to)) {
			return fmt.Errorf("value %d of %d: %w", v, len(to), ErrSelection)
		}
		numbers[i] = T(to[v])
	}
	copy(values, bytesOf(numbers)) // in case that they had to be aligned
	return nil
}
