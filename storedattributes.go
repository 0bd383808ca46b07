package loom

import (
	"context"
	"time"

	"github.com/goloom/loom/hdf5"
)

// storedAttributes are the datasets of the group /row_attrs or /col_attrs.
type storedAttributes struct {
	datasets map[string]*hdf5.Dataset
	old      bool // a file of the specification before 3.0.0
}

// loadAttributes finds the attributes of an axis. Only datasets are attributes.
func (s *snapshot) loadAttributes(root *hdf5.Group, axis Axis, old bool) *Attributes {
	stored := storedAttributes{datasets: map[string]*hdf5.Dataset{}, old: old}
	attributes := &Attributes{filename: s.filename, axis: axis, length: s.length(axis), source: stored}
	for name, dataset := range s.datasets(root, pick(axis, "row_attrs", "col_attrs")) {
		attributes.names = append(attributes.names, name)
		stored.datasets[name] = dataset
	}
	return attributes
}

func (s storedAttributes) stat(name string) AttributeInfo {
	dataset := s.datasets[name]
	return AttributeInfo{Name: name, Type: dataset.Type(), Shape: dataset.Shape()}
}

func (s storedAttributes) read(ctx context.Context, name string) (*Array, error) {
	values, err := s.datasets[name].Read(ctx)
	if err != nil {
		return nil, err
	}
	decodeStrings(values, s.old)
	return values, nil
}

func (s storedAttributes) readAt(ctx context.Context, name string, positions Selector) (*Array, error) {
	dataset := s.datasets[name]
	selectors := make([]Selector, len(dataset.Shape())) // those of further dimensions stay All
	selectors[0] = positions
	values, err := dataset.Read(ctx, selectors...)
	if err != nil {
		return nil, err
	}
	decodeStrings(values, s.old)
	return values, nil
}

func (s storedAttributes) lastModified(name string) (time.Time, error) {
	return modified(s.datasets[name])
}
