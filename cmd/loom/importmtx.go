package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/goloom/loom/convert/mtx"
	"github.com/spf13/cobra"
)

var mtxImport = importKind{
	name:  "mtx",
	short: "Matrix Market file, with names of rows and columns from text files",
	long: `mtx makes a Loom file of a Matrix Market file INPUT, compressed with gzip or not. For a folder with
matrix.mtx, barcodes.tsv and genes.tsv or features.tsv, use the kind cellranger.

--rows and --cols are tab-delimited files with a line for each row and column. Of rows, the first
field becomes the attribute Accession and the second one Gene; of columns, the first field becomes
CellID, with --sample and a colon in front.

Integers become int32, or int64 if they do not fit; real numbers become float64. Symmetric matrices
are written out in full. An element that is there twice is an error.`,
	example: `  loom import mtx counts.mtx.gz --rows genes.tsv --cols barcodes.tsv -o cells.loom
  loom import mtx spliced.mtx --name spliced --layer unspliced=unspliced.mtx -o cells.loom
  loom import mtx cells_x_genes.mtx --transpose --rows cells_x_genes.genes.txt -o cells.loom`,
	recognise: func(in *foreignInput) bool {
		return in.extension() == ".mtx" || bytes.HasPrefix(bytes.ToLower(in.head), []byte("%%matrixmarket"))
	},
	bind: bindMtxImport,
}

func bindMtxImport(cmd *cobra.Command) importFunc {
	var opts mtx.Options
	var layers []string
	var name string
	flags := cmd.Flags()
	flags.StringVar(&opts.RowNames, "rows", "", "names of the rows: `FILE`")
	flags.StringVar(&opts.ColNames, "cols", "", "names of the columns: `FILE`")
	flags.BoolVar(&opts.RowHeader, "rows-header", false, "the file of --rows begins with a header")
	flags.BoolVar(&opts.ColHeader, "cols-header", false, "the file of --cols begins with a header")
	flags.StringVar(&opts.SampleID, "sample", "", "put `NAME` and a colon in front of each CellID")
	flags.BoolVar(&opts.Transposed, "transpose", false, "cells are rows in INPUT, not columns")
	flags.StringArrayVarP(&layers, "layer", "l", nil, "another layer, as `NAME=FILE`")
	flags.StringVar(&name, "name", "", "INPUT is the layer `NAME`, and the main matrix the sum of all layers")
	return func(ctx context.Context, r importRequest) ([]string, error) {
		opts.Attrs, opts.Layers = r.attrs, map[string]string{}
		for _, text := range layers {
			name, path, ok := strings.Cut(text, "=")
			if !ok || name == "" || path == "" {
				return nil, fmt.Errorf("--layer %s, want NAME=FILE", text)
			}
			opts.Layers[name] = path
		}
		input, notes := r.input, []string(nil)
		if name != "" {
			input, opts.Layers[name] = "", r.input
		}
		if opts.RowNames == "" {
			notes = append(notes, "rows have no names; --rows FILE gives them")
		}
		if opts.ColNames == "" {
			notes = append(notes, "columns have no names; --cols FILE gives them")
		}
		return notes, mtx.Import(ctx, input, r.out, opts)
	}
}
