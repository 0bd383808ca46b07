package loom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goloom/loom/hdf5"
)

// A Conn is a connection to a Loom file. It is safe for concurrent use.
//
// What a Conn returns belongs to the state of the file at the time of the call:
// attributes, layers and graphs that were obtained before a change go on reading
// the state before it, and [Conn.Shape] and all else give the new one.
type Conn struct {
	filename string
	mode     Mode
	memory   int64        // limit of the option; see contents.memory
	validate bool         // each state that is read from the path, before it is used
	spec     string       // to validate against; "" for what the file claims
	editor   *hdf5.Editor // nil if the mode is ReadOnly
	changing sync.Mutex   // held by what sets state, from what it starts with to the end
	state    atomic.Pointer[snapshot]
	closed   atomic.Bool
}

// Open connects to the file at path to read it.
//
// The file is checked against the specification first: see [ValidationError],
// and [SkipValidation] for files that break it.
func Open(path string, opts ...Option) (*Conn, error) {
	return openPath(path, newSettings(ReadOnly, opts))
}

// Connect connects to the file at path in the mode of loompy's connect,
// [ReadWrite]: it needs permission to write, and leaves every byte of the file as it
// is until something is changed. Validation is that of [Open].
//
// Other writers are kept out until the connection is closed, readers are not.
// The error wraps [ErrLocked] if somebody else has the file open for writing.
func Connect(path string, opts ...Option) (*Conn, error) {
	return openPath(path, newSettings(ReadWrite, opts))
}

// OpenReader connects to a file of the given size that r reads: one in an
// archive, in memory or elsewhere. The name stands for the path in errors and in
// [Conn.Filename]. Reads of r may be concurrent. The mode is [ReadOnly].
func OpenReader(r io.ReaderAt, size int64, name string, opts ...Option) (*Conn, error) {
	s := newSettings(ReadOnly, opts)
	if s.mode != ReadOnly {
		return nil, fmt.Errorf("%s: mode %q, a reader allows only %q: %w", name, s.mode, ReadOnly, fs.ErrInvalid)
	}
	file, err := hdf5.NewFile(r, size, append(s.hdf5Options(), hdf5.WithName(name))...)
	if err != nil {
		return nil, err
	}
	return newConn(file, nil, name, s)
}

func openPath(path string, s settings) (*Conn, error) {
	switch s.mode {
	case ReadOnly:
		file, err := hdf5.Open(path, s.hdf5Options()...)
		if err != nil {
			return nil, err
		}
		return newConn(file, nil, path, s)
	case ReadWrite:
		editor, err := hdf5.Edit(path, s.hdf5Options()...)
		if err != nil {
			return nil, err
		}
		return newConn(editor.File(), editor, path, s)
	}
	return nil, fmt.Errorf("%s: mode %q, want %q or %q: %w", path, s.mode, ReadOnly, ReadWrite, fs.ErrInvalid)
}

// newConn takes over the file, or the editor that it is the state of, and closes
// it if it fails.
func newConn(file *hdf5.File, editor *hdf5.Editor, name string, s settings) (*Conn, error) {
	c := &Conn{filename: name, mode: s.mode, memory: s.memory, validate: s.validate, spec: s.spec, editor: editor}
	state, err := c.examine(file)
	if err != nil {
		return nil, errors.Join(err, c.closeFile(file))
	}
	c.state.Store(state)
	return c, nil
}

// examine validates a state of the file, if that was asked for, and finds its parts.
func (c *Conn) examine(file *hdf5.File) (*snapshot, error) {
	if c.validate {
		if err := validFile(file, c.filename, cmp.Or(c.spec, specVersion(file))); err != nil {
			return nil, err
		}
	}
	return newSnapshot(file, c.filename, c.memory, c)
}

// validFile holds a file against a version of the specification.
func validFile(file *hdf5.File, name, version string) error {
	if report := validateSpec(file, version); !report.Valid() {
		return &ValidationError{File: name, Report: report}
	}
	return nil
}

// now returns the present state of the file.
func (c *Conn) now() *snapshot { return c.state.Load() }

// Filename returns the path, or the name, with which the file was opened.
func (c *Conn) Filename() string { return c.filename }

// Mode returns the mode in which the file was opened.
func (c *Conn) Mode() Mode { return c.mode }

// SpecVersion returns the version of the Loom specification that the file
// claims, such as "3.0.0", and "0.0.0" if it claims none.
func (c *Conn) SpecVersion() string { return c.now().spec }

// Shape returns the number of rows and columns of the main matrix, and zeros
// if there is none.
func (c *Conn) Shape() (rows, cols int) { return c.now().Shape() }

// RowAttrs returns the row attributes.
func (c *Conn) RowAttrs() *Attributes { return c.now().rowAttrs }

// ColAttrs returns the column attributes.
func (c *Conn) ColAttrs() *Attributes { return c.now().colAttrs }

// Attrs returns the global attributes.
func (c *Conn) Attrs() *GlobalAttributes { return c.now().attrs }

// Layers returns the layers, the main matrix among them.
func (c *Conn) Layers() *Layers { return c.now().layers }

// Layer returns the layer of the given name; "" is the main matrix. It is an
// error that wraps [ErrNotExist] if there is none.
func (c *Conn) Layer(name string) (*Layer, error) { return c.now().Layer(name) }

// Matrix returns the main matrix. If there is none, the result has no rows and
// no columns, and to read from it is the error of [Layers.Get].
func (c *Conn) Matrix() *Layer { return c.now().Matrix() }

// RowGraphs returns the graphs between rows.
func (c *Conn) RowGraphs() *Graphs { return c.now().rowGraphs }

// ColGraphs returns the graphs between columns.
func (c *Conn) ColGraphs() *Graphs { return c.now().colGraphs }

// View returns the selected rows and columns of everything, in memory, as
// [View.View] does. It reads one state of the file throughout.
func (c *Conn) View(ctx context.Context, rows, cols Selector, opts ...ViewOption) (*View, error) {
	return c.now().View(ctx, rows, cols, opts...)
}

// Scan yields the whole file in batches of rows or of columns, as [View.Scan]
// does. All batches are of the state of the file at the time of the call.
func (c *Conn) Scan(ctx context.Context, axis Axis, opts ...ScanOption) iter.Seq2[*Batch, error] {
	return c.now().Scan(ctx, axis, opts...)
}

// Map makes numbers of every row, or every column, of the main matrix, as
// [Layer.Map] does.
func (c *Conn) Map(ctx context.Context, axis Axis, fs ...Func) ([][]float64, error) {
	return c.now().Map(ctx, axis, fs...)
}

// Aggregate makes one number of the elements that each row has in each group of
// columns, as [View.Aggregate] does. It reads one state of the file throughout.
func (c *Conn) Aggregate(ctx context.Context, by Grouping, f Func, opts ...AggregateOption) (*Aggregated, error) {
	return c.now().Aggregate(ctx, by, f, opts...)
}

// Sparse returns the elements of a layer that are not zero where the selected
// rows and columns cross, as [Layer.Sparse] does; the layer "" is the main
// matrix.
func (c *Conn) Sparse(ctx context.Context, rows, cols Selector, layer string) (Matrix, error) {
	return c.now().Sparse(ctx, rows, cols, layer)
}

// Problems returns what was found in the place of a layer, an attribute or a
// graph but is not one, and is therefore not listed as one: a group nested among
// the attributes, a link that leads nowhere, a layer that is not a matrix. A
// file that passed validation rarely has any.
func (c *Conn) Problems() []error { return slices.Clone(c.now().problems) }

// File returns the present state of the file as HDF5, for what the Loom model
// does not cover. It is closed with the connection.
func (c *Conn) File() *hdf5.File { return c.now().file }

// Closed reports whether the connection was closed.
func (c *Conn) Closed() bool { return c.closed.Load() }

// Close ends the connection. What reads from the file afterwards returns an
// error that wraps [ErrClosed], as does a second Close. Views stay usable.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return fmt.Errorf("%s: %w", c.filename, ErrClosed)
	}
	return c.closeFile(c.now().file)
}

// closeFile closes the editor, if there is one, or else the file.
func (c *Conn) closeFile(file *hdf5.File) error {
	if c.editor != nil {
		return c.editor.Close()
	}
	return file.Close()
}
