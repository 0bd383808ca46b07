package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A File is an open HDF5 file. It is safe for concurrent use.
type File struct {
	name    string
	size    int64
	r       *storage.Reader // address 0 is the superblock's base address
	sb      format.Superblock
	strings *index.GlobalHeap
	// directories holds the members of groups by the address of the group's header.
	directories *sync.Map
	limit       int64 // of memory for one result; 0 for the default
	closer      io.Closer
	closed      *atomic.Bool // shared by all states of a file that is being edited
	base        int64        // position of address 0 in the file
	dryRun      bool         // see DryRun

	// Of a state that an Editor published: what keeps its space from being used
	// again, and whether anybody but the Editor knows of it.
	pin       *storage.Snapshot
	handedOut atomic.Bool
}

// An Option changes how a file is opened.
type Option func(*File)

// WithName sets the name that stands for the file in errors.
func WithName(name string) Option {
	return func(f *File) { f.name = name }
}

// WithMemoryLimit sets how many bytes the result of one Read may take. Without
// it a result may take 16 MiB plus four times the size of the file, or more if
// the chunks that are stored for it can decode to more; what exceeds that is
// mostly fill value and is refused with [ErrTooLarge], since a damaged
// file can declare any shape.
func WithMemoryLimit(bytes int64) Option {
	return func(f *File) { f.limit = bytes }
}

// DryRun lets an [Editor] change everything but the file: what it writes goes to
// a temporary file, of the size of the changes, until it is closed. To the Editor, and to
// the Files that come from it, the changes have happened. Other writers are kept out
// as usual. It means nothing to other functions than [Edit].
func DryRun() Option {
	return func(f *File) { f.dryRun = true }
}

// Open opens the named file for reading. It reads the superblock only.
//
// As libhdf5 does, it takes a shared lock, which keeps out writers of libhdf5
// but not an [Editor]: what the File reads stays as it was when it was opened. The environment
// variable HDF5_USE_FILE_LOCKING does what it does for libhdf5: FALSE takes no
// locks, BEST_EFFORT does without where the file system has none. The error
// wraps [ErrLocked] if a writer of libhdf5 has the file open.
func Open(path string, opts ...Option) (*File, error) {
	return open(storage.At(path), path, opts)
}

func open(fsys storage.FS, path string, opts []Option) (*File, error) {
	if info, err := fsys.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory: %w", path, ErrNotHDF5)
	}
	file, err := storage.OpenShared(fsys, path)
	if err != nil {
		return nil, err
	}
	f := newFile(append([]Option{WithName(path)}, opts...))
	if err := f.openNewest(file); err != nil {
		return nil, errors.Join(f.fail("", err), file.Close())
	}
	f.closer = newSource(fsys, path, file)
	return f, nil
}

func newFile(opts []Option) *File {
	f := &File{closed: new(atomic.Bool), directories: new(sync.Map)}
	for _, opt := range opts {
		opt(f)
	}
	return f
}

// NewFile opens the HDF5 file that src holds in its first size bytes. The
// caller closes src after the File.
func NewFile(src io.ReaderAt, size int64, opts ...Option) (*File, error) {
	f := newFile(opts)
	if err := f.open(storage.NewReader(src, size)); err != nil {
		return nil, f.fail("", err)
	}
	return f, nil
}

// openNewest opens the newest state of a file that an Editor may be changing. Its
// size and its superblock have to be of one state, and a system need not read
// 100 bytes at once that are being written at once: so it looks until it
// sees the same superblock twice.
func (f *File) openNewest(file storage.File) error {
	const attempts = 10 // a transaction takes longer than a look
	var before format.Superblock
	for i := range attempts {
		size, err := file.Size()
		if err != nil {
			return err
		}
		r := storage.NewReader(file, size)
		base, sb, err := findSuperblock(r)
		if i > 0 && sb == before || i == attempts-1 {
			if err != nil {
				return err
			}
			return f.openAt(r, base, sb)
		}
		before = sb
	}
	return nil
}

func (f *File) open(r *storage.Reader) error {
	base, sb, err := findSuperblock(r)
	if err != nil {
		return err
	}
	return f.openAt(r, base, sb)
}

// openAt opens the state of the file that a superblock at byte base leads to.
func (f *File) openAt(r *storage.Reader, base int64, sb format.Superblock) error {
	// The end of file counts from the base address that the superblock states,
	// which differs from base if a user block was added or removed later.
	eof := base + int64(sb.EOF-sb.BaseAddr)
	if sb.EOF < sb.BaseAddr || eof < 0 {
		return fmt.Errorf("superblock: end of file %d before base address %d: %w", sb.EOF, sb.BaseAddr, ErrCorrupt)
	}
	if eof > r.Size() {
		return fmt.Errorf("file is cut short: it has %d bytes of %d: %w", r.Size(), eof, ErrCorrupt)
	}
	rebased, err := r.Limit(eof).Rebase(base)
	if err != nil {
		return err
	}
	f.r, f.sb, f.base, f.size = rebased, sb, base, r.Size()
	f.strings = index.NewGlobalHeap(f.r, sb.Sizes)
	return nil
}

// findSuperblock looks for the signature at byte 0, 512, 1024, 2048 and so on
// (section II.A) and decodes the superblock behind it.
func findSuperblock(r *storage.Reader) (base int64, sb format.Superblock, err error) {
	for base = 0; base+int64(len(format.Signature)) <= r.Size(); base = max(512, 2*base) {
		head, err := r.Prefix(uint64(base), format.MaxSuperblockSize)
		if err != nil {
			return 0, sb, err
		}
		if !bytes.HasPrefix(head, format.Signature[:]) {
			continue
		}
		sb, err = format.DecodeSuperblock(head)
		return base, sb, err
	}
	return 0, sb, fmt.Errorf("no signature in %d bytes: %w", r.Size(), ErrNotHDF5)
}

// Name returns the path the file was opened with, or the name from [WithName].
func (f *File) Name() string { return f.name }

// Size returns the file's size in bytes.
func (f *File) Size() int64 { return f.size }

// BytesRead returns how many bytes have been read from the file since it was
// opened.
func (f *File) BytesRead() int64 { return f.r.BytesRead() }

// SuperblockVersion returns the version of the superblock, 0 to 3.
func (f *File) SuperblockVersion() int { return f.sb.Version }

// Close closes the file. Whatever came from it fails with [ErrClosed] from then
// on, and so does a second Close. It does nothing to a File that comes from an
// [Editor], which is closed with the Editor.
func (f *File) Close() error {
	if f.pin != nil {
		return nil
	}
	if f.closed.Swap(true) {
		return f.fail("", ErrClosed)
	}
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Root returns the root group. It reads nothing.
func (f *File) Root() *Group {
	return &Group{object: object{file: f, path: "/", addr: f.sb.Root}}
}

// Lookup returns the object at path, following soft links.
func (f *File) Lookup(path string) (Object, error) { return f.Root().Lookup(path) }

// Group returns the group at path; see [Group.Group].
func (f *File) Group(path string) (*Group, error) { return f.Root().Group(path) }

// Dataset returns the dataset at path; see [Group.Dataset].
func (f *File) Dataset(path string) (*Dataset, error) { return f.Root().Dataset(path) }

// Dereference returns the object that a reference points to. It has no path,
// since it may have any number of names; its Path is its address.
func (f *File) Dereference(ref ObjectRef) (Object, error) {
	return f.objectAt(fmt.Sprintf("<object at %#x>", uint64(ref)), uint64(ref))
}

// check fails if the file is closed.
func (f *File) check() error {
	if f.closed.Load() {
		return ErrClosed
	}
	return nil
}

// fail says in which file and at which path err happened. What lies outside
// the file is corruption to whoever opened it.
func (f *File) fail(path string, err error) error {
	if err == nil {
		return nil
	}
	var located *locatedError
	if errors.As(err, &located) {
		return err
	}
	if errors.Is(err, storage.ErrOutOfBounds) && !errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return &locatedError{file: f.name, path: path, err: err}
}

// A locatedError is an error with the file and the object it is about. It is
// wrapped once, by whoever knows the object best.
type locatedError struct {
	file, path string
	err        error
}

func (e *locatedError) Error() string {
	switch {
	case e.file == "":
		return e.path + ": " + e.err.Error()
	case e.path == "":
		return e.file + ": " + e.err.Error()
	}
	return e.file + ": " + e.path + ": " + e.err.Error()
}

func (e *locatedError) Unwrap() error { return e.err }
