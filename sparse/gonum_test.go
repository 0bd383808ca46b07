package sparse_test

import (
	"testing"

	"github.com/goloom/loom/sparse"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func TestGonumSeesTheSameMatrix(t *testing.T) {
	for _, rows := range edges {
		for _, cols := range edges {
			gonumSeesTheSame(t, rows, cols)
		}
	}
}

func gonumSeesTheSame(t *testing.T, rows, cols int) {
	t.Helper()
	data := make([]float64, rows*cols)
	for k := 0; k < len(data); k += 7 {
		data[k] = float64(k%11) - 3
	}
	dense := must(sparse.NewDense(rows, cols, data))
	// gonum has no matrix with one side 0; its zero Dense is 0 x 0.
	var want mat.Matrix = &mat.Dense{}
	if len(data) > 0 {
		want = mat.NewDense(rows, cols, data)
	} else if rows != cols {
		return
	}
	for name, m := range map[string]mat.Matrix{
		"Dense": dense, "CSR": dense.ToCSR(), "CSC": dense.ToCSC(), "COO": dense.ToCOO(),
	} {
		if !mat.Equal(m, want) || !mat.Equal(want, m) {
			t.Errorf("%d x %d: %s is not equal", rows, cols, name)
		}
		if !mat.Equal(m.T(), want.T()) || !mat.Equal(m.T().T(), want) {
			t.Errorf("%d x %d: transposed, %s is not equal", rows, cols, name)
		}
		if len(data) > 0 && mat.Sum(m) != mat.Sum(want) {
			t.Errorf("%d x %d: %s sums to %v, want %v", rows, cols, name, mat.Sum(m), mat.Sum(want))
		}
	}
}

func TestGonumMultiplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coo, want := drawCOO[float64](t)
		if want.rows == 0 || want.cols == 0 {
			t.Skip("gonum has no matrix without elements")
		}
		csr := coo.ToCSR()
		d := mat.NewDense(want.rows, want.cols, want.flat())
		var ours, theirs mat.Dense
		ours.Mul(csr, csr.T())
		theirs.Mul(d, d.T())
		if !mat.Equal(&ours, &theirs) {
			t.Fatal("the products differ")
		}
	})
}
