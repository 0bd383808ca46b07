package main

import (
	"context"

	"github.com/goloom/loom/convert/numpy"
	"github.com/spf13/cobra"
)

var npyConvert = convertFormat{
	name:       "npy",
	extensions: []string{".npy"},
	short:      "all elements, for numpy.load",
	bind:       func(*cobra.Command) convertFunc { return convertToNpy },
}

var npzConvert = convertFormat{
	name:       "npz",
	extensions: []string{".npz"},
	short:      "elements that are not zero, for scipy.sparse.load_npz",
	bind:       bindNpzConvert,
	flags:      []string{"npz-by-column"},
}

func convertToNpy(ctx context.Context, r convertRequest) ([]string, error) {
	return leftOut(r, ""), numpy.ExportDense(ctx, r.conn, r.out, numpy.Options{Layer: r.layer})
}

func bindNpzConvert(cmd *cobra.Command) convertFunc {
	var byColumn bool
	cmd.Flags().BoolVar(&byColumn, "npz-by-column", false, "make a csc_matrix, not a csr_matrix")
	return func(ctx context.Context, r convertRequest) ([]string, error) {
		return leftOut(r, ""), numpy.ExportSparse(ctx, r.conn, r.out, numpy.Options{Layer: r.layer, ByColumn: byColumn})
	}
}
