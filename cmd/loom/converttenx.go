package main

import (
	"context"

	"github.com/goloom/loom/convert/tenx"
	"github.com/spf13/cobra"
)

// tenxAttributes are the attributes that Cell Ranger's formats have.
const tenxAttributes = "barcodes and the identifiers, names, types and genomes of features"

var cellrangerConvert = convertFormat{
	name:       "cellranger",
	extensions: []string{"/"},
	short:      "folder with matrix.mtx.gz, barcodes.tsv.gz and features.tsv.gz",
	bind: func(*cobra.Command) convertFunc {
		return func(ctx context.Context, r convertRequest) ([]string, error) {
			return leftOut(r, tenxAttributes), tenx.ExportFolder(ctx, r.conn, r.out, tenx.ExportOptions{Layer: r.layer})
		}
	},
}

var tenxH5Convert = convertFormat{
	name:       "tenx-h5",
	extensions: []string{".h5"},
	short:      "HDF5 file as of Cell Ranger 3 and later",
	bind: func(*cobra.Command) convertFunc {
		return func(ctx context.Context, r convertRequest) ([]string, error) {
			return leftOut(r, tenxAttributes), tenx.ExportHDF5(ctx, r.conn, r.out, tenx.ExportOptions{Layer: r.layer})
		}
	},
}
