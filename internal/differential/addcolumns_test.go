package differential

import (
	"context"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"pgregory.net/rapid"
)

// mostColumns is where files stop growing by many columns at once.
const mostColumns = 200

// addColumns adds columns to all layers. Some attributes are continued, some missing, some new, and what is
// missing is filled in, or not.
func addColumns(t *rapid.T, s state) (operation, bool) {
	rows, cols := s.Shape()
	widths := []int{1, 2, 63, 64, 65}
	if cols > mostColumns {
		widths = widths[:2]
	}
	a := addition{state: s, cols: rapid.SampledFrom(widths).Draw(t, "columns"), attrs: map[string]*loom.Array{}, fill: map[string]*loom.Array{}}
	layers := map[string]layerValue{}
	for _, name := range s.Layers().Names() {
		layers[name] = drawFor(t, must(s.Layers().Get(name)), rows, a.cols)
	}
	a.drawAttrs(t)
	change := request{"op": "add_columns", "layers": layerSpecs(layers), "attrs": specsOf(a.attrs), "fill": nil}
	var opts []loom.AddOption
	switch rapid.SampledFrom([]string{"values", "auto", "nothing"}).Draw(t, "fill") {
	case "values":
		change["fill"] = specsOf(a.fill)
		opts = append(opts, loom.FillWith(a.fill))
	case "auto":
		change["fill"] = "auto"
		opts = append(opts, loom.FillAuto())
	}
	return operation{
		ours: func(ctx context.Context, ds target) error {
			_, err := ds.AddColumns(ctx, matrices(layers), a.attrs, opts...)
			return err
		},
		theirs: []request{change},
		grown:  true,
	}, true
}

// An addition is what is drawn of columns to add.
type addition struct {
	state
	cols  int
	attrs map[string]*loom.Array // of the new columns
	fill  map[string]*loom.Array // for whatever one side lacks
}

func (a *addition) drawAttrs(t *rapid.T) {
	for _, name := range a.ColAttrs().Names() {
		info := must(a.ColAttrs().Stat(name))
		text := info.Type.Class() == hdf5.String
		element := info.Shape[1:]
		switch rapid.SampledFrom([]string{"continue", "continue", "lack", "other width"}).Draw(t, "attribute") {
		case "continue":
			a.attrs[name] = a.drawLike(t, text, append([]int{a.cols}, element...))
		case "lack":
			a.drawFill(t, name, text, element)
		case "other width":
			a.attrs[name] = a.drawLike(t, text, []int{a.cols, 4})
		}
	}
	if name := drawName(t); !a.ColAttrs().Has(name) {
		text := rapid.Bool().Draw(t, "text")
		shape := drawShape(t, a.cols)
		a.attrs[name] = a.drawLike(t, text, shape)
		a.drawFill(t, name, text, shape[1:])
	}
}

// drawFill draws an element to fill in: one of its shape, or a scalar for all of it.
func (a *addition) drawFill(t *rapid.T, name string, text bool, element []int) {
	if rapid.Bool().Draw(t, "scalar") {
		element = nil
	}
	a.fill[name] = a.drawLike(t, text, element)
}

// drawLike draws strings or numbers, since the two do not mix.
func (a *addition) drawLike(t *rapid.T, text bool, shape []int) *loom.Array {
	d := dtypes[rapid.IntRange(0, len(dtypes)-1).Draw(t, "type")]
	r := drawRand(t)
	if !text {
		return d.array(r, r.IntN(2) == 0, shape...)
	}
	return textsFor(r, a.old, shape)
}
