package sparse_test

import (
	"errors"
	"math"
	"testing"

	"github.com/goloom/loom/sparse"
)

func TestNewDenseChecks(t *testing.T) {
	for _, tc := range []struct {
		name       string
		rows, cols int
		data       []float64
		want       error
	}{
		{"empty", 0, 0, nil, nil},
		{"no rows", 0, 5, nil, nil},
		{"no columns", 5, 0, []float64{}, nil},
		{"vast but empty", sparse.MaxDim, 0, nil, nil},
		{"zeros", 2, 3, nil, nil},
		{"data", 2, 2, []float64{1, 2, 3, 4}, nil},
		{"too short", 2, 2, []float64{1, 2, 3}, sparse.ErrShape},
		{"too long", 2, 2, []float64{1, 2, 3, 4, 5}, sparse.ErrShape},
		{"empty but not nil", 2, 2, []float64{}, sparse.ErrShape},
		{"negative rows", -2, -2, []float64{1, 2, 3, 4}, sparse.ErrShape},
		{"too many columns", 1, sparse.MaxDim + 1, nil, sparse.ErrShape},
		{"vast", sparse.MaxDim, sparse.MaxDim, nil, sparse.ErrShape},
		{"vast, with data", sparse.MaxDim, sparse.MaxDim, []float64{1}, sparse.ErrShape},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := sparse.NewDense(tc.rows, tc.cols, tc.data)
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err == nil && len(d.Raw()) != tc.rows*tc.cols {
				t.Errorf("%d elements, want %d", len(d.Raw()), tc.rows*tc.cols)
			}
		})
	}
}

func TestDenseRowIsTheMatrix(t *testing.T) {
	d := must(sparse.NewDense[int64](2, 2, nil))
	d.Row(1)[0] = 7
	if d.Value(1, 0) != 7 || d.Raw()[2] != 7 {
		t.Error("writing to a row does not write to the matrix")
	}
	_ = append(d.Row(0), 9)
	if d.Value(1, 0) != 7 {
		t.Error("appending to a row writes to the next")
	}
}

// At, Value, Row and Col treat a coordinate as Go does an index. A wrong one
// must never reach a neighbouring element, which flat storage makes easy.
func TestCoordinatesOutsidePanicAsIndexes(t *testing.T) {
	for _, size := range edges {
		d := must(sparse.NewDense[int16](size, size, nil))
		for _, bad := range []int{-1, size, size + 1, math.MaxInt32, math.MaxInt, math.MinInt, 1 << 62} {
			for name, f := range map[string]func(){
				"COO row":    func() { d.ToCOO().At(bad, 0) },
				"COO column": func() { d.ToCOO().At(0, bad) },
				"CSR row":    func() { d.ToCSR().At(bad, 0) },
				"CSR column": func() { d.ToCSR().At(0, bad) },
				"CSC row":    func() { d.ToCSC().At(bad, 0) },
				"CSC column": func() { d.ToCSC().At(0, bad) },
				"row":        func() { d.At(bad, 0) },
				"column":     func() { d.At(0, bad) },
				"T row":      func() { d.T().At(bad, 0) },
				"Dense.Row":  func() { d.Row(bad) },
				"Dense.Col":  func() { d.Col(bad) },
				"CSR.Row":    func() { d.ToCSR().Row(bad) },
				"CSC.Col":    func() { d.ToCSC().Col(bad) },
			} {
				if !panics(f) {
					t.Fatalf("%s %d of %d does not panic", name, bad, size)
				}
			}
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}
