package demo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// near reports whether two numbers are as near as the mean of n draws of the given
// standard deviation is to its expectation.
func near(got, want, sd float64, n int) bool {
	return math.Abs(got-want) <= 5*sd/math.Sqrt(float64(n))
}

func TestAliasTable(t *testing.T) {
	for _, weights := range [][]float64{{1}, {1, 1}, {0, 3}, {0.5, 2, 0, 7, 1e-3, 0.1}, {1e-9, 1, 1e9}} {
		table := newAliasTable(weights)
		r := rand.New(rand.NewPCG(1, 2))
		const n = 100_000
		counts := make([]float64, len(weights))
		for range n {
			counts[table.draw(r)]++
		}
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		for i, w := range weights {
			p := w / sum
			if !near(counts[i]/n, p, math.Sqrt(p*(1-p))+1e-9, n) {
				t.Errorf("%v: outcome %d has probability %g, drawn with %g", weights, i, p, counts[i]/n)
			}
		}
	}
}

func TestLogSeries(t *testing.T) {
	for _, p := range []float64{0.05, 0.3, 0.5, 0.9} {
		d := newLogSeries(p)
		r := rand.New(rand.NewPCG(3, 4))
		const n = 200_000
		counts := make([]float64, 6) // of 1 to 5; more are at 0
		sum := 0.0
		for range n {
			k := d.draw(r)
			sum += float64(k)
			if k >= len(counts) {
				k = 0
			}
			counts[k]++
		}
		variance := -p * (p + d.logq) / ((1 - p) * (1 - p) * d.logq * d.logq)
		if !near(sum/n, d.mean(), math.Sqrt(variance), n) {
			t.Errorf("p = %g: mean %g, want %g", p, sum/n, d.mean())
		}
		for k := 1; k < len(counts); k++ {
			want := -math.Pow(p, float64(k)) / (float64(k) * math.Log(1-p))
			if !near(counts[k]/n, want, math.Sqrt(want*(1-want)), n) {
				t.Errorf("p = %g: %d has probability %g, drawn with %g", p, k, want, counts[k]/n)
			}
		}
	}
}

// TestNegativeBinomial holds the counts of genes in many cells of one kind against the
// mean and the variance that they are to have.
func TestNegativeBinomial(t *testing.T) {
	m := newModel(Options{Cells: 20_000, Genes: 3, UMIs: 30, Seed: 5})
	for i := range m.cells {
		m.cells[i].cluster, m.cells[i].umis = 0, 30
	}
	n := float64(len(m.cells))
	sums, squares := make([]float64, 3), make([]float64, 3)
	c := m.newCounter()
	for i := range m.cells {
		c.draw(i)
		for g, count := range c.counts[total] {
			sums[g] += float64(count)
			squares[g] += float64(count) * float64(count)
		}
		c.clear()
	}
	_, shares := makeGenes(3, 5)
	for g := range sums {
		mean := sums[g] / n
		want := 30 * shares[0][g]
		variance := want / (1 - m.genes[g].burst.p)
		if !near(mean, want, math.Sqrt(variance), len(m.cells)) {
			t.Errorf("gene %d: mean %g, want %g", g, mean, want)
		}
		if got := squares[g]/n - mean*mean; math.Abs(got/variance-1) > 0.15 {
			t.Errorf("gene %d: variance %g, want %g", g, got, variance)
		}
	}
}

func TestBarcodes(t *testing.T) {
	seen := map[string]bool{}
	for i := range uint32(100_000) {
		seen[barcode(9, i)] = true
	}
	if len(seen) != 100_000 {
		t.Errorf("%d different barcodes of 100000", len(seen))
	}
}
