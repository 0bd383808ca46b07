package loom

import (
	"iter"
	"slices"
)

// A window is the part of the scanned axis that makes a batch.
type window struct {
	start     int
	positions []int
	selector  Selector // of the same positions
}

// chosenItems returns the selected positions of an axis of n, sorted by window.
// It never returns nil, which stands for all.
func chosenItems(selected Selector, n, size int) ([]int, error) {
	items, err := selected.Positions(n)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(items, func(a, b int) int { return a/size - b/size })
	if items == nil {
		return []int{}, nil
	}
	return items, nil
}

// windows cuts the scanned axis.
func (s *scan) windows() iter.Seq[window] {
	if s.items != nil {
		return s.itemWindows
	}
	return func(yield func(window) bool) {
		n, size := s.length(s.axis), s.settings.batchSize
		for start := 0; start < n; {
			stop := n
			if size < n-start {
				stop = start + size
			}
			positions := make([]int, stop-start)
			for i := range positions {
				positions[i] = start + i
			}
			if !yield(window{start, positions, Range(start, stop)}) {
				return
			}
			start = stop
		}
	}
}

// itemWindows yields the windows that have items.
func (s *scan) itemWindows(yield func(window) bool) {
	size := s.settings.batchSize
	for items := s.items; len(items) > 0; {
		k := items[0] / size
		n := 1
		for n < len(items) && items[n]/size == k {
			n++
		}
		positions := slices.Clone(items[:n])
		if !yield(window{k * size, positions, Indices(positions)}) {
			return
		}
		items = items[n:]
	}
}
