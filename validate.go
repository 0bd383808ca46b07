package loom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// A Report says in which ways a file breaks the Loom specification. Each error
// and each warning is a sentence that names the object, what was expected and what
// was found.
type Report struct {
	// Spec is the version of the specification that the file was held against.
	Spec string
	// Errors are the violations, all of them.
	Errors []string
	// Warnings are what is unusual, or cannot be used, but not forbidden.
	Warnings []string
	// Summary lists the parts of the file, one a line.
	Summary []string
}

// Valid reports whether there are no errors.
func (r *Report) Valid() bool { return len(r.Errors) == 0 }

// A ValidateOption changes what [Validate] checks.
type ValidateOption func(*validation)

type validation struct {
	spec        string
	conventions bool
}

// ValidateSpec holds the file against the given version of the specification
// instead of the one that it claims: "3.0.0", or else "2.0.1" or "old", of which the
// latter does not miss graphs.
func ValidateSpec(version string) ValidateOption {
	return func(v *validation) { v.spec = version }
}

// ValidateConventions also holds the file against the conventions for the names
// and types of attributes: ClusterID, CellID, Gene and others.
func ValidateConventions() ValidateOption {
	return func(v *validation) { v.conventions = true }
}

// Validate holds the file at path against the Loom specification. The verdict
// is that of loompy's validator, and what makes that one crash is a violation here:
// anything but datasets among the attributes, say, or a graph without weights.
//
// An error is returned, instead of a report, only if the file cannot be opened
// as HDF5. Of the values, Validate reads the ends of the graphs' edges and, for the
// conventions, some attributes.
func Validate(path string, opts ...ValidateOption) (*Report, error) {
	var v validation
	for _, opt := range opts {
		opt(&v)
	}
	file, err := hdf5.Open(path)
	if err != nil {
		return nil, err
	}
	if v.spec == "" {
		v.spec = specVersion(file)
	}
	report := validateSpec(file, v.spec)
	c, err := newConn(file, nil, path, settings{mode: ReadOnly})
	if err != nil {
		return nil, err
	}
	checkVertices(report, &c.now().contents)
	if v.conventions {
		checkConventions(report, &c.now().contents)
	}
	return report, c.Close()
}

// checkVertices warns of edges that lead nowhere, which loompy's validator does
// not look for.
func checkVertices(r *Report, c *contents) {
	for _, graphs := range []*Graphs{c.rowGraphs, c.colGraphs} {
		for _, name := range graphs.names {
			if _, err := graphs.Edges(name); err != nil {
				continue // an error of the report already
			}
			ignore := func(int, []int32, []int32) error { return nil }
			if err := graphs.source.ends(context.Background(), name, graphs.length, ignore); err != nil {
				text := strings.TrimSuffix(err.Error(), ": "+ErrInvalid.Error())
				r.warn("%s graph %q: %s", graphs.axis.singular(), name, text)
			}
		}
	}
}

func (r *Report) fail(format string, args ...any) {
	r.Errors = append(r.Errors, fmt.Sprintf(format, args...))
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

func (r *Report) note(format string, args ...any) {
	r.Summary = append(r.Summary, fmt.Sprintf(format, args...))
}

// spec3 is the version that brought the group /attrs and strings of variable
// length. A version is that or it is not: loompy takes 3.1.0 for an old one.
const spec3 = "3.0.0"

// A specChecker holds a file against the specification. It reads what names and
// describes the parts of the file, none of their values.
type specChecker struct {
	*Report
	root   *hdf5.Group
	matrix *hdf5.Dataset // nil if missing
}

// validateSpec holds an open file against a version of the specification.
func validateSpec(f *hdf5.File, version string) *Report {
	c := specChecker{Report: &Report{Spec: version}, root: f.Root()}
	if version == "0.0.0" {
		c.warn("the file has no LOOM_SPEC_VERSION: it is taken for one before version %s", spec3)
	}
	c.checkGlobals()
	c.checkMatrix()
	c.checkLayers()
	c.checkAttributes(Rows)
	c.checkAttributes(Columns)
	c.checkGraphs(Rows)
	c.checkGraphs(Columns)
	return c.Report
}

// checkGlobals looks for the group /attrs, in version 3.0.0, and takes anything
// in it. In files before that, any attribute of the root group will do.
func (c *specChecker) checkGlobals() {
	c.note("Global attributes:")
	if c.Spec == spec3 {
		if attrs := c.group("attrs", required); attrs != nil {
			for name := range c.members(attrs) {
				c.note("  %s", name)
			}
		}
		return
	}
	attributes, err := c.root.Attributes()
	if err != nil {
		c.fail("global attributes: %v", err)
	}
	for _, a := range attributes {
		c.note("  %s: %s", a.Name(), typeTitle(a.Type()))
		if a.Type().Class() == hdf5.String && a.Type().VariableLength() {
			c.warn("global attribute %q: %s, expected strings of fixed length before version %s", a.Name(), typeTitle(a.Type()), spec3)
		}
	}
}

func (c *specChecker) checkMatrix() {
	object, err := c.root.Lookup("matrix")
	if err != nil {
		c.fail("/matrix: %s, expected the main matrix", absence(err))
		return
	}
	matrix, ok := object.(*hdf5.Dataset)
	if !ok {
		c.fail("/matrix: %s, expected a dataset", kindOf(object))
		return
	}
	c.matrix = matrix
	c.note("Layers of shape %v:", matrix.Shape())
	c.note("  main matrix: %s", typeTitle(matrix.Type()))
	c.checkType(matrix, matrixTypes)
	if len(matrix.Shape()) != 2 {
		c.warn("/matrix: shape %v, expected two dimensions", matrix.Shape())
	}
}

func (c *specChecker) checkLayers() {
	layers := c.group("layers", optional)
	if layers == nil {
		return
	}
	for _, layer := range c.datasets(layers) {
		c.note("  %s: %s", baseName(layer), typeTitle(layer.Type()))
		c.checkType(layer, matrixTypes)
		if c.matrix != nil && !slices.Equal(layer.Shape(), c.matrix.Shape()) {
			c.fail("%s: shape %v, expected %v, which the main matrix has", layer.Path(), layer.Shape(), c.matrix.Shape())
		}
	}
}

func (c *specChecker) checkAttributes(axis Axis) {
	group := c.group(pick(axis, "row_attrs", "col_attrs"), required)
	c.note("%s attributes:", pick(axis, "Row", "Column"))
	if group == nil {
		return
	}
	for _, attribute := range c.datasets(group) {
		shape := attribute.Shape()
		c.note("  %s: %s %v", baseName(attribute), typeTitle(attribute.Type()), shape)
		if c.Spec == spec3 {
			c.checkType(attribute, attributeTypes)
		} else {
			c.checkType(attribute, oldAttributeTypes)
		}
		c.checkLength(attribute, axis)
	}
}

// checkLength holds the first dimension of an attribute against the main
// matrix.
func (c *specChecker) checkLength(attribute *hdf5.Dataset, axis Axis) {
	shape := attribute.Shape()
	if len(shape) == 0 {
		c.fail("%s: no dimensions, expected a value for each %s", attribute.Path(), axis.singular())
		return
	}
	if c.matrix == nil {
		return // an error already
	}
	whole := c.matrix.Shape()
	if int(axis) >= len(whole) {
		c.fail("%s: shape %v, expected a value for each %s, which the main matrix of shape %v does not have", attribute.Path(), shape, axis.singular(), whole)
		return
	}
	if shape[0] != whole[axis] {
		c.fail("%s: first dimension %d, expected %d, one for each %s", attribute.Path(), shape[0], whole[axis], axis.singular())
	}
}

// checkGraphs holds the graphs of an axis against the specification, which wants
// them from version 2.0.1 on. Loompy, though, looks for the groups only where it has
// found them, so that every version accepts files without.
func (c *specChecker) checkGraphs(axis Axis) {
	c.note("%s graphs:", pick(axis, "Row", "Column"))
	name := pick(axis, "row_graphs", "col_graphs")
	if old := pick(axis, "row_edges", "col_edges"); c.root.Has(old) {
		c.warn("/%s: the name of /%s in old files", old, name)
	}
	graphs := c.group(name, optional)
	if graphs == nil {
		if c.Spec != "old" {
			c.warn("/%s: missing, expected a group, even if it is empty", name)
		}
		return
	}
	for name, object := range c.members(graphs) {
		graph, ok := object.(*hdf5.Group)
		if !ok {
			c.fail("%s: %s, expected a group with the vectors a, b and w", object.Path(), kindOf(object))
			continue
		}
		c.note("  %s: %s", name, c.checkGraph(graph))
	}
}

// checkGraph returns how many edges the graph has, in words.
func (c *specChecker) checkGraph(graph *hdf5.Group) string {
	lengths := make([]int, 0, 3)
	for _, vector := range []struct {
		name, role string
		types      typeRule
	}{
		{"a", "the ends where edges begin", vertexTypes},
		{"b", "the ends where edges lead to", vertexTypes},
		{"w", "the weights of the edges", weightTypes},
	} {
		path := graph.Path() + "/" + vector.name
		object, err := graph.Lookup(vector.name)
		if err != nil {
			c.fail("%s: %s, expected %s", path, absence(err), vector.role)
			continue
		}
		dataset, ok := object.(*hdf5.Dataset)
		if !ok {
			c.fail("%s: %s, expected %s", path, kindOf(object), vector.role)
			continue
		}
		c.checkType(dataset, vector.types)
		shape := dataset.Shape()
		if len(shape) == 0 {
			c.fail("%s: no dimensions, expected a value for each edge", path)
			continue
		}
		if len(shape) != 1 {
			c.warn("%s: shape %v, expected one dimension", path, shape)
		}
		lengths = append(lengths, shape[0])
	}
	if len(lengths) < 3 {
		return "incomplete"
	}
	if lengths[0] != lengths[1] || lengths[0] != lengths[2] {
		c.fail("%s: vectors a, b and w of lengths %v, expected equal lengths", graph.Path(), lengths)
	}
	return fmt.Sprintf("%d edges", lengths[0])
}

// Whether a file without some group is valid.
const (
	required = true
	optional = false
)

// group returns a group of the root group, or nil, having reported why.
func (c *specChecker) group(name string, need bool) *hdf5.Group {
	object, err := c.root.Lookup(name)
	switch {
	case errors.Is(err, hdf5.ErrNotExist) && !errors.Is(err, hdf5.ErrLink) && !need:
		return nil
	case errors.Is(err, hdf5.ErrLink) && !need:
		// As good as missing, for loompy too.
		c.warn("/%s: %v", name, err)
		return nil
	case err != nil:
		c.fail("/%s: %s, expected a group", name, absence(err))
		return nil
	}
	group, ok := object.(*hdf5.Group)
	if !ok {
		c.fail("/%s: %s, expected a group", name, kindOf(object))
	}
	return group
}

// datasets returns the members of a group that are datasets, and reports the
// others.
func (c *specChecker) datasets(group *hdf5.Group) []*hdf5.Dataset {
	var datasets []*hdf5.Dataset
	for _, object := range c.members(group) {
		if dataset, ok := object.(*hdf5.Dataset); ok {
			datasets = append(datasets, dataset)
			continue
		}
		c.fail("%s: %s, expected a dataset", object.Path(), kindOf(object))
	}
	return datasets
}

// members iterates over the objects in a group, and reports what leads to none.
func (c *specChecker) members(group *hdf5.Group) func(yield func(string, hdf5.Object) bool) {
	return func(yield func(string, hdf5.Object) bool) {
		links, err := group.Links()
		if err != nil {
			c.fail("%s: %v", group.Path(), err)
		}
		for _, link := range links {
			object, err := group.Lookup(link.Name)
			if err != nil {
				c.fail("%s/%s: %s, expected an object", group.Path(), link.Name, absence(err))
				continue
			}
			if !yield(link.Name, object) {
				return
			}
		}
	}
}

func baseName(d *hdf5.Dataset) string {
	return d.Path()[strings.LastIndexByte(d.Path(), '/')+1:]
}

func kindOf(object hdf5.Object) string {
	switch object.(type) {
	case *hdf5.Group:
		return "a group"
	case *hdf5.Dataset:
		return "a dataset"
	}
	return "a datatype"
}

// absence says why an object could not be had.
func absence(err error) string {
	if errors.Is(err, hdf5.ErrNotExist) && !errors.Is(err, hdf5.ErrLink) {
		return "missing"
	}
	return err.Error()
}
