package sparse_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

func TestConversionsKeepEveryElement(t *testing.T) {
	forAllTypes(t, properties{
		conversionsKeepElements[int8], conversionsKeepElements[uint8], conversionsKeepElements[int32],
		conversionsKeepElements[uint64], conversionsKeepElements[float32], conversionsKeepElements[float64],
	})
}

func conversionsKeepElements[T sparse.Number](t *rapid.T) {
	coo, want := drawCOO[T](t)
	requireModel(t, "COO", coo, want)
	requireModel(t, "COO to Dense", must(coo.ToDense()), want)

	csr, csc := coo.ToCSR(), coo.ToCSC()
	requireModel(t, "COO to CSR", csr, want)
	requireModel(t, "COO to CSC", csc, want)
	requireModel(t, "CSR to CSC", csr.ToCSC(), want)
	requireModel(t, "CSC to CSR", csc.ToCSR(), want)
	requireModel(t, "CSR to COO", csr.ToCOO(), want)
	requireModel(t, "CSC to COO", csc.ToCOO(), want)
	requireModel(t, "CSR to Dense", must(csr.ToDense()), want)
	requireModel(t, "CSC to Dense", must(csc.ToDense()), want)

	dense := must(sparse.NewDense(want.rows, want.cols, want.flat()))
	requireModel(t, "Dense", dense, want)
	requireModel(t, "Dense to COO", dense.ToCOO(), want)
	requireModel(t, "Dense to CSR", dense.ToCSR(), want)
	requireModel(t, "Dense to CSC", dense.ToCSC(), want)

	requireSound[T](t, csr, csc, csr.ToCSC(), csc.ToCSR(), dense.ToCSR(), dense.ToCSC())
	requireSameTriplets(t, csr.ToCOO(), csc.ToCOO().ToCSR().ToCOO())
	if got := dense.ToCSR().NNZ(); got != dense.NNZ() || dense.ToCOO().NNZ() != got || dense.ToCSC().NNZ() != got {
		t.Fatalf("%d entries of %d non-zero elements", got, dense.NNZ())
	}
}

// requireSound fails unless the constructors take the matrices' slices for
// ordered, which they show by keeping them.
func requireSound[T sparse.Number](t rapid.TB, matrices ...any) {
	t.Helper()
	for k, m := range matrices {
		var ptr, kept []int
		switch m := m.(type) {
		case *sparse.CSR[T]:
			rows, cols := m.Dims()
			p, idx, values := m.Raw()
			ptr = p
			kept, _, _ = must(sparse.NewCSR(rows, cols, p, idx, values)).Raw()
		case *sparse.CSC[T]:
			rows, cols := m.Dims()
			p, idx, values := m.Raw()
			ptr = p
			kept, _, _ = must(sparse.NewCSC(rows, cols, p, idx, values)).Raw()
		}
		if &ptr[0] != &kept[0] {
			t.Fatalf("matrix %d is not in order", k)
		}
	}
}

func requireSameTriplets[T sparse.Number](t rapid.TB, a, b *sparse.COO[T]) {
	t.Helper()
	ai, aj, av := a.Raw()
	bi, bj, bv := b.Raw()
	if !slices.Equal(ai, bi) || !slices.Equal(aj, bj) || !slices.Equal(av, bv) {
		t.Fatalf("entries differ: %v %v %v and %v %v %v", ai, aj, av, bi, bj, bv)
	}
}

func TestConversionsConserveTheSum(t *testing.T) {
	forAllTypes(t, properties{
		conserveSum[int8], conserveSum[uint8], conserveSum[int32],
		conserveSum[uint64], conserveSum[float32], conserveSum[float64],
	})
}

func conserveSum[T sparse.Number](t *rapid.T) {
	coo, _ := drawCOO[T](t)
	_, _, entries := coo.Raw()
	_, _, byRow := coo.ToCSR().Raw()
	_, _, byCol := coo.ToCSC().Raw()
	want := sum(entries)
	for name, got := range map[string]T{
		"CSR": sum(byRow), "CSC": sum(byCol), "Dense": sum(must(coo.ToDense()).Raw()),
	} {
		if got != want {
			t.Fatalf("%s sums to %v, want %v", name, got, want)
		}
	}
}

func sum[T sparse.Number](values []T) (s T) {
	for _, v := range values {
		s += v
	}
	return s
}

// Whatever the order of entries, repeated places are added first to last.
// Floating point shows the order: big + small - big is not big - big + small.
func TestRepeatedEntriesAddUpInTheirOrder(t *testing.T) {
	const big = 1 << 60
	for _, tc := range []struct {
		name string
		i, j []int32
		v    []float64
	}{
		{"row order", []int32{0, 1, 1, 1, 2}, []int32{0, 1, 1, 1, 0}, []float64{1, big, 1, -big, 1}},
		{"no order", []int32{2, 1, 0, 1, 1, 1, 1}, []int32{2, 1, 2, 2, 1, 1, 0}, []float64{1, big, 1, 1, 1, -big, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			coo := must(sparse.NewCOO(3, 3, tc.i, tc.j, tc.v))
			want := (tc.v[1] + 1) - tc.v[1]
			for name, m := range map[string]matrix[float64]{
				"COO": coo, "CSR": coo.ToCSR(), "CSC": coo.ToCSC(), "Dense": must(coo.ToDense()),
			} {
				if got := m.Value(1, 1); got != want {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
			}
			if got, want := coo.ToCSR().NNZ(), coo.NNZ()-2; got != want {
				t.Errorf("%d entries, want %d", got, want)
			}
		})
	}
}

func TestIntegerSumsWrapAround(t *testing.T) {
	coo := must(sparse.NewCOO(1, 1, []int32{0, 0}, []int32{0, 0}, []uint8{200, 100}))
	for name, m := range map[string]matrix[uint8]{
		"COO": coo, "CSR": coo.ToCSR(), "CSC": coo.ToCSC(), "Dense": must(coo.ToDense()),
	} {
		if got := m.Value(0, 0); got != 44 {
			t.Errorf("%s: 200 + 100 is %d as uint8, want 44", name, got)
		}
	}
}

func TestDenseDropsZerosAlone(t *testing.T) {
	nan, negativeZero := math.NaN(), math.Copysign(0, -1)
	d := must(sparse.NewDense(2, 3, []float64{0, nan, negativeZero, math.SmallestNonzeroFloat64, 0, math.Inf(-1)}))
	i, j, values := d.ToCOO().Raw()
	if d.NNZ() != 3 || len(values) != 3 || !math.IsNaN(values[0]) ||
		!slices.Equal(i, []int32{0, 1, 1}) || !slices.Equal(j, []int32{1, 0, 2}) {
		t.Errorf("kept %v %v %v, want the NaN, the smallest number and -Inf", i, j, values)
	}
}

func TestStoredZerosStay(t *testing.T) {
	coo := must(sparse.NewCOO(2, 2, []int32{1, 0}, []int32{0, 0}, []int16{0, 7}))
	for name, n := range map[string]int{
		"CSR": coo.ToCSR().NNZ(), "CSC": coo.ToCSC().NNZ(), "CSR to COO": coo.ToCSR().ToCOO().NNZ(),
	} {
		if n != 2 {
			t.Errorf("%s has %d entries, want 2", name, n)
		}
	}
}

// Writing to the result of a conversion leaves the source as it was, even
// where it was in the right order already.
func TestConversionsCopy(t *testing.T) {
	want := []float32{1, 0, 0, 2}
	dense := must(sparse.NewDense(2, 2, slices.Clone(want)))
	coo, csr, csc := dense.ToCOO(), dense.ToCSR(), dense.ToCSC()
	for _, values := range [][]float32{
		must(coo.ToDense()).Raw(), third(coo.ToCSR().Raw()), third(coo.ToCSC().Raw()),
		must(csr.ToDense()).Raw(), third(csr.ToCOO().Raw()), third(csr.ToCSC().Raw()),
		must(csc.ToDense()).Raw(), third(csc.ToCOO().Raw()), third(csc.ToCSR().Raw()),
		third(dense.ToCOO().Raw()), third(dense.ToCSR().Raw()), third(dense.ToCSC().Raw()),
	} {
		values[0] = 99
	}
	for name, m := range map[string]matrix[float32]{"Dense": dense, "COO": coo, "CSR": csr, "CSC": csc} {
		if got := m.Value(0, 0); got != 1 {
			t.Errorf("%s became %v", name, got)
		}
	}
}

func third[A, B, C any](_ A, _ B, c C) C { return c }

func TestToDenseRefusesWhatCannotBeAllocated(t *testing.T) {
	const n = sparse.MaxDim
	coo := must(sparse.NewCOO[float64](n, n, nil, nil, nil))
	if _, err := coo.ToDense(); !errors.Is(err, sparse.ErrShape) {
		t.Errorf("%d x %d: %v, want ErrShape", n, n, err)
	}
}

func TestZeroValuesAreEmptyMatrices(t *testing.T) {
	var (
		coo   sparse.COO[int8]
		csr   sparse.CSR[int8]
		csc   sparse.CSC[int8]
		dense sparse.Dense[int8]
	)
	empty := newModel[int8](0, 0)
	for _, m := range []matrix[int8]{
		&coo, coo.Transpose(), coo.ToCSR(), coo.ToCSC(), must(coo.ToDense()),
		&csr, csr.Transpose(), csr.ToCSC(), csr.ToCOO(), must(csr.ToDense()), must(csr.Select(nil, nil)),
		&csc, csc.Transpose(), csc.ToCSR(), csc.ToCOO(), must(csc.ToDense()), must(csc.Select(nil, nil)),
		&dense, dense.ToCOO(), dense.ToCSR(), dense.ToCSC(), must(dense.Select(nil, nil)),
	} {
		requireModel(t, fmt.Sprintf("%T", m), m, empty)
	}
	if !csr.Equal(coo.ToCSR()) || !csc.Equal(coo.ToCSC()) || !coo.Equal(csr.ToCOO()) {
		t.Error("empty matrices differ")
	}
}
