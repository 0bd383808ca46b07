package demo

import (
	"math"
	"math/rand/v2"
)

// What random numbers are drawn for. Each purpose and each cell has a sequence of
// its own, so that none depends on how many another takes, nor on the order in
// which cells are made.
const (
	forGenes = 1<<32 + iota
	forPlaces
	forOrder
)

// sequence returns the random numbers of a purpose, or of the counts of a cell,
// which its position stands for.
func sequence(seed, purpose uint64) *rand.PCG {
	return rand.NewPCG(mix(seed), mix(seed^mix(purpose)))
}

// mix returns a number that has nothing to do with x on the face of it, and a
// different one for each x: the finalizer of the SplitMix64 generator.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// An aliasTable draws from a discrete distribution in constant time: Walker's
// alias method. Each slot holds an outcome, the probability to keep it, and
// the outcome otherwise.
type aliasTable struct {
	keep  []float64
	other []int32
}

// newAliasTable makes the table of outcomes that are as probable as their weights
// are large. At least one weight is above zero.
func newAliasTable(weights []float64) *aliasTable {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	n := len(weights)
	t := &aliasTable{keep: make([]float64, n), other: make([]int32, n)}
	var poor, rich []int32
	for i, w := range weights {
		t.keep[i] = w / sum * float64(n)
		t.other[i] = int32(i)
		if t.keep[i] < 1 {
			poor = append(poor, int32(i))
		} else {
			rich = append(rich, int32(i))
		}
	}
	for len(poor) > 0 && len(rich) > 0 {
		p, r := poor[len(poor)-1], rich[len(rich)-1]
		poor = poor[:len(poor)-1]
		t.other[p] = r
		t.keep[r] -= 1 - t.keep[p]
		if t.keep[r] < 1 {
			rich, poor = rich[:len(rich)-1], append(poor, r)
		}
	}
	// What rounding has left over is full.
	for _, i := range append(poor, rich...) {
		t.keep[i] = 1
	}
	return t
}

func (t *aliasTable) draw(r *rand.Rand) int {
	i := r.IntN(len(t.keep))
	if r.Float64() < t.keep[i] {
		return i
	}
	return int(t.other[i])
}

// A logSeries is the logarithmic distribution of a parameter p: k = 1, 2, ...
// has the probability -p^k / (k ln(1-p)).
type logSeries struct {
	p, logq float64 // logq is ln(1-p)
}

func newLogSeries(p float64) logSeries { return logSeries{p: p, logq: math.Log1p(-p)} }

func (d logSeries) mean() float64 { return -d.p / ((1 - d.p) * d.logq) }

// draw follows Kemp, "Efficient generation of logarithmically distributed
// pseudo-random variables", 1981, algorithm LK.
func (d logSeries) draw(r *rand.Rand) int {
	v := r.Float64()
	if v >= d.p {
		return 1
	}
	q := -math.Expm1(d.logq * r.Float64())
	switch {
	case v == 0 || q == 0:
		return 1
	case v <= q*q:
		return int(1 + math.Log(v)/math.Log(q))
	case v <= q:
		return 2
	}
	return 1
}
