package sparse_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

func TestSelectIsWhatTheModelSelects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coo, all := drawCOO[float32](t)
		rows := drawSelection(t, "rows", all.rows)
		cols := drawSelection(t, "cols", all.cols)
		want := all.selected(rows, cols)

		csr := must(coo.ToCSR().Select(rows, cols))
		requireModel(t, "CSR", csr, want)
		requireSound[float32](t, csr)
		csc := must(coo.ToCSC().Select(rows, cols))
		requireModel(t, "CSC", csc, want)
		requireSound[float32](t, csc)
		requireModel(t, "Dense", must(must(coo.ToDense()).Select(rows, cols)), want)
	})
}

// drawSelection draws indexes below n: any, with repetitions, or ascending.
func drawSelection(t *rapid.T, name string, n int) []int {
	if n == 0 {
		return nil
	}
	picks := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 70).Draw(t, name)
	if rapid.Bool().Draw(t, name+" ascend") {
		slices.Sort(picks)
		picks = slices.Compact(picks)
	}
	return picks
}

func TestSelectEverythingIsACopy(t *testing.T) {
	d := must(sparse.NewDense(2, 2, []int32{1, 0, 3, 4}))
	all := []int{0, 1}
	dense, csr, csc := must(d.Select(all, all)), d.ToCSR(), d.ToCSC()
	if !dense.Equal(d) || !must(csr.Select(all, all)).Equal(csr) || !must(csc.Select(all, all)).Equal(csc) {
		t.Error("all rows and columns are not the matrix")
	}
	dense.Raw()[0] = 9
	_, _, values := must(csr.Select(all, all)).Raw()
	values[0] = 9
	if d.Value(0, 0) != 1 || csr.Value(0, 0) != 1 {
		t.Error("writing to a selection writes to the matrix")
	}
}

func TestSelectRefusesIndexesOutside(t *testing.T) {
	d := must(sparse.NewDense[int8](2, 3, nil))
	for _, tc := range []struct {
		name       string
		rows, cols []int
		want       error
	}{
		{"nothing", nil, nil, nil},
		{"last element", []int{1}, []int{2}, nil},
		{"row past the end", []int{0, 2}, []int{0}, sparse.ErrIndex},
		{"negative row", []int{-1}, []int{0}, sparse.ErrIndex},
		{"column past the end", []int{0}, []int{3}, sparse.ErrIndex},
		{"negative column", []int{0}, []int{-1}, sparse.ErrIndex},
		{"column past the end, no rows", nil, []int{3}, sparse.ErrIndex},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := d.Select(tc.rows, tc.cols)
			_, errR := d.ToCSR().Select(tc.rows, tc.cols)
			_, errC := d.ToCSC().Select(tc.rows, tc.cols)
			for _, err := range []error{err, errR, errC} {
				if !errors.Is(err, tc.want) {
					t.Errorf("error %v, want %v", err, tc.want)
				}
			}
		})
	}
}
