package main

import (
	"context"
	"errors"
	"io"
	"strings"

	tables "github.com/goloom/loom/convert/table"
	"github.com/goloom/loom/internal/publish"
	"github.com/klauspost/compress/gzip"
	"github.com/spf13/cobra"
)

var tableConvert = convertFormat{
	name:       "table",
	extensions: []string{".tsv", ".tsv.gz", ".csv", ".csv.gz"},
	short:      "a table of the elements, with names of rows and columns",
	bind:       bindTableConvert,
	flags:      []string{"table-rows", "table-cols", "table-row-names", "table-col-names", "table-transpose", "table-delimiter"},
}

var tabConvert = convertFormat{
	name:       "tab",
	extensions: []string{".tab", ".tab.gz"},
	short:      "what loom export writes: elements and all attributes",
	bind:       func(*cobra.Command) convertFunc { return convertToTab },
}

func bindTableConvert(cmd *cobra.Command) convertFunc {
	var opts tables.ExportOptions
	var delimiter string
	flags := cmd.Flags()
	flags.StringVar(&opts.RowMetadata, "table-rows", "", "attributes of the rows, as the table `FILE`")
	flags.StringVar(&opts.ColMetadata, "table-cols", "", "attributes of the columns, as the table `FILE`")
	flags.StringVar(&opts.RowNames, "table-row-names", "", "rows are named by the attribute `ATTR`")
	flags.StringVar(&opts.ColNames, "table-col-names", "", "columns are named by the attribute `ATTR`")
	flags.BoolVar(&opts.Transposed, "table-transpose", false, "a line for each column (cell)")
	flags.StringVar(&delimiter, "table-delimiter", "", "between fields: `D`, one character, or tab or space")
	return func(ctx context.Context, r convertRequest) (_ []string, err error) {
		opts.Layer = r.layer
		if opts.Delimiter, err = parseDelimiter("table-delimiter", delimiter); err != nil {
			return nil, err
		}
		return tables.Export(ctx, r.conn, r.out, opts)
	}
}

func convertToTab(ctx context.Context, r convertRequest) ([]string, error) {
	opts, err := exportOptions(r.conn, r.layer)
	if err != nil {
		return nil, err
	}
	return nil, publish.File(r.out, func(w io.Writer) error {
		if !strings.HasSuffix(strings.ToLower(r.out), ".gz") {
			return r.conn.ExportTo(ctx, w, opts...)
		}
		packed := gzip.NewWriter(w)
		return errors.Join(r.conn.ExportTo(ctx, packed, opts...), packed.Close())
	})
}
