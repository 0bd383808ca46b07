package main

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/goloom/loom"
)

// reading opens the input, outside the time that counts, and measures what f does with it.
func (t *task) reading(f func(ds *loom.Conn) error) error {
	ds, err := loom.Open(t.in[0], loom.SkipValidation())
	if err != nil {
		return err
	}
	defer ds.Close()
	return t.measure(func() error { return f(ds) })
}

// readPart is the operation that reads what the selectors pick of a file of a shape.
func (t *task) readPart(ctx context.Context, pick func(s shape) (rows, cols loom.Selector)) error {
	return t.reading(func(ds *loom.Conn) error {
		genes, cells := ds.Shape()
		rows, cols := pick(shape{genes, cells})
		_, err := ds.Matrix().Read(ctx, rows, cols)
		return err
	})
}

func readAll(ctx context.Context, t *task) error {
	return t.readPart(ctx, func(shape) (rows, cols loom.Selector) { return loom.All(), loom.All() })
}

func readRow(ctx context.Context, t *task) error {
	return t.readPart(ctx, func(s shape) (rows, cols loom.Selector) { return loom.At(s.genes / 2), loom.All() })
}

func readColumn(ctx context.Context, t *task) error {
	return t.readPart(ctx, func(s shape) (rows, cols loom.Selector) { return loom.All(), loom.At(s.cells / 2) })
}

func readColumns(ctx context.Context, t *task) error {
	return t.readPart(ctx, func(s shape) (rows, cols loom.Selector) {
		some := rand.New(rand.NewPCG(1, 1)).Perm(s.cells)[:min(100, s.cells)]
		slices.Sort(some)
		return loom.All(), loom.Indices(some)
	})
}

// readAgain measures the mean of some reads after a first one.
func readAgain(ctx context.Context, t *task) error {
	const times = 3
	ds, err := loom.Open(t.in[0], loom.SkipValidation())
	if err != nil {
		return err
	}
	defer ds.Close()
	read := func() error {
		_, err := ds.Matrix().Read(ctx, loom.All(), loom.All())
		return err
	}
	if err := read(); err != nil {
		return err
	}
	err = t.measure(func() error {
		for range times {
			if err := read(); err != nil {
				return err
			}
		}
		return nil
	})
	t.elapsed /= times
	return err
}

func readSparse(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error {
		_, err := loom.CSCAs[float32](ctx, ds.Matrix(), loom.All(), loom.All())
		return err
	})
}

func scanRows(ctx context.Context, t *task) error    { return t.scan(ctx, loom.Rows) }
func scanColumns(ctx context.Context, t *task) error { return t.scan(ctx, loom.Columns) }

func (t *task) scan(ctx context.Context, axis loom.Axis) error {
	return t.reading(func(ds *loom.Conn) error {
		for _, err := range ds.Scan(ctx, axis) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func mapRows(ctx context.Context, t *task) error    { return t.mapAxis(ctx, loom.Rows) }
func mapColumns(ctx context.Context, t *task) error { return t.mapAxis(ctx, loom.Columns) }

func (t *task) mapAxis(ctx context.Context, axis loom.Axis) error {
	return t.reading(func(ds *loom.Conn) error {
		_, err := ds.Map(ctx, axis, loom.Mean, loom.Std)
		return err
	})
}

func aggregate(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error {
		_, err := ds.Aggregate(ctx, loom.GroupBy("Clusters"), loom.Mean)
		return err
	})
}

func export(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error { return ds.Export(ctx, t.out) })
}

func exportAll(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error { return ds.ExportTo(ctx, io.Discard) })
}

func open(_ context.Context, t *task) error {
	return t.measure(func() error {
		ds, err := loom.Open(t.in[0])
		if err != nil {
			return err
		}
		return ds.Close()
	})
}
