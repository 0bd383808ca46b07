package loom

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// A SortKey is an attribute to sort by.
type SortKey struct {
	Name       string
	Descending bool
}

// Argsort returns the positions of the axis sorted by an attribute and, where
// values are equal, by the next one: an ordering for [Conn.Permute]. It is stable: what is equal
// in all attributes keeps its order. Strings are compared byte by byte, numbers as numbers,
// and NaN comes last whether the order is ascending or not.
//
// It is an error that wraps [ErrNotExist] if there is no such attribute, [ErrShape] if
// it has several values for a position and [ErrType] if it has neither numbers nor strings.
func (a *Attributes) Argsort(keys ...SortKey) ([]int, error) {
	var compare []func(i, j int) int
	for _, key := range keys {
		values, err := a.Get(key.Name)
		if err != nil {
			return nil, err
		}
		if shape := values.Shape(); len(shape) != 1 || shape[0] != a.length {
			return nil, a.failed(key.Name, fmt.Errorf("shape %v, want one value for each of %d %s: %w", shape, a.length, a.axis, ErrShape))
		}
		order, err := orderOf(values, key.Descending)
		if err != nil {
			return nil, a.failed(key.Name, err)
		}
		compare = append(compare, order)
	}
	positions := make([]int, a.length)
	for i := range positions {
		positions[i] = i
	}
	slices.SortStableFunc(positions, func(i, j int) int {
		for _, order := range compare {
			if c := order(i, j); c != 0 {
				return c
			}
		}
		return 0
	})
	return positions, nil
}

// orderOf returns the order of the values at two positions.
func orderOf(values *Array, descending bool) (func(i, j int) int, error) {
	compare, err := comparison(values)
	if err != nil || !descending {
		return compare, err
	}
	if values.Type().Class() != hdf5.Float {
		return func(i, j int) int { return compare(j, i) }, nil
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil, err
	}
	// NaN, the least, comes last this way round too.
	return func(i, j int) int { return cmp.Compare(numbers[j], numbers[i]) }, nil
}
