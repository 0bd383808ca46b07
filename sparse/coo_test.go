package sparse_test

import (
	"errors"
	"testing"

	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

func TestNewCOOChecks(t *testing.T) {
	for _, tc := range []struct {
		name       string
		rows, cols int
		i, j       []int32
		values     []uint8
		want       error
	}{
		{"empty", 0, 0, nil, nil, nil, nil},
		{"no entries", 3, 3, nil, nil, nil, nil},
		{"last element", 3, 4, []int32{2}, []int32{3}, []uint8{1}, nil},
		{"largest shape", sparse.MaxDim, sparse.MaxDim, []int32{sparse.MaxDim - 1}, []int32{0}, []uint8{1}, nil},
		{"negative rows", -1, 3, nil, nil, nil, sparse.ErrShape},
		{"negative columns", 3, -1, nil, nil, nil, sparse.ErrShape},
		{"too many rows", sparse.MaxDim + 1, 3, nil, nil, nil, sparse.ErrShape},
		{"too many columns", 3, sparse.MaxDim + 1, nil, nil, nil, sparse.ErrShape},
		{"rows missing", 3, 3, nil, []int32{0}, []uint8{1}, sparse.ErrShape},
		{"columns missing", 3, 3, []int32{0}, nil, []uint8{1}, sparse.ErrShape},
		{"values missing", 3, 3, []int32{0}, []int32{0}, nil, sparse.ErrShape},
		{"row past the end", 3, 4, []int32{3}, []int32{0}, []uint8{1}, sparse.ErrIndex},
		{"column past the end", 3, 4, []int32{0}, []int32{4}, []uint8{1}, sparse.ErrIndex},
		{"negative row", 3, 4, []int32{-1}, []int32{0}, []uint8{1}, sparse.ErrIndex},
		{"negative column", 3, 4, []int32{0}, []int32{-1}, []uint8{1}, sparse.ErrIndex},
		{"entry in an empty matrix", 0, 4, []int32{0}, []int32{0}, []uint8{1}, sparse.ErrIndex},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := sparse.NewCOO(tc.rows, tc.cols, tc.i, tc.j, tc.values)
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
		})
	}
}

func TestCOOEqualIgnoresOrderAndSplitting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := drawCOO[int32](t)
		rows, cols := m.Dims()
		i, j, values := m.Raw()
		// The same entries in another order, each cut in two.
		var si, sj []int32
		var sv []int32
		for _, k := range rapid.Permutation(count(len(values))).Draw(t, "order") {
			cut := rapid.Int32Range(-5, 5).Draw(t, "cut")
			si, sj, sv = append(si, i[k], i[k]), append(sj, j[k], j[k]), append(sv, cut, values[k]-cut)
		}
		other := must(sparse.NewCOO(rows, cols, si, sj, sv))
		if !m.Equal(other) || !other.Equal(m) {
			t.Fatal("differs from itself in another order")
		}
		if len(sv) > 0 {
			sv[0]++
			if m.Equal(other) || other.Equal(m) {
				t.Fatal("equals a matrix with one element changed")
			}
		}
	})
}

// count returns 0, 1, ... n-1.
func count(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
