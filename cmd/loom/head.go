package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

// What a person can take in at a glance.
const (
	headRows   = 10
	headCols   = 6
	headAttrs  = 3  // shown of each axis
	leftWidth  = 20 // of the widest label of a row
	cellWidth  = 12 // of the widest cell, and label of a column
	headDigits = 6  // of a number that is not whole
)

// A header makes the table of a file's upper left corner.
type header struct {
	cmd        *cobra.Command
	conn       *loom.Conn
	rows, cols int // shown
}

func newHeadCommand() *cobra.Command {
	var rows, cols int
	var layer string
	cmd := &cobra.Command{
		Use:   "head FILE",
		Short: "Show the upper left corner of a matrix with its attributes",
		Long: `head shows the first rows and columns of the main matrix, or of a layer, with some
of the attributes: those of the columns on top, those of the rows on the left. It reads no
more than that.

The table is for people: long values are cut, numbers rounded. Programs use
'loom get'.`,
		Example: `  loom head cells.loom
  loom head cells.loom -n 20 -m 10
  loom head cells.loom --layer spliced`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if rows < 0 || cols < 0 {
				return errors.New("-n and -m must not be negative")
			}
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			h := &header{cmd: cmd, conn: conn, rows: rows, cols: cols}
			return h.show(layer)
		},
	}
	cmd.Flags().IntVarP(&rows, "rows", "n", headRows, "show this many `rows`")
	cmd.Flags().IntVarP(&cols, "cols", "m", headCols, "show this many `columns`")
	cmd.Flags().StringVarP(&layer, "layer", "l", "", "show the layer of this `name` instead of the main matrix")
	return cmd
}

// show prints the corner of a layer and, below it, how much more there is.
func (h *header) show(name string) error {
	layer, err := h.conn.Layer(name)
	if err != nil {
		return noLayer(h.conn, name)
	}
	height, width := layer.Shape()
	h.rows, h.cols = min(h.rows, height), min(h.cols, width)
	values, err := layer.Dataset().Read(h.cmd.Context(), loom.Range(0, h.rows), loom.Range(0, h.cols))
	if err != nil {
		return err
	}
	left := h.attributes(h.conn.RowAttrs(), "Gene", height, h.rows, leftWidth)
	top := h.attributes(h.conn.ColAttrs(), "CellID", width, h.cols, cellWidth)
	if err := corner(values, left, top).print(h.cmd.OutOrStdout()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.cmd.OutOrStdout(), "\n%d of %s, %d of %s\n",
		h.rows, count(height, "row"), h.cols, count(width, "column"))
	return err
}

// labels are an attribute as the table shows it.
type labels struct {
	name  string
	texts []string
	right bool // aligned on the right, as numbers are
}

// attributes returns the first values of some of the attributes: the one that
// names the positions, and the next ones of one dimension. Without any, positions
// name themselves.
func (h *header) attributes(attrs *loom.Attributes, first string, length, shown, most int) []labels {
	names := attrs.Names()
	if at := slices.Index(names, first); at > 0 {
		names = slices.Insert(slices.Delete(names, at, at+1), 0, first)
	}
	// One attribute that cannot be read spoils the selection, but not the others.
	if selected, err := attrs.Select(loom.Range(0, shown)); err == nil {
		attrs, length = selected, shown
	}
	var found []labels
	for _, name := range names {
		if len(found) == headAttrs {
			break
		}
		if info, err := attrs.Stat(name); err != nil || !isLabel(info, length) {
			continue
		}
		values, err := attrs.Get(name)
		if err != nil {
			note(h.cmd, "%v", err)
			continue
		}
		found = append(found, newLabels(name, values, shown, most))
	}
	if len(found) == 0 {
		found = []labels{{texts: firstTexts(positionText, shown, most), right: true}}
	}
	return found
}

// isLabel reports whether an attribute has one short value for each position.
func isLabel(info loom.AttributeInfo, length int) bool {
	switch info.Type.Class() {
	case hdf5.Compound, hdf5.Sequence, hdf5.Opaque, hdf5.Other:
		return false
	}
	return len(info.Shape) == 1 && info.Shape[0] == length
}

func newLabels(name string, values *loom.Array, shown, most int) labels {
	return labels{
		name:  shorten(name, leftWidth),
		texts: firstTexts(displayOf(values), shown, most),
		right: values.Type().IsNumeric(),
	}
}

func firstTexts(text appender, n, most int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = shorten(string(text(nil, i)), most)
	}
	return texts
}

// corner lays out values with labels on the left and on top. The names of the
// labels on top are in the last column of those on the left.
func corner(values *loom.Array, left, top []labels) *table {
	shape, margin := values.Shape(), len(left)
	t := &table{right: map[int]bool{}}
	for i, label := range left {
		t.right[i] = label.right
	}
	for j := range shape[1] {
		t.right[margin+j] = true
	}
	for _, label := range top {
		cells := make([]string, margin, margin+shape[1])
		cells[margin-1] = label.name
		t.add(append(cells, label.texts...)...)
	}
	names := make([]string, margin)
	for i, label := range left {
		names[i] = label.name
	}
	t.add(names...)
	text, across := displayOf(values), width(shape)
	for i := range shape[0] {
		var cells []string
		for _, label := range left {
			cells = append(cells, label.texts[i])
		}
		for j := range across {
			cells = append(cells, shorten(string(text(nil, i*across+j)), cellWidth))
		}
		t.add(cells...)
	}
	return t
}

// displayOf returns how values are shown to people: numbers with few digits.
func displayOf(a *loom.Array) appender {
	exact := textOf(a)
	if a.Type().Class() != hdf5.Float {
		return exact
	}
	return func(dst []byte, i int) []byte {
		text := exact(nil, i)
		v, err := strconv.ParseFloat(string(text), 64)
		if err != nil || v == math.Trunc(v) || len(text) <= headDigits+2 {
			return append(dst, text...)
		}
		return strconv.AppendFloat(dst, v, 'g', headDigits, 64)
	}
}
