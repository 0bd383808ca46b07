package differential

import (
	"context"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

// addLoom adds the columns of another file to ours.
func (r *run) addLoom(ctx context.Context, t *rapid.T) error {
	other, err := r.makeOther(ctx, t)
	if err != nil {
		return err
	}
	change := request{"op": "add_loom", "other": r.theirOther(), "key": other.key(), "fill": nil, "graphs": other.withGraphs}
	opts := other.options()
	switch rapid.SampledFrom([]string{"values", "auto", "nothing"}).Draw(t, "fill") {
	case "values":
		change["fill"] = specsOf(other.fill)
		opts = append(opts, loom.FillWith(other.fill))
	case "auto":
		change["fill"] = "auto"
		opts = append(opts, loom.FillAuto())
	}
	op := operation{
		kind: "add a file",
		ours: func(ctx context.Context, ds target) error {
			_, err := ds.AddLoom(ctx, r.other(), opts...)
			return err
		},
		theirs: []request{change},
		grown:  true,
	}
	if other.withGraphs {
		for _, name := range other.graphs {
			if r.conn.ColGraphs().Has(name) {
				op.touched = append(op.touched, graphPath(loom.Columns, name))
			}
		}
	}
	return r.step(ctx, &op)
}
