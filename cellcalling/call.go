package cellcalling

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/sparse"
)

// Options say what is known of an experiment. The zero Options are loompy's defaults.
type Options struct {
	ExpectedCells int    // about how many cells there are; 5000 if 0
	Simulations   int    // samples that are drawn for the p-values; 1000 if 0
	Seed          uint64 // of the random numbers
}

// What is ambient and what is a candidate, as loompy has it.
const (
	defaultExpected    = 5000
	defaultSimulations = 1000
	minAmbient         = 20  // molecules that an ambient barcode exceeds
	minCell            = 500 // and a candidate
	minCellShare       = 0.1 // of the median of the largest
)

// Calls are what [Call] found out.
type Calls struct {
	// Totals are the molecules of each barcode.
	Totals []int64

	// AmbientUMIs is the number of molecules below which a barcode counts as ambient.
	AmbientUMIs float64

	// FDR is, for each barcode, the false discovery rate at which it would be called a cell. It is 1 for
	// those that are no candidates.
	FDR []float64

	// Untested says why no barcode could be tested, "" if they were: there are
	// too few ambient molecules for a profile.
	Untested string
}

// Cells returns which barcodes are cells: those whose false discovery rate is below
// fdr, and all of more than certain molecules. loompy's fromfq takes 0.01 and 1500.
func (c *Calls) Cells(fdr float64, certain int64) []bool {
	cells := make([]bool, len(c.FDR))
	for i := range cells {
		cells[i] = c.FDR[i] < fdr || c.Totals[i] > certain
	}
	return cells
}

// Call tells cells from empty droplets. columns are the counts of molecules: a column for each
// barcode, in batches, of the given number of genes. They are gone through three times.
//
// It holds a batch, 24 bytes a barcode, 32 bytes a gene, and for each worker 4 bytes a gene. Time
// grows with the simulations times the molecules of the largest candidate, or, if that is less,
// with the simulations times genes times candidates.
func Call(ctx context.Context, genes int, columns iter.Seq2[*sparse.CSC[uint32], error], opts Options) (*Calls, error) {
	if opts.ExpectedCells < 0 || opts.Simulations < 0 {
		return nil, fmt.Errorf("cell calling: %d expected cells and %d simulations, want none below 0", opts.ExpectedCells, opts.Simulations)
	}
	if opts.Simulations == 0 {
		opts.Simulations = defaultSimulations
	}
	c := &caller{genes: genes, columns: columns, simulations: opts.Simulations, seed: opts.Seed}
	if err := c.addUp(ctx); err != nil {
		return nil, err
	}
	calls := &Calls{Totals: c.totals, FDR: slices.Repeat([]float64{1}, len(c.totals))}
	if len(c.totals) == 0 {
		calls.Untested = "there are no barcodes"
		return calls, nil
	}
	maxAmbient, minCandidate := limits(c.totals, opts.ExpectedCells)
	calls.AmbientUMIs = maxAmbient
	profile, err := c.profile(ctx, maxAmbient)
	if err != nil {
		return nil, err
	}
	if profile.problem != "" {
		calls.Untested = profile.problem
		return calls, nil
	}
	candidates, err := c.candidates(ctx, profile, minCandidate)
	if err != nil {
		return nil, err
	}
	if len(candidates) == 0 {
		return calls, nil
	}
	ctx, done := progress.Start(ctx, "call cells", int64(c.simulations), "simulations")
	pvalues, err := simulate(ctx, profile, candidates, c.simulations, c.seed, done.Add)
	if err != nil {
		return nil, err
	}
	for i, fdr := range benjaminiHochberg(pvalues) {
		calls.FDR[candidates[i].barcode] = fdr
	}
	return calls, nil
}

// A caller goes through the counts.
type caller struct {
	genes       int
	columns     iter.Seq2[*sparse.CSC[uint32], error]
	simulations int
	seed        uint64

	totals []int64 // of each barcode
	seen   []bool  // genes that any barcode has
}

// each calls visit for every column.
func (c *caller) each(ctx context.Context, visit func(barcode int, rows []int32, values []uint32)) error {
	barcode := 0
	for batch, err := range c.columns {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		genes, n := batch.Dims()
		if genes != c.genes {
			return fmt.Errorf("cell calling: columns of %d genes, want %d", genes, c.genes)
		}
		ptr, rows, values := batch.Raw()
		for j := range n {
			visit(barcode, rows[ptr[j]:ptr[j+1]], values[ptr[j]:ptr[j+1]])
			barcode++
		}
	}
	return nil
}

// addUp finds the molecules of each barcode and the genes that there are.
func (c *caller) addUp(ctx context.Context) error {
	c.seen = make([]bool, c.genes)
	return c.each(ctx, func(_ int, rows []int32, values []uint32) {
		total := int64(0)
		for k, row := range rows {
			total += int64(values[k])
			if values[k] > 0 {
				c.seen[row] = true
			}
		}
		c.totals = append(c.totals, total)
	})
}

// profile estimates the ambient profile from barcodes with fewer molecules than given.
func (c *caller) profile(ctx context.Context, maxAmbient float64) (*profile, error) {
	sums := make([]int64, c.genes)
	ambient := 0
	err := c.each(ctx, func(barcode int, rows []int32, values []uint32) {
		if total := c.totals[barcode]; total <= minAmbient || float64(total) >= maxAmbient {
			return
		}
		ambient++
		for k, row := range rows {
			sums[row] += int64(values[k])
		}
	})
	if err != nil {
		return nil, err
	}
	if ambient == 0 {
		return &profile{problem: fmt.Sprintf("no barcode has more than %d molecules and fewer than %g", minAmbient, maxAmbient)}, nil
	}
	return estimateProfile(sums, c.seen), nil
}

// A candidate is a barcode that may be a cell.
type candidate struct {
	barcode       int
	total         int64
	logLikelihood float64 // of its molecules as a sample of the ambient profile
}

// candidates returns the barcodes with more molecules than given.
func (c *caller) candidates(ctx context.Context, p *profile, minimum int64) ([]candidate, error) {
	var found []candidate
	err := c.each(ctx, func(barcode int, rows []int32, values []uint32) {
		if total := c.totals[barcode]; total > minimum {
			found = append(found, candidate{barcode, total, p.logLikelihood(total, rows, values)})
		}
	})
	return found, err
}

// limits returns below how many molecules a barcode is ambient, and above how
// many it may be a cell. More cells than a fifth of the barcodes are not expected.
func limits(totals []int64, expected int) (maxAmbient float64, minCandidate int64) {
	if expected == 0 {
		expected = defaultExpected
	}
	n := len(totals)
	expected = min(expected, n/5)
	sorted := slices.Sorted(slices.Values(totals))
	maxAmbient = percentile(sorted, 100*float64(n-2*expected)/float64(n))
	largest := percentile(sorted, 100*float64(n-expected)/float64(n))
	first, _ := slices.BinarySearchFunc(sorted, largest, func(total int64, limit float64) int {
		if float64(total) > limit {
			return 1
		}
		return -1
	})
	minCandidate = minCell
	if first < n {
		minCandidate = max(minCell, int64(median(sorted[first:])*minCellShare))
	}
	return maxAmbient, minCandidate
}

// percentile returns the value below which q percent of ascending values are, with linear interpolation
// between the two at its sides, as numpy does.
func percentile(sorted []int64, q float64) float64 {
	at := q / 100 * float64(len(sorted)-1)
	below := min(int(at), len(sorted)-1)
	above := min(below+1, len(sorted)-1)
	share := at - math.Floor(at)
	return float64(sorted[below]) + share*float64(sorted[above]-sorted[below])
}

// median returns the median of ascending values, of which there are some.
func median(sorted []int64) float64 {
	n := len(sorted)
	return (float64(sorted[(n-1)/2]) + float64(sorted[n/2])) / 2
}
