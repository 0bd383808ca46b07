package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// attributeSet collects attributes and the first error.
type attributeSet struct {
	arrays map[string]*loom.Array
	err    error
}

func put[T hdf5.Element](s *attributeSet, name string, values []T, shape ...int) {
	array, err := hdf5.NewArray(values, shape...)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("attribute %s: %w", name, err)
	}
	s.arrays[name] = array
}

// each makes the n values of an attribute, one by one.
func each[T any](n int, value func(i int) T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = value(i)
	}
	return values
}

func newRowAttrs(model geneModel) (map[string]*loom.Array, error) {
	n := len(model.mean)
	rng := rand.New(rand.NewPCG(54321, uint64(n)))
	s := &attributeSet{arrays: map[string]*loom.Array{}}
	put(s, "Accession", each(n, func(i int) string { return fmt.Sprintf("ENSG%011d", 100000000+i) }))
	put(s, "Gene", each(n, func(i int) string { return fmt.Sprintf("GENE%d", i) }))
	put(s, "Chromosome", each(n, func(i int) string { return fmt.Sprintf("chr%d", 1+22*i/n) }))
	put(s, "GeneLength", each(n, func(int) int64 { return rng.Int64N(20000) + 500 }))
	put(s, "Selected", each(n, func(int) int64 { return rng.Int64N(2) }))
	put(s, "Enrichment", each(n*clusters, func(int) float32 { return rng.Float32() }), n, clusters)
	return s.arrays, s.err
}

// newColAttrs makes the attributes of the cells from start on, which have the given counts.
func newColAttrs(rng *rand.Rand, seed uint64, start int, cells []cell, counts *sparse.COO[float32]) (map[string]*loom.Array, error) {
	const components = 30
	n := len(cells)
	molecules, genes := make([]float64, n), make([]int64, n)
	_, cols, values := counts.Raw()
	for k, j := range cols {
		molecules[j] += float64(values[k])
		genes[j]++
	}
	tissues := []string{"cortex", "hippocampus"}
	s := &attributeSet{arrays: map[string]*loom.Array{}}
	put(s, "CellID", each(n, func(i int) string { return fmt.Sprintf("S%02d:%08x", seed, start+i) }))
	put(s, "Clusters", each(n, func(i int) int64 { return int64(cells[i].cluster) }))
	put(s, "ClusterName", each(n, func(i int) string { return fmt.Sprintf("Cluster%d", cells[i].cluster) }))
	put(s, "Tissue", each(n, func(int) string { return tissues[rng.IntN(len(tissues))] }))
	put(s, "TotalUMI", molecules)
	put(s, "NGenes", genes)
	put(s, "PCA", each(n*components, func(int) float32 { return float32(rng.NormFloat64()) }), n, components)
	return s.arrays, s.err
}
