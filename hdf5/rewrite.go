package hdf5

import (
	"context"
	"errors"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// Rewrite is [Editor.Update] for changes of most of a file: its result is a new
// file, as [Repack] makes it, that takes the place of the old one. The file does
// not keep the space of what has changed, and no less is there at any time than one whole
// file, the old or the new. Until the end there is another file beside it, whose
// name ends in ".tmp".
//
// Other writers are kept out without interruption. Files that came from the Editor
// before, and whoever else has the file open, go on reading the old one, whose
// space on the disk is free when they do not any more. Permissions stay; a symbolic link
// goes on leading to the file.
//
// Where the new file cannot take the old one's place, the transaction happens in the
// file itself, as with Update, and change is called a second time: if the directory
// cannot be written to, if the file has several names (hard links) or belongs to somebody
// else, if it holds what Repack refuses to copy, or cannot read, and on Windows.
func (e *Editor) Rewrite(ctx context.Context, change func(tx *Tx) error) error {
	if e.dryRun {
		return e.Update(ctx, change)
	}
	err := e.rewrite(ctx, change)
	if errors.Is(err, errInPlace) {
		return e.Update(ctx, change)
	}
	return err
}

// RewriteTo makes a new file at path, as [Repack] does, of what change makes of
// from, which stays as it is. What change writes is kept in a temporary
// file until then.
func RewriteTo(ctx context.Context, from *File, path string, change func(tx *Tx) error) (err error) {
	image, err := format.EncodeSuperblock(from.sb)
	if err != nil {
		return from.fail("", err)
	}
	volume, err := storage.Scratch(from.r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, volume.Close()) }()
	err = volume.SetLayout(storage.Layout{Superblock: uint64(len(image)), End: uint64(from.r.Size())})
	if err != nil {
		return from.fail("", err)
	}
	st, err := volume.Begin()
	if err != nil {
		return from.fail("", err)
	}
	tx, err := changeInVain(ctx, st, from, change)
	if err != nil {
		return err
	}
	if err := tx.f.checkWhole(); err != nil {
		return tx.f.fail("", err)
	}
	r := repacking{from: tx.f, orders: tx.orders}
	return r.run(ctx, func(fill func(*Tx) error) error {
		return createFile(ctx, storage.At(path), path, from.sb.Sizes, from.r.Before(), nil, fill, nil)
	})
}

// changeInVain calls change with a transaction on before that will not be
// committed, and whose File is what it would make of it.
func changeInVain(ctx context.Context, st *storage.Tx, before *File, change func(tx *Tx) error) (*Tx, error) {
	tx := &Tx{ctx: ctx, st: st, f: before.sibling(st.Reader()), orders: map[uint64]*reordering{}}
	defer tx.endPrepared()
	if err := change(tx); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := tx.flush(); err != nil {
		return nil, tx.f.fail("", err)
	}
	tx.refresh()
	tx.f.size = tx.f.base + tx.f.r.Size()
	return tx, nil
}

// errInPlace says that a file can only be changed where it is.
var errInPlace = errors.New("file cannot be written anew")

func (e *Editor) rewrite(ctx context.Context, change func(tx *Tx) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.state.Load()
	if e.closed.Load() {
		return before.fail("", ErrClosed)
	}
	st, err := e.volume.Begin()
	if err != nil {
		return err
	}
	// Nothing of this transaction is committed: the new file is made from what
	// it would have been.
	defer func() { _ = st.Rollback() }()
	tx, err := changeInVain(ctx, st, before, change)
	if err != nil {
		return err
	}
	if tx.f.sb == before.sb && len(tx.orders) == 0 {
		return nil // nothing has changed
	}
	next, err := e.writeAnew(ctx, tx)
	if err != nil {
		return err
	}
	_ = st.Rollback()
	return e.moveTo(next)
}

// writeAnew makes a new file of what tx has made of the present one, and puts it
// into its place.
func (e *Editor) writeAnew(ctx context.Context, tx *Tx) (*Editor, error) {
	from := tx.f
	if err := from.checkWhole(); err != nil {
		return nil, errors.Join(errInPlace, from.fail("", err))
	}
	var next *Editor
	r := repacking{from: from, orders: tx.orders}
	err := r.run(ctx, func(fill func(*Tx) error) error {
		_, err := e.volume.Succeed(e.fsys, func(file storage.File) (_ *storage.Volume, err error) {
			next, err = fillFile(ctx, file, from.name, from.sb.Sizes, from.r.Before(), fill, e.opts)
			if err != nil {
				return nil, err
			}
			return next.volume, nil
		})
		return err
	})
	switch {
	case errors.Is(err, storage.ErrNotReplaceable), errors.Is(err, ErrUnsupported), errors.Is(err, ErrReferenced), errors.Is(err, ErrCorrupt):
		return nil, errors.Join(errInPlace, err)
	case err != nil:
		return nil, err
	}
	return next, nil
}

// moveTo makes the file of another Editor, which is not used any more, that of e.
func (e *Editor) moveTo(next *Editor) error {
	last := next.state.Load()
	f := last.sibling(nil)
	f.closed = &e.closed
	old := e.volume
	e.volume = next.volume
	e.written, e.mapped = 0, true // there is no free space
	e.publish(f)
	last.pin.Release()
	e.retired = append(openVolumes(e.retired), old)
	return old.Retire()
}

// openVolumes returns those that have not been closed yet.
func openVolumes(volumes []*storage.Volume) []*storage.Volume {
	var open []*storage.Volume
	for _, v := range volumes {
		if !v.Closed() {
			open = append(open, v)
		}
	}
	return open
}
