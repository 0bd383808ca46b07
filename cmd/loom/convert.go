package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A convertFormat is a format that loom convert writes.
type convertFormat struct {
	name       string   // as --to has it
	extensions []string // of files that are to be of this format: ".mtx", ".mtx.gz"
	short      string   // what is written, in one line

	// bind adds the flags that only this format has, whose names are in flags and
	// begin with that of the format, and returns what converts as they say, once they
	// are parsed.
	bind  func(cmd *cobra.Command) convertFunc
	flags []string
}

// A convertFunc writes a file in another format. What the user should know of it,
// although it is no error, is among the notes: sentences without a full stop.
type convertFunc func(ctx context.Context, r convertRequest) (notes []string, err error)

// A convertRequest is what all formats are asked alike.
type convertRequest struct {
	conn  *loom.Conn
	out   string
	layer string // to write in place of the main matrix; "" for the main matrix
}

// convertFormats are the formats in the order in which they are listed.
var convertFormats = []convertFormat{
	loomConvert,
	cellrangerConvert,
	tenxH5Convert,
	mtxConvert,
	tableConvert,
	tabConvert,
	h5adConvert,
	npyConvert,
	npzConvert,
	parquetConvert,
}

// A converting is what loom convert was asked to do.
type converting struct {
	to     string
	layer  string
	asJSON bool

	run map[string]convertFunc // what each format does, by name
}

func newConvertCommand() *cobra.Command {
	c := converting{run: map[string]convertFunc{}}
	cmd := &cobra.Command{
		Use:   "convert FILE OUT",
		Short: "Write a Loom file in another format",
		Long: `convert writes the Loom file FILE in another format. Which one the end of OUT's name says, or
--to FORMAT:

` + describeFormats() + `
OUT appears when it is complete, in the place of a file of this name if there is one; if anything is
wrong, or the command is stopped, there is none. FILE is read in pieces: memory does not grow with
the matrix. Flags that begin with the name of a format are for that format alone.

With --json it prints one object with the keys filename, which is OUT, input, format and notes.`,
		Example: convertExamples,
		Args:    arguments("FILE", "OUT"),
		RunE:    func(cmd *cobra.Command, args []string) error { return c.convert(cmd, args[0], args[1]) },
	}
	cmd.Flags().StringVar(&c.to, "to", "", "write this `FORMAT`, whatever OUT is called")
	cmd.Flags().StringVarP(&c.layer, "layer", "l", "", "write the layer of this `name` in place of the main matrix")
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "print what was made as JSON")
	for _, format := range convertFormats {
		c.run[format.name] = format.bind(cmd)
	}
	return cmd
}

// convertExamples are those of the command's help.
const convertExamples = `  loom convert cells.loom cells.h5
  loom convert cells.loom cells --to cellranger
  loom convert cells.loom cells.h5ad
  loom convert cells.loom spliced.mtx.gz --layer spliced
  loom convert cells.loom counts.csv.gz --table-rows genes.csv --table-cols cells.csv
  loom convert cells.loom cells.npz --npz-by-column
  loom convert cells.loom cells.parquet --parquet-names --parquet-cols attributes.parquet`

// describeFormats lists the formats for the help.
func describeFormats() string {
	var b strings.Builder
	for _, format := range convertFormats {
		fmt.Fprintf(&b, "  %-12s %s%s\n", format.name, format.short, strings.Join(append([]string{""}, format.extensions...), " "))
	}
	return b.String()
}

// convert converts a file and says so.
func (c *converting) convert(cmd *cobra.Command, path, out string) (err error) {
	format, err := c.format(out)
	if err != nil {
		return err
	}
	if err := checkFlags(cmd, format); err != nil {
		return err
	}
	if sameFile(path, out) {
		return fmt.Errorf("%s is the Loom file itself, which would be replaced", out)
	}
	conn, _, err := openToLook(cmd, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if c.layer != "" && !conn.Layers().Has(c.layer) {
		return noLayer(conn, c.layer)
	}
	notes, err := c.run[format.name](cmd.Context(), convertRequest{conn: conn, out: out, layer: c.layer})
	if err != nil {
		return err
	}
	for _, text := range notes {
		note(cmd, "%s", text)
	}
	if !c.asJSON {
		return nil
	}
	return encodeJSON(cmd.OutOrStdout(), struct {
		Filename string   `json:"filename"`
		Input    string   `json:"input"`
		Format   string   `json:"format"`
		Notes    []string `json:"notes"`
	}{out, path, format.name, append([]string{}, notes...)})
}

// format returns the format that is asked for, or that the name of the output
// stands for: the longest extension counts.
func (c *converting) format(out string) (convertFormat, error) {
	var names, extensions []string
	var best convertFormat
	length := 0
	for _, format := range convertFormats {
		if c.to == format.name {
			return format, nil
		}
		names, extensions = append(names, format.name), append(extensions, format.extensions...)
		for _, extension := range format.extensions {
			if strings.HasSuffix(strings.ToLower(out), extension) && len(extension) > length {
				best, length = format, len(extension)
			}
		}
	}
	if c.to != "" {
		return best, fmt.Errorf("--to: no format %q%s", c.to, among(c.to, names))
	}
	if best.name == "" {
		return best, fmt.Errorf("%s: no format's files end in %q%s; --to FORMAT names it",
			out, filepath.Ext(out), among(filepath.Ext(out), extensions))
	}
	return best, nil
}

// checkFlags refuses flags that another format has.
func checkFlags(cmd *cobra.Command, format convertFormat) error {
	for _, other := range convertFormats {
		for _, flag := range other.flags {
			if cmd.Flags().Changed(flag) && other.name != format.name {
				return fmt.Errorf("--%s is for the format %s, not for %s", flag, other.name, format.name)
			}
		}
	}
	return nil
}
