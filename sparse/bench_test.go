package sparse_test

import (
	"math/rand/v2"
	"testing"

	"github.com/goloom/loom/sparse"
)

// expression makes a matrix of 2,000 genes and 5,000 cells, 7 % of it
// non-zero, its entries by row or in no order.
func expression(shuffled bool) *sparse.COO[float32] {
	const rows, cols = 2000, 5000
	r := rand.New(rand.NewPCG(1, 2))
	var i, j []int32
	var values []float32
	for row := range int32(rows) {
		for col := range int32(cols) {
			if r.Float32() < 0.07 {
				i, j, values = append(i, row), append(j, col), append(values, float32(1+r.IntN(20)))
			}
		}
	}
	if shuffled {
		r.Shuffle(len(values), func(a, b int) {
			i[a], i[b] = i[b], i[a]
			j[a], j[b] = j[b], j[a]
			values[a], values[b] = values[b], values[a]
		})
	}
	return must(sparse.NewCOO(rows, cols, i, j, values))
}

func BenchmarkCOOToCSR(b *testing.B) {
	benchmarkConversion(b, func(m *sparse.COO[float32]) int { return m.ToCSR().NNZ() })
}

func BenchmarkCOOToCSC(b *testing.B) {
	benchmarkConversion(b, func(m *sparse.COO[float32]) int { return m.ToCSC().NNZ() })
}

func benchmarkConversion(b *testing.B, convert func(*sparse.COO[float32]) int) {
	for _, order := range []string{"by row", "shuffled"} {
		b.Run(order, func(b *testing.B) {
			m := expression(order == "shuffled")
			b.SetBytes(int64(m.NNZ()) * 12)
			b.ReportAllocs()
			for b.Loop() {
				convert(m)
			}
		})
	}
}

func BenchmarkCSRToCSC(b *testing.B) {
	m := expression(false).ToCSR()
	b.SetBytes(int64(m.NNZ()) * 8)
	b.ReportAllocs()
	for b.Loop() {
		m.ToCSC()
	}
}

func BenchmarkDenseToCSR(b *testing.B) {
	d := must(expression(false).ToDense())
	b.SetBytes(int64(len(d.Raw())) * 4)
	b.ReportAllocs()
	for b.Loop() {
		d.ToCSR()
	}
}

func BenchmarkCSRRow(b *testing.B) {
	m := expression(false).ToCSR()
	rows, _ := m.Dims()
	b.SetBytes(int64(m.NNZ()) * 8)
	for b.Loop() {
		var total float32
		for i := range rows {
			for _, v := range m.Row(i) {
				total += v
			}
		}
		if total == 0 {
			b.Fatal("no values")
		}
	}
}

func BenchmarkCSRSelectColumns(b *testing.B) {
	m := expression(false).ToCSR()
	rows, cols := m.Dims()
	all, ascending := count(rows), count(cols)[:cols/2]
	mixed := rand.New(rand.NewPCG(1, 2)).Perm(cols)[:cols/2]
	for name, picks := range map[string][]int{"ascending": ascending, "mixed": mixed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Select(all, picks); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
