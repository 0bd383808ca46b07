package loom

import "fmt"

// An Axis is one of the two dimensions of a matrix.
type Axis int

// The axes, numbered as loompy and numpy number them.
const (
	Rows    Axis = iota // genes
	Columns             // cells
)

// String returns "rows" or "columns".
func (a Axis) String() string {
	switch a {
	case Rows:
		return "rows"
	case Columns:
		return "columns"
	}
	return fmt.Sprintf("Axis(%d)", int(a))
}

// singular returns the name of one position on the axis.
func (a Axis) singular() string {
	if a == Columns {
		return "column"
	}
	return "row"
}

// check refuses what is neither Rows nor Columns.
func (a Axis) check() error {
	if a != Rows && a != Columns {
		return fmt.Errorf("axis %d, want Rows or Columns: %w", int(a), ErrSelection)
	}
	return nil
}

// across returns the other axis.
func (a Axis) across() Axis { return 1 - a }

// pick returns the one of two things that belongs to the axis.
func pick[T any](a Axis, ofRows, ofColumns T) T {
	if a == Columns {
		return ofColumns
	}
	return ofRows
}
