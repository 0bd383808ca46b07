package loom

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// Errors about the file.
var (
	// ErrInvalid is wrapped when a file, or a part of it, breaks the Loom
	// specification. See [ValidationError].
	ErrInvalid = errors.New("not a valid Loom file")

	// ErrClosed is wrapped by every use of a connection after Close, a second
	// Close among them.
	ErrClosed = hdf5.ErrClosed

	// ErrLocked is wrapped when somebody else has the file open for writing, and
	// the message says how to go on.
	ErrLocked = hdf5.ErrLocked

	// ErrReadOnly is wrapped by every change of something that cannot be
	// changed: a file that is open in the mode [ReadOnly], or a view.
	ErrReadOnly = errors.New("open for reading only")

	// ErrNotExist is wrapped when a file, or something in it, does not exist.
	// It is fs.ErrNotExist.
	ErrNotExist = hdf5.ErrNotExist
)

// Errors about what was asked.
var (
	// ErrShape is wrapped when an array does not have the shape that is needed:
	// an attribute or a layer that does not fit the matrix, or the vectors of a
	// graph that differ in length.
	ErrShape = errors.New("wrong shape")

	// ErrType is wrapped when values are asked for as a type that does not
	// hold them.
	ErrType = hdf5.ErrType

	// ErrSelection is wrapped when a selection does not fit the axis.
	ErrSelection = hdf5.ErrSelection

	// ErrName is wrapped when something new is to have a name that it cannot
	// have.
	ErrName = errors.New("not a name")

	// ErrExist is wrapped when something is to get a name that is taken. It is
	// fs.ErrExist.
	ErrExist = hdf5.ErrExist

	// ErrNotFinite is wrapped when NaN or an infinity is to be put into a layer.
	// See [AllowNonFinite].
	ErrNotFinite = errors.New("not a finite number")

	// ErrAlignment is wrapped when the rows of two files do not go together: keys
	// that one of them lacks or has twice, or rows of different names.
	ErrAlignment = errors.New("rows cannot be aligned")

	// ErrLoss is wrapped when something would be lost that was to be kept. See
	// [KeepAll].
	ErrLoss = errors.New("something would be lost")

	// ErrTooLarge is wrapped when a result would take more memory than the
	// file warrants. See [WithMemoryLimit].
	ErrTooLarge = hdf5.ErrTooLarge
)

// absent returns an error that wraps [ErrNotExist], about something in a file: what
// ErrNotExist says is about files.
func absent(format string, args ...any) error {
	return absentError(fmt.Sprintf(format, args...))
}

type absentError string

func (a absentError) Error() string { return string(a) }
func (a absentError) Unwrap() error { return ErrNotExist }

// A ValidationError says in which ways a file breaks the specification. It
// wraps [ErrInvalid].
type ValidationError struct {
	File   string
	Report *Report
}

// Error lists every violation, one a line, and says how to open the file
// regardless.
func (e *ValidationError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v of specification version %s:\n", e.File, ErrInvalid, e.Report.Spec)
	for _, violation := range e.Report.Errors {
		fmt.Fprintf(&b, "  %s\n", violation)
	}
	b.WriteString("loom.SkipValidation() opens it regardless, and so do the commands that only look: info, head, get, export")
	return b.String()
}

// Unwrap returns [ErrInvalid].
func (e *ValidationError) Unwrap() error { return ErrInvalid }
