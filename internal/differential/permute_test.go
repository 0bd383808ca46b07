package differential

import (
	"context"
	"slices"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

func permute(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	order := drawRand(t).Perm(length(s, axis))
	return permuting(s, axis, order), true
}

func permuting(s state, axis loom.Axis, order []int) operation {
	op := operation{
		ours:   func(ctx context.Context, ds target) error { return ds.Permute(ctx, order, axis) },
		theirs: []request{{"op": "permute", "axis": axis, "order": order}},
	}
	for _, name := range s.Layers().Names() {
		op.touched = append(op.touched, layerPath(name))
	}
	for _, name := range attributes(s, axis).Names() {
		op.touched = append(op.touched, attrPath(axis, name))
	}
	for _, name := range graphs(s, axis).Names() {
		op.touched = append(op.touched, graphPath(axis, name))
	}
	return op
}

// noPermutation has a position twice, or one too few. loompy takes it.
func noPermutation(t *rapid.T, s state) (operation, bool) {
	axis := drawAxis(t)
	order := drawRand(t).Perm(length(s, axis))
	if rapid.Bool().Draw(t, "short") {
		order = order[1:]
	} else {
		order = slices.Concat(order[1:], order[:1])
		order[0] = order[len(order)-1]
		if len(order) == 1 {
			order[0] = 1
		}
	}
	return permuting(s, axis, order).refusedAs(loom.ErrSelection).byUsAlone(), true
}
