package cellcalling

import (
	"math"
	"slices"
)

// A profile says how likely each gene is among ambient molecules.
type profile struct {
	p       []float64 // 0 for genes that no barcode has
	logP    []float64
	problem string // why there is none
}

// estimateProfile smooths the sums of ambient molecules. What Good-Turing sets aside for genes
// that were not seen in them is shared by those that other barcodes have.
func estimateProfile(sums []int64, seen []bool) *profile {
	proportions, unseen, problem := goodTuring(sums)
	if problem != "" {
		return &profile{problem: problem}
	}
	zeros := 0
	for gene, sum := range sums {
		if sum == 0 && seen[gene] {
			zeros++
		}
	}
	pr := &profile{p: proportions, logP: make([]float64, len(sums))}
	for gene, sum := range sums {
		switch {
		case sum > 0 && zeros == 0:
			pr.p[gene] /= 1 - unseen // nobody is there to take what was set aside
		case sum == 0 && seen[gene]:
			pr.p[gene] = unseen / float64(zeros)
		}
		pr.logP[gene] = math.Log(pr.p[gene])
	}
	return pr
}

// logLikelihood returns the logarithm of the probability that as many molecules as given are
// those of a column.
func (p *profile) logLikelihood(total int64, rows []int32, values []uint32) float64 {
	sum := logFactorial(float64(total))
	for k, row := range rows {
		if v := float64(values[k]); v > 0 {
			sum += v*p.logP[row] - logFactorial(v)
		}
	}
	return sum
}

func logFactorial(n float64) float64 {
	l, _ := math.Lgamma(n + 1)
	return l
}

// benjaminiHochberg adjusts p-values to false discovery rates.
func benjaminiHochberg(pvalues []float64) []float64 {
	n := len(pvalues)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case pvalues[a] > pvalues[b]:
			return -1
		case pvalues[a] < pvalues[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, n)
	least := 1.0
	for k, i := range order {
		least = min(least, pvalues[i]*float64(n)/float64(n-k))
		adjusted[i] = least
	}
	return adjusted
}
