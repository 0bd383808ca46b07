package loom

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"

	"github.com/goloom/loom/hdf5"
)

// A Conn is a connection to a Loom file. It is safe for concurrent use.
type Conn struct {
	contents
	file     *hdf5.File
	mode     Mode
	spec     string
	problems []error
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
	return newConn(file, name, s)
}

func openPath(path string, s settings) (*Conn, error) {
	if s.mode != ReadOnly && s.mode != ReadWrite {
		return nil, fmt.Errorf("%s: mode %q, want %q or %q: %w", path, s.mode, ReadOnly, ReadWrite, fs.ErrInvalid)
	}
	if s.mode == ReadWrite {
		if err := checkWritable(path); err != nil {
			return nil, err
		}
	}
	file, err := hdf5.Open(path, s.hdf5Options()...)
	if err != nil {
		return nil, err
	}
	return newConn(file, path, s)
}

// checkWritable reports now what the first change would run into.
func checkWritable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// newConn takes over the file, which it closes if it fails.
func newConn(file *hdf5.File, name string, s settings) (*Conn, error) {
	spec := specVersion(file)
	if s.validate {
		version := spec
		if s.spec != "" {
			version = s.spec
		}
		if report := validateSpec(file, version); !report.Valid() {
			return nil, errors.Join(&ValidationError{File: name, Report: report}, file.Close())
		}
	}
	c := &Conn{file: file, mode: s.mode, spec: spec}
	c.filename = name
	c.memory = memoryAllowance(file, s.memory)
	if err := c.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), file.Close())
	}
	return c, nil
}

// load finds the parts of the file, and none of their values.
func (c *Conn) load() error {
	root := c.file.Root()
	if _, err := root.Links(); err != nil {
		return err
	}
	c.layers = c.loadLayers(root)
	if main, err := c.layers.Get(""); err == nil {
		c.rows, c.cols = main.Shape()
	}
	old := compareVersions(c.spec, "3.0.0") < 0
	c.rowAttrs = c.loadAttributes(root, Rows, old)
	c.colAttrs = c.loadAttributes(root, Columns, old)
	c.rowGraphs = c.loadGraphs(root, Rows)
	c.colGraphs = c.loadGraphs(root, Columns)
	c.attrs = c.loadGlobalAttributes(root, old)
	return nil
}

// problem records, and returns, what is wrong with something in the file that
// cannot be used.
func (c *Conn) problem(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	c.problems = append(c.problems, err)
	return err
}

// Mode returns the mode in which the file was opened.
func (c *Conn) Mode() Mode { return c.mode }

// SpecVersion returns the version of the Loom specification that the file
// claims, such as "3.0.0", and "0.0.0" if it claims none.
func (c *Conn) SpecVersion() string { return c.spec }

// Problems returns what was found in the place of a layer, an attribute or a
// graph but is not one, and is therefore not listed as one: a group nested among
// the attributes, a link that leads nowhere, a layer that is not a matrix. A
// file that passed validation rarely has any.
func (c *Conn) Problems() []error { return slices.Clone(c.problems) }

// File returns the file as HDF5, for what the Loom model does not cover. It
// is closed with the connection.
func (c *Conn) File() *hdf5.File { return c.file }

// Closed reports whether the connection was closed.
func (c *Conn) Closed() bool { return c.closed.Load() }

// Close ends the connection. What reads from the file afterwards returns an
// error that wraps [ErrClosed], as does a second Close. Views stay usable.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return fmt.Errorf("%s: %w", c.filename, ErrClosed)
	}
	return c.file.Close()
}
