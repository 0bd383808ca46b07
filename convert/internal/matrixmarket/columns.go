package matrixmarket

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/sparse"
)

// Width is how many columns [Columns] yields at a time, the last time fewer.
const Width = 64

// A Pick says which elements of a file become which of a matrix.
type Pick struct {
	// Transposed takes the file's rows for columns, and its columns for rows. All
	// else is said of rows and columns as they are then.
	Transposed bool

	// RowTo and ColTo have, for each row and column of the file, the row or column
	// of the matrix that it becomes, or -1 if it is left out; nil for the same. No two
	// become the same.
	RowTo, ColTo []int

	// Rows and Cols are the size of the matrix, 0 for that of the file.
	Rows, Cols int

	// Value says which of the values of each entry is taken: see [Values].
	Value int

	// Scratch is the folder for a scratch file, "" for that of the system.
	Scratch string
}

// errLeft ends the reading of a file when nobody wants more of it.
var errLeft = errors.New("no more is wanted")

// Columns yields a matrix of a file in batches of [Width] columns, each with the
// columns' rows in order; survey is that of the file. A value that T cannot hold is an error:
// [Stream] chooses a T that holds all.
//
// It reads the file once, and holds one batch if the columns come in order; see the
// package comment for when they do not. An element that occurs twice is an error that wraps
// [textfile.ErrMalformed] and says on which lines.
func Columns[T Number](ctx context.Context, f *File, survey *Survey, pick Pick) iter.Seq2[*sparse.CSC[T], error] {
	return func(yield func(*sparse.CSC[T], error) bool) {
		p := newPicked(f, survey, pick)
		flow := direct[T]
		if !p.ordered {
			flow = bucketed[T]
		}
		err := flow(ctx, p, func(m *sparse.CSC[T]) error {
			if !yield(m, nil) {
				return errLeft
			}
			return nil
		})
		if err != nil && !errors.Is(err, errLeft) {
			yield(nil, err)
		}
	}
}

// A picked is what a Pick makes of a file.
type picked struct {
	*File
	Pick
	survey  *Survey
	ordered bool // columns come in order
}

func newPicked(f *File, survey *Survey, pick Pick) *picked {
	rows, cols, ordered := f.header.Rows, f.header.Cols, survey.ByColumn
	if pick.Transposed {
		rows, cols, ordered = cols, rows, survey.ByRow
	}
	if pick.Rows == 0 && pick.RowTo == nil {
		pick.Rows = rows
	}
	if pick.Cols == 0 && pick.ColTo == nil {
		pick.Cols = cols
	}
	return &picked{File: f, Pick: pick, survey: survey, ordered: ordered && ascending(pick.ColTo)}
}

// ascending reports whether positions that are not left out ascend.
func ascending(to []int) bool {
	last := -1
	for _, position := range to {
		if position >= 0 && position < last {
			return false
		}
		last = max(last, position)
	}
	return true
}

// place returns where an element of the file goes, if it is not left out.
func (p *picked) place(row, col int) (r, c int, ok bool) {
	if p.Transposed {
		row, col = col, row
	}
	if p.RowTo != nil {
		row = p.RowTo[row]
	}
	if p.ColTo != nil {
		col = p.ColTo[col]
	}
	return row, col, row >= 0 && col >= 0
}

// direct passes on the columns of a file in which they are in order.
func direct[T Number](ctx context.Context, p *picked, deliver func(*sparse.CSC[T]) error) error {
	held := &batch[T]{}
	flush := func() error {
		m, err := held.compress(ctx, p)
		if err != nil {
			return err
		}
		held = &batch[T]{first: held.first + Width}
		return deliver(m)
	}
	err := eachEntry(ctx, p.File, func(r *textfile.Reader, e entry[T]) error {
		row, col, ok := p.place(e.row, e.col)
		if !ok {
			return nil
		}
		if col < held.first {
			return fmt.Errorf("%s has changed while it was read", p.path)
		}
		for col >= held.first+Width {
			if err := flush(); err != nil {
				return err
			}
		}
		held.add(row, col, e.values[p.Value])
		if len(held.rows) > Width*p.Rows {
			return p.repeated(ctx, held.cols[len(held.cols)-1])
		}
		return nil
	})
	for err == nil && held.first < p.Cols {
		err = flush()
	}
	return err
}

// repeated finds the first element of a column, of the matrix, that occurs twice.
func (p *picked) repeated(ctx context.Context, column int) error {
	if p.header.Field == "real" {
		return findRepeated[float64](ctx, p, column)
	}
	return findRepeated[int64](ctx, p, column)
}

func findRepeated[T Number](ctx context.Context, p *picked, column int) error {
	lines := map[int]int64{}
	err := eachEntry(ctx, p.File, func(r *textfile.Reader, e entry[T]) error {
		row, col, ok := p.place(e.row, e.col)
		if !ok || col != column {
			return nil
		}
		if first, ok := lines[row]; ok {
			return r.Errorf("element (%d, %d) is on line %d already", e.row+1, e.col+1, first)
		}
		lines[row] = r.Number()
		return nil
	})
	if err != nil {
		return err
	}
	return fmt.Errorf("%s has changed while it was read", p.path)
}
