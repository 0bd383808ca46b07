package permutation

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestInverse(t *testing.T) {
	for _, n := range []int{0, 1, 2, 63, 64, 65} {
		order := rand.New(rand.NewPCG(1, uint64(n))).Perm(n)
		inverse, err := Inverse(order, n)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range order {
			if inverse[at] != i {
				t.Errorf("of %d: %d is entry %d, not %d", n, at, i, inverse[at])
			}
		}
	}
}

func TestNoPermutation(t *testing.T) {
	for want, order := range map[string][]int{
		"ordering of 2 positions for 3":                                                  {0, 1},
		"ordering of 4 positions for 3":                                                  {0, 1, 2, 3},
		"entry 1 of the ordering is 3, want 0 to 2":                                      {0, 3, 1},
		"entry 2 of the ordering is -1, want 0 to 2":                                     {0, 1, -1},
		"position 2 is twice in the ordering, as entries 0 and 2, and position 0 is not": {2, 1, 2},
		"as entries 0 and 1, and position 0 is not":                                      {1, 1, 7},
	} {
		if _, err := Inverse(order, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", order, err, want)
		}
	}
}
