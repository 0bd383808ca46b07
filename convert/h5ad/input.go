package h5ad

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// An input is a file that is read.
type input struct {
	file *hdf5.File
	name string
}

// lookup returns the object at a path, nil if there is none.
func (in *input) lookup(path string) (hdf5.Object, error) {
	o, err := in.file.Lookup(path)
	if errors.Is(err, hdf5.ErrNotExist) {
		return nil, nil
	}
	return o, failed(err)
}

// A member is an object in a group.
type member struct {
	name   string
	object hdf5.Object
}

// path returns where the member is.
func (m member) path() string { return m.object.Path() }

// members returns what is in the group at a path: nothing if there is no such
// group. It is an error if something else is there.
func (in *input) members(path string) ([]member, error) {
	o, err := in.lookup(path)
	if err != nil || o == nil {
		return nil, err
	}
	g, ok := o.(*hdf5.Group)
	if !ok {
		return nil, in.bad(path, "is no group")
	}
	return in.membersOf(g)
}

func (in *input) membersOf(g *hdf5.Group) ([]member, error) {
	links, err := g.Links()
	if err != nil {
		return nil, failed(err)
	}
	members := make([]member, 0, len(links))
	for _, link := range links {
		o, err := g.Lookup(link.Name)
		if err != nil {
			return nil, failed(err)
		}
		members = append(members, member{link.Name, o})
	}
	return members, nil
}

// dataset returns the dataset of a name in a group, which must be there.
func (in *input) dataset(g *hdf5.Group, name string) (*hdf5.Dataset, error) {
	d, err := g.Dataset(name)
	if errors.Is(err, hdf5.ErrNotExist) || errors.Is(err, hdf5.ErrKind) {
		return nil, in.bad(under(g.Path(), name), "no such dataset in %s", describe(g))
	}
	return d, failed(err)
}

// under returns the path of a member of the group at a path.
func under(path, name string) string { return strings.TrimSuffix(path, "/") + "/" + name }

// describe names an object by what it says that it is.
func describe(o hdf5.Object) string {
	kind := "an object"
	switch o.(type) {
	case *hdf5.Group:
		kind = "a group"
	case *hdf5.Dataset:
		kind = "a dataset"
	case *hdf5.NamedDatatype:
		kind = "a datatype"
	}
	if encoding := encodingOf(o); encoding != "" {
		return fmt.Sprintf("%s of the encoding %q", kind, encoding)
	}
	return kind + " without an encoding"
}

// encodingOf returns an object's encoding-type or, of the sparse matrices of
// anndata before 0.7, what stands for it; "" if it has none.
func encodingOf(o hdf5.Object) string {
	if encoding, ok := textAttribute(o, "encoding-type"); ok {
		return encoding
	}
	if format, ok := textAttribute(o, "h5sparse_format"); ok {
		return format + "_matrix"
	}
	return ""
}

// textAttribute returns the value of an attribute that is one string.
func textAttribute(o hdf5.Object, name string) (string, bool) {
	texts, ok := textsAttribute(o, name)
	if !ok || len(texts) != 1 {
		return "", false
	}
	return texts[0], true
}

// textsAttribute returns the values of an attribute of strings. One without any
// elements is of any type: numpy does not know what it is a list of.
func textsAttribute(o hdf5.Object, name string) ([]string, bool) {
	a, err := o.Attribute(name)
	if err != nil {
		return nil, false
	}
	values, err := a.Read()
	if err != nil {
		return nil, false
	}
	if values.Len() == 0 {
		return nil, true
	}
	texts, err := values.Strings()
	return texts, err == nil
}

// read returns all values of a dataset.
func read(ctx context.Context, d *hdf5.Dataset) (*hdf5.Array, error) {
	values, err := d.Read(ctx)
	return values, failed(err)
}
