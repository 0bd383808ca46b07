package loom

import (
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5"
)

// contents is what a file and a view have in common: the parts, and, in
// view.go, scan.go, map.go, aggregate.go and sparse.go, the operations on them. It is embedded
// in [Conn] and [View].
type contents struct {
	filename   string
	rows, cols int
	layers     *Layers
	rowAttrs   *Attributes
	colAttrs   *Attributes
	attrs      *GlobalAttributes
	rowGraphs  *Graphs
	colGraphs  *Graphs
	memory     int64 // bytes that bookkeeping may take; 0 for no limit
}

// Filename returns the path, or the name, with which the file was opened.
func (c *contents) Filename() string { return c.filename }

// Shape returns the number of rows and columns of the main matrix, and zeros
// if there is none.
func (c *contents) Shape() (rows, cols int) { return c.rows, c.cols }

// RowAttrs returns the row attributes.
func (c *contents) RowAttrs() *Attributes { return c.rowAttrs }

// ColAttrs returns the column attributes.
func (c *contents) ColAttrs() *Attributes { return c.colAttrs }

// Attrs returns the global attributes.
func (c *contents) Attrs() *GlobalAttributes { return c.attrs }

// Layers returns the layers, the main matrix among them.
func (c *contents) Layers() *Layers { return c.layers }

// Layer returns the layer of the given name; "" is the main matrix. It is an
// error that wraps [ErrNotExist] if there is none.
func (c *contents) Layer(name string) (*Layer, error) { return c.layers.Get(name) }

// Matrix returns the main matrix. If there is none, the result has no rows and
// no columns, and to read from it is the error of [Layers.Get].
func (c *contents) Matrix() *Layer {
	main, err := c.layers.Get("")
	if err != nil {
		return &Layer{filename: c.filename, missing: err}
	}
	return main
}

// RowGraphs returns the graphs between rows.
func (c *contents) RowGraphs() *Graphs { return c.rowGraphs }

// ColGraphs returns the graphs between columns.
func (c *contents) ColGraphs() *Graphs { return c.colGraphs }

// length returns the number of positions on an axis.
func (c *contents) length(axis Axis) int { return pick(axis, c.rows, c.cols) }

// attributes returns the attributes of an axis.
func (c *contents) attributes(axis Axis) *Attributes { return pick(axis, c.rowAttrs, c.colAttrs) }

// graphs returns the graphs of an axis.
func (c *contents) graphs(axis Axis) *Graphs { return pick(axis, c.rowGraphs, c.colGraphs) }

// afford refuses to spend memory on n things of the given size if the file
// does not warrant it: dimensions are claims that a file of a few bytes can make.
func (c *contents) afford(n int, size int64, what string) error {
	return checkAllowance(c.memory, n, size, c.filename+": "+what)
}

func checkAllowance(allowance int64, n int, size int64, what string) error {
	if allowance > 0 && int64(n) > allowance/size {
		return fmt.Errorf("%s: %d of them, more than a limit of %d bytes allows: %w", what, n, allowance, ErrTooLarge)
	}
	return nil
}

// memoryAllowance returns how many bytes bookkeeping may take for the parts of a
// file: what the option says, or what package hdf5 allows any file.
func memoryAllowance(f *hdf5.File, limit int64) int64 {
	if limit > 0 {
		return limit
	}
	if f.Size() > math.MaxInt64/8 {
		return math.MaxInt64
	}
	return 32<<20 + 4*f.Size()
}
