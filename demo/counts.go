package demo

import (
	"context"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/goloom/loom/sparse"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat/distuv"
)

// A model draws the counts of cells. A negative binomial variable is the sum of a
// Poisson number of logarithmically distributed ones, and a Poisson number of things
// that fall into classes at random falls into each of them as a Poisson variable. So the
// counts of a cell take one Poisson variable and a draw for each burst: time goes by
// its total, not by the number of genes.
type model struct {
	seed  uint64
	genes []gene
	cells []cell

	bursts []*aliasTable // which gene a burst is of, by cluster
	rate   []float64     // bursts for each expected count, by cluster
}

func newModel(o Options) *model {
	m := &model{seed: o.Seed, cells: makeCells(o)}
	genes, shares := makeGenes(o.Genes, o.Seed)
	m.genes = genes
	for c := range clusters {
		rates := shares[c]
		sum := 0.0
		for i := range rates {
			rates[i] /= genes[i].burst.mean()
			sum += rates[i]
		}
		m.bursts = append(m.bursts, newAliasTable(rates))
		m.rate = append(m.rate, sum)
	}
	return m
}

// A layer is one of the matrices that are made.
type layer int

const (
	total layer = iota
	spliced
	unspliced
)

// A counter draws the counts of one cell at a time.
type counter struct {
	*model
	counts  [3][]int32 // by layer and gene, zero between two cells
	touched []int32    // genes with counts
}

func (m *model) newCounter() *counter {
	c := &counter{model: m}
	for k := range c.counts {
		c.counts[k] = make([]int32, len(m.genes))
	}
	return c
}

// draw draws the counts of the i-th cell, until clear.
func (c *counter) draw(i int) {
	source := sequence(c.seed, uint64(i))
	r := rand.New(source)
	of := &c.cells[i]
	table := c.bursts[of.cluster]
	n := distuv.Poisson{Lambda: of.umis * c.rate[of.cluster], Src: source}.Rand()
	for range int(n) {
		g := table.draw(r)
		if c.counts[total][g] == 0 {
			c.touched = append(c.touched, int32(g))
		}
		for range c.genes[g].burst.draw(r) {
			c.counts[total][g]++
			if r.Float64() < c.genes[g].unspliced {
				c.counts[unspliced][g]++
			} else {
				c.counts[spliced][g]++
			}
		}
	}
	slices.Sort(c.touched)
}

func (c *counter) clear() {
	for _, g := range c.touched {
		for k := range c.counts {
			c.counts[k][g] = 0
		}
	}
	c.touched = c.touched[:0]
}

// A stretch is the counts of some cells, one after another.
type stretch struct {
	lengths []int // counts that are not zero, by cell
	genes   []int32
	values  []int32
}

// stretch draws the counts of the cells from first up to, not including, end.
func (m *model) stretch(of layer, first, end int, seen func(i int, c *counter)) stretch {
	var s stretch
	c := m.newCounter()
	for i := first; i < end; i++ {
		c.draw(i)
		before := len(s.genes)
		for _, g := range c.touched {
			if n := c.counts[of][g]; n > 0 {
				s.genes, s.values = append(s.genes, g), append(s.values, n)
			}
		}
		s.lengths = append(s.lengths, len(s.genes)-before)
		if seen != nil {
			seen(i, c)
		}
		c.clear()
	}
	return s
}

// How many cells are drawn at a time.
const (
	batchCells   = 1024
	stretchCells = 64 // by one worker
)

// columns yields the counts of all cells in batches of columns. What is seen of each
// cell is called from several goroutines, but only once for each cell.
func (m *model) columns(ctx context.Context, of layer, seen func(i int, c *counter)) iter.Seq2[*sparse.CSC[int32], error] {
	return func(yield func(*sparse.CSC[int32], error) bool) {
		for first := 0; first < len(m.cells); first += batchCells {
			b, err := m.batch(ctx, of, first, min(first+batchCells, len(m.cells)), seen)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// batch draws the counts of some cells on all processors.
func (m *model) batch(ctx context.Context, of layer, first, end int, seen func(i int, c *counter)) (*sparse.CSC[int32], error) {
	parts := make([]stretch, (end-first+stretchCells-1)/stretchCells)
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for k := range parts {
		workers.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			from := first + k*stretchCells
			parts[k] = m.stretch(of, from, min(from+stretchCells, end), seen)
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	ptr, genes, values := []int{0}, []int32{}, []int32{}
	for _, part := range parts {
		for _, n := range part.lengths {
			ptr = append(ptr, ptr[len(ptr)-1]+n)
		}
		genes, values = append(genes, part.genes...), append(values, part.values...)
	}
	return sparse.NewCSC(len(m.genes), end-first, ptr, genes, values)
}
