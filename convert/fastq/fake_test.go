package fastq_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/convert/fastq"
	"github.com/goloom/loom/internal/experiment"
)

// fake returns the path of a program that does as the lines of a shell script say,
// instead of kallisto. The folder that kallisto writes to is "$5".
func fake(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no shell scripts")
	}
	path := filepath.Join(t.TempDir(), "kallisto")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// aligned returns the path of a program that gives the right alignments of an
// experiment, and says so.
func aligned(t *testing.T, e *experiment.Experiment) string {
	t.Helper()
	dir := t.TempDir()
	if err := e.WriteBUS(dir); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "run_info.json", `{"n_processed": 7, "n_pseudoaligned": 6, "kallisto_version": "0.0", "call": "kallisto bus"}`)
	return fake(t, "echo done >&2; cp '"+dir+"'/* \"$5\"")
}

// TestCreateWithoutKallisto holds what Create does itself against what is known of the reads, and what
// kallisto says of its run against the attributes.
func TestCreateWithoutKallisto(t *testing.T) {
	m := makeExperiment(t, "", experiment.New(experiment.V3, 31), false)
	for name, c := range map[string]struct {
		opts  fastq.Options
		cells int
	}{
		"cells":        {fastq.Options{}, len(m.Cells)},
		"all barcodes": {fastq.Options{AllCells: true, ScratchDir: t.TempDir()}, 262},
	} {
		dir := t.TempDir()
		out := filepath.Join(dir, "out.loom")
		c.opts.Kallisto = aligned(t, m.Experiment)
		summary, err := fastq.Create(t.Context(), out, "S1", m.Index, m.samples, m.FASTQ, c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if summary.Cells != c.cells {
			t.Errorf("%s: %d columns, want %d", name, summary.Cells, c.cells)
		}
		ds := open(t, out)
		for _, attr := range []string{"KallistoVersion", "KallistoCommand", "NumReadsProcessed", "NumPseudoaligned", "Species", "chemistry"} {
			if !ds.Attrs().Has(attr) {
				t.Errorf("%s: no attribute %s", name, attr)
			}
		}
		wantEntries(t, dir, "out.loom")
		if c.opts.ScratchDir != "" {
			wantEntries(t, c.opts.ScratchDir)
		}
	}
}

// TestRefused holds that what is wrong with a call is said in one line, and that nothing is
// left behind.
func TestRefused(t *testing.T) {
	m := makeExperiment(t, "", experiment.New(experiment.V3, 41), false)
	good := fastq.Options{Kallisto: fake(t, "echo should not have run >&2; exit 3")}
	table := func(text string) string { return put(t, t.TempDir(), "samples.tab", text) }
	index := func(manifest string) string {
		dir := t.TempDir()
		put(t, dir, "manifest.json", manifest)
		return dir
	}
	type call struct {
		sample, index, metadata string
		fastqs                  []string
		kallisto                string
	}
	for name, c := range map[string]struct {
		change func(c *call)
		want   string
	}{
		"no FASTQ files":            {func(c *call) { c.fastqs = nil }, "no FASTQ files"},
		"missing FASTQ file":        {func(c *call) { c.fastqs = []string{m.FASTQ[0], "missing.fastq"} }, "FASTQ file: stat missing.fastq"},
		"FASTQ file twice":          {func(c *call) { c.fastqs = []string{m.FASTQ[0], m.FASTQ[0]} }, "want each FASTQ file once, got it twice"},
		"folder as FASTQ file":      {func(c *call) { c.fastqs = []string{m.dir, m.FASTQ[0]} }, "want a FASTQ file, got a folder"},
		"no index folder":           {func(c *call) { c.index = "missing" }, filepath.Join("missing", "manifest.json")},
		"manifest without keys":     {func(c *call) { c.index = index(`{"species": "x", "layers": {}}`) }, "manifest.json: want the keys index_file, gene_metadata_file, gene_metadata_key, fragments_to_genes_file, got an object without"},
		"manifest of missing files": {func(c *call) { c.index = index(strings.ReplaceAll(manifest, "F", "fragments.idx")) }, "manifest.json: want files that are in the folder, got fragments.idx, which is not"},
		"manifest that is no JSON":  {func(c *call) { c.index = index("species: x\n") }, "manifest.json: line 1: want a JSON object"},
		"no metadata":               {func(c *call) { c.metadata = "missing.tab" }, "open missing.tab"},
		"empty metadata":            {func(c *call) { c.metadata = table("") }, `samples.tab: want sample "S1", got none of this name`},
		"metadata without names":    {func(c *call) { c.metadata = table("Sample\tChemistry\nS1\tv3\n") }, `samples.tab: line 1: want a column "SampleID" or "Name", got Sample, Chemistry`},
		"metadata without sample":   {func(c *call) { c.sample = "S9" }, `samples.tab: want sample "S9", got none of this name`},
		"sample twice":              {func(c *call) { c.metadata = table("Name\tChemistry\nS1\tv3\nS2\tv3\nS1\tv2\n") }, `samples.tab: line 4: want each sample once, got sample "S1", which is on line 2, too`},
		"column twice":              {func(c *call) { c.metadata = table("Name\tAge\tage\nS1\t1\t2\n") }, `samples.tab: column 3: want different names of columns, got "age" twice`},
		"column with a slash":       {func(c *call) { c.metadata = table("Name\tng/ul\nS1\t1\n") }, `samples.tab: column 2: want a name that a global attribute can have, got "ng/ul"`},
		"value without a column":    {func(c *call) { c.metadata = table("Name\tAge\nS1\t1\t2\n") }, "samples.tab: line 2: want 2 columns, got 3"},
		"no chemistry":              {func(c *call) { c.metadata = table("Name\tTargetNumCells\nS1\t1\n") }, `samples.tab: want a column "technology" or "chemistry", got name, targetnumcells`},
		"no number of cells":        {func(c *call) { c.metadata = table("Name\tChemistry\nS1\tv3\n") }, `samples.tab: want a column "targetnumcells", got name, chemistry`},
		"cells that are no number":  {func(c *call) { c.metadata = table("Name\tChemistry\tTargetNumCells\nS1\tv3\tmany\n") }, `samples.tab: column targetnumcells: want a number of cells, got "many"`},
		"database without table":    {func(c *call) { c.metadata = execute(t, "a.db", "CREATE TABLE samples (name)") }, "a.db: table sample: "},
		"database without names":    {func(c *call) { c.metadata = execute(t, "a.db", "CREATE TABLE sample (id)") }, "a.db: table sample: "},
		"database without sample":   {func(c *call) { c.metadata = execute(t, "a.db", "CREATE TABLE sample (name)") }, `a.db: table sample: want sample "S1", got none of this name`},
		"sample twice in a database": {func(c *call) {
			c.metadata = execute(t, "a.db", "CREATE TABLE sample (name)", "INSERT INTO sample VALUES ('S1'), ('S1')")
		}, `a.db: table sample: want each sample once, got "S1" twice`},
		"damaged database":           {func(c *call) { c.metadata = table("SQLite format 3\x00and then nothing") }, "samples.tab: table sample: "},
		"no kallisto":                {func(c *call) { c.kallisto = "no-such-kallisto" }, "kallisto is not installed: want it in a folder of PATH"},
		"kallisto that fails":        {func(c *call) { c.kallisto = fake(t, "echo 'Error: bad reads' >&2; echo 'Usage: kallisto' >&2; exit 1") }, "kallisto bus: exit status 1: Error: bad reads"},
		"kallisto that says nothing": {func(c *call) { c.kallisto = fake(t, "exit 4") }, "kallisto bus: exit status 4: it said nothing"},
		"kallisto without output":    {func(c *call) { c.kallisto = fake(t, "exit 0") }, "transcripts.txt"},
		"kallisto of another index": {func(c *call) {
			c.kallisto = fake(t, "echo ENSG00001.T1 > \"$5/transcripts.txt\"; printf '0\\t0\\n' > \"$5/matrix.ec\"; echo BUS > \"$5/output.bus\"")
		}, "spliced_fragments.txt: line 2: want a transcript of "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			given := call{"S1", m.Index, m.samples, m.FASTQ, good.Kallisto}
			c.change(&given)
			_, err := fastq.Create(t.Context(), filepath.Join(dir, "out.loom"), given.sample, given.index, given.metadata, given.fastqs, fastq.Options{Kallisto: given.kallisto})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %s", err, c.want)
			}
			wantEntries(t, dir)
		})
	}
}

// manifest is one whose files, F, are all the same.
const manifest = `{"species": "x", "index_file": "F", "gene_metadata_file": "F", "gene_metadata_key": "a", "fragments_to_genes_file": "F", "layers": {}}`

// TestErrors holds that errors can be told apart.
func TestErrors(t *testing.T) {
	m := makeExperiment(t, "", experiment.New(experiment.V3, 41), false)
	out := filepath.Join(t.TempDir(), "out.loom")
	_, err := fastq.Create(t.Context(), out, "S1", m.Index, m.samples, m.FASTQ, fastq.Options{Kallisto: "no-such-kallisto"})
	if !errors.Is(err, fastq.ErrNoKallisto) {
		t.Errorf("%v, want ErrNoKallisto", err)
	}
	_, err = fastq.ReadSample(t.Context(), m.samples, "none")
	if !errors.Is(err, bus.ErrMalformed) {
		t.Errorf("%v, want ErrMalformed", err)
	}
}

// TestCancelled holds that kallisto ends with the context, and leaves nothing behind.
func TestCancelled(t *testing.T) {
	m := makeExperiment(t, "", experiment.New(experiment.V3, 41), false)
	started := filepath.Join(t.TempDir(), "started")
	kallisto := fake(t, "touch \"$5/output.bus\" '"+started+"'; exec sleep 600")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for {
			if _, err := os.Stat(started); err == nil {
				cancel()
				return
			}
			if ctx.Err() != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	dir := t.TempDir()
	_, err := fastq.Create(ctx, filepath.Join(dir, "out.loom"), "S1", m.Index, m.samples, m.FASTQ, fastq.Options{Kallisto: kallisto})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
	wantEntries(t, dir)
}
