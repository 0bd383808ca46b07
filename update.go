package loom

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// A Tx is a transaction on a Loom file: changes that become part of it all at
// once, or not at all. It is valid until the function that [Conn.Update] passes it to
// returns, and not for concurrent use.
//
// The methods return what the file has, with the changes made so far. What they
// returned before goes on reading the state that it was, but changes the present
// one. To read after a change writes the groups of the file anew, some
// kilobytes; to change things one after the other does not.
type Tx struct {
	edit *edit
	last *snapshot // the last state that could be read
	err  error     // why the transaction must not become part of the file
}

// Update calls change with a transaction and commits what it did if it returns
// nil. If it returns an error, or panics, the file stays as it was. On return
// the changes are durable, and the connection shows the new state.
//
// Every other change, such as [Attributes.Set] of [Conn.RowAttrs], is such a
// transaction of its own. They wait for each other: in change, use the Tx, for
// to change the Conn waits forever.
func (c *Conn) Update(ctx context.Context, change func(tx *Tx) error) error {
	return c.change(ctx, func(e *edit) error {
		tx := &Tx{edit: e, last: e.before}
		e.writer, e.reading = tx, nil
		if err := change(tx); err != nil {
			return err
		}
		return tx.err
	})
}

// change makes one transaction of what f does.
func (c *Conn) change(ctx context.Context, f func(*edit) error) error {
	return c.transact(ctx, (*hdf5.Editor).Update, f)
}

// transact makes one transaction of what f does, by way of a method of the
// editor. That may call f again if the transaction has to be made in another way.
func (c *Conn) transact(ctx context.Context, update func(*hdf5.Editor, context.Context, func(*hdf5.Tx) error) error, f func(*edit) error) error {
	if c.closed.Load() {
		return fmt.Errorf("%s: %w", c.filename, ErrClosed)
	}
	if c.editor == nil {
		return fmt.Errorf("%s: %w", c.filename, ErrReadOnly)
	}
	c.changing.Lock()
	defer c.changing.Unlock()
	err := update(c.editor, ctx, func(h *hdf5.Tx) error {
		e := newEdit(h, c.now(), c.memory, c)
		if err := f(e); err != nil {
			return err
		}
		return e.finish(ctx)
	})
	if err != nil {
		return err
	}
	state, err := newSnapshot(c.editor.File(), c.filename, c.memory, c)
	if err != nil {
		return fmt.Errorf("changed, but cannot be read: %w", err)
	}
	c.state.Store(state)
	return nil
}

// change makes f part of the transaction. If f fails when it has changed
// something already, so will the transaction.
func (tx *Tx) change(_ context.Context, f func(*edit) error) error {
	before := tx.edit.changes
	err := f(tx.edit)
	if err != nil && tx.edit.changes != before {
		tx.err = err
	}
	return err
}

// now returns the state so far. If it cannot be read the transaction will fail,
// and the state before stands in for it until then.
func (tx *Tx) now() *snapshot {
	state, err := tx.edit.state()
	if err != nil {
		tx.err = err
		return tx.last
	}
	tx.last = state
	return state
}

// Shape returns the number of rows and columns of the main matrix, and zeros
// if there is none.
func (tx *Tx) Shape() (rows, cols int) { return tx.now().Shape() }

// RowAttrs returns the row attributes.
func (tx *Tx) RowAttrs() *Attributes { return tx.now().rowAttrs }

// ColAttrs returns the column attributes.
func (tx *Tx) ColAttrs() *Attributes { return tx.now().colAttrs }

// Attrs returns the global attributes.
func (tx *Tx) Attrs() *GlobalAttributes { return tx.now().attrs }

// Layers returns the layers, the main matrix among them.
func (tx *Tx) Layers() *Layers { return tx.now().layers }

// Matrix returns the main matrix, as [Conn.Matrix] does.
func (tx *Tx) Matrix() *Layer { return tx.now().Matrix() }

// RowGraphs returns the graphs between rows.
func (tx *Tx) RowGraphs() *Graphs { return tx.now().rowGraphs }

// ColGraphs returns the graphs between columns.
func (tx *Tx) ColGraphs() *Graphs { return tx.now().colGraphs }
