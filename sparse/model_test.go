package sparse_test

import (
	"testing"

	"github.com/goloom/loom/sparse"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// edges are the sizes at which loops and words begin and end.
var edges = []int{0, 1, 2, 63, 64, 65}

// model is the oracle: a matrix as nested slices, with no cleverness.
type model[T sparse.Number] struct {
	rows, cols int
	at         [][]T
}

func newModel[T sparse.Number](rows, cols int) model[T] {
	at := make([][]T, rows)
	for i := range at {
		at[i] = make([]T, cols)
	}
	return model[T]{rows, cols, at}
}

func (m model[T]) transposed() model[T] {
	t := newModel[T](m.cols, m.rows)
	for i, row := range m.at {
		for j, v := range row {
			t.at[j][i] = v
		}
	}
	return t
}

func (m model[T]) selected(rows, cols []int) model[T] {
	s := newModel[T](len(rows), len(cols))
	for a, i := range rows {
		for b, j := range cols {
			s.at[a][b] = m.at[i][j]
		}
	}
	return s
}

func (m model[T]) flat() []T {
	data := make([]T, 0, m.rows*m.cols)
	for _, row := range m.at {
		data = append(data, row...)
	}
	return data
}

// matrix is what all forms have in common.
type matrix[T sparse.Number] interface {
	mat.Matrix
	Value(i, j int) T
	NNZ() int
}

// requireModel fails unless every element of m is the model's.
func requireModel[T sparse.Number](t rapid.TB, name string, m matrix[T], want model[T]) {
	t.Helper()
	rows, cols := m.Dims()
	if rows != want.rows || cols != want.cols {
		t.Fatalf("%s is %d x %d, want %d x %d", name, rows, cols, want.rows, want.cols)
	}
	for i := range rows {
		for j := range cols {
			if got := m.Value(i, j); got != want.at[i][j] {
				t.Fatalf("%s: element (%d, %d) is %v, want %v", name, i, j, got, want.at[i][j])
			}
			if got := m.At(i, j); got != float64(want.at[i][j]) {
				t.Fatalf("%s: At(%d, %d) is %v, want %v", name, i, j, got, want.at[i][j])
			}
		}
	}
}

// drawCOO draws a matrix with repeated places and stored zeros, and its model.
// The values are small integers, so that float sums are exact in any order.
func drawCOO[T sparse.Number](t *rapid.T) (*sparse.COO[T], model[T]) {
	rows := rapid.SampledFrom(edges).Draw(t, "rows")
	cols := rapid.SampledFrom(edges).Draw(t, "cols")
	n := 0
	if rows > 0 && cols > 0 {
		n = rapid.IntRange(0, 90).Draw(t, "entries")
	}
	want := newModel[T](rows, cols)
	i, j, values := make([]int32, n), make([]int32, n), make([]T, n)
	for k := range n {
		i[k] = rapid.Int32Range(0, int32(rows)-1).Draw(t, "i")
		j[k] = rapid.Int32Range(0, int32(cols)-1).Draw(t, "j")
		values[k] = T(rapid.IntRange(0, 120).Draw(t, "value"))
		want.at[i[k]][j[k]] += values[k]
	}
	m, err := sparse.NewCOO(rows, cols, i, j, values)
	if err != nil {
		t.Fatal(err)
	}
	return m, want
}

// forAllTypes runs a property for each element type.
func forAllTypes(t *testing.T, p properties) {
	t.Run("int8", rapid.MakeCheck(p.int8))
	t.Run("uint8", rapid.MakeCheck(p.uint8))
	t.Run("int32", rapid.MakeCheck(p.int32))
	t.Run("uint64", rapid.MakeCheck(p.uint64))
	t.Run("float32", rapid.MakeCheck(p.float32))
	t.Run("float64", rapid.MakeCheck(p.float64))
}

// properties holds one generic property, instantiated.
type properties struct {
	int8, uint8, int32, uint64, float32, float64 func(*rapid.T)
}

func must[M any](m M, err error) M {
	if err != nil {
		panic(err)
	}
	return m
}
