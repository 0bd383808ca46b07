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
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "export FILE -o OUT",
		Short: "Write the matrix with its attributes as tab-delimited text",
		Long: `export writes the main matrix, or a layer, with the row and column attributes as
tab-delimited text: the text that loompy's export writes.

OUT appears when it is complete, and replaces a file of that name; "-" is standard
output. With --json it prints one object with the keys filename, shape and layer.`,
		Example: `  loom export cells.loom -o cells.tab
  loom export cells.loom --layer spliced -o - | gzip > spliced.tab.gz`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if out == "" {
				return errors.New("required option -o is missing; see 'loom export --help'")
			}
			if out == "-" && asJSON {
				return errors.New("--json prints on standard output, where -o - writes the text")
			}
			made, err := exportTo(cmd, args[0], out, layer)
			if err != nil {
				return err
			}
			return printMade(cmd, asJSON, made)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `OUT`, or to standard output if it is -")
	cmd.Flags().StringVarP(&layer, "layer", "l", "", "export the layer of this `name` instead of the main matrix")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print which file was made as JSON")
	return cmd
}

// An exportedFile is the text that was made, in JSON.
type exportedFile struct {
	Filename string `json:"filename"`
	Shape    [2]int `json:"shape"`
	Layer    string `json:"layer"`
}

// exportTo exports a layer of the file at path.
func exportTo(cmd *cobra.Command, path, out, layer string) (made exportedFile, err error) {
	conn, _, err := openToLook(cmd, path)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	opts, err := exportOptions(conn, layer)
	if err != nil {
		return made, err
	}
	rows, cols := conn.Shape()
	made = exportedFile{out, [2]int{rows, cols}, layer}
	switch {
	case out == "-":
		return made, conn.ExportTo(cmd.Context(), cmd.OutOrStdout(), opts...)
	case sameFile(path, out):
		return made, fmt.Errorf("%s is the Loom file itself, which the text would replace", out)
	}
	return made, conn.Export(cmd.Context(), out, opts...)
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
