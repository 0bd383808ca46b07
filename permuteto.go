package loom

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// PermuteTo makes a file at path that is as [Conn.Permute] would make this one,
// which stays as it is and may be open for reading only. The new file appears, whole and durable,
// in place of an existing one, as with [Create]. It is an error that wraps fs.ErrInvalid if
// path leads to the file itself.
func (c *Conn) PermuteTo(ctx context.Context, path string, ordering []int, axis Axis) error {
	if c.closed.Load() {
		return fmt.Errorf("%s: %w", c.filename, ErrClosed)
	}
	state := c.now()
	if err := checkNotInput(path, c.filename); err != nil {
		return err
	}
	return hdf5.RewriteTo(progress.Named(ctx, "permute"), state.file, path, func(h *hdf5.Tx) error {
		e := newEdit(h, state, c.memory, nil)
		if err := e.permute(ctx, ordering, axis); err != nil {
			return err
		}
		return e.finish(ctx)
	})
}
