package main

import (
	"context"

	"github.com/goloom/loom/convert/h5ad"
	"github.com/spf13/cobra"
)

var h5adImport = importKind{
	name:  "h5ad",
	short: "h5ad file of anndata or scanpy",
	long: `h5ad makes a Loom file of an h5ad file, written by anndata 0.6 or later.

X becomes the main matrix, transposed; layers stay layers, and raw becomes the layer raw if it has the
variables of X. The names of observations become the column attribute CellID and those of variables
the row attribute Gene; gene_ids is also called Accession. Columns of obs and var become attributes, as
do the arrays in obsm and varm, which have several values for each cell or gene; obsp and varp become
graphs, and uns global attributes. Categories become the strings that they stand for.

What a Loom file cannot have is left out, and is told; with --strict it is an error instead. With
--main raw, the matrix and the variables are those of raw; with --main NAME, the main matrix is a layer,
and X becomes one.`,
	example: `  loom import h5ad pbmc.h5ad -o pbmc.loom
  loom import h5ad pbmc.h5ad -o pbmc.loom --main raw`,
	recognise: func(in *foreignInput) bool {
		return in.extension() == ".h5ad" || in.hasObject("obs") && in.hasObject("var")
	},
	bind: bindH5adImport,
}

func bindH5adImport(cmd *cobra.Command) importFunc {
	var opts h5ad.ImportOptions
	flags := cmd.Flags()
	flags.StringVar(&opts.Main, "main", "", "the main matrix is X, raw or the layer `NAME`")
	flags.BoolVar(&opts.AllowNonFinite, "allow-non-finite", false, "let NaN and infinities into layers")
	flags.BoolVar(&opts.KeepAll, "strict", false, "refuse to lose anything")
	return func(ctx context.Context, r importRequest) ([]string, error) {
		opts.Attrs = r.attrs
		report, err := h5ad.Import(ctx, r.input, r.out, opts)
		return report.Notes(), err
	}
}
