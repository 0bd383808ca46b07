package main

import (
	"context"

	"github.com/goloom/loom/convert/h5ad"
	"github.com/spf13/cobra"
)

var h5adConvert = convertFormat{
	name:       "h5ad",
	extensions: []string{".h5ad"},
	short:      "for anndata and scanpy",
	flags:      []string{"h5ad-dense", "h5ad-obs-names", "h5ad-var-names", "h5ad-unique-names", "h5ad-strict", "h5ad-uncompressed"},
	bind:       bindH5adConvert,
}

func bindH5adConvert(cmd *cobra.Command) convertFunc {
	var opts h5ad.ExportOptions
	var unique bool
	flags := cmd.Flags()
	flags.BoolVar(&opts.Dense, "h5ad-dense", false, "store all elements of matrices, zeros among them")
	flags.StringVar(&opts.ObsNames, "h5ad-obs-names", "", "the names of observations are the column attribute `ATTR`, in place of CellID")
	flags.StringVar(&opts.VarNames, "h5ad-var-names", "", "the names of variables are the row attribute `ATTR`, in place of Gene")
	flags.BoolVar(&unique, "h5ad-unique-names", true, "give numbers to names that are not unique, of which anndata warns")
	flags.BoolVar(&opts.Uncompressed, "h5ad-uncompressed", false, "do not compress anything")
	flags.BoolVar(&opts.KeepAll, "h5ad-strict", false, "refuse to lose anything")
	return func(ctx context.Context, r convertRequest) ([]string, error) {
		opts.Layer, opts.KeepDuplicates = r.layer, !unique
		report, err := h5ad.Export(ctx, r.conn, r.out, opts)
		return report.Notes(), err
	}
}
