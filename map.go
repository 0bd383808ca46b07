package loom

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/internal/progress"
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
// a time, and so does a reducer that asks for the order of a selection that does
// not ascend.
//
// Of nothing, sums and counts are 0, Prod and AllNonZero 1, as in numpy, and all others
// NaN, which is also where ArgMin or ArgMax is of elements with NaN.
//
// In memory it holds the results, and some 32 MiB of elements that are not zero,
// or of whole rows or columns.
func (l *Layer) Map(ctx context.Context, axis Axis, across Selector, fs ...Func) ([][]float64, error) {
	if err := axis.check(); err != nil {
		return nil, err
	}
	if err := checkFuncs(fs); err != nil {
		return nil, err
	}
	if _, err := l.numbers(); err != nil {
		return nil, err
	}
	width, err := across.Count(l.length(axis.across()))
	if err != nil {
		return nil, l.failed(fmt.Errorf("%s: %w", axis.across(), err))
	}
	var positions positionsOf
	if slices.ContainsFunc(fs, inOrder) {
		if positions, err = l.positionsOf(axis.across(), across); err != nil {
			return nil, err
		}
	}
	r := reduction{layer: l, axis: axis, across: across, groups: oneGroup(width, positions), fs: fs, none: Reducer.ofNone}
	ctx, done := progress.Start(ctx, "map", int64(l.length(axis)), axis.String())
	return r.run(ctx, done)
}
