package matrixmarket

import (
	"cmp"
	"context"
	"slices"

	"github.com/goloom/loom/sparse"
)

// A batch is elements of up to [Width] columns, in any order.
type batch[T Number] struct {
	first      int // column
	rows, cols []int
	values     []T
}

func (b *batch[T]) add(row, col int, value T) {
	b.rows = append(b.rows, row)
	b.cols = append(b.cols, col)
	b.values = append(b.values, value)
}

// compress makes a matrix of the batch, and refuses elements that occur twice.
func (b *batch[T]) compress(ctx context.Context, p *picked) (*sparse.CSC[T], error) {
	width := min(Width, p.Cols-b.first)
	ptr := make([]int, width+1)
	for _, col := range b.cols {
		ptr[col-b.first+1]++
	}
	for j := range width {
		ptr[j+1] += ptr[j]
	}
	next := slices.Clone(ptr)
	idx, values := make([]int32, len(b.rows)), make([]T, len(b.rows))
	for k, col := range b.cols {
		at := next[col-b.first]
		next[col-b.first]++
		idx[at], values[at] = int32(b.rows[k]), b.values[k]
	}
	for j := range width {
		if !sortColumn(idx[ptr[j]:ptr[j+1]], values[ptr[j]:ptr[j+1]]) {
			return nil, p.repeated(ctx, b.first+j)
		}
	}
	return sparse.NewCSC(p.Rows, width, ptr, idx, values)
}

// sortColumn sorts the elements of a column by row and reports whether no row
// occurs twice.
func sortColumn[T Number](rows []int32, values []T) bool {
	ordered := true
	for k := 1; k < len(rows); k++ {
		if rows[k] == rows[k-1] {
			return false
		}
		ordered = ordered && rows[k] > rows[k-1]
	}
	if ordered {
		return true
	}
	order := make([]int, len(rows))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rows[a], rows[b]) })
	sortedRows, sortedValues := make([]int32, len(rows)), make([]T, len(rows))
	for k, from := range order {
		sortedRows[k], sortedValues[k] = rows[from], values[from]
		if k > 0 && sortedRows[k] == sortedRows[k-1] {
			return false
		}
	}
	copy(rows, sortedRows)
	copy(values, sortedValues)
	return true
}
