package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A gene is what the counts of a row follow from.
type gene struct {
	name          string
	marks         int // the cluster that it marks, or none
	mitochondrial bool

	burst     logSeries // of counts that come at once
	unspliced float64   // probability of a count
}

const none = -1

// namedGenes returns the genes that have names: markers of all clusters in turn, so
// that there are some of each however few genes there are, and then the others.
func namedGenes() []gene {
	var genes []gene
	for i := range clusters[0].markers {
		for c := range clusters {
			genes = append(genes, gene{name: clusters[c].markers[i], marks: c})
		}
	}
	for _, name := range housekeeping {
		genes = append(genes, gene{name: name, marks: none})
	}
	for _, name := range mitochondrial {
		genes = append(genes, gene{name: name, marks: none, mitochondrial: true})
	}
	return genes
}

// makeGenes returns n genes, and for each cluster what share of its counts each of
// them has.
func makeGenes(n int, seed uint64) (genes []gene, shares [][]float64) {
	r := rand.New(sequence(seed, forGenes))
	named := namedGenes()
	genes = append(genes, named[:min(n, len(named))]...)
	for i := len(genes); i < n; i++ {
		genes = append(genes, gene{name: fmt.Sprintf("SIM%06d", i+1-len(named)), marks: none})
	}
	for i := range genes {
		genes[i].burst = newLogSeries(0.1 + 0.4*r.Float64())
		if !genes[i].mitochondrial {
			genes[i].unspliced = 0.05 + 0.4*r.Float64()
		}
	}
	return genes, expression(r, genes, len(named))
}

// Weights of genes, in those of a gene without a name. The latter together weigh as
// much as so many genes, however many there are.
const (
	unnamedWeight       = 6000
	markerWeight        = 25
	lostMarkerWeight    = 0.12 // in a cluster that the gene does not mark
	housekeepingWeight  = 25
	mitochondrialWeight = 20
)

// expression makes up the share of each gene in the counts of each cluster.
func expression(r *rand.Rand, genes []gene, named int) [][]float64 {
	shares := make([][]float64, len(clusters))
	for c := range shares {
		shares[c] = make([]float64, len(genes))
	}
	unnamed := 0.0 // weight, in the first cluster
	for i, g := range genes {
		typical := lognormal(r, 0, 0.5)
		if i >= named {
			typical = lognormal(r, 0, 1.4)
		}
		for c := range shares {
			shares[c][i] = typical * weightIn(r, g, i < named, c)
		}
		if i >= named {
			unnamed += typical
		}
	}
	for c := range shares {
		normalize(shares[c], named, unnamed)
	}
	return shares
}

// weightIn returns how much of a gene there is in a cluster, in what is typical of
// the gene. A few of the genes without a name go up in a cluster, too.
func weightIn(r *rand.Rand, g gene, named bool, c int) float64 {
	switch {
	case g.marks == c:
		return markerWeight
	case g.marks != none:
		return lostMarkerWeight
	case g.mitochondrial:
		return mitochondrialWeight
	case named:
		return housekeepingWeight
	case r.Float64() < 0.06:
		return lognormal(r, 1.2, 0.4)
	}
	return 1
}

// normalize turns weights into shares, whose sum is 1.
func normalize(weights []float64, named int, unnamed float64) {
	sum := 0.0
	for i := range weights {
		if i >= named {
			weights[i] *= unnamedWeight / unnamed
		}
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
}

func lognormal(r *rand.Rand, mean, sd float64) float64 {
	return math.Exp(mean + sd*r.NormFloat64())
}
