package main

import (
	"context"
	"errors"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/fastq"
	"github.com/goloom/loom/convert/star"
	"github.com/spf13/cobra"
)

var starImport = importKind{
	name:  "star",
	short: "STARsolo folder Solo.out, with spliced and unspliced counts",
	long: `star makes a Loom file of the folder INPUT, which is or holds STARsolo's Solo.out.

Rows are genes, with the attributes Accession and Gene, and with --gtf Biotype, Chromosome, Start and
End. Columns are cells, with the attribute CellID, BarcodeTotalUMIs and, for each layer, Valid_LAYER:
1 where STARsolo has called the cell for that layer; where it has not, the layer is zero.

Layers are spliced, unspliced and ambiguous, where there is the folder Velocyto, and each --layer:
Gene, GeneFull, GeneFull_ExonOverIntron or GeneFull_Ex50pAS. The main matrix is their sum (velosum), or
the one that --main names.

--cells says which cells there are: star, the default, for those that STARsolo has called; none for
all barcodes; combine for those that were called for any layer; the name of one of the matrices; or
emptydrops, to call cells among all barcodes by their spliced counts: those with a false discovery
rate below --fdr, and all of more than --certain-umis molecules. They have the attributes
AmbientPValue and AmbientUMIs.

--metadata is a table of samples, TSV or a SQLite database as 'loom fromfq' takes it: all columns for
the sample that --sample names become attributes of the cells.`,
	example: `  loom import star run1 --sample 10X_01 -o run1.loom
  loom import star run1/Solo.out --main GeneFull --cells GeneFull -o run1.loom
  loom import star run1 --cells emptydrops --expected-cells 8000 --sample S1 --metadata samples.tsv -o S1.loom
  loom import star run1 --cells none --layer GeneFull --gtf genes.gtf.gz -o raw.loom`,
	recognise: func(in *foreignInput) bool {
		return in.holds("*Solo.out") || in.holds("Gene*/*/matrix.mtx*", "Velocyto/*/*.mtx*")
	},
	bind: bindStarImport,
}

func bindStarImport(cmd *cobra.Command) importFunc {
	var opts star.Options
	var metadata string
	flags := cmd.Flags()
	flags.StringVar(&opts.Cells, "cells", star.Called, "`CELLS` to take: star, none, combine, emptydrops or the name of a matrix")
	flags.StringVar(&opts.Main, "main", "", "main matrix: velosum or the `NAME` of one")
	flags.StringArrayVarP(&opts.Layers, "layer", "l", nil, "the matrix `NAME` becomes a layer, too")
	flags.StringVar(&opts.SampleID, "sample", "", "put `NAME` and a colon in front of each barcode")
	flags.StringVar(&opts.GTF, "gtf", "", "annotate genes from `FILE`")
	flags.IntVar(&opts.Calling.ExpectedCells, "expected-cells", 5000, "about `N` cells are expected, for emptydrops")
	flags.Float64Var(&opts.Calling.FDR, "fdr", 0.01, "false discovery `RATE` below which a barcode is a cell, for emptydrops")
	flags.Int64Var(&opts.Calling.CertainUMIs, "certain-umis", 1500, "barcodes of more than `N` molecules are cells, for emptydrops")
	flags.Uint64Var(&opts.Calling.Seed, "seed", 0, "`SEED` of the random numbers, for emptydrops")
	flags.StringVar(&metadata, "metadata", "", "`FILE` with a table of samples, TSV or SQLite")
	return func(ctx context.Context, r importRequest) (notes []string, err error) {
		opts.Attrs = r.attrs
		opts.Notes = func(text string) { notes = append(notes, text) }
		if opts.Sample, err = sampleValues(ctx, metadata, opts.SampleID); err != nil {
			return nil, err
		}
		err = star.Import(ctx, r.input, r.out, opts)
		return notes, err
	}
}

// sampleValues looks a sample up in a table, unless there is none.
func sampleValues(ctx context.Context, path, id string) (map[string]*loom.Array, error) {
	if path == "" {
		return nil, nil
	}
	if id == "" {
		return nil, errors.New("--metadata needs --sample NAME, the sample to look up")
	}
	sample, err := fastq.ReadSample(ctx, path, id)
	if err != nil {
		return nil, err
	}
	return sample.Values, nil
}
