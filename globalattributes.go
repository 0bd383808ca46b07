package loom

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// GlobalAttributes are the attributes of the file as a whole: title, authors,
// the version of the specification.
//
// They are those of the group /attrs if the file has one, and else the
// attributes of the HDF5 root group, where files before version 3.0.0 keep them.
type GlobalAttributes struct {
	filename string
	names    []string
	read     map[string]func() (*Array, error)
	writer   writer // nil for those of a view
}

// loadGlobalAttributes finds the global attributes.
func (s *snapshot) loadGlobalAttributes(root *hdf5.Group, old bool) *GlobalAttributes {
	g := &GlobalAttributes{filename: s.filename, read: map[string]func() (*Array, error){}}
	if root.Has("attrs") {
		for name, dataset := range s.datasets(root, "attrs") {
			g.add(name, old, func() (*Array, error) { return dataset.Read(context.Background()) })
		}
		return g
	}
	attributes, err := root.Attributes()
	if err != nil {
		s.problem("global attributes: %w", err)
	}
	for _, attribute := range attributes {
		g.add(attribute.Name(), old, attribute.Read)
	}
	return g
}

func (g *GlobalAttributes) add(name string, old bool, read func() (*Array, error)) {
	g.names = append(g.names, name)
	g.read[name] = func() (*Array, error) {
		values, err := read()
		if err != nil {
			return nil, err
		}
		decodeStrings(values, old)
		return values, nil
	}
}

// Names returns the names of the attributes in the file's order.
func (g *GlobalAttributes) Names() []string { return slices.Clone(g.names) }

// Len returns the number of attributes.
func (g *GlobalAttributes) Len() int { return len(g.names) }

// Has reports whether there is an attribute of the given name.
func (g *GlobalAttributes) Has(name string) bool { return g.read[name] != nil }

// Get returns the value of an attribute: usually a scalar, or an array of one
// element. It is an error that wraps [ErrNotExist] if there is none of that name.
func (g *GlobalAttributes) Get(name string) (*Array, error) {
	read := g.read[name]
	if read == nil {
		return nil, absent("%s: no global attribute %q", g.filename, name)
	}
	return read()
}

// Text returns the value of an attribute that is one string. It is an error
// that wraps [ErrType] if it is anything else.
func (g *GlobalAttributes) Text(name string) (string, error) {
	values, err := g.Get(name)
	if err != nil {
		return "", err
	}
	texts, err := values.Strings()
	if err != nil {
		return "", fmt.Errorf("%s: global attribute %q: %w", g.filename, name, err)
	}
	if len(texts) != 1 {
		return "", fmt.Errorf("%s: global attribute %q: %d strings, not one: %w", g.filename, name, len(texts), ErrType)
	}
	return texts[0], nil
}

// All iterates over the attributes, which it reads one by one. If one cannot be
// read, it comes with an error and no values, and the iteration goes on.
func (g *GlobalAttributes) All() iter.Seq2[Attribute, error] {
	return func(yield func(Attribute, error) bool) {
		for _, name := range g.names {
			values, err := g.Get(name)
			if !yield(Attribute{Name: name, Values: values}, err) {
				return
			}
		}
	}
}

// loaded returns the attributes in memory. What cannot be read keeps its error.
func (g *GlobalAttributes) loaded() *GlobalAttributes {
	out := &GlobalAttributes{filename: g.filename, names: g.names, read: make(map[string]func() (*Array, error), len(g.names))}
	for name, read := range g.read {
		values, err := read()
		out.read[name] = func() (*Array, error) { return values, err }
	}
	return out
}
