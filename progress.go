package loom

import (
	"context"

	"github.com/goloom/loom/internal/progress"
)

// Progress says how far a long call has come.
type Progress struct {
	Operation string // "export", "scan", "create" and so on
	Done      int64  // units of work that are done; it never gets less
	Total     int64  // units in all, 0 if that is not known beforehand
	Unit      string // what is counted: "rows", "columns", "values", "bytes" and so on
}

// WithProgress returns a context with which long calls of this package, and of
// [github.com/goloom/loom/hdf5], say how far they have come:
//
//	ctx = loom.WithProgress(ctx, func(p loom.Progress) {
//		fmt.Printf("\r%s: %d of %d %s", p.Operation, p.Done, p.Total, p.Unit)
//	})
//	err := ds.Export(ctx, "cells.tab")
//
// Each call reports first that nothing is done and then after every batch that
// it has done, at last that all is. What fails, or is cancelled, just stops. A call that
// another one makes is part of that one and does not report.
//
// The reports of one call come one after the other, those of calls that run at
// the same time may come at the same time. The call waits until report returns. Without
// WithProgress nothing is spent on reports.
func WithProgress(ctx context.Context, report func(Progress)) context.Context {
	return progress.With(ctx, func(r progress.Report) { report(Progress(r)) })
}
