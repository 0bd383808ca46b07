package main

import (
	"fmt"
	"strings"

	"github.com/goloom/loom"
)

// A part is what a path names: one of the things that a Loom file is made of.
type part struct {
	kind partKind
	axis loom.Axis // of attributes and graphs
	name string    // "" for the main matrix
}

type partKind int

const (
	layerPart partKind = iota // the main matrix among them
	attributePart
	globalPart
	graphPart
)

// parsePart understands the path of a part. The names that old versions of the
// specification have for the groups of graphs are understood, too.
func parsePart(path string) (part, error) {
	group, name, named := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if named == (group == "matrix") || named && name == "" {
		return part{}, wrongPath(path)
	}
	switch group {
	case "matrix", "layers":
		return part{kind: layerPart, name: name}, nil
	case "row_attrs":
		return part{kind: attributePart, axis: loom.Rows, name: name}, nil
	case "col_attrs":
		return part{kind: attributePart, axis: loom.Columns, name: name}, nil
	case "attrs":
		return part{kind: globalPart, name: name}, nil
	case "row_graphs", "row_edges":
		return part{kind: graphPart, axis: loom.Rows, name: name}, nil
	case "col_graphs", "col_edges":
		return part{kind: graphPart, axis: loom.Columns, name: name}, nil
	}
	return part{}, wrongPath(path)
}

func wrongPath(path string) error {
	return fmt.Errorf("%q is not a path of a Loom file: want matrix, layers/NAME, row_attrs/NAME, col_attrs/NAME, "+
		"attrs/NAME, row_graphs/NAME or col_graphs/NAME", path)
}

// String returns the path.
func (p part) String() string {
	switch {
	case p.kind == layerPart && p.name == "":
		return "matrix"
	case p.kind == layerPart:
		return "layers/" + p.name
	case p.kind == globalPart:
		return "attrs/" + p.name
	case p.kind == graphPart && p.axis == loom.Rows:
		return "row_graphs/" + p.name
	case p.kind == graphPart:
		return "col_graphs/" + p.name
	case p.axis == loom.Rows:
		return "row_attrs/" + p.name
	}
	return "col_attrs/" + p.name
}

// title says in words what kind of part it is.
func (p part) title() string {
	switch {
	case p.kind == layerPart && p.name == "":
		return "main matrix"
	case p.kind == layerPart:
		return "layer"
	case p.kind == globalPart:
		return "global attribute"
	case p.kind == graphPart && p.axis == loom.Rows:
		return "row graph"
	case p.kind == graphPart:
		return "column graph"
	case p.axis == loom.Rows:
		return "row attribute"
	}
	return "column attribute"
}

// A file is what has parts: a *[loom.Conn] or, in a transaction, a *[loom.Tx].
type file interface {
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	Attrs() *loom.GlobalAttributes
	Layers() *loom.Layers
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
}

// attributesOf and graphsOf return what belongs to an axis.
func attributesOf(f file, axis loom.Axis) *loom.Attributes {
	if axis == loom.Columns {
		return f.ColAttrs()
	}
	return f.RowAttrs()
}

func graphsOf(f file, axis loom.Axis) *loom.Graphs {
	if axis == loom.Columns {
		return f.ColGraphs()
	}
	return f.RowGraphs()
}

// A manager is what holds the parts of one kind.
type manager interface {
	Names() []string
	Has(name string) bool
	Delete(name string) error
	Rename(from, to string) error
}

// manager returns what holds the part, if there is one of its name, in a file.
func (p part) manager(f file) manager {
	switch p.kind {
	case layerPart:
		return f.Layers()
	case globalPart:
		return f.Attrs()
	case graphPart:
		return graphsOf(f, p.axis)
	}
	return attributesOf(f, p.axis)
}

// missing says that a file has no such part, and which ones it has.
func (p part) missing(conn *loom.Conn) error {
	if p.kind == layerPart {
		return noLayer(conn, p.name)
	}
	return missing(conn, p.title(), p.String(), p.name, p.manager(conn).Names())
}

// A description says what values a part has.
type description struct {
	DType string `json:"dtype,omitempty"`
	Shape []int  `json:"shape,omitempty"`
	Edges *int   `json:"edges,omitempty"`
}

// describe describes a part that is there; what cannot be described, because it
// is damaged or not what it should be, has an empty description.
func (p part) describe(f file) description {
	switch p.kind {
	case layerPart:
		if layer, err := f.Layers().Get(p.name); err == nil {
			rows, cols := layer.Shape()
			return description{DType: layer.Type().String(), Shape: []int{rows, cols}}
		}
	case attributePart:
		if info, err := attributesOf(f, p.axis).Stat(p.name); err == nil {
			return description{DType: info.Type.String(), Shape: info.Shape}
		}
	case globalPart:
		if values, err := f.Attrs().Get(p.name); err == nil {
			return description{DType: values.Type().String(), Shape: values.Shape()}
		}
	case graphPart:
		if n, err := graphsOf(f, p.axis).Edges(p.name); err == nil {
			return description{Edges: &n}
		}
	}
	return description{}
}

// String returns the description in words: "float32, 60 x 120".
func (d description) String() string {
	if d.Edges != nil {
		return count(*d.Edges, "edge")
	}
	if d.DType == "" {
		return "not readable"
	}
	if len(d.Shape) == 0 {
		return d.DType + ", one value"
	}
	text := d.DType + ", "
	for i, n := range d.Shape {
		if i > 0 {
			text += " x "
		}
		text += fmt.Sprint(n)
	}
	return text
}
