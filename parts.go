package loom

import (
	"errors"
	"iter"

	"github.com/goloom/loom/hdf5"
)

// children iterates over the objects of a group of the root group, in the file's
// order. The group may be missing. What it holds that leads to no object is a
// problem of the connection.
func (s *snapshot) children(root *hdf5.Group, group string) iter.Seq2[string, hdf5.Object] {
	return func(yield func(string, hdf5.Object) bool) {
		g, err := root.Group(group)
		if err != nil {
			if root.Has(group) || !errors.Is(err, ErrNotExist) {
				s.problem("/%s: %w", group, err)
			}
			return
		}
		links, err := g.Links()
		if err != nil {
			s.problem("/%s: %w", group, err)
		}
		for _, link := range links {
			object, err := g.Lookup(link.Name)
			if err != nil {
				s.problem("/%s/%s: %w", group, link.Name, err)
				continue
			}
			if !yield(link.Name, object) {
				return
			}
		}
	}
}

// datasets iterates over the datasets of a group of the root group. What else
// it holds is a problem of the connection.
func (s *snapshot) datasets(root *hdf5.Group, group string) iter.Seq2[string, *hdf5.Dataset] {
	return func(yield func(string, *hdf5.Dataset) bool) {
		for name, object := range s.children(root, group) {
			dataset, ok := object.(*hdf5.Dataset)
			if !ok {
				s.problem("/%s/%s: not a dataset: %w", group, name, ErrInvalid)
				continue
			}
			if !yield(name, dataset) {
				return
			}
		}
	}
}
