package main

import (
	"context"

	"github.com/goloom/loom"
)

// changing opens the first input, outside the time that counts, and measures how f changes it.
func (t *task) changing(f func(ds *loom.Conn) error) error {
	ds, err := loom.Connect(t.in[0], loom.SkipValidation())
	if err != nil {
		return err
	}
	err = t.measure(func() error { return f(ds) })
	if closing := ds.Close(); err == nil {
		err = closing
	}
	return err
}

func permuteRows(ctx context.Context, t *task) error {
	return t.changing(func(ds *loom.Conn) error {
		genes, _ := ds.Shape()
		return ds.Permute(ctx, ordering(genes), loom.Rows)
	})
}

func permuteColumns(ctx context.Context, t *task) error {
	return t.changing(func(ds *loom.Conn) error {
		_, cells := ds.Shape()
		return ds.Permute(ctx, ordering(cells), loom.Columns)
	})
}

func addColumns(ctx context.Context, t *task) error {
	layers, attrs, err := t.newColumns(ctx)
	if err != nil {
		return err
	}
	return t.changing(func(ds *loom.Conn) error {
		_, err := ds.AddColumns(ctx, layers, attrs)
		return err
	})
}

// newColumns reads the columns to add from the second input.
func (t *task) newColumns(ctx context.Context) (map[string]loom.Matrix, map[string]*loom.Array, error) {
	ds, err := loom.Open(t.in[1], loom.SkipValidation())
	if err != nil {
		return nil, nil, err
	}
	defer ds.Close()
	v, err := ds.View(ctx, loom.All(), loom.Range(0, t.added))
	if err != nil {
		return nil, nil, err
	}
	layers, err := v.Layers().Matrices(ctx)
	if err != nil {
		return nil, nil, err
	}
	attrs, err := v.ColAttrs().Arrays()
	return layers, attrs, err
}

func addLoom(ctx context.Context, t *task) error {
	return t.changing(func(ds *loom.Conn) error {
		_, err := ds.AddLoom(ctx, t.in[1], loom.ByKey("Accession"))
		return err
	})
}

func combine(ctx context.Context, t *task) error { return t.combine(ctx) }

func combineByKey(ctx context.Context, t *task) error { return t.combine(ctx, loom.ByKey("Accession")) }

func (t *task) combine(ctx context.Context, opts ...loom.CombineOption) error {
	return t.measure(func() error {
		_, err := loom.Combine(ctx, t.out, []loom.Source{{Path: t.in[0]}, {Path: t.in[1]}}, opts...)
		return err
	})
}

func createDense(ctx context.Context, t *task) error {
	return t.create(ctx, func(ds *loom.Conn) (loom.Matrix, error) {
		return ds.Matrix().Read(ctx, loom.All(), loom.All())
	})
}

func createSparse(ctx context.Context, t *task) error {
	return t.create(ctx, func(ds *loom.Conn) (loom.Matrix, error) {
		return ds.Sparse(ctx, loom.All(), loom.All(), "")
	})
}

// create measures how a file is made of a matrix that is in memory.
func (t *task) create(ctx context.Context, read func(*loom.Conn) (loom.Matrix, error)) error {
	ds, err := loom.Open(t.in[0], loom.SkipValidation())
	if err != nil {
		return err
	}
	defer ds.Close()
	matrix, err := read(ds)
	if err != nil {
		return err
	}
	gene, err := ds.RowAttrs().Get("Gene")
	if err != nil {
		return err
	}
	id, err := ds.ColAttrs().Get("CellID")
	if err != nil {
		return err
	}
	return t.measure(func() error {
		return loom.Create(ctx, t.out, map[string]loom.Matrix{"": matrix},
			map[string]*loom.Array{"Gene": gene}, map[string]*loom.Array{"CellID": id}, nil)
	})
}

func aggregateToFile(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error {
		_, err := ds.Aggregate(ctx, loom.GroupBy("Clusters"), loom.Mean, loom.AggregateTo(t.out))
		return err
	})
}

// sparseToFile copies the main matrix by way of sparse matrices of some columns each.
func sparseToFile(ctx context.Context, t *task) error {
	return t.reading(func(ds *loom.Conn) error {
		copied, err := loom.New(ctx, t.out, nil)
		if err != nil {
			return err
		}
		err = copySparse(ctx, copied, ds)
		if closing := copied.Close(); err == nil {
			err = closing
		}
		return err
	})
}

func copySparse(ctx context.Context, to, from *loom.Conn) error {
	rowAttrs, err := from.RowAttrs().Arrays()
	if err != nil {
		return err
	}
	_, cells := from.Shape()
	opts := []loom.AddOption{loom.WithRowAttrs(rowAttrs)}
	for start := 0; start < cells; start += cellsAtOnce {
		some := loom.Range(start, min(start+cellsAtOnce, cells))
		matrix, err := from.Sparse(ctx, loom.All(), some, "")
		if err != nil {
			return err
		}
		selected, err := from.ColAttrs().Select(some)
		if err != nil {
			return err
		}
		colAttrs, err := selected.Arrays()
		if err != nil {
			return err
		}
		if _, err := to.AddColumns(ctx, map[string]loom.Matrix{"": matrix}, colAttrs, opts...); err != nil {
			return err
		}
		opts = nil
	}
	return nil
}
