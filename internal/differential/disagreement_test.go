package differential

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// TestDisagreementsAreFound makes operations one way by this library and another
// way by loompy, and expects each to be found.
func TestDisagreementsAreFound(t *testing.T) {
	t.Parallel()
	w, ctx := startWorker(t), t.Context()
	begin := func(t *testing.T) *run {
		r, err := w.begin(ctx, fixedStart())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.conn.Close() })
		return r
	}
	for _, test := range disagreements() {
		t.Run(test.what, func(t *testing.T) {
			r := begin(t)
			if err := r.step(ctx, &test.op); err == nil || !strings.Contains(err.Error(), test.found) {
				t.Errorf("%v, want %q", err, test.found)
			}
		})
	}
	t.Run("tools", func(t *testing.T) {
		r := begin(t)
		if err := r.accepted(); err != nil {
			t.Fatal(err)
		}
		if err := r.conn.ColAttrs().Set("extra", arrayOf([]float64{1, 2, 3}, []int{3})); err != nil {
			t.Fatal(err)
		}
		if err := r.accepted(); err == nil || !strings.Contains(err.Error(), "h5diff") {
			t.Errorf("%v, want differences that h5diff finds", err)
		}
	})
	t.Run("damage", func(t *testing.T) {
		r := begin(t)
		content := must(os.ReadFile(r.ours))
		if err := os.WriteFile(r.ours, []byte(strings.ReplaceAll(string(content), "SNOD", "gone")), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.check(ctx); !errors.Is(err, hdf5.ErrCorrupt) {
			t.Errorf("check: %v, want %v", err, hdf5.ErrCorrupt)
		}
		if err := r.accepted(); err == nil {
			t.Error("the tools accept a damaged file")
		}
	})
}

// fixedStart is a file of 2 rows and 3 columns.
func fixedStart() start {
	m := must(sparse.NewDense(2, 3, []float64{0, 1, 2, 3, 4, 5}))
	return start{
		dialect: "ours", layers: map[string]layerValue{"": {m, "float64", "dense"}},
		colAttrs: map[string]*loom.Array{"b": arrayOf([]float64{1, 2, 3}, []int{3})},
	}
}

// A disagreement is an operation whose two sides differ, and what must be said
// of it.
type disagreement struct {
	what  string
	op    operation
	found string
}

func disagreements() []disagreement {
	attr := func(values *loom.Array) operation { return settingAttr(loom.Columns, "b", values) }
	mixed := func(ours, theirs operation) operation {
		ours.theirs = theirs.theirs
		return ours
	}
	nothing := operation{ours: func(context.Context, target) error { return nil }}
	numbers := arrayOf([]float64{1, 2, 4}, []int{3})
	layer := func(values ...float64) operation {
		return settingLayer("", layerValue{must(sparse.NewDense(2, 3, values)), "float64", "dense"})
	}
	refused := attr(numbers).refusedAs(loom.ErrShape)
	untold := attr(numbers)
	untold.touched = nil
	return []disagreement{
		{"nothing is done", mixed(nothing, attr(numbers)), "/col_attrs/b"},
		{"loompy does nothing", attr(numbers).byUsAlone(), "/col_attrs/b"},
		{"another value", mixed(attr(arrayOf([]float64{1, 2, 5}, []int{3})), attr(numbers)), "/col_attrs/b"},
		{"another type", mixed(attr(arrayOf([]float32{1, 2, 4}, []int{3})), attr(numbers)), "<f4"},
		{"another shape", mixed(attr(arrayOf([]float64{1, 2, 4}, []int{3, 1})), attr(numbers)), "(3, 1)"},
		{"another text", mixed(attr(arrayOf([]string{"a", "b", "ç"}, []int{3})), attr(arrayOf([]string{"a", "b", "c"}, []int{3}))), "/col_attrs/b"},
		{"another name", mixed(settingAttr(loom.Columns, "c", numbers), settingAttr(loom.Columns, "d", numbers)), "/col_attrs/c"},
		{"another element", mixed(layer(0, 0, 0, 0, 0, 1), layer(0, 0, 0, 0, 0, 2)), "/matrix"},
		{"accepted instead of refused", refused, "want wrong shape"},
		{"refused instead of accepted", mixed(operation{ours: func(_ context.Context, ds target) error {
			return ds.ColAttrs().Delete("none")
		}}, attr(numbers)), "want <nil>"},
		{"loompy fails", mixed(attr(numbers), settingAttr(loom.Columns, "a/b", numbers)), "loompy fails"},
		{"untold time", untold, "according to their times"},
	}
}
