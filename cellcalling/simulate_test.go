package cellcalling

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSampler holds that a sample has as many molecules as it should, and is as likely as it
// says, whether it grew molecule by molecule or gene by gene.
func TestSampler(t *testing.T) {
	const genes = 20
	p := &profile{p: make([]float64, genes), logP: make([]float64, genes)}
	for i := range genes - 1 { // the last is impossible
		p.p[i] = float64(i+1) / (genes * (genes - 1) / 2)
		p.logP[i] = math.Log(p.p[i])
	}
	p.logP[genes-1] = math.Inf(-1)
	totals := []int64{1, 2, 150, 400, 5000, 5001, 200_000}
	s := &sampler{profile: p, alias: newAlias(p.p), logs: logTable(1000), counts: make([]uint32, genes)}
	sums := make([]float64, genes)
	const samples = 50
	for k := range samples {
		for n := range totals {
			g := newGoals([]candidate{{total: totals[n]}})
			if n > 0 { // from the one before, and from nothing
				g = newGoals([]candidate{{total: totals[n-1]}, {total: totals[n]}})
			}
			if err := s.run(t.Context(), g, rand.NewPCG(1, uint64(k)), make([]int, 3)); err != nil {
				t.Fatal(err)
			}
			total, rows := int64(0), []int32{}
			for gene, n := range s.counts {
				total += int64(n)
				rows = append(rows, int32(gene))
			}
			if total != totals[n] || s.counts[genes-1] > 0 {
				t.Fatalf("%v are %d molecules, want %d", s.counts, total, totals[n])
			}
			if want := p.logLikelihood(total, rows, s.counts); math.Abs(s.logLikelihood-want) > 1e-6*math.Abs(want) {
				t.Fatalf("%d molecules: log likelihood %v, want %v", total, s.logLikelihood, want)
			}
		}
		for gene, n := range s.counts {
			sums[gene] += float64(n)
		}
	}
	const drawn = samples * 200_000
	for gene, sum := range sums {
		deviation := math.Sqrt(drawn * p.p[gene] * (1 - p.p[gene]))
		if math.Abs(sum-drawn*p.p[gene]) > 5*deviation {
			t.Errorf("gene %d: %v molecules, want %v +- %v", gene, sum, drawn*p.p[gene], deviation)
		}
	}
}

// TestAlias holds that numbers come as often as they should.
func TestAlias(t *testing.T) {
	p := []float64{0, 0.5, 0.2, 0, 0.05, 0.25, 0}
	a := newAlias(p)
	random := rand.New(rand.NewPCG(1, 2))
	const drawn = 1_000_000
	counts := make([]float64, len(p))
	for range drawn {
		counts[a.draw(random)]++
	}
	for i, n := range counts {
		if math.Abs(n-drawn*p[i]) > 5*math.Sqrt(drawn*p[i]*(1-p[i])) {
			t.Errorf("%d came %v times, want %v", i, n, drawn*p[i])
		}
	}
}
