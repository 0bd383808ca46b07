package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/convert/fastq"
	"github.com/spf13/cobra"
)

// A fromFASTQ is what loom fromfq was asked to do.
type fromFASTQ struct {
	opts   fastq.Options
	asJSON bool
}

func newFromfqCommand() *cobra.Command {
	var f fromFASTQ
	cmd := &cobra.Command{
		Use:   "fromfq OUT SAMPLEID INDEXDIR METADATA FASTQ...",
		Short: "Make a Loom file of the reads of a droplet experiment, by way of kallisto",
		Long: `fromfq has 'kallisto bus' align the reads in the FASTQ files, counts their molecules, and makes the Loom
file OUT of the cells among the barcodes. Arguments are those of 'loompy fromfq'. kallisto, 0.45 or
later, must be in a folder of PATH.

INDEXDIR is an index folder as loompy has it: manifest.json says which of its files are kallisto's
index, the attributes of genes, and the fragments of each layer, such as spliced and unspliced. Barcodes
are corrected to those of its TECHNOLOGY_whitelist.txt, if it has one.

METADATA is what is known of samples: tab-delimited text with a header, in which the column SampleID or
Name has SAMPLEID, or a SQLite database, in which that is the column name of the table sample. The column
technology says how reads are laid out, as 'kallisto bus --list' has it, or chemistry, which is v1,
v2 or v3 of 10x Genomics; targetnumcells says how many cells are expected. All columns become
global attributes.

FASTQ files are in the order in which kallisto takes them: of 10x v2 and v3 the one with barcodes, then
the one with sequences, of each lane.

Cells are barcodes that differ from ambient RNA, as EmptyDrops has it, or have more than 1500 molecules.
What kallisto says goes to standard error, unless --quiet is given. With --json it prints one object with the
keys filename, sample, shape, layers, reads, reads_of_several_genes, reads_uncorrected,
reads_corrected, molecules, barcodes, saturation and notes.`,
		Example: `  loom fromfq 10X05_1.loom 10X05_1 human_index samples.tab 10X05_1_R1.fastq.gz 10X05_1_R2.fastq.gz
  loom fromfq --threads 8 10X05_1.loom 10X05_1 human_index samples.db *.fastq.gz`,
		Args: atLeast(5, "OUT", "SAMPLEID", "INDEXDIR", "METADATA", "FASTQ..."),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.opts.Threads, "threads", runtime.NumCPU(), "`N` threads of kallisto")
	flags.BoolVar(&f.opts.AllCells, "all-barcodes", false, "keep all barcodes that have molecules, and call no cells")
	flags.Uint64Var(&f.opts.Seed, "seed", 0, "`SEED` of the random numbers that cells are called by")
	flags.StringVar(&f.opts.Kallisto, "kallisto", "", "the program is `FILE`, not kallisto in a folder of PATH")
	flags.StringVar(&f.opts.ScratchDir, "scratch", "", "put what kallisto writes into `DIR` until it is counted, not beside OUT")
	flags.BoolVar(&f.asJSON, "json", false, "print what was made as JSON")
	return cmd
}

// run makes the file.
func (f *fromFASTQ) run(cmd *cobra.Command, args []string) error {
	out, sample, index, metadata, fastqs := args[0], args[1], args[2], args[3], args[4:]
	if f.opts.Threads < 1 {
		return fmt.Errorf("--threads %d, want at least 1", f.opts.Threads)
	}
	for _, path := range append([]string{metadata}, fastqs...) {
		if sameFile(path, out) {
			return fmt.Errorf("%s is an input, which the Loom file would replace", out)
		}
	}
	if !quiet(cmd) {
		f.opts.Log = cmd.ErrOrStderr()
	}
	summary, err := fastq.Create(cmd.Context(), out, sample, index, metadata, fastqs, f.opts)
	if err != nil {
		return err
	}
	made := madeOfReads(out, sample, summary)
	if f.asJSON {
		return encodeJSON(cmd.OutOrStdout(), made)
	}
	for _, text := range made.Notes {
		note(cmd, "%s", text)
	}
	if quiet(cmd) {
		return nil
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), printable(made.String()))
	return err
}

// A readsMade says in JSON what was made of reads.
type readsMade struct {
	Filename     string   `json:"filename"`
	Sample       string   `json:"sample"`
	Shape        [2]int   `json:"shape"`
	Layers       []string `json:"layers"`
	Reads        int64    `json:"reads"`
	SeveralGenes int64    `json:"reads_of_several_genes"`
	Uncorrected  int64    `json:"reads_uncorrected"`
	Corrected    int64    `json:"reads_corrected"`
	Molecules    int64    `json:"molecules"`
	Barcodes     int      `json:"barcodes"`
	Saturation   float64  `json:"saturation"`
	Notes        []string `json:"notes"`
}

func madeOfReads(out, sample string, s *bus.Summary) readsMade {
	return readsMade{
		Filename: out, Sample: sample, Shape: [2]int{s.Genes, s.Cells}, Layers: append([]string{}, s.Layers...),
		Reads: s.Reads, SeveralGenes: s.SeveralGenes, Uncorrected: s.Uncorrected, Corrected: s.Corrected,
		Molecules: s.UMIs, Barcodes: s.Barcodes, Saturation: s.Saturation(), Notes: append([]string{}, busNotes(s)...),
	}
}

// String says in words what was made.
func (m readsMade) String() string {
	text := m.Filename + ": " + shapeText(m.Shape[0], m.Shape[1])
	if len(m.Layers) > 0 {
		text += ", layers " + strings.Join(m.Layers, ", ")
	}
	return text
}
