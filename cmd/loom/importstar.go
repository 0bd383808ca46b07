package main

import (
	"context"

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
all barcodes; combine for those that were called for any layer; or the name of one of the matrices.`,
	example: `  loom import star run1 --sample 10X_01 -o run1.loom
  loom import star run1/Solo.out --main GeneFull --cells GeneFull -o run1.loom
  loom import star run1 --cells none --layer GeneFull --gtf genes.gtf.gz -o raw.loom`,
	recognise: func(in *foreignInput) bool {
		return in.holds("*Solo.out") || in.holds("Gene*/*/matrix.mtx*", "Velocyto/*/*.mtx*")
	},
	bind: bindStarImport,
}

func bindStarImport(cmd *cobra.Command) importFunc {
	var opts star.Options
	flags := cmd.Flags()
	flags.StringVar(&opts.Cells, "cells", star.Called, "`CELLS` to take: star, none, combine or the name of a matrix")
	flags.StringVar(&opts.Main, "main", "", "main matrix: velosum or the `NAME` of one")
	flags.StringArrayVarP(&opts.Layers, "layer", "l", nil, "the matrix `NAME` becomes a layer, too")
	flags.StringVar(&opts.SampleID, "sample", "", "put `NAME` and a colon in front of each barcode")
	flags.StringVar(&opts.GTF, "gtf", "", "annotate genes from `FILE`")
	return func(ctx context.Context, r importRequest) ([]string, error) {
		opts.Attrs = r.attrs
		return nil, star.Import(ctx, r.input, r.out, opts)
	}
}
