package loom

import (
	"cmp"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// argsort returns the positions of values in ascending order, stable, with NaN
// last as in numpy.
func argsort(values *Array) ([]int, error) {
	compare, err := comparison(values)
	if err != nil {
		return nil, err
	}
	ordering := make([]int, values.Len())
	for i := range ordering {
		ordering[i] = i
	}
	slices.SortStableFunc(ordering, compare)
	return ordering, nil
}

// comparison returns the order of the values at two positions.
func comparison(values *Array) (func(i, j int) int, error) {
	if texts, err := values.Strings(); err == nil {
		return func(i, j int) int { return strings.Compare(texts[i], texts[j]) }, nil
	}
	if integers, err := values.Int64s(); err == nil {
		return func(i, j int) int { return cmp.Compare(integers[i], integers[j]) }, nil
	}
	if large, err := hdf5.Values[uint64](values); err == nil {
		return func(i, j int) int { return cmp.Compare(large[i], large[j]) }, nil
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil, err
	}
	return func(i, j int) int {
		// The reverse of the order of negated numbers has NaN, the least, last.
		return cmp.Compare(-numbers[j], -numbers[i])
	}, nil
}
