package loom

import (
	"context"
	"fmt"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// Map makes numbers of every row, or every column, of the main matrix, as
// [Layer.Map] does.
func (c *contents) Map(ctx context.Context, axis Axis, fs ...Func) ([][]float64, error) {
	return c.Matrix().Map(ctx, axis, All(), fs...)
}

// Map makes numbers of every row ([Rows]) or every column ([Columns]), from its
// elements at the selected positions of the other axis. It returns, for each
// function, one number for each row or column.
//
//	means, err := ds.Matrix().Map(ctx, loom.Rows, loom.Mask(valid), loom.Mean, loom.Std)
//
// All functions share one pass over the layer. If all are reducers it touches
// only the elements that are not zero, in parallel, with the same result on any
// number of processors. An [Apply] makes it read rows or columns whole, some at
// a time; reducers beside it may then differ in the last digits.
func (l *Layer) Map(ctx context.Context, axis Axis, across Selector, fs ...Func) ([][]float64, error) {
	if err := axis.check(); err != nil {
		return nil, err
	}
	for i, f := range fs {
		if f == nil {
			return nil, fmt.Errorf("function %d is nil: %w", i, ErrType)
		}
		if err := f.check(); err != nil {
			return nil, err
		}
	}
	if _, err := l.numbers(); err != nil {
		return nil, err
	}
	width, err := across.Count(l.length(axis.across()))
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", axis.across(), err))
	}
	results, err := l.newResults(axis, len(fs))
	if err != nil {
		return nil, l.failed(err)
	}
	mapLines := l.mapNonZeros
	if needsWhole(fs) {
		mapLines = l.mapWhole
	}
	if err := mapLines(ctx, axis, across, width, fs, results); err != nil {
		return nil, err
	}
	return results, nil
}

// newResults allocates a number for each of n functions and each line.
func (l *Layer) newResults(axis Axis, n int) ([][]float64, error) {
	const momentsSize = 40
	if err := checkAllowance(l.allowance, l.length(axis), int64(momentsSize+8*n), "results for "+axis.String()); err != nil {
		return nil, err
	}
	results := make([][]float64, n)
	for i := range results {
		results[i] = make([]float64, l.length(axis))
	}
	return results, nil
}

// needsWhole reports whether any of the functions needs all elements.
func needsWhole(fs []Func) bool {
	for _, f := range fs {
		if _, ok := f.(Apply); ok {
			return true
		}
	}
	return false
}

// needsSquares reports whether any of the functions is Var or Std.
func needsSquares(fs []Func) bool {
	for _, f := range fs {
		if r, ok := f.(Reducer); ok && (r == Var || r == Std) {
			return true
		}
	}
	return false
}

// mapNonZeros streams the elements that are not zero.
func (l *Layer) mapNonZeros(ctx context.Context, axis Axis, across Selector, width int, fs []Func, results [][]float64) error {
	ctx, done := progress.Start(ctx, "map", int64(l.rows), Rows.String())
	totals := make([]moments, l.length(axis))
	squares := needsSquares(fs)
	work := func(nz *hdf5.NonZeros[float64]) (lineMoments, error) {
		return momentsOf(nz, axis, squares), nil
	}
	merge := func(part lineMoments) error {
		for i, m := range part.lines {
			totals[part.first+i].merge(m)
		}
		done.Reach(int64(part.row)) // chunks come row by row
		return nil
	}
	rows, cols := pick(axis, All(), across), pick(axis, across, All())
	if err := streamNonZeros(ctx, l, rows, cols, work, merge); err != nil {
		return err
	}
	done.Reach(int64(l.rows))
	for i, f := range fs {
		for line, m := range totals {
			results[i][line] = f.(Reducer).of(m, width)
		}
	}
	return nil
}

// mapWhole reads lines whole, some at a time.
func (l *Layer) mapWhole(ctx context.Context, axis Axis, across Selector, width int, fs []Func, results [][]float64) error {
	n, step := l.length(axis), l.linesAtOnce(axis, width)
	ctx, done := progress.Start(ctx, "map", int64(n), axis.String())
	var line, scratch []float64
	for first := 0; first < n; first += step {
		lines := Range(first, min(first+step, n))
		block, err := l.Read(ctx, pick(axis, lines, across), pick(axis, across, lines))
		if err != nil {
			return err
		}
		values, err := denseAs[float64](block)
		if err != nil {
			return err
		}
		for i := range min(step, n-first) {
			line = appendLine(line[:0], values, axis, i)
			total := momentsOfLine(line)
			for k, f := range fs {
				scratch = append(scratch[:0], line...)
				results[k][first+i] = mapLine(f, total, scratch)
			}
		}
		done.Add(min(step, n-first))
	}
	return nil
}

// mapLine applies one function to a line of the given moments, which an Apply
// may change.
func mapLine(f Func, total moments, line []float64) float64 {
	if apply, ok := f.(Apply); ok {
		return apply(line)
	}
	return f.(Reducer).of(total, len(line))
}

// appendLine appends row or column i.
func appendLine(to []float64, m *sparse.Dense[float64], axis Axis, i int) []float64 {
	if axis == Rows {
		return append(to, m.Row(i)...)
	}
	for _, v := range m.Col(i) {
		to = append(to, v)
	}
	return to
}

// elementsAtOnce is how many elements of whole lines are read at a time, if a
// line is not longer: 32 MiB.
const elementsAtOnce = 1 << 22

// linesAtOnce returns how many lines of the given length to read at a time: as
// many as fit, and if possible whole chunks, so that none is decoded twice.
func (l *Layer) linesAtOnce(axis Axis, length int) int {
	n := max(1, elementsAtOnce/max(1, length))
	if l.dataset == nil {
		return n
	}
	if chunks := l.dataset.Chunks(); chunks != nil && chunks[axis] <= n {
		n -= n % chunks[axis]
	}
	return n
}
