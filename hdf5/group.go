package hdf5

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Group holds links to other objects.
type Group struct{ object }

// groupAt returns a handle for the object at addr as a group; whether it is one
// shows when it is used.
func (f *File) groupAt(path string, addr uint64) *Group {
	return &Group{object: object{file: f, path: path, addr: addr}}
}

// Links returns the members of the group, sorted by name (bytewise) or, where
// the group keeps an index of it, in order of creation: the order in which
// h5py lists them. It reads the group's own metadata, not its members'.
func (g *Group) Links() ([]Link, error) {
	dir, err := g.directory()
	if err != nil {
		return nil, g.fail(err)
	}
	return slices.Clone(dir.links), nil
}

// Has reports whether the group has a member of that name. An error in reading
// the group counts as no.
func (g *Group) Has(name string) bool {
	_, err := g.link(name)
	return err == nil
}

// Lookup returns the object at a path below the group, or from the root if it
// begins with "/", following soft links. The error wraps [ErrNotExist] if a name
// on the way does not exist and [ErrLink] if a link cannot be followed.
func (g *Group) Lookup(name string) (Object, error) {
	full := name
	from := g.file.Root()
	if !strings.HasPrefix(name, "/") {
		full, from = path.Join(g.path, name), g
	}
	addr, err := from.walk(name, 0)
	if err != nil {
		return nil, g.file.fail(full, err)
	}
	return g.file.objectAt(full, addr)
}

// Group returns the group at a path, as [Group.Lookup] does. The error wraps
// [ErrKind] if something else is there.
func (g *Group) Group(name string) (*Group, error) {
	o, err := g.Lookup(name)
	if err != nil {
		return nil, err
	}
	sub, ok := o.(*Group)
	if !ok {
		return nil, g.file.fail(o.Path(), fmt.Errorf("no group: %w", ErrKind))
	}
	return sub, nil
}

// Dataset returns the dataset at a path, as [Group.Lookup] does. The error
// wraps [ErrKind] if something else is there.
func (g *Group) Dataset(name string) (*Dataset, error) {
	o, err := g.Lookup(name)
	if err != nil {
		return nil, err
	}
	d, ok := o.(*Dataset)
	if !ok {
		return nil, g.file.fail(o.Path(), fmt.Errorf("no dataset: %w", ErrKind))
	}
	return d, nil
}
