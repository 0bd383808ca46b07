package loom

import (
	"context"
	"fmt"
)

// CreateWith makes a new Loom file, as [Create] does, with what fill puts into
// it by way of a transaction: layers, one by one or as streams, attributes, graphs.
// It is an error that wraps [ErrNotExist] if there is no main matrix then.
//
// The file appears, whole and durable, when fill has returned nil: if anything
// fails, what was at path before is still there. LOOM_SPEC_VERSION, CreationDate and
// last_modified are set in the end. The Tx is valid until fill returns.
func CreateWith(ctx context.Context, path string, fill func(tx *Tx) error) error {
	return create(ctx, path, nil, func(e *edit) error {
		tx := &Tx{edit: e, last: e.before}
		e.writer, e.reading = tx, nil
		if err := fill(tx); err != nil {
			return err
		}
		if tx.err != nil {
			return tx.err
		}
		there, err := e.has("", "matrix")
		if err == nil && !there {
			err = fmt.Errorf("%s: %w", layerTitle(""), ErrNotExist)
		}
		return err
	})
}
