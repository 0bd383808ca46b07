// Package permutation checks and inverts permutations: lists of all numbers from
// 0 up to, not including, their length.
package permutation

import "fmt"

// Inverse returns, for each number, where it is in order, which has to be a
// permutation of length n. If it is not, the error says why: how long it is, which
// entry is out of range, or which number is there twice and which is not at all.
func Inverse(order []int, n int) ([]int, error) {
	if len(order) != n {
		return nil, fmt.Errorf("an ordering of %d positions for %d", len(order), n)
	}
	inverse := make([]int, n)
	for i := range inverse {
		inverse[i] = -1
	}
	for i, at := range order {
		if at < 0 || at >= n {
			return nil, fmt.Errorf("entry %d of the ordering is %d, want 0 to %d", i, at, n-1)
		}
		if inverse[at] < 0 {
			inverse[at] = i
			continue
		}
		return nil, fmt.Errorf("position %d is twice in the ordering, as entries %d and %d, and position %d is not",
			at, inverse[at], i, missing(order))
	}
	return inverse, nil
}

// missing returns the first number that order lacks, of which there is one.
func missing(order []int) int {
	there := make([]bool, len(order))
	for _, at := range order {
		if at >= 0 && at < len(there) {
			there[at] = true
		}
	}
	for at, yes := range there {
		if !yes {
			return at
		}
	}
	return -1
}
