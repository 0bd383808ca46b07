package fastq_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/fastq"
	"github.com/goloom/loom/internal/experiment"
	"github.com/goloom/loom/internal/oracle"
)

// A made is an experiment whose files were written, and kallisto's index of its fragments.
type made struct {
	*experiment.Experiment
	experiment.Files
	dir     string
	samples string // a table with the sample S1 of 12 cells
}

// makeExperiment writes an experiment into a folder. Without kallisto its index is left empty.
func makeExperiment(t *testing.T, kallisto string, e *experiment.Experiment, packed bool) made {
	t.Helper()
	m := made{Experiment: e, dir: t.TempDir()}
	var err error
	if m.Files, err = e.Write(m.dir, packed); err != nil {
		t.Fatal(err)
	}
	chemistry := strings.TrimPrefix(e.Chemistry.Technology, "10x")
	m.samples = put(t, m.dir, "samples.tab", "SampleID\tChemistry\tTargetNumCells\tTissue\nS0\tv1\t5\tliver\nS1\t"+chemistry+"\t12\tcortex\n")
	index := filepath.Join(m.Index, experiment.KallistoIndex)
	if kallisto == "" {
		put(t, m.Index, experiment.KallistoIndex, "")
	} else if said, err := exec.Command(kallisto, "index", "-i", index, m.Fasta).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return m
}

// put writes a file and returns its path.
func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *loom.Conn {
	t.Helper()
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

// wantEntries compares the names in a folder with those that are to be there.
func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s holds %v, want %v", dir, names, want)
	}
}

// A matrix is what a layer holds, by gene and barcode, without zeros.
type matrix map[experiment.Place]uint32

// layersOf returns the layers of a file, which must have the CellIDs of sample S1.
func layersOf(t *testing.T, ds *loom.Conn) map[string]matrix {
	t.Helper()
	cells, err := ds.ColAttrs().Strings("CellID")
	if err != nil {
		t.Fatal(err)
	}
	genes, err := ds.RowAttrs().Strings("Accession")
	if err != nil {
		t.Fatal(err)
	}
	layers := map[string]matrix{}
	for _, name := range []string{"", "spliced", "unspliced"} {
		layer, err := ds.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		values, err := loom.ReadAs[uint32](t.Context(), layer, loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		layers[name] = matrix{}
		for j, cell := range cells {
			barcode, ok := strings.CutPrefix(cell, "S1_")
			if !ok {
				t.Fatalf("CellID %q, want S1_ in front", cell)
			}
			for i, gene := range genes {
				if n := values.Value(i, j); n > 0 {
					layers[name][experiment.Place{Accession: gene, Barcode: barcode}] = n
				}
			}
		}
	}
	return layers
}

// known returns the layers that an experiment's cells are to have.
func known(e *experiment.Experiment) map[string]matrix {
	layers := map[string]matrix{"": {}, "spliced": {}, "unspliced": {}}
	for place, n := range e.Counts {
		if !e.Cells[place.Barcode] {
			continue
		}
		for name, value := range map[string]uint32{"": n.All, "spliced": n.Spliced, "unspliced": n.Unspliced} {
			if value > 0 {
				layers[name][place] = value
			}
		}
	}
	return layers
}

// differences returns the places where two layers differ, and what is in the second beyond the first.
func differences(a, b matrix) map[experiment.Place]int {
	found := map[experiment.Place]int{}
	for _, m := range []matrix{a, b} {
		for place := range m {
			if a[place] != b[place] {
				found[place] = int(b[place]) - int(a[place])
			}
		}
	}
	return found
}

// TestCreate has the real kallisto align reads whose counts are known.
func TestCreate(t *testing.T) {
	kallisto := oracle.Tool(t, "kallisto")
	for name, c := range map[string]struct {
		chemistry experiment.Chemistry
		packed    bool
	}{"v2": {experiment.V2, true}, "v3": {experiment.V3, false}} {
		t.Run(name, func(t *testing.T) {
			m := makeExperiment(t, kallisto, experiment.New(c.chemistry, 5), c.packed)
			dir := t.TempDir()
			out := filepath.Join(dir, "out.loom")
			var said strings.Builder
			summary, err := fastq.Create(t.Context(), out, "S1", m.Index, m.samples, m.FASTQ, fastq.Options{Threads: 2, Log: &said})
			if err != nil {
				t.Fatal(err)
			}
			if summary.Cells != len(m.Cells) || summary.Reads != int64(len(m.Reads)) {
				t.Errorf("%+v, want %d cells of %d reads", summary, len(m.Cells), len(m.Reads))
			}
			ds := open(t, out)
			for layer, want := range known(m.Experiment) {
				if d := differences(want, layersOf(t, ds)[layer]); len(d) > 0 {
					t.Errorf("layer %q differs from what is known: %v", layer, d)
				}
			}
			for attr, want := range map[string]string{"tissue": "cortex", "targetnumcells": "12", "Species": "Homo fabricatus", "SampleID": "S1", "sampleid": "S1"} {
				if got, err := ds.Attrs().Text(attr); err != nil || got != want {
					t.Errorf("attribute %s is %q, %v, want %q", attr, got, err, want)
				}
			}
			if !strings.Contains(said.String(), "pseudoaligned") {
				t.Errorf("kallisto said %q", said.String())
			}
			wantEntries(t, dir, "out.loom")
		})
	}
}
