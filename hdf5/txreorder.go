package hdf5

import (
	"context"
	"fmt"
)

// Reorder gives the elements of the dataset at a path another order along one
// dimension: what is at position order[i] comes to position i. order has each
// position of the dimension once, else the error wraps [ErrSelection]; it must not be
// changed before the transaction has ended.
//
// All values are stored anew, chunks in the shape and through the filters that
// they have. In memory it holds two blocks of new chunks, each of 32 MiB of values or
// one chunk if that is larger, or some that are smaller and together as large, and some
// chunks for each processor; of numbers that are mostly zero it is the others that it holds,
// twice their size. All values are read once, if those of the chunks that have the same
// place in all other dimensions fit into a block, and more often if not.
//
// Within [Editor.Rewrite] the elements change places when the file is written, after all
// other changes: until then the transaction shows them where they were. There a
// dataset can be reordered once.
func (tx *Tx) Reorder(ctx context.Context, name string, dim int, order []int) error {
	return tx.f.fail(name, tx.reorder(ctx, name, dim, order))
}

func (tx *Tx) reorder(ctx context.Context, name string, dim int, order []int) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	o, err := newReordering(d, dim, order)
	if err != nil {
		return err
	}
	if tx.orders != nil {
		if tx.orders[d.addr] != nil {
			return fmt.Errorf("reordered twice: %w", ErrUnsupported)
		}
		tx.orders[d.addr] = o
		return nil
	}
	if d.size() == 0 {
		return nil
	}
	r := reorderer{reordering: o, ctx: ctx, tx: tx, d: d}
	layout, err := r.store()
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}
