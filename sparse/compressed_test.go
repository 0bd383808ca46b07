package sparse_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// Each case is a CSR of 3 rows and 4 columns, and, with the axes exchanged, a
// CSC of 4 rows and 3 columns.
func TestCompressedConstructorsCheck(t *testing.T) {
	for _, tc := range []struct {
		name   string
		ptr    []int
		idx    []int32
		values []int64
		want   error
	}{
		{"no entries", []int{0, 0, 0, 0}, nil, nil, nil},
		{"ordered", []int{0, 2, 2, 3}, []int32{0, 3, 1}, []int64{1, 2, 3}, nil},
		{"out of order", []int{0, 2, 2, 3}, []int32{3, 0, 1}, []int64{1, 2, 3}, nil},
		{"repeated", []int{0, 2, 2, 3}, []int32{3, 3, 1}, []int64{1, 2, 3}, nil},
		{"no pointers", nil, nil, nil, sparse.ErrShape},
		{"a pointer short", []int{0, 0, 0}, nil, nil, sparse.ErrShape},
		{"a pointer over", []int{0, 0, 0, 0, 0}, nil, nil, sparse.ErrShape},
		{"a value short", []int{0, 1, 1, 2}, []int32{0, 1}, []int64{1}, sparse.ErrShape},
		{"an index short", []int{0, 1, 1, 2}, []int32{0}, []int64{1, 2}, sparse.ErrShape},
		{"first pointer not 0", []int{1, 1, 1, 1}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"last pointer short", []int{0, 0, 0, 0}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"last pointer over", []int{0, 0, 0, 2}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"falling pointer", []int{0, 1, 0, 1}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"pointer over, then back", []int{0, 9, 1, 1}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"negative pointer", []int{0, -1, 0, 1}, []int32{0}, []int64{1}, sparse.ErrIndex},
		{"index past the end", []int{0, 1, 1, 1}, []int32{4}, []int64{1}, sparse.ErrIndex},
		{"negative index", []int{0, 1, 1, 1}, []int32{-1}, []int64{1}, sparse.ErrIndex},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := sparse.NewCSR(3, 4, tc.ptr, tc.idx, tc.values); !errors.Is(err, tc.want) {
				t.Errorf("CSR: error %v, want %v", err, tc.want)
			}
			if _, err := sparse.NewCSC(4, 3, tc.ptr, tc.idx, tc.values); !errors.Is(err, tc.want) {
				t.Errorf("CSC: error %v, want %v", err, tc.want)
			}
		})
	}
	for _, dims := range [][2]int{{-1, 3}, {3, -1}, {sparse.MaxDim + 1, 3}, {3, sparse.MaxDim + 1}} {
		if _, err := sparse.NewCSR[int8](dims[0], dims[1], nil, nil, nil); !errors.Is(err, sparse.ErrShape) {
			t.Errorf("CSR of %v: %v, want ErrShape", dims, err)
		}
		if _, err := sparse.NewCSC[int8](dims[0], dims[1], nil, nil, nil); !errors.Is(err, sparse.ErrShape) {
			t.Errorf("CSC of %v: %v, want ErrShape", dims, err)
		}
	}
}

// A few bytes that claim a vast minor axis cost no more than a few bytes.
func TestUnorderedRowOfVastWidth(t *testing.T) {
	m, err := sparse.NewCSR(1, sparse.MaxDim, []int{0, 2}, []int32{sparse.MaxDim - 1, 0}, []int8{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if m.Value(0, 0) != 2 || m.Value(0, sparse.MaxDim-1) != 1 {
		t.Error("the row was not put in order")
	}
}

func TestCompressedConstructorsPutLinesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coo, want := drawCOO[int32](t)
		rows, cols := coo.Dims()
		ptr, idx, values := shuffledRows(coo)
		before := slices.Concat(idx, values)

		csr := must(sparse.NewCSR(rows, cols, ptr, idx, values))
		requireModel(t, "CSR", csr, want)
		requireSound[int32](t, csr)
		csc := must(sparse.NewCSC(cols, rows, ptr, idx, values))
		requireModel(t, "CSC", csc, want.transposed())
		requireSound[int32](t, csc)

		if !slices.Equal(before, slices.Concat(idx, values)) {
			t.Fatal("the constructor wrote to the given slices")
		}
	})
}

// In a row longer than any sort's small case, repeated columns still add up
// first to last: in floating point another order gives another sum.
func TestRepeatedColumnsOfARowAddUpInTheirOrder(t *testing.T) {
	const n, columns = 200, 3
	idx, values := make([]int32, n), make([]float64, n)
	var want [columns]float64
	for k := range n {
		idx[k], values[k] = int32(k*k%7%columns), 1/float64(k+1)
		want[idx[k]] += values[k]
	}
	m := must(sparse.NewCSR(1, columns, []int{0, n}, idx, values))
	for j, w := range want {
		if got := m.Value(0, j); got != w {
			t.Errorf("column %d is %v, want %v", j, got, w)
		}
	}
}

// shuffledRows groups entries by row and leaves them as they come within it.
func shuffledRows(coo *sparse.COO[int32]) (ptr []int, idx, values []int32) {
	rows, _ := coo.Dims()
	i, j, v := coo.Raw()
	ptr = append(ptr, 0)
	for row := range rows {
		for k := range v {
			if int(i[k]) == row {
				idx, values = append(idx, j[k]), append(values, v[k])
			}
		}
		ptr = append(ptr, len(idx))
	}
	return ptr, idx, values
}

func TestConstructorsKeepTheSlices(t *testing.T) {
	ptr, idx, values := []int{0, 1, 2}, []int32{1, 0}, []float32{3, 4}
	csr := must(sparse.NewCSR(2, 2, ptr, idx, values))
	p, i, v := csr.Raw()
	if &p[0] != &ptr[0] || &i[0] != &idx[0] || &v[0] != &values[0] {
		t.Error("Raw gives other slices than the ones given")
	}
	_, _, tv := csr.Transpose().Raw()
	tv[0] = 5
	if values[0] != 5 || csr.Value(0, 1) != 5 {
		t.Error("the transpose does not share memory")
	}
}

func TestTransposingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coo, want := drawCOO[float64](t)
		csr, csc := coo.ToCSR(), coo.ToCSC()
		requireModel(t, "COO", coo.Transpose(), want.transposed())
		requireModel(t, "CSR", csr.Transpose(), want.transposed())
		requireModel(t, "CSC", csc.Transpose(), want.transposed())
		requireSameTriplets(t, coo, coo.Transpose().Transpose())
		if !csr.Equal(csr.Transpose().Transpose()) || !csc.Equal(csc.Transpose().Transpose()) {
			t.Fatal("transposed twice, the matrix differs")
		}
		if !csr.Transpose().Equal(coo.Transpose().ToCSC()) {
			t.Fatal("transposing and converting do not commute")
		}
	})
}

func TestRowsAndColumnsGiveTheEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coo, want := drawCOO[uint8](t)
		csr, csc := coo.ToCSR(), coo.ToCSC()
		entries := 0
		for i, row := range want.at {
			last := -1
			for j, v := range csr.Row(i) {
				if j <= last || v != row[j] {
					t.Fatalf("row %d: column %d, after %d, is %d, want %d", i, j, last, v, row[j])
				}
				last = j
				entries++
			}
		}
		for j, col := range want.transposed().at {
			if got := maps.Collect(csc.Col(j)); sum(slices.Collect(maps.Values(got))) != sum(col) {
				t.Fatalf("column %d is %v, want %v", j, got, col)
			}
		}
		if entries != csr.NNZ() {
			t.Fatalf("%d entries in rows, want %d", entries, csr.NNZ())
		}
	})
}

func TestIterationCanStop(t *testing.T) {
	d := must(sparse.NewDense(2, 2, []int8{1, 2, 3, 4}))
	for name, seq := range map[string]func(func(int, int8) bool){
		"CSR": d.ToCSR().Row(0), "CSC": d.ToCSC().Col(0), "Dense": d.Col(0),
	} {
		n := 0
		for range seq {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d steps, want 1", name, n)
		}
	}
}

func TestEqualComparesElements(t *testing.T) {
	csr := func(rows, cols int, ptr []int, idx []int32, values []float64) *sparse.CSR[float64] {
		return must(sparse.NewCSR(rows, cols, ptr, idx, values))
	}
	nan := math.NaN()
	base := csr(2, 3, []int{0, 2, 2}, []int32{0, 2}, []float64{1, 2})
	for _, tc := range []struct {
		name  string
		other *sparse.CSR[float64]
		want  bool
	}{
		{"itself", base, true},
		{"stored zeros", csr(2, 3, []int{0, 3, 4}, []int32{0, 1, 2, 1}, []float64{1, 0, 2, 0}), true},
		{"fewer entries", csr(2, 3, []int{0, 1, 1}, []int32{0}, []float64{1}), false},
		{"more entries", csr(2, 3, []int{0, 2, 3}, []int32{0, 2, 0}, []float64{1, 2, 3}), false},
		{"another value", csr(2, 3, []int{0, 2, 2}, []int32{0, 2}, []float64{1, 3}), false},
		{"another column", csr(2, 3, []int{0, 2, 2}, []int32{0, 1}, []float64{1, 2}), false},
		{"another row", csr(2, 3, []int{0, 1, 2}, []int32{0, 2}, []float64{1, 2}), false},
		{"more rows", csr(3, 3, []int{0, 2, 2, 2}, []int32{0, 2}, []float64{1, 2}), false},
		{"more columns", csr(2, 4, []int{0, 2, 2}, []int32{0, 2}, []float64{1, 2}), false},
		{"NaN", csr(2, 3, []int{0, 2, 2}, []int32{0, 2}, []float64{1, nan}), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if base.Equal(tc.other) != tc.want || tc.other.Equal(base) != tc.want {
				t.Errorf("equal is not %v", tc.want)
			}
			if base.Transpose().Equal(tc.other.Transpose()) != tc.want {
				t.Errorf("CSC: equal is not %v", tc.want)
			}
			a, b := must(base.ToDense()), must(tc.other.ToDense())
			if a.Equal(b) != tc.want || base.ToCOO().Equal(tc.other.ToCOO()) != tc.want {
				t.Errorf("Dense or COO: equal is not %v", tc.want)
			}
		})
	}
	withNaN := csr(1, 1, []int{0, 1}, []int32{0}, []float64{nan})
	if withNaN.Equal(withNaN) {
		t.Error("NaN equals itself")
	}
}
