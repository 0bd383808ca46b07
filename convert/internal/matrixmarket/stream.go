package matrixmarket

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

// A Term is a matrix of a file that has been surveyed.
type Term struct {
	File   *File
	Survey *Survey
	Pick   Pick
}

// Stream returns the sum of matrices of one size, or the one matrix, as a layer:
// of int32 if all integers, and the sums of the largest, fit, of int64 if not, and of
// float64 if a file is of real numbers. If total is not nil it is told of the sum of each
// column, in order, while the Stream is read.
//
// Each file is read once, all at a time; see [Columns] for what that takes.
func Stream(ctx context.Context, terms []Term, total func(column int, sum float64)) *loom.Stream {
	least, greatest := 0.0, 0.0
	for _, t := range terms {
		if t.File.header.Field == "real" {
			return stream[float64](ctx, terms, total)
		}
		least, greatest = least+float64(t.Survey.Min), greatest+float64(t.Survey.Max)
	}
	if least < math.MinInt32 || greatest > math.MaxInt32 {
		return stream[int64](ctx, terms, total)
	}
	return stream[int32](ctx, terms, total)
}

func stream[T Number](ctx context.Context, terms []Term, total func(column int, sum float64)) *loom.Stream {
	var batches []iter.Seq2[*sparse.CSC[T], error]
	for _, t := range terms {
		batches = append(batches, Columns[T](ctx, t.File, t.Survey, t.Pick))
	}
	size := newPicked(terms[0].File, terms[0].Survey, terms[0].Pick)
	all := batches[0]
	if len(batches) > 1 {
		all = sum(batches)
	}
	if total != nil {
		all = totalled(all, total)
	}
	return loom.StreamColumns(size.Rows, size.Cols, all)
}

// sum yields the sums of batches of the same columns.
func sum[T Number](terms []iter.Seq2[*sparse.CSC[T], error]) iter.Seq2[*sparse.CSC[T], error] {
	return func(yield func(*sparse.CSC[T], error) bool) {
		var pulls []func() (*sparse.CSC[T], error, bool)
		for _, t := range terms {
			next, stop := iter.Pull2(t)
			defer stop()
			pulls = append(pulls, next)
		}
		for {
			m, err := nextSum(pulls)
			if m == nil && err == nil || !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// nextSum returns the sum of the next batch of each, or nil if there are no more.
func nextSum[T Number](pulls []func() (*sparse.CSC[T], error, bool)) (*sparse.CSC[T], error) {
	batches, ended := make([]*sparse.CSC[T], len(pulls)), 0
	for k, next := range pulls {
		m, err, ok := next()
		if err != nil {
			return nil, err
		}
		if !ok {
			ended++
		}
		batches[k] = m
	}
	switch ended {
	case 0:
		return added(batches)
	case len(pulls):
		return nil, nil
	}
	return nil, fmt.Errorf("matrices of different widths cannot be added: %w", loom.ErrShape)
}

// added returns the sum of matrices. NewCSC adds up what is at one place.
func added[T Number](terms []*sparse.CSC[T]) (*sparse.CSC[T], error) {
	rows, cols := terms[0].Dims()
	ptr, idx, values := []int{0}, []int32{}, []T{}
	for _, m := range terms {
		if r, c := m.Dims(); r != rows || c != cols {
			return nil, fmt.Errorf("matrices of different sizes cannot be added: %w", loom.ErrShape)
		}
	}
	for j := range cols {
		for _, m := range terms {
			p, i, v := m.Raw()
			idx, values = append(idx, i[p[j]:p[j+1]]...), append(values, v[p[j]:p[j+1]]...)
		}
		ptr = append(ptr, len(idx))
	}
	return sparse.NewCSC(rows, cols, ptr, idx, values)
}

// totalled yields batches and says what the sums of their columns are.
func totalled[T Number](batches iter.Seq2[*sparse.CSC[T], error], total func(column int, sum float64)) iter.Seq2[*sparse.CSC[T], error] {
	return func(yield func(*sparse.CSC[T], error) bool) {
		column := 0
		for m, err := range batches {
			if err == nil {
				ptr, _, values := m.Raw()
				for j := range len(ptr) - 1 {
					s := 0.0
					for _, v := range values[ptr[j]:ptr[j+1]] {
						s += float64(v)
					}
					total(column, s)
					column++
				}
			}
			if !yield(m, err) {
				return
			}
		}
	}
}
