package loom

import (
	"context"
	"fmt"
	"slices"

	"github.com/goloom/loom/internal/progress"
)

// A Difference is one way in which the contents of two files, a and b, differ.
type Difference struct {
	// Part is what differs: "layer", "row attribute", "column attribute", "global
	// attribute", "row graph" or "column graph"; and Name its name, "" for the main
	// matrix.
	Part, Name string

	Kind DifferenceKind

	// A and B are what each file has: for Types and Shapes these, for Values the
	// first ones that differ, as text.
	A, B string

	// Of Values: how many differ and the position of the first one that was found,
	// block by block; of a graph, how many edges only one of them has.
	Count int64
	First []int
}

// A DifferenceKind tells kinds of differences apart.
type DifferenceKind string

// The kinds of differences. One part may differ in both type and values.
const (
	OnlyInA DifferenceKind = "only in a"
	OnlyInB DifferenceKind = "only in b"
	Types   DifferenceKind = "types"  // of elements, which are compared by value all the same
	Shapes  DifferenceKind = "shapes" // of values, which are not compared then
	Values  DifferenceKind = "values"
)

// String returns the difference as a sentence without a full stop.
func (d Difference) String() string {
	title := d.Part + fmt.Sprintf(" %q", d.Name)
	if d.Part == "layer" {
		title = layerTitle(d.Name)
	}
	switch {
	case d.Kind == OnlyInA, d.Kind == OnlyInB:
		return title + ": " + string(d.Kind)
	case d.Kind == Values && d.First == nil:
		return fmt.Sprintf("%s: %d edges that only one has", title, d.Count)
	case d.Kind == Values && len(d.First) == 0:
		return fmt.Sprintf("%s: %s and %s", title, d.A, d.B)
	case d.Kind == Values && d.Count == 1:
		return fmt.Sprintf("%s: 1 value differs, at %v: %s and %s", title, d.First, d.A, d.B)
	case d.Kind == Values:
		return fmt.Sprintf("%s: %d values differ, first at %v: %s and %s", title, d.Count, d.First, d.A, d.B)
	}
	return fmt.Sprintf("%s: %s differ: %s and %s", title, d.Kind, d.A, d.B)
}

// A DiffOption changes what [Diff] compares.
type DiffOption func(*diffSettings)

type diffSettings struct{ times bool }

// WithTimes compares the global attributes last_modified and CreationDate, too.
func WithTimes() DiffOption {
	return func(s *diffSettings) { s.times = true }
}

// Diff returns in which ways the contents of two files differ: layers, attributes
// and graphs that only one has, and the types, shapes and values of those that both
// have. How and in which order things are stored makes no difference, nor do the
// order of edges and the times of changes. NaN is the same as NaN.
//
// It reads both files once, and holds some blocks of 32 MiB at a time; of graphs whose edges
// are not in the same order it holds all edges.
func Diff(ctx context.Context, a, b *Conn, opts ...DiffOption) ([]Difference, error) {
	var s diffSettings
	for _, opt := range opts {
		opt(&s)
	}
	d := differ{a: a.now(), b: b.now(), diffSettings: s}
	total := int64(0)
	for layer := range d.a.layers.All() {
		total += int64(layer.rows) * int64(layer.cols)
	}
	ctx, d.progress = progress.Start(ctx, "diff", total, "values")
	for _, compare := range []func(context.Context) error{
		d.layers,
		func(ctx context.Context) error { return d.attributes(ctx, Rows) },
		func(ctx context.Context) error { return d.attributes(ctx, Columns) },
		d.globals,
		func(ctx context.Context) error { return d.graphs(ctx, Rows) },
		func(ctx context.Context) error { return d.graphs(ctx, Columns) },
	} {
		if err := compare(ctx); err != nil {
			return nil, err
		}
	}
	d.progress.Reach(total)
	return d.found, nil
}

// A differ compares two files.
type differ struct {
	a, b *snapshot
	diffSettings
	progress *progress.Tracker // of elements of a's layers
	found    []Difference
}

func (d *differ) add(found Difference) { d.found = append(d.found, found) }

// common notes which names only one file has, and returns those that both have.
func (d *differ) common(part string, a, b []string) []string {
	var both []string
	for _, name := range a {
		if slices.Contains(b, name) {
			both = append(both, name)
			continue
		}
		d.add(Difference{Part: part, Name: name, Kind: OnlyInA})
	}
	for _, name := range b {
		if !slices.Contains(a, name) {
			d.add(Difference{Part: part, Name: name, Kind: OnlyInB})
		}
	}
	return both
}

// alike notes that types, or shapes, differ, and reports whether the values can
// be compared.
func (d *differ) alike(part, name, typeA, typeB string, shapeA, shapeB []int) bool {
	if typeA != typeB {
		d.add(Difference{Part: part, Name: name, Kind: Types, A: typeA, B: typeB})
	}
	if !slices.Equal(shapeA, shapeB) {
		d.add(Difference{Part: part, Name: name, Kind: Shapes, A: fmt.Sprint(shapeA), B: fmt.Sprint(shapeB)})
		return false
	}
	return true
}

// layers compares the layers, block by block.
func (d *differ) layers(ctx context.Context) error {
	for _, name := range d.common("layer", d.a.layers.Names(), d.b.layers.Names()) {
		a, b := d.a.layers.find(name), d.b.layers.find(name)
		if !d.alike("layer", name, a.dtype.String(), b.dtype.String(), []int{a.rows, a.cols}, []int{b.rows, b.cols}) {
			continue
		}
		if err := d.layer(ctx, a, b); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) layer(ctx context.Context, a, b *Layer) error {
	found := valueDifferences{shape: []int{a.rows, a.cols}}
	high, wide := 1, 1
	if chunks := a.dataset.Chunks(); chunks != nil {
		high, wide = min(chunks[0], a.rows), min(chunks[1], a.cols)
	}
	wide = wholeChunks(max(1, wide), elementsAtOnce/max(1, high), a.cols)
	high = wholeChunks(max(1, high), elementsAtOnce/wide, a.rows)
	for r0, r1 := range pieces(0, a.rows, high) {
		for c0, c1 := range pieces(0, a.cols, wide) {
			x, err := a.dataset.Read(ctx, Range(r0, r1), Range(c0, c1))
			if err != nil {
				return err
			}
			y, err := b.dataset.Read(ctx, Range(r0, r1), Range(c0, c1))
			if err != nil {
				return err
			}
			found.block(x, y, []int{r0, c0})
			d.progress.Add((r1 - r0) * (c1 - c0))
		}
	}
	d.values("layer", a.name, &found)
	return nil
}

// values notes that values differ, if any do.
func (d *differ) values(part, name string, found *valueDifferences) {
	if found.count > 0 {
		d.add(Difference{Part: part, Name: name, Kind: Values, A: found.a, B: found.b, Count: found.count, First: found.first})
	}
}

// attributesAtOnce is how many elements of attributes are read at a time.
const attributesAtOnce = 1 << 16

// attributes compares the attributes of an axis.
func (d *differ) attributes(ctx context.Context, axis Axis) error {
	a, b := d.a.attributes(axis), d.b.attributes(axis)
	part := axis.singular() + " attribute"
	for _, name := range d.common(part, a.names, b.names) {
		x, y := a.source.stat(name), b.source.stat(name)
		if !d.alike(part, name, x.Type.String(), y.Type.String(), x.Shape, y.Shape) {
			continue
		}
		found := valueDifferences{shape: x.Shape}
		if err := attributeDifferences(ctx, a.source, b.source, name, &found); err != nil {
			return fmt.Errorf("%s and %s: %s %q: %w", d.a.filename, d.b.filename, part, name, err)
		}
		d.values(part, name, &found)
	}
	return nil
}

// attributeDifferences compares the values of an attribute, some at a time.
func attributeDifferences(ctx context.Context, a, b attributeSource, name string, found *valueDifferences) error {
	if len(found.shape) == 0 {
		x, err := a.read(ctx, name)
		if err != nil {
			return err
		}
		y, err := b.read(ctx, name)
		if err == nil {
			found.block(x, y, nil)
		}
		return err
	}
	for first, end := range pieces(0, found.shape[0], attributesAtOnce) {
		x, err := a.readAt(ctx, name, Range(first, end))
		if err != nil {
			return err
		}
		y, err := b.readAt(ctx, name, Range(first, end))
		if err != nil {
			return err
		}
		at := make([]int, len(found.shape))
		at[0] = first
		found.block(x, y, at)
	}
	return nil
}

// globals compares the global attributes.
func (d *differ) globals(ctx context.Context) error {
	const part = "global attribute"
	names := func(g *GlobalAttributes) []string {
		return slices.DeleteFunc(g.Names(), func(name string) bool {
			return !d.times && (name == timestampName || name == "CreationDate")
		})
	}
	for _, name := range d.common(part, names(d.a.attrs), names(d.b.attrs)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		x, err := d.a.attrs.Get(name)
		if err != nil {
			return err
		}
		y, err := d.b.attrs.Get(name)
		if err != nil {
			return err
		}
		if d.alike(part, name, x.Type().String(), y.Type().String(), x.Shape(), y.Shape()) {
			found := valueDifferences{shape: x.Shape()}
			found.block(x, y, make([]int, len(x.Shape())))
			d.values(part, name, &found)
		}
	}
	return nil
}
