package main

import (
	"context"

	"github.com/goloom/loom/convert/mtx"
	"github.com/spf13/cobra"
)

var mtxConvert = convertFormat{
	name:       "mtx",
	extensions: []string{".mtx", ".mtx.gz"},
	short:      "Matrix Market file of one layer, without names",
	bind: func(*cobra.Command) convertFunc {
		return func(ctx context.Context, r convertRequest) ([]string, error) {
			notes := []string{"names of rows and columns have no place in the format; --to cellranger writes them beside it"}
			return append(notes, leftOut(r, "")...), mtx.Export(ctx, r.conn, r.out, mtx.ExportOptions{Layer: r.layer})
		}
	},
}
