package matrixmarket

import (
	"context"

	"github.com/goloom/loom/convert/internal/textfile"
)

// A Survey is what can be known of a file's elements only when all have been read.
type Survey struct {
	// Elements is how many there are: the entries, and those that symmetry adds.
	Elements int64

	// ByColumn and ByRow say whether they come column by column, or row by row, in
	// whatever order within a column or row.
	ByColumn, ByRow bool

	// Min and Max are the least and the greatest value of a file of integers; both are
	// at least as far from each other as to have 0 between them.
	Min, Max int64

	// RowCounts and ColumnCounts are how many elements each row and column has.
	RowCounts, ColumnCounts []int64
}

// Survey reads the whole file and checks every line of it but for elements that
// occur twice. It holds 8 bytes for each row and column.
func (f *File) Survey(ctx context.Context) (*Survey, error) {
	if f.header.Field == "real" {
		return survey(ctx, f, func(*Survey, float64) {})
	}
	return survey(ctx, f, func(s *Survey, v int64) { s.Min, s.Max = min(s.Min, v), max(s.Max, v) })
}

// survey reads the file with values of one type, each of which is shown to look.
func survey[T Number](ctx context.Context, f *File, look func(s *Survey, v T)) (*Survey, error) {
	s := &Survey{
		ByColumn: true, ByRow: true,
		RowCounts: make([]int64, f.header.Rows), ColumnCounts: make([]int64, f.header.Cols),
	}
	row, col := 0, 0
	err := eachEntry(ctx, f, func(r *textfile.Reader, e entry[T]) error {
		s.Elements++
		s.ByRow = s.ByRow && e.row >= row
		s.ByColumn = s.ByColumn && e.col >= col
		row, col = e.row, e.col
		s.RowCounts[row]++
		s.ColumnCounts[col]++
		if s.ColumnCounts[col] > int64(f.header.Rows) {
			return r.Errorf("more elements in column %d than the %d rows: one of them is there twice", col+1, f.header.Rows)
		}
		for _, v := range e.values {
			look(s, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}
