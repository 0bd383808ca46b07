package cellcalling

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat/distuv"
)

// simulate returns a p-value for each candidate: the share of samples of the
// ambient profile, of as many molecules, that are at most as likely. Sample k draws its
// random numbers from a sequence of its own, so that it does not matter who draws it.
func simulate(ctx context.Context, p *profile, candidates []candidate, simulations int, seed uint64, report func(int)) ([]float64, error) {
	g := newGoals(candidates)
	alias := newAlias(p.p)
	logs := logTable(g.totals[len(g.totals)-1])
	var mu sync.Mutex
	lower := make([]int, len(candidates)+1)
	var next atomic.Int64
	workers, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), simulations) {
		workers.Go(func() error {
			s := &sampler{profile: p, alias: alias, logs: logs, counts: make([]uint32, len(p.p))}
			mine := make([]int, len(candidates)+1)
			for k := next.Add(1) - 1; k < int64(simulations); k = next.Add(1) - 1 {
				if err := s.run(ctx, g, rand.NewPCG(seed, uint64(k)), mine); err != nil {
					return err
				}
				report(1)
			}
			mu.Lock()
			defer mu.Unlock()
			for i, n := range mine {
				lower[i] += n
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	return g.pvalues(lower, simulations), nil
}

// goals are the candidates by their number of molecules, then by how likely they are.
type goals struct {
	order  []int     // of the candidates
	likely []float64 // logarithm, in this order
	totals []int64   // different numbers of molecules, ascending
	starts []int     // of the candidates with each, and their number
}

func newGoals(candidates []candidate) *goals {
	g := &goals{order: make([]int, len(candidates))}
	for i := range g.order {
		g.order[i] = i
	}
	slices.SortFunc(g.order, func(i, j int) int {
		a, b := candidates[i], candidates[j]
		return cmp.Or(cmp.Compare(a.total, b.total), cmp.Compare(a.logLikelihood, b.logLikelihood), cmp.Compare(i, j))
	})
	for k, i := range g.order {
		c := candidates[i]
		if n := len(g.totals); n == 0 || g.totals[n-1] != c.total {
			g.totals, g.starts = append(g.totals, c.total), append(g.starts, k)
		}
		g.likely = append(g.likely, c.logLikelihood)
	}
	g.starts = append(g.starts, len(candidates))
	return g
}

// count counts a sample of the t-th number of molecules: for the candidates
// that are at least as likely. Those are a tail of their group, of which lower gets the beginning.
func (g *goals) count(t int, logLikelihood float64, lower []int) {
	group := g.likely[g.starts[t]:g.starts[t+1]]
	first, _ := slices.BinarySearch(group, logLikelihood)
	if first < len(group) {
		lower[g.starts[t]+first]++
	}
}

// pvalues returns the p-values in the order of the candidates.
func (g *goals) pvalues(lower []int, simulations int) []float64 {
	pvalues := make([]float64, len(g.order))
	for t := range g.totals {
		n := 0
		for k := g.starts[t]; k < g.starts[t+1]; k++ {
			n += lower[k]
			pvalues[g.order[k]] = float64(1+n) / float64(1+simulations)
		}
	}
	return pvalues
}

// A sampler draws one sample after the other.
type sampler struct {
	profile *profile
	alias   *alias
	logs    []float64
	counts  []uint32 // molecules of each gene that have been drawn

	drawn         int64
	logLikelihood float64
}

// Molecules are drawn one by one up to jumpFactor times the number of genes, and beyond that
// gene by gene, which takes as long however many there are.
const jumpFactor = 8

// run draws one sample, which grows from one number of molecules to the next.
func (s *sampler) run(ctx context.Context, g *goals, source *rand.PCG, lower []int) error {
	clear(s.counts)
	s.drawn, s.logLikelihood = 0, 0
	random := rand.New(source)
	for t, total := range g.totals {
		if err := ctx.Err(); err != nil {
			return err
		}
		if total-s.drawn > jumpFactor*int64(len(s.counts)) {
			s.jump(random, total)
		}
		s.grow(random, total)
		g.count(t, s.logLikelihood, lower)
	}
	return nil
}

// grow draws molecules one by one until there are as many as given.
func (s *sampler) grow(random *rand.Rand, total int64) {
	for s.drawn < total {
		gene := s.alias.draw(random)
		s.drawn++
		s.counts[gene]++
		s.logLikelihood += s.profile.logP[gene] + s.log(s.drawn) - s.log(int64(s.counts[gene]))
	}
}

// jump draws them gene by gene: how many of those that are left are of each.
func (s *sampler) jump(random *rand.Rand, total int64) {
	left, rest := total-s.drawn, 1.0
	s.logLikelihood = 0
	for gene, p := range s.profile.p {
		if p == 0 {
			continue
		}
		if left > 0 {
			n := left
			if p < rest {
				n = int64(distuv.Binomial{N: float64(left), P: p / rest, Src: random}.Rand())
			}
			s.counts[gene] += uint32(n)
			left -= n
			rest -= p
		}
		n := float64(s.counts[gene])
		s.logLikelihood += n*s.profile.logP[gene] - logFactorial(n)
	}
	// Rounding may have left a few, which are drawn one by one.
	s.drawn = total - left
	s.logLikelihood += logFactorial(float64(s.drawn))
}

func (s *sampler) log(n int64) float64 {
	if n < int64(len(s.logs)) {
		return s.logs[n]
	}
	return math.Log(float64(n))
}

// logTable returns the logarithms of the numbers up to n, or of the first million.
func logTable(n int64) []float64 {
	table := make([]float64, min(n, 1<<20)+1)
	for i := range table {
		table[i] = math.Log(float64(i))
	}
	return table
}

// An alias draws numbers of given probabilities in constant time (Walker's method).
type alias struct {
	keep  []float64 // of a column, the share that is its own
	other []int32   // whose the rest is
}

func newAlias(p []float64) *alias {
	n := len(p)
	a := &alias{make([]float64, n), make([]int32, n)}
	var small, large []int32
	sum, largest := 0.0, int32(0)
	for i, v := range p {
		if sum += v; v > p[largest] {
			largest = int32(i)
		}
	}
	for i, v := range p {
		a.keep[i], a.other[i] = v/sum*float64(n), int32(i)
		if a.keep[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[s] = l
		if a.keep[l] -= 1 - a.keep[s]; a.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	// Rounding has left these without another; what is impossible stays so.
	for _, i := range slices.Concat(large, small) {
		if p[i] > 0 {
			a.keep[i] = 1
		} else {
			a.other[i] = largest
		}
	}
	return a
}

func (a *alias) draw(random *rand.Rand) int {
	i := random.IntN(len(a.keep))
	if random.Float64() < a.keep[i] {
		return i
	}
	return int(a.other[i])
}
