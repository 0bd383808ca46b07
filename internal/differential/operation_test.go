package differential

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

// A target is what operations are made on: a connection or a transaction.
type target interface {
	Shape() (rows, cols int)
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	Attrs() *loom.GlobalAttributes
	Layers() *loom.Layers
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
	AddColumns(ctx context.Context, layers map[string]loom.Matrix, attrs map[string]*loom.Array, opts ...loom.AddOption) (loom.Added, error)
	AddLoom(ctx context.Context, path string, opts ...loom.AddLoomOption) (loom.Combined, error)
	Permute(ctx context.Context, ordering []int, axis loom.Axis) error
}

// An operation is a change, to be made both ways.
type operation struct {
	kind string
	// ours makes the change with this library.
	ours func(ctx context.Context, ds target) error
	// theirs are the changes of loompy_sequence.py that do the same; none to leave loompy out.
	theirs []request
	// refused is what the error must wrap if the change is one that must not be made.
	// loompy, if it is asked, fails or does nothing.
	refused error
	// touched are the paths of what has a new time of change afterwards, removed those of what is gone.
	touched, removed []string
	// grown says that all layers and column attributes are touched.
	grown bool
}

// A request is an object of JSON for loompy_sequence.py.
type request map[string]any

// state is what the drawing of an operation can look at.
type state struct {
	target
	old bool // of a version before 3.0.0
}

// A kind is a kind of operation: its draw returns one that suits the file, or not ok if
// none does.
type kind struct {
	name   string
	weight int
	draw   func(t *rapid.T, s state) (op operation, ok bool)
}

// changes are the kinds of operation that both programs can make.
var changes = []kind{
	{"set a global attribute", 3, setGlobal},
	{"set an attribute", 9, setAttr},
	{"delete an attribute", 3, deleteAttr},
	{"delete a global attribute", 1, deleteGlobal},
	{"set a layer", 4, setLayer},
	{"set an empty layer", 2, setEmptyLayer},
	{"write to a layer", 7, writeLayer},
	{"delete a layer", 2, deleteLayer},
	{"set a graph", 4, setGraph},
	{"delete a graph", 1, deleteGraph},
	{"rename", 3, rename},
	{"add columns", 4, addColumns},
	{"permute", 3, permute},
}

// drawOperation draws one of several kinds, by weight. A kind that does not suit the
// file makes way for the first, which always does.
func drawOperation(t *rapid.T, s state, kinds []kind) operation {
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	at := drawEvenly(t, total, "kind")
	for _, k := range kinds {
		if at -= k.weight; at >= 0 {
			continue
		}
		if op, ok := k.draw(t, s); ok {
			op.kind = k.name
			return op
		}
		break
	}
	op, _ := kinds[0].draw(t, s)
	op.kind = kinds[0].name
	return op
}

// drawEvenly draws a number below n, all with nearly the same probability, where rapid prefers
// small ones.
func drawEvenly(t *rapid.T, n int, label string) int {
	const bits = 10
	return rapid.Custom(func(t *rapid.T) int {
		x := 0
		for range bits {
			x *= 2
			if rapid.Bool().Draw(t, "bit") {
				x++
			}
		}
		return x * n >> bits
	}).Draw(t, label)
}

// drawOne is drawOperation as one value, which rapid can leave out when it makes a
// sequence shorter.
func drawOne(t *rapid.T, s state, kinds []kind) operation {
	return rapid.Custom(func(t *rapid.T) operation { return drawOperation(t, s, kinds) }).Draw(t, "operation")
}

// names are what attributes, layers and graphs are called: few, so that they are met
// again.
var names = []string{"A", "b", "Größe", "with space", "x.y", "_z"}

func drawName(t *rapid.T) string { return rapid.SampledFrom(names).Draw(t, "name") }

func drawAxis(t *rapid.T) loom.Axis {
	return rapid.SampledFrom([]loom.Axis{loom.Columns, loom.Rows}).Draw(t, "axis")
}

// drawExisting draws one of the given names, of which there must be some.
func drawExisting(t *rapid.T, names []string) (string, bool) {
	if len(names) == 0 {
		return "", false
	}
	return rapid.SampledFrom(names).Draw(t, "name"), true
}

func length(s target, axis loom.Axis) int {
	rows, cols := s.Shape()
	if axis == loom.Rows {
		return rows
	}
	return cols
}

func attributes(ds target, axis loom.Axis) *loom.Attributes {
	if axis == loom.Rows {
		return ds.RowAttrs()
	}
	return ds.ColAttrs()
}

func graphs(ds target, axis loom.Axis) *loom.Graphs {
	if axis == loom.Rows {
		return ds.RowGraphs()
	}
	return ds.ColGraphs()
}

func attrPath(axis loom.Axis, name string) string {
	return []string{"row_attrs/", "col_attrs/"}[axis] + name
}

func graphPath(axis loom.Axis, name string) string {
	return []string{"row_graphs/", "col_graphs/"}[axis] + name
}

// then adds what comes next in one transaction.
func (op *operation) then(next operation) {
	op.theirs = append(op.theirs, next.theirs...)
	op.touched = slices.DeleteFunc(op.touched, func(path string) bool { return slices.Contains(next.removed, path) })
	op.touched = append(op.touched, next.touched...)
	op.grown = op.grown || next.grown
}

// GoString is how rapid prints what it has drawn.
func (op operation) GoString() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", op.kind)
	for _, change := range op.theirs {
		fmt.Fprintf(&b, "%.400s ", must(json.Marshal(change)))
	}
	if op.refused != nil {
		fmt.Fprintf(&b, "(refused: %v)", op.refused)
	}
	return b.String()
}
