package differential

import (
	"context"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// aggregate makes a file with a column for each group of ours, and goes on with that.
// The elements are small integers first: sums of others depend on their order.
func (r *run) aggregate(ctx context.Context, t *rapid.T) error {
	rows, cols := r.conn.Shape()
	small := must(sparse.NewDense(rows, cols, numbers[float64](drawRand(t), false, 0.5, rows*cols)))
	op := settingLayer("", layerValue{small, "float64", "dense"})
	op.kind = "set small integers"
	if err := r.step(ctx, &op); err != nil {
		return err
	}
	labels := drawLabels(t, cols)
	f := rapid.SampledFrom(reducers).Draw(t, "function")
	attrs := map[string]string{}
	var opts []loom.AggregateOption
	for _, name := range r.conn.ColAttrs().Names() {
		info := must(r.conn.ColAttrs().Stat(name))
		if len(info.Shape) > 1 || !rapid.Bool().Draw(t, "attribute") {
			continue
		}
		attrs[name] = "first"
		if info.Type.Class() == hdf5.Integer && info.Type.Size() == 1 {
			attrs[name] = rapid.SampledFrom([]string{"first", "tally"}).Draw(t, "attribute's function")
		}
		opts = append(opts, loom.AggregateAttr(name, must(loom.ParseAttrFunc(attrs[name]))))
	}
	return r.replace(ctx, "aggregate", func(out string) error {
		ds, err := loom.Open(r.ours)
		if err != nil {
			return err
		}
		defer ds.Close()
		_, err = ds.Aggregate(ctx, loom.GroupByLabels("", labels), f, append(opts, loom.AggregateTo(out))...)
		return err
	}, request{"aggregate": r.theirs, "labels": specOf(labels), "function": f.String(), "attrs": attrs})
}

// reducers have results that are exact for small integers.
var reducers = []loom.Reducer{loom.Sum, loom.Min, loom.Max, loom.First, loom.Last, loom.Len, loom.AnyNonZero, loom.AllNonZero}

// drawLabels draws a label for each column, some of them often.
func drawLabels(t *rapid.T, cols int) *loom.Array {
	groups, r := rapid.IntRange(1, 9).Draw(t, "groups"), drawRand(t)
	labels := make([]int64, cols)
	for i := range labels {
		labels[i] = int64(7*r.IntN(groups) - 9)
	}
	return arrayOf(labels, []int{cols})
}
