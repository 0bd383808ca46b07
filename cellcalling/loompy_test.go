package cellcalling_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/internal/oracle"
)

// CellCalls is what loompy finds out: see testdata/oracle/callcells.py.
type CellCalls struct {
	AmbientUMIs    float64
	FDR            []float64 // of all barcodes
	Integers       []float64 // the same, of counts that are integers
	Profile        []float64 // of all genes
	Candidates     []int
	LogLikelihoods []float64 // of candidates
	PValues        []float64
	Adjusted       []float64
}

// loompyCalls runs loompy on the counts.
func loompyCalls(t *testing.T, e experiment, expected int, minCandidate int64) CellCalls {
	t.Helper()
	oracle.Python(t)
	var columns [][2][]uint32
	for _, column := range e.columns {
		var c [2][]uint32
		for gene, n := range column {
			if n > 0 {
				c[0], c[1] = append(c[0], uint32(gene)), append(c[1], n)
			}
		}
		columns = append(columns, c)
	}
	text, err := json.Marshal(map[string]any{"genes": e.genes, "columns": columns, "min_candidate": minCandidate})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "counts.json")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	var calls CellCalls
	if err := json.Unmarshal(oracle.Run(t, "oracle/callcells.py", path, "25"), &calls); err != nil {
		t.Fatal(err)
	}
	return calls
}

// near reports whether two numbers are the same but for rounding.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }

// TestCallEqualsLoompy compares each step with loompy's: what is ambient, the profile, how likely
// the candidates are and the adjustment exactly, p-values up to what the random numbers of a
// thousand simulations can differ by, and what is called exactly.
func TestCallEqualsLoompy(t *testing.T) {
	e := newExperiment(11)
	totals, sums, seen := e.sums()
	maxAmbient, minCandidate := cellcalling.Limits(totals, cells)
	want := loompyCalls(t, e, cells, minCandidate)
	if maxAmbient != want.AmbientUMIs {
		t.Errorf("ambient below %v, want %v", maxAmbient, want.AmbientUMIs)
	}
	profile, logLikelihood := cellcalling.ProfileOf(sums(maxAmbient), seen)
	for gene, p := range profile {
		if !near(p, want.Profile[gene]) {
			t.Errorf("gene %d has the share %v, want %v", gene, p, want.Profile[gene])
		}
	}
	for k, barcode := range want.Candidates {
		rows := make([]int32, e.genes)
		for gene := range rows {
			rows[gene] = int32(gene)
		}
		if got := logLikelihood(totals[barcode], rows, e.columns[barcode]); !near(got, want.LogLikelihoods[k]) {
			t.Errorf("barcode %d: log likelihood %v, want %v", barcode, got, want.LogLikelihoods[k])
		}
	}
	for k, adjusted := range cellcalling.BenjaminiHochberg(want.PValues) {
		if !near(adjusted, want.Adjusted[k]) {
			t.Errorf("p-value %v is adjusted to %v, want %v", want.PValues[k], adjusted, want.Adjusted[k])
		}
	}
	calls, err := cellcalling.Call(t.Context(), e.genes, e.batches(64), cellcalling.Options{ExpectedCells: cells})
	if err != nil {
		t.Fatal(err)
	}
	e.comparePValues(t, calls, want)
}

// comparePValues compares false discovery rates. Half the candidates have the
// least p-value there is, so that those of the others are at most twice the p-value.
func (e experiment) comparePValues(t *testing.T, calls *cellcalling.Calls, want CellCalls) {
	t.Helper()
	for i, fdr := range calls.FDR {
		p := want.FDR[i]
		if tolerance := 10*math.Sqrt(p*(1-p)/1000) + 0.01; math.Abs(fdr-p) > tolerance {
			t.Errorf("barcode %d: false discovery rate %v, want %v +- %v", i, fdr, p, tolerance)
		}
		if (fdr < 0.01) != (p < 0.01) {
			t.Errorf("barcode %d: false discovery rate %v, want %v", i, fdr, p)
		}
	}
	// Of integer counts, which its fromfq has, loompy takes all candidates for cells.
	for _, barcode := range want.Candidates {
		if want.Integers[barcode] != 0 && want.FDR[barcode] < 1 {
			t.Errorf("barcode %d: loompy keeps the p-value %v of integers", barcode, want.Integers[barcode])
		}
	}
}

// sums returns the molecules of each barcode, those of each gene in ambient barcodes, and
// which genes there are.
func (e experiment) sums() (totals []int64, ambient func(below float64) []int64, seen []bool) {
	totals, seen = make([]int64, len(e.columns)), make([]bool, e.genes)
	for j, column := range e.columns {
		for gene, n := range column {
			totals[j] += int64(n)
			seen[gene] = seen[gene] || n > 0
		}
	}
	return totals, func(below float64) []int64 {
		sums := make([]int64, e.genes)
		for j, column := range e.columns {
			if totals[j] <= 20 || float64(totals[j]) >= below {
				continue
			}
			for gene, n := range column {
				sums[gene] += int64(n)
			}
		}
		return sums
	}, seen
}
