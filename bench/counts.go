package main

import (
	"math"
	"math/rand/v2"

	"github.com/goloom/loom/sparse"
)

const (
	clusters    = 12
	nonZeros    = 0.072 // share of the elements
	fold        = 4     // of the marker genes of a cell's cluster
	markers     = 10    // one gene in so many is a marker
	depthSpread = 0.35  // of the cells' depths, as standard deviation of their logarithm
	deepest     = 3     // no cell has more than so many times the median depth
)

// geneModel says what the counts of each gene are like. It is the same for all
// files of a shape, so that they can be combined.
type geneModel struct {
	mean    []float64 // of a cell of median depth
	marker  []int     // the cluster that the gene marks, or -1
	spliced []float64 // share of the molecules that are spliced
}

func newGeneModel(genes int) geneModel {
	rng := rand.New(rand.NewPCG(12345, uint64(genes)))
	m := geneModel{make([]float64, genes), make([]int, genes), make([]float64, genes)}
	for i := range genes {
		m.mean[i] = math.Exp(2.2 * rng.NormFloat64())
		m.marker[i] = -1
		if rng.IntN(markers) == 0 {
			m.marker[i] = rng.IntN(clusters)
		}
		m.spliced[i] = 0.4 + 0.5*rng.Float64()
	}
	scale := scaleTo(nonZeros, m.mean)
	for i := range m.mean {
		m.mean[i] *= scale
	}
	return m
}

// scaleTo returns by what to multiply the means for the given share of elements
// that are not zero.
func scaleTo(share float64, means []float64) float64 {
	low, high := 1e-9, 1e6
	for range 80 {
		middle := math.Sqrt(low * high)
		sum := 0.0
		for _, mean := range means {
			sum += chance(mean * middle)
		}
		if sum < share*float64(len(means)) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// chance is the probability that a count of the given mean is not zero. Counts
// are distributed geometrically: the negative binomial with dispersion 1.
func chance(mean float64) float64 { return mean / (1 + mean) }

// cell is what sets one column apart.
type cell struct {
	depth   float64
	cluster int
}

func newCell(rng *rand.Rand) cell {
	depth := math.Exp(depthSpread * rng.NormFloat64())
	return cell{min(depth, deepest), rng.IntN(clusters)}
}

// counts draws the counts of some cells, and how many of each are spliced. Both
// have entries at the same places, row by row.
func (m geneModel) counts(rng *rand.Rand, cells []cell) (all *sparse.COO[float32], spliced *sparse.COO[uint16], err error) {
	var rows, cols []int32
	var values []float32
	var parts []uint16
	for i, mean := range m.mean {
		most := mean * deepest
		if m.marker[i] >= 0 {
			most *= fold
		}
		// From one candidate to the next at the rate of the likeliest cell, most of
		// the zeros need no random number.
		step := math.Log1p(-chance(most))
		for j := skip(rng, step, -1, len(cells)); j < len(cells); j = skip(rng, step, j, len(cells)) {
			here := mean * cells[j].depth
			if m.marker[i] == cells[j].cluster {
				here *= fold
			}
			if rng.Float64()*chance(most) >= chance(here) {
				continue
			}
			n := 1 + geometric(rng, math.Log(chance(here)))
			rows, cols, values = append(rows, int32(i)), append(cols, int32(j)), append(values, float32(n))
			parts = append(parts, uint16(min(n*m.spliced[i]+rng.Float64(), math.MaxUint16)))
		}
	}
	if all, err = sparse.NewCOO(len(m.mean), len(cells), rows, cols, values); err != nil {
		return nil, nil, err
	}
	spliced, err = sparse.NewCOO(len(m.mean), len(cells), rows, cols, parts)
	return all, spliced, err
}

// geometric draws the number of successes before the first failure, of which
// logSuccess is the logarithm of the probability of each.
func geometric(rng *rand.Rand, logSuccess float64) float64 {
	return math.Floor(math.Log(1-rng.Float64()) / logSuccess)
}

// skip returns the next candidate after position at, or end.
func skip(rng *rand.Rand, logMiss float64, at, end int) int {
	gap := geometric(rng, logMiss)
	if gap >= float64(end-at-1) || math.IsNaN(gap) {
		return end
	}
	return at + 1 + int(gap)
}
