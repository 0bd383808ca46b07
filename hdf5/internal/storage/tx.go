package storage

import (
	"errors"
	"fmt"
	"io"
	"math"
)

var (
	// ErrCommitted is wrapped by the error about a write to bytes that the
	// transaction has not allocated.
	ErrCommitted = errors.New("bytes do not belong to the transaction")

	// ErrTxDone is returned by a transaction that was committed or rolled back.
	ErrTxDone = errors.New("transaction has ended")
)

// A Tx is a transaction: a new version of what changes in a file, written where
// no reader looks, until Commit points the superblock at it.
//
// Addresses count from the superblock. A Tx is for one goroutine; its Readers
// and its Regions are for any number. An error of WriteAt, and a Free that cannot be
// right, leave Commit no choice but to fail.
type Tx struct {
	volume *Volume
	done   bool
	err    error  // the first failure
	asked  bool   // whether anybody else reads the file
	wrote  bool   // something past the committed end, perhaps
	end    uint64 // address after the last allocated byte
	fresh  space  // allocated and not freed
	free   space  // to allocate from
	freed  space  // in use by the committed state, not by this one

	// find says which extents of the committed state are not in use; nil once it was asked.
	find func() (free []Extent, known bool, err error)

	unsynced int64      // bytes written, or to be written, since SyncAhead began last
	ahead    chan error // what comes of that; nil if nothing is under way
}

// Alloc allocates n bytes at an address that is a multiple of 8: in space that
// this transaction has freed or that nobody reads any more, else at the end.
func (t *Tx) Alloc(n uint64) (addr uint64, err error) {
	if t.done {
		return 0, ErrTxDone
	}
	if n == 0 || n > math.MaxInt64 {
		return 0, fmt.Errorf("%s: allocation of %d bytes: %w", t.volume.name, n, ErrOutOfBounds)
	}
	if err := t.findFree(); err != nil {
		return 0, err
	}
	addr, ok := t.free.take(n)
	if !ok && !t.asked {
		if err := t.reclaim(); err != nil {
			return 0, t.fail(err)
		}
		addr, ok = t.free.take(n)
	}
	if !ok {
		if addr, err = t.extend(n); err != nil {
			return 0, err
		}
	}
	return addr, t.fail(t.fresh.add(Extent{addr, n}))
}

// FindFree has find say which extents of the committed content are not in use, as a walk over
// all of it shows, when the transaction is about to allocate or to free for the first time, and
// only then. They become reusable when nobody else reads the file, and take the place of what was known
// before; if they are not known, that stays. An error of find is one of the transaction.
func (t *Tx) FindFree(find func() (free []Extent, known bool, err error)) { t.find = find }

// findFree asks for free space, if that has not been done.
func (t *Tx) findFree() error {
	if t.find == nil {
		return nil
	}
	free, known, err := t.find()
	t.find = nil
	if err != nil || !known {
		return t.fail(err)
	}
	t.volume.mu.Lock()
	defer t.volume.mu.Unlock()
	if err := t.volume.setFree(free); err != nil {
		return t.fail(err)
	}
	_, err = t.volume.reclaim(false)
	t.free = t.volume.reusable // of which nothing is in use: nothing has been allocated
	return t.fail(err)
}

// reclaim asks, once a transaction, for the space of states that nobody reads
// any more.
func (t *Tx) reclaim() error {
	t.asked = true
	t.volume.mu.Lock()
	defer t.volume.mu.Unlock()
	reclaimed, err := t.volume.reclaim(true)
	if err != nil {
		return err
	}
	return t.free.addAll(reclaimed)
}

// extend allocates n bytes where free space runs up to the end, or behind it.
func (t *Tx) extend(n uint64) (addr uint64, err error) {
	start := t.End()
	addr = start + padding(start)
	limit := uint64(math.MaxInt64 - t.volume.layout.Base)
	if addr > limit || n > limit-addr {
		return 0, fmt.Errorf("%s: allocation of %d bytes at %d, beyond the greatest file size: %w", t.volume.name, n, addr, ErrOutOfBounds)
	}
	t.free.cut(Extent{start, t.end - start})
	t.end = addr + n
	return addr, t.free.add(Extent{start, addr - start})
}

// End returns the address after the last byte that is in use, which decides
// the end of file that the superblock for Commit has to state.
func (t *Tx) End() uint64 {
	if last, ok := t.free.last(); ok && last.end() == t.end {
		return last.Addr
	}
	return t.end
}

// Allocated returns how many bytes the transaction has allocated and not freed.
func (t *Tx) Allocated() uint64 { return t.fresh.size() }

// WriteAt writes b at addr, all of which must have been allocated by this
// transaction and not freed since.
func (t *Tx) WriteAt(b []byte, addr uint64) error {
	if t.done {
		return ErrTxDone
	}
	if len(b) == 0 {
		return nil
	}
	r, err := t.Region(addr, uint64(len(b)))
	if err != nil {
		return err
	}
	return t.fail(r.Write(b))
}

// A Region is space of a transaction that any goroutine may write, while others use the
// transaction.
type Region struct {
	volume  *Volume
	addr, n uint64
}

// Region returns n bytes at addr, at least one, all of which must have been allocated by this transaction and
// not freed since. They must be written before they are freed, and before Commit and Rollback.
func (t *Tx) Region(addr, n uint64) (Region, error) {
	if t.done {
		return Region{}, ErrTxDone
	}
	if !t.fresh.contains(Extent{addr, n}) {
		return Region{}, t.fail(fmt.Errorf("%s: write of %d bytes at %d: %w", t.volume.name, n, addr, ErrCommitted))
	}
	if err := t.volume.settle(); err != nil {
		return Region{}, t.fail(err)
	}
	t.wrote = true
	t.unsynced += int64(n)
	return Region{t.volume, addr, n}, nil
}

// Write writes b, as many bytes as the Region has. An error has to be passed to
// [Tx.Fail].
func (r Region) Write(b []byte) error {
	v := r.volume
	if uint64(len(b)) != r.n {
		return fmt.Errorf("%s: write of %d bytes at %d, where there are %d: %w", v.name, len(b), r.addr, r.n, ErrOutOfBounds)
	}
	n, err := v.file.WriteAt(b, v.layout.Base+int64(r.addr))
	if err != nil {
		return fmt.Errorf("%s: wrote %d of %d bytes at %d: %w", v.name, n, len(b), r.addr, err)
	}
	return nil
}

// Fail makes Commit fail with an error, if it is not nil and the first one.
func (t *Tx) Fail(err error) { t.fail(err) }

// Free says that n bytes at addr are not in use any more. Space that this
// transaction allocated can be allocated again at once, that of the committed
// state only by a later transaction.
func (t *Tx) Free(addr, n uint64) {
	if t.findFree() != nil {
		return
	}
	e := Extent{addr, n}
	if err := t.volume.checkExtent(e, t.end); err != nil {
		t.fail(err)
		return
	}
	if space := t.free; len(space.cut(e)) > 0 {
		t.fail(fmt.Errorf("%s: free %d bytes at %d: %w", t.volume.name, n, addr, errOverlap))
		return
	}
	at := addr
	for _, own := range t.fresh.cut(e) {
		t.fail(t.freed.add(Extent{at, own.Addr - at}))
		t.fail(t.free.add(own))
		at = own.end()
	}
	t.fail(t.freed.add(Extent{at, e.end() - at}))
}

// Reader returns a Reader of all that was allocated before the call, whose
// address 0 is the superblock as it was committed last. What was allocated and
// has not been written reads as zeros where the file does not reach it yet.
func (t *Tx) Reader() *Reader {
	r := t.volume.reader(t.end)
	r.src = zeroTail{r.src}
	return r
}

// A zeroTail is a file with zeros behind its end.
type zeroTail struct{ io.ReaderAt }

func (z zeroTail) ReadAt(b []byte, off int64) (int, error) {
	n, err := z.ReaderAt.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		clear(b[n:])
		return len(b), nil
	}
	return n, err
}

// fail notes the first error and returns err.
func (t *Tx) fail(err error) error {
	if t.err == nil {
		t.err = err
	}
	return err
}

// Commit makes the transaction happen, by one write of the superblock that
// points to what it wrote and states the end of file that End implies. It
// returns when that is durable.
//
// If it fails, the transaction is rolled back, unless the error wraps
// [ErrUncertain].
func (t *Tx) Commit(superblock []byte) error {
	if t.done {
		return ErrTxDone
	}
	if err := t.prepare(superblock); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err := t.flip(superblock); err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.finish(superblock)
	return nil
}

// prepare makes durable all that the superblock is about to point to.
func (t *Tx) prepare(superblock []byte) error {
	v := t.volume
	t.syncedAhead(true)
	if t.err != nil {
		return t.err
	}
	if uint64(len(superblock)) != v.layout.Superblock {
		return fmt.Errorf("%s: superblock of %d bytes, want %d", v.name, len(superblock), v.layout.Superblock)
	}
	if err := v.settle(); err != nil {
		return err
	}
	// What was allocated last may not have been written to its end.
	size, err := v.file.Size()
	if err != nil {
		return err
	}
	if end := v.layout.Base + int64(t.End()); size < end {
		t.wrote = true
		if err := v.file.Truncate(end); err != nil {
			return err
		}
	}
	if err := v.file.Sync(); err != nil {
		return err
	}
	return v.checkUnchanged()
}

// flip replaces the superblock. If that fails it puts the old one back, and if
// that fails too the volume is of no more use: a further transaction could
// overwrite what the superblock on the disk points to.
func (t *Tx) flip(superblock []byte) error {
	v := t.volume
	err := v.writeSuperblock(superblock)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: write the superblock: %w", v.name, err)
	if undo := v.writeSuperblock(v.superblock); undo != nil {
		t.wrote = false // or Rollback would cut off what may be committed
		return v.fail(fmt.Errorf("%w: %w; put the old superblock back: %w", ErrUncertain, err, undo))
	}
	return err
}

func (v *Volume) writeSuperblock(image []byte) error {
	if _, err := v.file.WriteAt(image, v.layout.Base); err != nil {
		return err
	}
	return v.file.Sync()
}

// finish makes the state of the transaction the volume's.
func (t *Tx) finish(superblock []byte) {
	end := t.End()
	t.free.cut(Extent{end, t.end - end})
	t.done = true

	v := t.volume
	v.mu.Lock()
	defer v.mu.Unlock()
	v.superblock = append([]byte(nil), superblock...)
	v.layout.End = end
	v.reusable = t.free
	v.generation++
	v.retire(t.freed)
	// The transaction has happened. If the file cannot be cut off now, then
	// that is done before the next write.
	v.settled = v.trim() == nil
	v.open = false
}

// Rollback forgets the transaction and gives back the space past the committed
// end. After Commit it does nothing.
func (t *Tx) Rollback() error {
	if t.done {
		return nil
	}
	t.syncedAhead(true)
	t.done = true
	v := t.volume
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open = false
	if !t.wrote {
		return nil
	}
	err := v.trim()
	if err != nil {
		v.settled = false // which has the next transaction try again
		return fmt.Errorf("%s: cut off a transaction that was rolled back: %w", v.name, err)
	}
	return nil
}
