package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newExportCommand() *cobra.Command {
	var out, layer string
	cmd := &cobra.Command{
		Use:   "export FILE -o OUT",
		Short: "Write the matrix with its attributes as tab-delimited text",
		Long: `export writes the main matrix, or a layer, with the row and column attributes as
tab-delimited text: the text that loompy's export writes.

OUT appears when it is complete, and replaces a file of that name; "-" is standard
output.`,
		Example: `  loom export cells.loom -o cells.tab
  loom export cells.loom --layer spliced -o - | gzip > spliced.tab.gz`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if out == "" {
				return errors.New("required option -o is missing; see 'loom export --help'")
			}
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			opts, err := exportOptions(conn, layer)
			if err != nil {
				return err
			}
			if out == "-" {
				return conn.ExportTo(cmd.Context(), cmd.OutOrStdout(), opts...)
			}
			if sameFile(args[0], out) {
				return fmt.Errorf("%s is the Loom file itself, which the text would replace", out)
			}
			return conn.Export(cmd.Context(), out, opts...)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `OUT`, or to standard output if it is -")
	cmd.Flags().StringVarP(&layer, "layer", "l", "", "export the layer of this `name` instead of the main matrix")
	return cmd
}

// exportOptions chooses the layer.
func exportOptions(conn *loom.Conn, layer string) ([]loom.ExportOption, error) {
	if layer == "" {
		return nil, nil
	}
	if !conn.Layers().Has(layer) {
		return nil, noLayer(conn, layer)
	}
	return []loom.ExportOption{loom.ExportLayer(layer)}, nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
