package bus_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/internal/experiment"
)

// A made is an experiment that was written to a folder.
type made struct {
	*experiment.Experiment
	dir      string // of the BUS file
	manifest *bus.Manifest
}

func makeExperiment(t testing.TB, seed uint64) made {
	t.Helper()
	dir := t.TempDir()
	e := experiment.New(experiment.V3, seed)
	files, err := e.Write(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.WriteBUS(dir); err != nil {
		t.Fatal(err)
	}
	m, err := bus.ReadManifest(files.Index)
	if err != nil {
		t.Fatal(err)
	}
	return made{e, dir, m}
}

// wantCounts compares the layers of a file with what is known, column by column. columns are the
// barcodes that it is to have.
func wantCounts(t *testing.T, ds *loom.Conn, e *experiment.Experiment, sample string, columns map[string]bool) {
	t.Helper()
	ids, err := ds.ColAttrs().Strings("CellID")
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != len(columns) {
		t.Errorf("%d columns, want %d", len(ids), len(columns))
	}
	accessions, err := ds.RowAttrs().Strings("Accession")
	if err != nil {
		t.Fatal(err)
	}
	for name, pick := range map[string]func(experiment.Counts) uint32{
		"":          func(n experiment.Counts) uint32 { return n.All },
		"spliced":   func(n experiment.Counts) uint32 { return n.Spliced },
		"unspliced": func(n experiment.Counts) uint32 { return n.Unspliced },
	} {
		layer, err := ds.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := loom.ReadAs[uint32](t.Context(), layer, loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		for j, id := range ids {
			barcode := id[len(sample):]
			if id[:len(sample)] != sample || !columns[barcode] {
				t.Fatalf("column %q is not wanted", id)
			}
			for i, accession := range accessions {
				want := pick(e.Counts[experiment.Place{Accession: accession, Barcode: barcode}])
				if got := m.Value(i, j); got != want {
					t.Fatalf("layer %q, %s in %s: %d, want %d", name, accession, id, got, want)
				}
			}
		}
	}
}

// all returns the barcodes that have molecules.
func all(e *experiment.Experiment) map[string]bool {
	barcodes := map[string]bool{}
	for place := range e.Counts {
		barcodes[place.Barcode] = true
	}
	return barcodes
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

// wantEntries compares the names in a folder with those that are to be there: what a
// call leaves behind.
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

// TestImport holds the counts against those that the experiment knows, for reads that
// fit into one batch, and for many that must be merged.
func TestImport(t *testing.T) {
	e := makeExperiment(t, 1)
	for _, batch := range []int{1 << 20, 5000, 63} {
		out := filepath.Join(t.TempDir(), "out.loom")
		opts := bus.Options{Manifest: e.manifest, Whitelist: e.manifest.Whitelist("10xv3"), Sample: "S1"}
		summary, err := bus.Import(t.Context(), e.dir, out, opts.InBatchesOf(batch))
		if err != nil {
			t.Fatal(err)
		}
		ds := open(t, out)
		wantCounts(t, ds, e.Experiment, "S1_", all(e.Experiment))
		wantSummary(t, summary, e.Experiment)
		wantEntries(t, filepath.Dir(out), "out.loom")
		genes, err := ds.RowAttrs().Strings("Gene")
		if err != nil || len(genes) != len(e.Genes) || genes[7] != e.Genes[7].Name {
			t.Errorf("genes %v, %v", genes, err)
		}
		if id, err := ds.Attrs().Text("SampleID"); err != nil || id != "S1" {
			t.Errorf("SampleID is %q, %v", id, err)
		}
		if report, err := loom.Validate(out); err != nil || !report.Valid() {
			t.Errorf("not valid: %v, %v", report, err)
		}
	}
}

// wantSummary holds what a summary says against the experiment.
func wantSummary(t *testing.T, got *bus.Summary, e *experiment.Experiment) {
	t.Helper()
	umis := int64(0)
	for _, n := range e.Counts {
		umis += int64(n.All)
	}
	if got.UMIs != umis || got.Reads != int64(len(e.Reads)) || got.Barcodes != len(all(e)) || got.Cells != got.Barcodes || got.Genes != len(e.Genes) {
		t.Errorf("%+v, want %d molecules of %d reads", *got, umis, len(e.Reads))
	}
	if got.Corrected == 0 || got.Uncorrected == 0 || got.SeveralGenes == 0 {
		t.Errorf("%+v, want some of everything", *got)
	}
	if want := 1 - float64(umis)/float64(got.Reads-got.Uncorrected-got.SeveralGenes); got.Saturation() != want {
		t.Errorf("saturation %v, want %v", got.Saturation(), want)
	}
}

// TestImportCells holds that the cells that are called are those that there are.
func TestImportCells(t *testing.T) {
	e := makeExperiment(t, 2)
	out := filepath.Join(t.TempDir(), "out.loom")
	summary, err := bus.Import(t.Context(), e.dir, out, bus.Options{
		Manifest: e.manifest, Whitelist: e.manifest.Whitelist("10xv3"), CallCells: &cellcalling.Options{ExpectedCells: len(e.Cells)},
	})
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	wantCounts(t, ds, e.Experiment, "", e.Cells)
	cells, err := ds.Attrs().Get("CellBarcodes")
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	for _, cell := range cells.Data().([]uint8) { // as loompy stores booleans
		called += int(cell)
	}
	if n := cells.Shape()[0]; n != summary.Barcodes || called != len(e.Cells) {
		t.Errorf("%d of %d barcodes are cells, want %d of %d", called, n, len(e.Cells), summary.Barcodes)
	}
}

// TestImportTranscriptsToGenes reads genes and layers from files such as kb's.
func TestImportTranscriptsToGenes(t *testing.T) {
	e := makeExperiment(t, 3)
	var list strings.Builder
	for i := len(e.Genes) - 1; i >= 0; i-- { // in another order than transcripts.txt
		g := e.Genes[i]
		fmt.Fprintf(&list, "%s\t%s\t%s\tmore\n%s\t%s\t%s\tmore\n", g.Spliced(), g.Accession, g.Name, g.Unspliced(), g.Accession, g.Name)
	}
	fmt.Fprintf(&list, "TX\tENSGX\tother\n")
	out := filepath.Join(t.TempDir(), "out.loom")
	_, err := bus.Import(t.Context(), e.dir, out, bus.Options{
		TranscriptsToGenes: writeText(t, "t2g.txt", list.String()), Layers: e.manifest.Layers,
		Whitelist: e.manifest.Whitelist("10xv3"), MinUMIs: 200,
	})
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	wantCounts(t, ds, e.Experiment, "", e.Cells)
	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil || len(genes) != len(e.Genes)+1 || genes[0] != e.Genes[len(e.Genes)-1].Name {
		t.Errorf("genes %v, %v", genes, err)
	}
}

// TestCancelledImport holds that nothing is left of an import that was cancelled at any
// report of how far it is.
func TestCancelledImport(t *testing.T) {
	e := makeExperiment(t, 4)
	for after := 0; ; after = 4*after + 1 {
		ctx, cancel := context.WithCancel(t.Context())
		reports := 0
		listening := loom.WithProgress(ctx, func(loom.Progress) {
			if reports++; reports > after {
				cancel()
			}
		})
		out := filepath.Join(t.TempDir(), "out.loom")
		opts := bus.Options{Manifest: e.manifest, CallCells: &cellcalling.Options{ExpectedCells: len(e.Cells), Seed: 1}}
		_, err := bus.Import(listening, e.dir, out, opts.InBatchesOf(2000))
		cancel()
		if err == nil {
			if after < 12 {
				t.Errorf("only %d reports", reports)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		wantEntries(t, filepath.Dir(out))
	}
}
