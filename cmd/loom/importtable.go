package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	tables "github.com/goloom/loom/convert/table"
	"github.com/spf13/cobra"
)

var tableImport = importKind{
	name:  "table",
	short: "table of text (TSV, CSV), also what loom export writes",
	long: `table makes a Loom file of a table of text INPUT, compressed with gzip or not, or of standard input
if INPUT is -: a line for each row of the matrix, with its name or other attributes in the first fields, and the names of columns in the first
line. With --transpose a line is a column (cell). What loom export and loompy's export write is
read with all its attributes.

Whether fields have tabs, commas, semicolons or blanks between them, whether there is a first line
with names, how many fields are attributes (labels) and of which type the numbers are is found out
from the table, unless --delimiter, --header, --labels and --dtype say so. Whole numbers become int32, or
int64 if they do not fit; others float32 if it has each as the text has it, or else float64.

--rows and --cols are tables of attributes with names in the first line. If INPUT names its rows
(columns) their first field is the name, and lines may come in any order; if not, they go by their
order. Attributes become int64, float64, true and false as uint8, or strings.

--rows-of is a Loom file whose rows OUT is to have, in its order, so that both can be combined, with its
attributes Accession, Gene, Chromosome, Start and End. Lines of INPUT are found by their name in its
Accession, or the attribute --rows-of-key; those that are not there are left out, with a note, and
rows that INPUT lacks are zero.`,
	example: `  loom import table counts.tsv.gz -o cells.loom
  loom import table counts.csv --transpose --cols cells.csv --sample s1 -o cells.loom
  loom import table counts.tsv --rows-of reference.loom --rows-of-key Gene -o cells.loom
  loom import table - -o cells.loom < counts.tsv
  loom import table expression.txt --skip 2 --labels 3 --dtype float32 -o cells.loom`,
	recognise: func(in *foreignInput) bool {
		return !in.folder && in.hdf5 == nil && slices.Contains([]string{".tsv", ".csv", ".tab", ".txt"}, in.extension()) &&
			bytes.ContainsAny(firstLine(in.head), "\t,; ")
	},
	bind: bindTableImport,
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

func bindTableImport(cmd *cobra.Command) importFunc {
	var opts tables.ImportOptions
	var delimiter, header string
	var labels int
	flags := cmd.Flags()
	flags.StringVar(&opts.RowMetadata, "rows", "", "attributes of the rows: `FILE`")
	flags.StringVar(&opts.ColMetadata, "cols", "", "attributes of the columns: `FILE`")
	flags.StringVar(&opts.RowsOf, "rows-of", "", "the rows are those of the Loom `FILE`, in its order")
	flags.StringVar(&opts.RowsOfKey, "rows-of-key", "", "find rows of --rows-of by their attribute `ATTR`, instead of Accession")
	flags.StringVar(&opts.RowNames, "row-names", "", "the names of rows become the attribute `ATTR`, instead of Gene")
	flags.StringVar(&opts.ColNames, "col-names", "", "the names of columns become the attribute `ATTR`, instead of CellID")
	flags.StringVar(&opts.SampleID, "sample", "", "put `NAME` and a colon in front of the name of each column")
	flags.BoolVar(&opts.Transposed, "transpose", false, "cells are lines in INPUT")
	flags.StringVar(&delimiter, "delimiter", "", "between fields: `D`, one character, or tab or space")
	flags.StringVar(&header, "header", "auto", "whether the first line has names: `yes`, no or auto")
	flags.IntVar(&labels, "labels", -1, "the first `N` fields of a line are attributes; -1 to find out")
	flags.IntVar(&opts.Skip, "skip", 0, "leave out the first `N` lines")
	flags.StringVar(&opts.Type, "dtype", "", "`type` of the matrix")
	flags.BoolVar(&opts.AllowNonFinite, "allow-non-finite", false, "let NaN and infinities in")
	return func(ctx context.Context, r importRequest) (_ []string, err error) {
		opts.Attrs = r.attrs
		if opts.Delimiter, err = parseDelimiter("delimiter", delimiter); err != nil {
			return nil, err
		}
		if opts.Header, err = parsePresence(header); err != nil {
			return nil, err
		}
		if labels < -1 || opts.Skip < 0 {
			return nil, fmt.Errorf("--labels %d --skip %d, want no negative number", labels, opts.Skip)
		}
		if opts.LabelCount = max(0, labels); labels == 0 {
			opts.Labels = tables.Absent
		}
		if opts.Type != "" {
			if err := checkType(opts.Type, true); err != nil {
				return nil, err
			}
		}
		if opts.RowsOfKey != "" && opts.RowsOf == "" {
			return nil, errors.New("--rows-of-key without --rows-of FILE")
		}
		made, err := importTable(ctx, cmd.InOrStdin(), r, opts)
		if err != nil {
			return nil, err
		}
		return made.Notes, nil
	}
}

// importTable makes a Loom file of a file, or of standard input.
func importTable(ctx context.Context, in io.Reader, r importRequest, opts tables.ImportOptions) (*tables.Imported, error) {
	if r.input != "-" {
		return tables.Import(ctx, r.input, r.out, opts)
	}
	return tables.ImportReader(ctx, "standard input", &interruptible{ctx: ctx, in: in}, r.out, opts)
}

// parseDelimiter understands what is between fields, 0 for what is found out.
func parseDelimiter(flag, text string) (byte, error) {
	switch text {
	case "tab", `\t`:
		return '\t', nil
	case "space":
		return ' ', nil
	case "":
		return 0, nil
	}
	if len(text) != 1 || text == `"` || text == "\n" || text == "\r" {
		return 0, fmt.Errorf("--%s %q, want one character, or tab or space", flag, text)
	}
	return text[0], nil
}

func parsePresence(text string) (tables.Presence, error) {
	switch text {
	case "auto":
		return tables.Guess, nil
	case "yes", "true":
		return tables.Present, nil
	case "no", "false":
		return tables.Absent, nil
	}
	return 0, fmt.Errorf("--header %q, want yes, no or auto", text)
}
