package cellcalling

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// fewestFrequencies is how many different frequencies a fit needs.
const fewestFrequencies = 10

// turingConfidence is how many standard deviations Turing's estimate must be away from the
// smoothed one to be preferred.
const turingConfidence = 1.65

// goodTuring estimates the proportions of things of which the given numbers were
// seen, and of all together that were not: simple Good-Turing. It says what the problem is if
// the numbers do not allow it.
func goodTuring(counts []int64) (proportions []float64, unseen float64, problem string) {
	occurrences := map[int64]int64{}
	for _, n := range counts {
		if n > 0 {
			occurrences[n]++
		}
	}
	if len(occurrences) < fewestFrequencies {
		return nil, 0, fmt.Sprintf("ambient genes have %d different counts, a profile takes %d", len(occurrences), fewestFrequencies)
	}
	r := slices.Sorted(maps.Keys(occurrences))
	nr := make([]float64, len(r))
	total := 0.0
	for i, frequency := range r {
		nr[i] = float64(occurrences[frequency])
		total += nr[i] * float64(frequency)
	}
	slope := frequencySlope(r, nr)
	if slope > -1 {
		return nil, 0, fmt.Sprintf("counts of ambient genes fall off with the exponent %.2f, a profile takes one below -1", slope)
	}
	// What was seen once stands for what was not seen. Where nothing was, what was seen least
	// does, as in loompy: no gene that a barcode has must be impossible.
	unseen = nr[0] / total
	smoothed := smooth(r, nr, slope)
	sum := 0.0
	for i := range smoothed {
		sum += smoothed[i] * nr[i]
	}
	share := map[int64]float64{}
	for i, frequency := range r {
		share[frequency] = (1 - unseen) * smoothed[i] / sum
	}
	proportions = make([]float64, len(counts))
	for i, n := range counts {
		proportions[i] = share[n]
	}
	return proportions, unseen, ""
}

// frequencySlope fits a line to the logarithms of the numbers of things, nr, that were seen r times. Each
// number is spread over the gap around its r, for high r are far apart.
func frequencySlope(r []int64, nr []float64) float64 {
	x, y := make([]float64, len(r)), make([]float64, len(r))
	before := int64(0)
	for i := range r {
		gap := float64(r[i] - before)
		if i == 0 {
			gap = 1
		}
		if i+1 < len(r) {
			gap = (gap + float64(r[i+1]-r[i])) / 2
		}
		before = r[i]
		x[i], y[i] = math.Log(float64(r[i])), math.Log(nr[i]/gap)
	}
	_, slope := stat.LinearRegression(x, y, nil, false)
	return slope
}

// smooth returns the smoothed frequency of things that were seen r times: Turing's
// estimate as long as it differs significantly from that of the line, and from there on that.
func smooth(r []int64, nr []float64, slope float64) []float64 {
	smoothed := make([]float64, len(r))
	turing := true
	for i := range r {
		f := float64(r[i])
		line := f * math.Pow(1+1/f, 1+slope)
		smoothed[i] = line
		if turing = turing && i+1 < len(r) && r[i+1] == r[i]+1; !turing {
			continue
		}
		ratio := nr[i+1] / nr[i]
		estimate := (f + 1) * ratio
		deviation := (f + 1) / nr[i] * math.Sqrt(nr[i+1]*(1+ratio))
		if turing = math.Abs(line-estimate) > turingConfidence*deviation; turing {
			smoothed[i] = estimate
		}
	}
	return smoothed
}
