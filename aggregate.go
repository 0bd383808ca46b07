package loom

import (
	"context"
	"fmt"
	"math"

	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// A Grouping says which columns belong together in [Conn.Aggregate].
type Grouping struct {
	name   string
	labels *Array // nil for those of the attribute
}

// GroupBy makes a group of the columns that have the same value of a column
// attribute: numbers, strings or booleans, of one dimension.
func GroupBy(name string) Grouping { return Grouping{name: name} }

// GroupByLabels makes a group of the columns that have the same label. There is
// a label, a number, string or boolean, for each column of the file, selected or not. The
// result has them as the column attribute of the given name, unless that is "".
func GroupByLabels(name string, labels *Array) Grouping { return Grouping{name, labels} }

// Aggregated is what [Conn.Aggregate] makes of a file: a matrix with the same
// rows and a column for each group.
type Aggregated struct {
	// Matrix has a row for each row of the file and a column for each group.
	Matrix *sparse.Dense[float64]
	// Labels are those of the groups, ascending, in the type of the attribute.
	Labels *Array
	// Sizes are the numbers of columns in the groups.
	Sizes []int
	// ColAttrs are the attributes of the groups: the labels under the name that the
	// Grouping has, and what the options ask for.
	ColAttrs map[string]*Array
}

// An AggregateOption changes what [Conn.Aggregate] makes.
type AggregateOption func(*aggregateSettings)

type aggregateSettings struct {
	layer     string
	columns   Selector
	attrs     []namedAttrFunc
	ifEqual   bool
	fill      float64
	out       string // "" for no file
	outLayers []WriteOption
}

// AggregateLayer takes the elements from the layer of this name instead of the
// main matrix.
func AggregateLayer(name string) AggregateOption {
	return func(s *aggregateSettings) { s.layer = name }
}

// AggregateColumns leaves out all other columns. Groups that have none of the
// selected ones do not exist, and the order of the selection is that of the
// elements in a group.
func AggregateColumns(selected Selector) AggregateOption {
	return func(s *aggregateSettings) { s.columns = selected }
}

// AggregateAttr makes an attribute of the groups of a column attribute; see
// [AttrFunc]. Without any, the groups have no attributes but their labels.
func AggregateAttr(name string, f AttrFunc) AggregateOption {
	return func(s *aggregateSettings) { s.attrs = append(s.attrs, namedAttrFunc{name, f}) }
}

// AggregateIfEqual keeps those of all other column attributes of one dimension
// that have one value throughout each group.
func AggregateIfEqual() AggregateOption {
	return func(s *aggregateSettings) { s.ifEqual = true }
}

// AggregateFill gives groups this value where a reducer finds nothing to reduce:
// where all elements are NaN and it skips them, and where ArgMin or ArgMax, which
// do not skip them, meet NaN. It is 0 otherwise, as in loompy.
func AggregateFill(value float64) AggregateOption {
	return func(s *aggregateSettings) { s.fill = value }
}

// AggregateTo also writes a Loom file, in place of an existing one: the matrix, of
// float64 unless [StoreAs] says otherwise, the row attributes and row graphs of the
// file, and the attributes of the groups. It appears when it is complete. To write
// over the file that is read is an error that wraps fs.ErrInvalid.
func AggregateTo(path string, opts ...WriteOption) AggregateOption {
	return func(s *aggregateSettings) { s.out, s.outLayers = path, opts }
}

// Aggregate makes one number of the elements that each row has in each group of
// columns.
//
//	means, err := ds.Aggregate(ctx, loom.GroupBy("Clusters"), loom.Mean,
//		loom.AggregateAttr("Age", loom.Tally), loom.AggregateTo("clusters.loom"))
//
// It is loompy's aggregate. The numbers are numpy-groupies', computed in float64 from
// the layer's elements; loompy computes sums and products of float32 in float32, hence
// with up to 1e-6 of relative difference, and those of integers wrap around there. Unlike loompy, it
// groups by strings, by fractions without cutting them off, and selected columns alone;
// the groups have their labels as an attribute, and ArgMin and ArgMax give positions in the
// whole file.
//
// A [Reducer] takes one pass over the elements that are not zero, in parallel, with
// the same result on any number of processors. An [Apply] is called for each row and
// group, and reads rows whole, some at a time; so do reducers that ask for the
// order of columns if that of a selection does not ascend.
//
// In memory it holds the result and, as [Layer.Map] does, some 32 MiB more. It is an error
// that wraps [ErrNotExist] if there is no such attribute or layer, [ErrShape] if there is not one
// label for each column or no column is selected, [ErrType] if labels or attributes are not of
// a type that the functions take, and [ErrNotFinite] if NaN or an infinity is to be
// written without [AllowNonFinite].
func (c *contents) Aggregate(ctx context.Context, by Grouping, f Func, opts ...AggregateOption) (*Aggregated, error) {
	var s aggregateSettings
	for _, opt := range opts {
		opt(&s)
	}
	if err := checkFuncs([]Func{f}); err != nil {
		return nil, err
	}
	if err := checkNotInput(s.out, c.filename); err != nil {
		return nil, err
	}
	layer, err := c.layers.Get(s.layer)
	if err != nil {
		return nil, err
	}
	if _, err := layer.numbers(); err != nil {
		return nil, err
	}
	groups, labels, err := c.group(ctx, layer, by, s.columns)
	if err != nil {
		return nil, err
	}
	a := &Aggregated{Labels: labels, Sizes: make([]int, groups.n), ColAttrs: map[string]*Array{}}
	for i := range a.Sizes {
		a.Sizes[i] = groups.size(i)
	}
	if err := c.aggregateAttrs(ctx, a, by, groups, s); err != nil {
		return nil, err
	}
	r := reduction{
		layer: layer, axis: Rows, across: s.columns, groups: groups, fs: []Func{f},
		none: func(Reducer) float64 { return s.fill },
	}
	ctx, done := progress.Start(ctx, "aggregate", int64(layer.rows), Rows.String())
	results, err := r.run(ctx, done)
	if err != nil {
		return nil, err
	}
	if a.Matrix, err = sparse.NewDense(layer.rows, groups.n, results[0]); err != nil {
		return nil, err
	}
	if s.out == "" {
		return a, nil
	}
	return a, c.writeAggregated(ctx, a, s)
}

// group finds the groups of the selected columns of a layer, and their labels.
func (c *contents) group(ctx context.Context, layer *Layer, by Grouping, columns Selector) (*grouping, *Array, error) {
	labels, err := c.labels(ctx, by, layer.cols)
	if err != nil {
		return nil, nil, err
	}
	positions, err := layer.positionsOf(Columns, columns)
	if err != nil {
		return nil, nil, err
	}
	if positions != nil {
		if labels, err = labels.Select(positions); err != nil {
			return nil, nil, err
		}
	}
	n := labels.Len()
	if n == 0 {
		return nil, nil, fmt.Errorf("%s: no columns to aggregate: %w", c.filename, ErrShape)
	}
	if n > math.MaxInt32 {
		return nil, nil, fmt.Errorf("%s: %d columns to aggregate: %w", c.filename, n, ErrTooLarge)
	}
	of, distinct, err := distinctValues(labels)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: labels: %w", c.filename, err)
	}
	return newGrouping(distinct.Len(), of, positions), distinct, nil
}

// labels returns a label for each column.
func (c *contents) labels(ctx context.Context, by Grouping, cols int) (*Array, error) {
	labels := by.labels
	if labels == nil {
		var err error
		if labels, err = c.colAttrs.get(ctx, by.name); err != nil {
			return nil, err
		}
	}
	if shape := labels.Shape(); len(shape) != 1 || shape[0] != cols {
		return nil, fmt.Errorf("%s: labels %q of shape %v for %d columns: %w", c.filename, by.name, shape, cols, ErrShape)
	}
	return labels, nil
}

// distinctValues returns the different ones of some values, ascending, and which of
// them each value is.
func distinctValues(values *Array) (of []int32, distinct *Array, err error) {
	compare, err := comparison(values)
	if err != nil {
		return nil, nil, err
	}
	ordering, err := argsort(values)
	if err != nil {
		return nil, nil, err
	}
	of = make([]int32, len(ordering))
	var firsts []int
	for k, i := range ordering {
		if k == 0 || compare(ordering[k-1], i) != 0 {
			firsts = append(firsts, i)
		}
		of[i] = int32(len(firsts) - 1)
	}
	distinct, err = values.Select(firsts)
	return of, distinct, err
}

// writeAggregated makes the output file.
func (c *contents) writeAggregated(ctx context.Context, a *Aggregated, s aggregateSettings) error {
	return create(ctx, s.out, nil, func(e *edit) error {
		if err := e.setLayer(ctx, "", a.Matrix, newWriteSettings(s.outLayers)); err != nil {
			return err
		}
		if err := c.createAxis(ctx, e, Rows); err != nil {
			return err
		}
		return e.setAttributes(ctx, Columns, a.ColAttrs)
	})
}
