package loom_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// TestProgress: every long call reports that nothing is done, then more and more,
// and at last all of it, and does the same as without a listener.
func TestProgress(t *testing.T) {
	const rows, cols = 300, 1100
	path := filepath.Join(t.TempDir(), "cells.loom")
	layers := map[string]loom.Matrix{
		"":     denseOf(t, rows, cols, spotted[float32]),
		"more": denseOf(t, rows, cols, spotted[int16]),
	}
	var ds *loom.Conn
	for _, call := range []struct {
		operation, unit string
		total           int64
		do              func(ctx context.Context) error
	}{
		{"create", "values", 2 * rows * cols, func(ctx context.Context) error {
			if err := loom.Create(ctx, path, layers, nil, nil, nil); err != nil {
				return err
			}
			ds = connect(t, path)
			return nil
		}},
		{"scan", "columns", cols, func(ctx context.Context) error {
			for _, err := range ds.Scan(ctx, loom.Columns) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"scan", "rows", 3, func(ctx context.Context) error {
			for _, err := range ds.Scan(ctx, loom.Rows, loom.Items(loom.Indices([]int{5, 299, 0})), loom.BatchSize(7)) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"map", "columns", cols, func(ctx context.Context) error {
			_, err := ds.Map(ctx, loom.Columns, loom.Mean)
			return err
		}},
		{"map", "columns", cols, func(ctx context.Context) error {
			_, err := ds.Map(ctx, loom.Columns, loom.Apply(func(c []float64) float64 { return c[0] }))
			return err
		}},
		{"aggregate", "rows", rows, func(ctx context.Context) error {
			labels := arrayOf(t, make([]int8, cols))
			out := loom.AggregateTo(path + ".aggregated")
			_, err := ds.Aggregate(ctx, loom.GroupByLabels("group", labels), loom.Mean, out)
			return err
		}},
		{"sparse", "rows", rows, func(ctx context.Context) error {
			_, err := ds.Sparse(ctx, loom.All(), loom.Range(0, 70), "more")
			return err
		}},
		{"export", "rows", rows, func(ctx context.Context) error { return ds.ExportTo(ctx, io.Discard) }},
		{"set layer", "values", rows * cols, func(ctx context.Context) error {
			return ds.Layers().Set(ctx, "third", layers["more"])
		}},
		{"add columns", "values", 3 * rows * cols, func(ctx context.Context) error {
			_, err := ds.AddColumns(ctx, map[string]loom.Matrix{"": layers[""], "more": layers[""], "third": layers["more"]}, nil)
			return err
		}},
		{"repack", "bytes", 0, func(ctx context.Context) error {
			return hdf5.Repack(ctx, ds.File(), path+".repacked", hdf5.RepackOptions{})
		}},
		{"repack", "bytes", 0, func(ctx context.Context) error {
			smaller := func(d *hdf5.Dataset) *hdf5.Storage {
				if d.Chunks() == nil {
					return nil
				}
				return &hdf5.Storage{Deflate: 1}
			}
			return hdf5.Repack(ctx, ds.File(), path+".repacked", hdf5.RepackOptions{Storage: smaller})
		}},
		{"check", "bytes", 0, func(ctx context.Context) error {
			_, err := ds.File().Check(ctx, func(p hdf5.Problem) { t.Error(p.Err) })
			return err
		}},
	} {
		var mu sync.Mutex
		var reports []loom.Progress
		ctx := loom.WithProgress(t.Context(), func(p loom.Progress) {
			mu.Lock()
			defer mu.Unlock()
			reports = append(reports, p)
		})
		if err := call.do(ctx); err != nil {
			t.Fatalf("%s: %v", call.operation, err)
		}
		if call.total == 0 {
			call.total = ds.File().Size()
		}
		if len(reports) < 2 {
			t.Fatalf("%s of %s: %v", call.operation, call.unit, reports)
		}
		last := reports[len(reports)-1]
		want := loom.Progress{Operation: call.operation, Done: call.total, Total: call.total, Unit: call.unit}
		if last != want || reports[0].Done != 0 {
			t.Errorf("%s: from %+v to %+v, want %+v", call.operation, reports[0], last, want)
		}
		grows := slices.IsSortedFunc(reports, func(a, b loom.Progress) int { return int(a.Done - b.Done) })
		if !grows || slices.ContainsFunc(reports, func(p loom.Progress) bool { return p.Operation != call.operation }) {
			t.Errorf("%s: %v", call.operation, reports)
		}
	}
}

// TestProgressOfManyCalls: calls at the same time do not mix up their reports,
// and a call within another does not report.
func TestProgressOfManyCalls(t *testing.T) {
	ds := open(t, filepath.Join("testdata", "mouse_cortex_tiny.loom"))
	var want bytes.Buffer
	if err := ds.ExportTo(t.Context(), &want); err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			done := int64(0)
			ctx := loom.WithProgress(t.Context(), func(p loom.Progress) {
				if p.Operation != "export" || p.Done < done || p.Done > p.Total {
					t.Errorf("%+v after %d", p, done)
				}
				done = p.Done
			})
			var got bytes.Buffer
			if err := ds.ExportTo(ctx, &got); err != nil || got.String() != want.String() {
				t.Errorf("%v, or another text", err)
			}
			if rows, _ := ds.Shape(); done != int64(rows) {
				t.Errorf("%d of %d rows", done, rows)
			}
		})
	}
	calls.Wait()
}

func ExampleWithProgress() {
	ds, done := example()
	defer done()
	ctx := loom.WithProgress(context.Background(), func(p loom.Progress) {
		fmt.Printf("%s: %d of %d %s\n", p.Operation, p.Done, p.Total, p.Unit)
	})
	if _, err := ds.Sparse(ctx, loom.All(), loom.All(), ""); err != nil {
		fmt.Println(err)
	}
	// Output:
	// sparse: 0 of 3 rows
	// sparse: 2 of 3 rows
	// sparse: 3 of 3 rows
}
