package hdf5

import (
	"errors"
	"io/fs"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// Errors about the file as a whole.
var (
	// ErrNotHDF5 is wrapped when no HDF5 signature is found where one may be.
	ErrNotHDF5 = errors.New("not an HDF5 file")

	// ErrClosed is wrapped by every use of a File after Close, a second Close
	// among them.
	ErrClosed = errors.New("file is closed")

	// ErrLocked is wrapped when somebody else has the file open in a way that
	// excludes what was asked for.
	ErrLocked = storage.ErrLocked

	// ErrChanged is wrapped when a program that does not look at locks has changed
	// a file that is open in an Editor. Nothing is written to it any more.
	ErrChanged = storage.ErrChanged

	// ErrUncertain is wrapped by the error of an Update after which the file holds
	// the changes or does not, whole in either case, but which of them after a power
	// cut cannot be told: the disk failed at the last moment. Open the file again.
	ErrUncertain = storage.ErrUncertain
)

// Errors about what is in the file.
var (
	// ErrCorrupt is wrapped when bytes of the file contradict the format or
	// each other, or lie outside the file.
	ErrCorrupt = format.ErrCorrupt

	// ErrUnsupported is wrapped when the file is right, for all that is known,
	// but uses a feature that this package does not have: an unknown filter, a
	// virtual dataset, a datatype that no Go type holds.
	ErrUnsupported = format.ErrUnsupported

	// ErrNotExist is wrapped when a path or an attribute does not exist. It is
	// fs.ErrNotExist, so that errors.Is works with either.
	ErrNotExist = fs.ErrNotExist

	// ErrLink is wrapped when a link is there but cannot be followed: a soft
	// link that leads nowhere or in a circle, or a link into another file.
	ErrLink = errors.New("link cannot be followed")
)

// Errors about what was asked.
var (
	// ErrKind is wrapped when an object is of another kind than was asked for:
	// a dataset where a group was expected, or the reverse.
	ErrKind = errors.New("object is of another kind")

	// ErrType is wrapped when values are asked for as a Go type that does not
	// hold them.
	ErrType = errors.New("values are of another type")

	// ErrSelection is wrapped when a selection does not fit the dataset's shape.
	ErrSelection = errors.New("selection does not fit")

	// ErrExist is wrapped when something of that name exists already. It is
	// fs.ErrExist.
	ErrExist = fs.ErrExist

	// ErrReferenced is wrapped when an object cannot be changed because values
	// of the file refer to it by its address, which would change.
	ErrReferenced = errors.New("object is referred to")

	// ErrTooLarge is wrapped when a result would take more memory than the
	// file warrants. See [WithMemoryLimit].
	ErrTooLarge = errors.New("result too large")
)
