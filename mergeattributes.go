package loom

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// A fillRule says what stands in for the values of an attribute that a part of an
// axis lacks.
type fillRule struct {
	values map[string]*Array // by name of the attribute
	auto   bool              // zeros and empty strings
}

// A mergeOutcome says whether the parts of an attribute make one.
type mergeOutcome int

const (
	merged    mergeOutcome = iota
	missing                // a part lacks the attribute, and nothing stands in
	misshapen              // elements of the parts have different shapes
)

// merge puts the values that the parts of an axis have of an attribute one after the
// other: what [Conn.AddColumns], [Conn.AddLoom] and [Combine] have in common. A nil
// part, of which there is none less than all, lacks the attribute. Part i has
// lengths[i] elements.
func (r fillRule) merge(name string, parts []*Array, lengths []int) (*Array, mergeOutcome, error) {
	whole := make([]*Array, len(parts))
	var like *Array
	for i, part := range parts {
		if part == nil {
			continue
		}
		values, err := normalized(part)
		if err != nil {
			return nil, merged, err
		}
		if shape := values.Shape(); len(shape) == 0 || shape[0] != lengths[i] {
			return nil, merged, fmt.Errorf("shape %v for %d new columns: %w", shape, lengths[i], ErrShape)
		}
		whole[i] = values
		if like == nil {
			like = values
		}
	}
	for i, part := range parts {
		if part != nil {
			continue
		}
		if !r.auto && r.values == nil {
			return nil, missing, nil
		}
		var err error
		if whole[i], err = r.filled(name, like, lengths[i]); err != nil {
			return nil, merged, err
		}
	}
	for _, values := range whole {
		if !slices.Equal(values.Shape()[1:], like.Shape()[1:]) {
			return nil, misshapen, nil
		}
	}
	all, err := concatenated(whole...)
	return all, merged, err
}

// filled returns n elements that stand in for missing ones, of the shape that
// those of like have.
func (r fillRule) filled(name string, like *Array, n int) (*Array, error) {
	shape := like.Shape()
	shape[0] = n
	if r.auto {
		return hdf5.Zeros(like.Type(), shape...)
	}
	value := r.values[name]
	if value == nil {
		return nil, absent("no value to fill in where it is missing")
	}
	value, err := normalized(value)
	if err != nil {
		return nil, fmt.Errorf("value to fill in: %w", err)
	}
	return repeated(value, shape)
}
