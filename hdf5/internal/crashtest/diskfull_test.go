package crashtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
)

// faults are ways in which operations of the file system fail from a certain one on.
var faults = map[string]func(*crashfs.FS, int, error){
	"at":   (*crashfs.FS).FailAt,   // that one only
	"from": (*crashfs.FS).FailFrom, // and all after it
}

// Wherever the disk is full, an operation fails, and the file and the connection
// hold what they held before. Once there is space again it can be done again.
func TestDiskFull(t *testing.T) {
	deep := howDeep()
	for i, start := range dialects(t) {
		t.Run(start.name, func(t *testing.T) {
			known := reader{}
			for j, o := range operations {
				if i > 0 && (i+j)%(3*deep.stride) != 0 {
					continue
				}
				c := newTrial(t, o, start.file, known)
				fsys := crashfs.New(c.starts())
				if err := c.workload(fsys); err != nil {
					t.Fatalf("%s: %v", o.name, err)
				}
				done := fsys.Ops()
				last := len(done) - 1
				for n, op := range done {
					if n%deep.stride != 0 && n < last-6 {
						continue // most are alike
					}
					for mode, fail := range faults {
						if err := c.fill(func(f *crashfs.FS) { fail(f, n, syscall.ENOSPC) }, mode == "at", op.Kind); err != nil {
							t.Fatalf("%s, disk full %s operation %d, %v: %v", o.name, mode, n, op, err)
						}
					}
				}
			}
		})
	}
}

// fill does the operation on a disk that is full at an operation of the given kind, once
// or from then on, and then on a disk that is not.
func (c *trial) fill(fail func(*crashfs.FS), once bool, kind crashfs.Kind) error {
	f := crashfs.New(c.starts())
	if c.change != nil {
		return c.on(f, func() error { return c.fillConn(f, fail) })
	}
	return c.on(f, func() error { return c.fillPath(f, fail, once, kind) })
}

// fillPath is fill for an operation that opens the file itself.
func (c *trial) fillPath(f *crashfs.FS, fail func(*crashfs.FS), once bool, kind crashfs.Kind) error {
	fail(f)
	failed := c.run(c.ctx, c.path)
	var err error
	switch {
	case errors.Is(failed, hdf5.ErrUncertain):
		return c.holds(f, c.old, c.new)
	case failed == nil, kind == crashfs.SyncDir:
		err = c.holds(f, c.new) // which may be gone after a power cut if there was an error
	default:
		err = c.failed(f, failed)
	}
	if err != nil {
		return fmt.Errorf("%w, after %w", err, failed)
	}
	if once && len(f.Files()) != 1 {
		return fmt.Errorf("left over: %q", slices.Collect(maps.Keys(f.Files())))
	}
	before := len(f.Files())
	f.Restart()
	if err := c.run(c.ctx, c.path); err != nil {
		return fmt.Errorf("done again: %w", err)
	}
	if after := len(f.Files()); after != before {
		return fmt.Errorf("left over: %q", slices.Collect(maps.Keys(f.Files())))
	}
	return c.holds(f, c.new)
}

// fillConn is fill for a change on a connection that is open by then.
func (c *trial) fillConn(f *crashfs.FS, fail func(*crashfs.FS)) error {
	ds, err := loom.Connect(c.path, loom.SkipValidation())
	if err != nil {
		return err
	}
	fail(f)
	failed := c.change(c.ctx, ds)
	uncertain := errors.Is(failed, hdf5.ErrUncertain)
	switch {
	case failed == nil:
		err = c.holds(f, c.new)
	case uncertain:
		err = c.holds(f, c.old, c.new)
	default:
		err = c.failed(f, failed)
	}
	if now, unread := contentOf(c.ctx, ds.File()); failed != nil && err == nil && (unread != nil || now != c.old) {
		err = fmt.Errorf("the connection shows something else: %w", unread)
	}
	if err != nil {
		return fmt.Errorf("%w, after %w", err, failed)
	}
	if failed == nil || uncertain {
		return ds.Close()
	}
	f.Recover()
	if again := c.change(c.ctx, ds); again != nil {
		// The connection has had enough and says so. Another one can go on.
		f.Restart()
		if err := c.run(c.ctx, c.path); err != nil {
			return fmt.Errorf("done again: %w and, with another connection, %w", again, err)
		}
		return c.holds(f, c.new)
	}
	return errors.Join(c.holds(f, c.new), ds.Close())
}

// holds requires that the file has one of several contents, apart from times.
func (c *trial) holds(f *crashfs.FS, either ...content) error {
	now, err := c.known.read(c.ctx, f.Files()[c.path])
	if err != nil {
		return err
	}
	for _, want := range either {
		if now.timeless == want.timeless {
			return nil
		}
	}
	return errors.New("the file holds something else")
}

// failed requires that an operation has failed for want of space and has changed nothing.
func (c *trial) failed(f *crashfs.FS, failed error) error {
	if !errors.Is(failed, syscall.ENOSPC) {
		return errors.New("failed for another reason, or not at all")
	}
	now, err := c.known.read(c.ctx, f.Files()[c.path])
	if err == nil && now != c.old {
		err = errors.New("the file holds something else")
	}
	return err
}
