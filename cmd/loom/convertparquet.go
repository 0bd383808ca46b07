package main

import (
	"context"
	"errors"

	"github.com/goloom/loom/convert/parquet"
	"github.com/spf13/cobra"
)

var parquetConvert = convertFormat{
	name:       "parquet",
	extensions: []string{".parquet"},
	short:      "a line for each element that is not zero, or attributes",
	bind:       bindParquetConvert,
	flags:      []string{"parquet-names", "parquet-rows", "parquet-cols", "parquet-attrs"},
}

func bindParquetConvert(cmd *cobra.Command) convertFunc {
	var opts parquet.Options
	var attrs string
	flags := cmd.Flags()
	flags.BoolVar(&opts.Names, "parquet-names", false, "add the names of row and column to each line")
	flags.StringVar(&opts.RowMetadata, "parquet-rows", "", "attributes of the rows, as the Parquet file `FILE`")
	flags.StringVar(&opts.ColMetadata, "parquet-cols", "", "attributes of the columns, as the Parquet file `FILE`")
	flags.StringVar(&attrs, "parquet-attrs", "", "write the attributes of this `AXIS`, rows or cols, and no elements")
	return func(ctx context.Context, r convertRequest) ([]string, error) {
		opts.Layer = r.layer
		if attrs == "" {
			return parquet.Export(ctx, r.conn, r.out, opts)
		}
		if r.layer != "" || opts.Names || opts.RowMetadata != "" || opts.ColMetadata != "" {
			return nil, errors.New("--parquet-attrs writes attributes alone: not with --layer and other flags of the format")
		}
		axis, err := parseAxis(attrs)
		if err != nil {
			return nil, err
		}
		return parquet.ExportAttributes(ctx, r.conn, axis, r.out)
	}
}
