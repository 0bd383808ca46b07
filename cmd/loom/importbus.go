package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/convert/bus"
	"github.com/spf13/cobra"
)

var busImport = importKind{
	name:  "bus",
	short: "kallisto bus folder, with output.bus, matrix.ec and transcripts.txt",
	long: `bus makes a Loom file of the folder INPUT that 'kallisto bus' or 'kb count' has written: of the reads in
output.bus, sorted or not, the equivalence classes in matrix.ec, and transcripts.txt.

--t2g is a file of lines of a transcript, a tab, its gene, and maybe another tab and the gene's name; left
out, it is t2g.txt, transcripts_to_genes.txt or tr2g.tsv in INPUT. Genes become rows with the attributes
Accession and Gene. Instead, --index is an index folder with manifest.json as loompy has it: rows then
have all attributes of its gene metadata, and the file its layers. --layer NAME=FILE adds a layer of the
reads of the transcripts that FILE has a line for.

Barcodes are corrected to those of --whitelist, a line each: one base may differ, if that leaves
one barcode. Without --whitelist they are taken as they are. Reads of the same barcode, UMI and gene count once.
Reads that may be of several genes do not count, which a note tells.

Columns are all barcodes with molecules, at least --min-umis of them, or with --call-cells those that
differ from ambient RNA as EmptyDrops has it, or have more than 1500. They have the attributes
CellID and TotalUMIs; with --sample, its name and an underscore are in front of each CellID.`,
	example: `  loom import bus kallisto_out --t2g t2g.txt --whitelist 10x_version3_whitelist.txt -o cells.loom
  loom import bus kallisto_out --index human_index --whitelist 737K.txt.gz --call-cells -o cells.loom
  loom import bus out --t2g t2g.txt --layer spliced=cdna.txt --layer unspliced=introns.txt -o cells.loom`,
	recognise: func(in *foreignInput) bool {
		return in.folder && in.holds("*.bus") && in.holds("matrix.ec")
	},
	bind: bindBusImport,
}

// A busImporting is what the flags of loom import bus say.
type busImporting struct {
	opts      bus.Options
	index     string
	layers    []string // NAME=FILE
	callCells bool
	cells     cellcalling.Options
}

func bindBusImport(cmd *cobra.Command) importFunc {
	var b busImporting
	flags := cmd.Flags()
	flags.StringVar(&b.opts.TranscriptsToGenes, "t2g", "", "genes of the transcripts: `FILE`")
	flags.StringVar(&b.index, "index", "", "index folder with manifest.json, instead of --t2g: `DIR`")
	flags.StringArrayVarP(&b.layers, "layer", "l", nil, "a layer of the transcripts in a file, as `NAME=FILE`")
	flags.StringVar(&b.opts.Whitelist, "whitelist", "", "correct barcodes to those in `FILE`")
	flags.StringVar(&b.opts.File, "file", "", "the BUS file is `NAME` in INPUT, not output.bus")
	flags.StringVar(&b.opts.Sample, "sample", "", "put `NAME` and an underscore in front of each CellID")
	flags.Int64Var(&b.opts.MinUMIs, "min-umis", 0, "leave barcodes of fewer than `N` molecules out")
	flags.BoolVar(&b.callCells, "call-cells", false, "leave barcodes out that look like empty droplets")
	flags.IntVar(&b.cells.ExpectedCells, "expected-cells", 5000, "about `N` cells are expected, for --call-cells")
	flags.Uint64Var(&b.cells.Seed, "seed", 0, "`SEED` of the random numbers of --call-cells")
	return b.run
}

// run imports a folder.
func (b *busImporting) run(ctx context.Context, r importRequest) ([]string, error) {
	opts := b.opts
	opts.Attrs, opts.Layers = r.attrs, map[string]string{}
	for _, text := range b.layers {
		name, path, ok := strings.Cut(text, "=")
		if !ok || name == "" || path == "" {
			return nil, fmt.Errorf("--layer %s, want NAME=FILE", text)
		}
		opts.Layers[name] = path
	}
	switch {
	case b.index != "":
		manifest, err := bus.ReadManifest(b.index)
		if err != nil {
			return nil, err
		}
		opts.Manifest = manifest
	case opts.TranscriptsToGenes == "":
		path, err := findT2G(r.input)
		if err != nil {
			return nil, err
		}
		opts.TranscriptsToGenes = path
	}
	if b.callCells {
		opts.CallCells = &b.cells
	}
	summary, err := bus.Import(ctx, r.input, r.out, opts)
	if err != nil {
		return nil, err
	}
	return busNotes(summary), nil
}

// findT2G returns the file of transcripts and their genes in a folder.
func findT2G(dir string) (string, error) {
	names := []string{"t2g.txt", "transcripts_to_genes.txt", "tr2g.tsv"}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("nothing says of which genes the transcripts of %s are: give 'loom import bus' --t2g FILE or --index DIR", dir)
}

// busNotes says what the user should know of the reads.
func busNotes(s *bus.Summary) []string {
	notes := []string{fmt.Sprintf("%d reads: %d of several genes and %d with unknown barcodes do not count, %d barcodes were corrected",
		s.Reads, s.SeveralGenes, s.Uncorrected, s.Corrected)}
	notes = append(notes, fmt.Sprintf("%d molecules in %d barcodes, %d of which are columns; saturation %.1f %%",
		s.UMIs, s.Barcodes, s.Cells, 100*s.Saturation()))
	if !s.Whitelisted {
		notes = append(notes, "barcodes were not corrected, for there is no whitelist")
	}
	if s.Untested != "" {
		notes = append(notes, "cells are those of more than 1500 molecules: "+s.Untested)
	}
	return notes
}
