package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
	"sync/atomic"
)

// maxSuperblock is the greatest size of a superblock: that of version 1 with
// 8-byte offsets (File Format Specification, section II.A). It starts at a
// multiple of 512, so it lies in one sector, which a disk writes wholly or not
// at all.
const maxSuperblock = 100

const sectorSize = 512

var (
	// ErrChanged is wrapped by the error about a file that another program has
	// changed although it was open here for change.
	ErrChanged = errors.New("file was changed by another program")

	// ErrUncertain is wrapped by the error of a Commit after which the file
	// holds either state, whole, but which of them after a power cut cannot be
	// told. The Volume takes no further transactions; open the file again.
	ErrUncertain = errors.New("outcome of the commit is uncertain")
)

// A Layout says where in a file its committed content lies.
type Layout struct {
	Base       int64  // file position of address 0, where the superblock starts
	Superblock uint64 // size of the superblock in bytes
	End        uint64 // address after the last byte of the content
}

// A Volume is a file that is open for change. All that it changes, it changes
// by way of transactions:
//
//   - What is committed is never overwritten, except for the superblock, whose
//     replacement in one write is what makes a transaction happen.
//   - A transaction writes past the end of the committed content or into free
//     space. Space is free for reuse once no reader can be looking at it: it was
//     freed by a transaction that is durable, and after that there was a moment
//     at which nobody else had the file open.
//   - Nothing is written before a transaction writes. Then the first thing is to
//     make durable what was found in the file, since the program that wrote it
//     may have been killed before it did that.
//
// A Volume is safe for concurrent use, but has one transaction at a time.
type Volume struct {
	file     File
	name     string
	resolved string // for noticing that the file was replaced; "" for a new file
	read     *atomic.Int64

	// What belongs to the open transaction, which changes it under mu.
	layout     Layout
	superblock []byte // as committed; nil before SetLayout
	settled    bool   // the committed state is durable, and the file ends with it

	mu         sync.Mutex // guards what follows; never held during a Sync
	failed     error      // why there are no more transactions
	open       bool       // a transaction is
	generation uint64     // number of commits
	pins       map[uint64]int
	retiring   bool // to be closed when there are no pins any more
	closed     bool
	reusable   space
	retired    []retirement // in order of generation
}

// A retirement is space that was in use before generation began, and no more in
// it.
type retirement struct {
	generation uint64
	free       space
	unread     bool // no other process reads it
}

// Open opens a file for change and keeps out other writers until it is closed.
// It fails with [ErrLocked] if there is one. Nothing is written, and there are
// no transactions before SetLayout.
func Open(fsys FS, name string) (*Volume, error) {
	f, resolved, err := openLocked(fsys, name)
	if errors.Is(err, ErrLocked) {
		err = fmt.Errorf("%w, or open it read-only", err)
	}
	if err != nil {
		return nil, err
	}
	v := NewVolume(f, name)
	v.resolved = resolved
	return v, nil
}

// openLocked opens a file for reading and writing, takes its write lock and
// makes sure that it was not replaced before that: changes to it would be lost.
// It returns a name by which that can be found out later.
func openLocked(fsys FS, name string) (f File, resolved string, err error) {
	const attempts = 10 // at opening a file that keeps being replaced
	for range attempts {
		if f, err = fsys.OpenFile(name, os.O_RDWR, 0); err != nil {
			return nil, "", err
		}
		current := false
		if resolved, err = fsys.Resolve(name); err == nil {
			err = f.Lock(WriteLock)
		}
		if err == nil {
			current, err = f.Is(resolved)
		}
		if current {
			return f, resolved, nil
		}
		err = errors.Join(err, f.Close())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, "", fmt.Errorf("open %s for writing: %w", name, err)
		}
	}
	return nil, "", fmt.Errorf("open %s for writing: %w again and again", name, ErrChanged)
}

// NewVolume returns a Volume of a file that is open for reading and writing
// already and that nobody else knows of: one that Replace is about to put into
// place. The caller closes it.
func NewVolume(f File, name string) *Volume {
	return &Volume{file: f, name: name, read: new(atomic.Int64), pins: map[uint64]int{}}
}

// Name is the name the file was opened by.
func (v *Volume) Name() string { return v.name }

// Source returns a Reader of the whole file as it is, from its first byte on, in
// which to look for the superblock.
func (v *Volume) Source() (*Reader, error) {
	size, err := v.file.Size()
	if err != nil {
		return nil, err
	}
	return &Reader{src: v.file, size: size, read: v.read}, nil
}

// SetLayout says what the superblock says; transactions start from there. The
// content of a new file is its superblock, which need not exist yet.
func (v *Volume) SetLayout(l Layout) error {
	if l.Base < 0 || l.Base%sectorSize != 0 || l.Superblock == 0 || l.Superblock > maxSuperblock {
		return fmt.Errorf("%s: superblock of %d bytes at %d, want 1 to %d bytes at a multiple of %d", v.name, l.Superblock, l.Base, maxSuperblock, sectorSize)
	}
	if l.End < l.Superblock || l.End > uint64(math.MaxInt64-l.Base) {
		return fmt.Errorf("%s: end of file %d, after a superblock of %d bytes: %w", v.name, l.End, l.Superblock, ErrOutOfBounds)
	}
	image, err := v.readSuperblock(l)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.layout, v.superblock = l, image
	return nil
}

// readSuperblock reads the superblock as it is in the file, with zeros for what
// a new file does not have of it.
func (v *Volume) readSuperblock(l Layout) ([]byte, error) {
	source, err := v.Source()
	if err != nil {
		return nil, err
	}
	image := make([]byte, l.Superblock)
	present := min(int64(len(image)), max(0, source.Size()-l.Base))
	return image, source.ReadFull(image[:present], uint64(min(l.Base, source.Size())))
}

// setFree notes which extents of the committed content are not in use, as a walk
// over all of it has shown. They become reusable when nobody else reads the
// file. It takes the place of what was known about free space before. mu is held, and the transaction that
// is open, if one is, has neither allocated nor freed.
func (v *Volume) setFree(extents []Extent) error {
	var free space
	for _, e := range extents {
		if err := v.checkExtent(e, v.layout.End); err != nil {
			return err
		}
		if err := free.add(e); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	// Space that was reusable is retired again with the rest: whether anybody
	// reads it must be asked anew, which costs little.
	v.reusable, v.retired = space{}, nil
	v.retire(free)
	return nil
}

// checkExtent refuses an extent that cannot hold content, given where content
// ends.
func (v *Volume) checkExtent(e Extent, end uint64) error {
	if e.Addr < v.layout.Superblock || e.Addr > end || e.Size > end-e.Addr {
		return fmt.Errorf("%s: %d bytes at %d, content lies from %d to %d: %w", v.name, e.Size, e.Addr, v.layout.Superblock, end, ErrOutOfBounds)
	}
	return nil
}

// retire notes space that is free in the present generation.
func (v *Volume) retire(free space) {
	if free.size() > 0 {
		v.retired = append(v.retired, retirement{generation: v.generation, free: free})
	}
}

// reclaim makes retired space reusable for which that is safe. If there is none
// and ask is set, it asks whether other processes have the file open.
func (v *Volume) reclaim(ask bool) (reclaimed space, err error) {
	oldest := v.oldestPin()
	if ask && v.anyRetired(oldest) {
		// A reader that comes after this moment sees the present generation or
		// a later one, in none of which the space is in use.
		alone, err := v.file.Alone()
		if err != nil {
			v.failed = err
			return space{}, err
		}
		for i := range v.retired {
			v.retired[i].unread = v.retired[i].unread || alone
		}
	}
	kept := v.retired[:0]
	for _, r := range v.retired {
		if !r.unread || r.generation > oldest {
			kept = append(kept, r)
			continue
		}
		if err := errors.Join(v.reusable.addAll(r.free), reclaimed.addAll(r.free)); err != nil {
			return space{}, err
		}
	}
	clear(v.retired[len(kept):])
	v.retired = kept
	return reclaimed, nil
}

// anyRetired reports whether there is space that only other processes can be
// reading.
func (v *Volume) anyRetired(oldest uint64) bool {
	for _, r := range v.retired {
		if !r.unread && r.generation <= oldest {
			return true
		}
	}
	return false
}

// oldestPin is the oldest generation that is being read in this process.
func (v *Volume) oldestPin() uint64 {
	oldest := v.generation
	for g := range v.pins {
		oldest = min(oldest, g)
	}
	return oldest
}

// ReadsOld reports whether a state before the present one is being read in this process.
func (v *Volume) ReadsOld() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.oldestPin() < v.generation
}

// A Snapshot is one committed state of a Volume, which stays readable until
// Release.
type Snapshot struct {
	volume     *Volume
	generation uint64
	reader     *Reader
	release    sync.Once
}

// Pin returns the present committed state.
func (v *Volume) Pin() *Snapshot {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pins[v.generation]++
	return &Snapshot{volume: v, generation: v.generation, reader: v.reader(v.layout.End)}
}

// Volume returns the Volume of which it is a state.
func (s *Snapshot) Volume() *Volume { return s.volume }

// Reader returns a Reader of the state, whose address 0 is the superblock.
func (s *Snapshot) Reader() *Reader { return s.reader }

// Release lets the space be reused that only this state uses.
func (s *Snapshot) Release() {
	s.release.Do(func() {
		v := s.volume
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.pins[s.generation]--; v.pins[s.generation] == 0 {
			delete(v.pins, s.generation)
		}
		_ = v.closeRetired()
	})
}

// reader returns a Reader of the addresses before end.
func (v *Volume) reader(end uint64) *Reader {
	return &Reader{src: v.file, size: int64(end), base: v.layout.Base, read: v.read}
}

// Begin starts a transaction. It writes nothing.
func (v *Volume) Begin() (*Tx, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.failed != nil:
		return nil, fmt.Errorf("%s: no transactions since an earlier failure, open the file again: %w", v.name, v.failed)
	case v.superblock == nil:
		return nil, fmt.Errorf("%s: no layout is set", v.name)
	case v.open:
		return nil, fmt.Errorf("%s: another transaction is in progress", v.name)
	}
	if err := v.checkUnchanged(); err != nil {
		return nil, err
	}
	if _, err := v.reclaim(false); err != nil {
		return nil, err
	}
	v.open = true
	return &Tx{volume: v, end: v.layout.End, free: v.reusable}, nil
}

// checkUnchanged notices a writer that locks did not keep out, and that the file
// is no longer the one that readers will find.
func (v *Volume) checkUnchanged() error {
	if v.resolved != "" {
		current, err := v.file.Is(v.resolved)
		if err != nil {
			return err
		}
		if !current {
			return fmt.Errorf("%s: %w: it was replaced, moved or removed since it was opened here, open it again", v.name, ErrChanged)
		}
	}
	current, err := v.readSuperblock(v.layout)
	if err != nil {
		return err
	}
	if !bytes.Equal(current, v.superblock) {
		return fmt.Errorf("%s: %w since it was opened here, open it again", v.name, ErrChanged)
	}
	return nil
}

// settle makes the committed state durable, and cuts off what an unfinished
// transaction may have left behind it.
func (v *Volume) settle() error {
	if v.settled {
		return nil
	}
	if err := v.file.Sync(); err != nil {
		// Asked again, some systems would say that all is well.
		return v.fail(fmt.Errorf("%s: make the committed state durable: %w", v.name, err))
	}
	if err := v.trim(); err != nil {
		return fmt.Errorf("%s: cut off an unfinished transaction: %w", v.name, err)
	}
	v.settled = true
	return nil
}

// fail ends all transactions of v.
func (v *Volume) fail(err error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = err
	return err
}

// trim cuts the file off at the end of its content. Readers read up to there.
func (v *Volume) trim() error {
	size, err := v.file.Size()
	if err != nil {
		return err
	}
	if end := v.layout.Base + int64(v.layout.End); size > end {
		return v.file.Truncate(end)
	}
	return nil
}

// Close closes the file, and with that lets go of its locks. A transaction that
// is still open is lost. A second Close does nothing.
func (v *Volume) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.close()
}

func (v *Volume) close() error {
	if v.closed {
		return nil
	}
	v.closed = true
	return v.file.Close()
}

// Retire closes the file as soon as no Snapshot of it is held, which may be at
// once. There are no more transactions.
func (v *Volume) Retire() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.retiring = true
	return v.closeRetired()
}

func (v *Volume) closeRetired() error {
	if !v.retiring || len(v.pins) > 0 {
		return nil
	}
	return v.close()
}

// Closed reports whether the file has been closed.
func (v *Volume) Closed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.closed
}
