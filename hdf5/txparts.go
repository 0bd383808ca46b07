package hdf5

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A Part is the values of one selection of a dataset, for [Tx.WriteParts].
type Part struct {
	Values    *Array
	Selectors []Selector
}

// WriteParts writes values that come in parts, each as [Tx.Write] does, and of
// a chunked dataset stores the chunk index once, after the last part, instead of
// after each. No two parts may touch the same chunk: that is an error that wraps
// [ErrSelection].
func (tx *Tx) WriteParts(ctx context.Context, name string, parts iter.Seq2[Part, error]) error {
	return tx.f.fail(name, tx.writeParts(ctx, name, parts))
}

func (tx *Tx) writeParts(ctx context.Context, name string, parts iter.Seq2[Part, error]) error {
	d, err := tx.dataset(name)
	if err != nil {
		return err
	}
	if d.layout.Class != format.Chunked || d.external {
		return tx.writeEach(ctx, name, parts)
	}
	var changed []newChunk
	for part, err := range parts {
		if err != nil {
			return err
		}
		stored, err := tx.storePart(ctx, d, part)
		if err != nil {
			return err
		}
		changed = append(changed, stored...)
	}
	if len(changed) == 0 {
		return nil
	}
	layout, err := tx.reindexOnce(d, changed)
	if err != nil {
		return err
	}
	return tx.relayout(name, layout)
}

// writeEach writes the parts one by one.
func (tx *Tx) writeEach(ctx context.Context, name string, parts iter.Seq2[Part, error]) error {
	for part, err := range parts {
		if err != nil {
			return err
		}
		if err := tx.writeValues(ctx, name, part.Values, part.Selectors); err != nil {
			return err
		}
	}
	return nil
}

// storePart stores the chunks that one part touches.
func (tx *Tx) storePart(ctx context.Context, d *Dataset, part Part) ([]newChunk, error) {
	p, raw, err := tx.planWrite(d, part.Values, part.Selectors)
	if err != nil || p.empty() {
		return nil, err
	}
	return tx.encodeChunks(ctx, p, p.putIn(raw))
}

// reindexOnce is reindex for chunks none of which may be among them twice.
func (tx *Tx) reindexOnce(d *Dataset, changed []newChunk) (format.Layout, error) {
	sortChunks(changed)
	for i := 1; i < len(changed); i++ {
		if slices.Equal(changed[i-1].Scaled, changed[i].Scaled) {
			return format.Layout{}, fmt.Errorf("two parts touch the chunk %v of the grid: %w", changed[i].Scaled, ErrSelection)
		}
	}
	return tx.reindex(d, d.space.dims, changed)
}
