package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A columnAdder adds columns to a file.
type columnAdder struct {
	cmd       *cobra.Command
	dir       string
	layers    []string // NAME=TEXT
	attrs     string
	fill      []string // "auto" or NAME=VALUE
	header    bool
	keep      bool
	nonFinite bool
}

func newAddColumnsCommand() *cobra.Command {
	var c changing
	var a columnAdder
	cmd := &cobra.Command{
		Use:   "add-columns FILE (--layer [NAME=]TEXT... [--attrs TEXT] | --from DIR)",
		Short: "Add columns (cells) from tab-delimited text",
		Long: `add-columns adds columns to the main matrix and all other layers at once, with their
attributes.

--layer [NAME=]TEXT has the new columns of the layer NAME, or of the main matrix without a name:
a line for each row of the file, in the file's order, with a field for each new column. Every layer
of the file must be given. With --header the first line of each is the names of the columns, which
are passed over.

--attrs TEXT has the column attributes: a first line of names and then a line for each new column.
Several fields of one attribute are headed X[0], X[1] and so on. Values have the type of the
file's attribute; those of an attribute that is new, a type that fits.

--from DIR finds all this in a folder: matrix.tsv, layers/NAME.tsv and col_attrs.tsv. Any TEXT may
be compressed by gzip; in DIR its name ends in .gz then.

An attribute that only one side has cannot go on: one of the file is deleted, one of --attrs
ignored, and standard error says so. --fill auto fills the gaps with zeros and empty strings, --fill
NAME=VALUE those of one attribute with a value; then all that need one must have one. --keep-attrs
refuses to lose any.

` + changingHelp + ` The names of attributes that were lost are under deleted and ignored.`,
		Example: `  loom add-columns cells.loom --layer new.tsv --attrs newcells.tsv
  loom add-columns cells.loom --layer new.tsv --layer spliced=newspliced.tsv --fill auto
  loom add-columns cells.loom --from batch2 --fill Batch=2 --fill Age=0 --dry-run`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.cmd = cmd
			return c.run(cmd, args[0], func(conn *loom.Conn) ([]*change, error) {
				added, err := a.plan(conn)
				return []*change{added}, err
			})
		},
	}
	cmd.Flags().StringArrayVarP(&a.layers, "layer", "l", nil, "new columns of a layer, as `[NAME=]TEXT`")
	cmd.Flags().StringVar(&a.attrs, "attrs", "", "column attributes of the new columns, from `TEXT`")
	cmd.Flags().StringVar(&a.dir, "from", "", "all of it from the folder `DIR`")
	cmd.Flags().StringArrayVar(&a.fill, "fill", nil, "fill gaps: auto, or `NAME=VALUE`")
	cmd.Flags().BoolVar(&a.header, "header", false, "the first line of the layers' text is names of columns")
	cmd.Flags().BoolVar(&a.keep, "keep-attrs", false, "refuse to lose an attribute")
	cmd.Flags().BoolVar(&a.nonFinite, "allow-non-finite", false, "let NaN and infinities into the layers")
	c.addFlags(cmd)
	return cmd
}

// plan reads the new columns and returns the change that adds them.
func (a *columnAdder) plan(conn *loom.Conn) (*change, error) {
	texts, err := a.texts()
	if err != nil {
		return nil, err
	}
	layers, width, err := a.readLayers(conn, texts)
	if err != nil {
		return nil, err
	}
	attrs := map[string]*loom.Array{}
	if a.attrs != "" {
		if attrs, err = a.readAttrs(conn, width); err != nil {
			return nil, err
		}
	}
	opts, err := a.options(conn, attrs)
	if err != nil {
		return nil, err
	}
	matrix := part{kind: layerPart}
	c := &change{Action: "add", Path: "columns", Was: matrix.was(conn), after: matrix.describe}
	c.apply = func(ctx context.Context, tx *loom.Tx) error {
		lost, err := tx.AddColumns(ctx, layers, attrs, opts...)
		c.Deleted, c.Ignored = lost.Deleted, lost.Ignored
		for _, name := range lost.Deleted {
			note(a.cmd, "col_attrs/%s is deleted: the new columns lack it, or have it in another shape", name)
		}
		for _, name := range lost.Ignored {
			note(a.cmd, "%s of the new columns is ignored: the file lacks it", name)
		}
		return err
	}
	return c, nil
}

// texts returns the texts of the layers by name.
func (a *columnAdder) texts() (map[string]string, error) {
	if a.dir != "" {
		if len(a.layers) > 0 || a.attrs != "" {
			return nil, errors.New("--from has the layers and the attributes: leave out --layer and --attrs")
		}
		return a.folder()
	}
	if len(a.layers) == 0 {
		return nil, errors.New("give --layer or --from; see 'loom add-columns --help'")
	}
	texts := map[string]string{}
	for _, text := range a.layers {
		name, path, named := strings.Cut(text, "=")
		if !named {
			name, path = "", text
		}
		if name == "matrix" {
			name = ""
		}
		if _, twice := texts[name]; twice {
			return nil, fmt.Errorf("--layer %s: the %s is given twice", text, layerName(name))
		}
		texts[name] = path
	}
	return texts, nil
}

func layerName(name string) string {
	if name == "" {
		return "main matrix"
	}
	return fmt.Sprintf("layer %q", name)
}

// folder finds the texts in the folder, the one of the attributes too.
func (a *columnAdder) folder() (map[string]string, error) {
	texts := map[string]string{}
	matrix, err := plainOrCompressed(filepath.Join(a.dir, "matrix.tsv"))
	if err != nil {
		return nil, err
	}
	texts[""] = matrix
	entries, err := os.ReadDir(filepath.Join(a.dir, "layers"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		name, isText := strings.CutSuffix(strings.TrimSuffix(entry.Name(), ".gz"), ".tsv")
		if isText && name != "" {
			texts[name] = filepath.Join(a.dir, "layers", entry.Name())
		}
	}
	a.attrs, err = plainOrCompressed(filepath.Join(a.dir, "col_attrs.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return texts, err
}

// plainOrCompressed returns the path of a text or, if there is none, that of one
// that gzip has compressed.
func plainOrCompressed(path string) (string, error) {
	_, err := os.Stat(path)
	if err == nil {
		return path, nil
	}
	if _, zipped := os.Stat(path + ".gz"); zipped == nil {
		return path + ".gz", nil
	}
	return "", err
}

// readLayers reads the new columns of every layer, and returns how many there are.
func (a *columnAdder) readLayers(conn *loom.Conn, texts map[string]string) (layers map[string]loom.Matrix, width int, err error) {
	names := conn.Layers().Names()
	for name := range texts {
		if len(names) > 0 && !conn.Layers().Has(name) {
			return nil, 0, noLayer(conn, name)
		}
	}
	for _, name := range names {
		if texts[name] == "" {
			return nil, 0, fmt.Errorf("no --layer for the %s: every layer of the file gets the new columns", layerName(name))
		}
	}
	if len(names) == 0 {
		return nil, 0, errors.New("the file has no main matrix to add columns to; 'loom set' makes one")
	}
	rows, width := lengthOf(conn, loom.Rows), -1
	layers = map[string]loom.Matrix{}
	for _, name := range names {
		if layers[name], err = a.readLayer(conn, name, texts[name], rows, width); err != nil {
			return nil, 0, err
		}
		_, width = layers[name].Dims()
	}
	return layers, width, nil
}

func (a *columnAdder) readLayer(conn *loom.Conn, name, path string, rows, width int) (_ loom.Matrix, err error) {
	layer, err := conn.Layers().Get(name)
	if err != nil {
		return nil, err
	}
	source, err := openText(a.cmd, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	if a.header {
		if _, _, err := source.next(); err != nil {
			return nil, err
		}
	}
	return readMatrix(source, layer.Type().String(), rows, width, !a.nonFinite)
}

// options returns what the flags ask for besides.
func (a *columnAdder) options(conn *loom.Conn, attrs map[string]*loom.Array) ([]loom.AddOption, error) {
	var opts []loom.AddOption
	if a.keep {
		opts = append(opts, loom.KeepAttributes())
	}
	if a.nonFinite {
		opts = append(opts, loom.AddWith(loom.AllowNonFinite()))
	}
	fill, err := fillOption(a.fill, func(name string) (string, error) { return fillType(conn, attrs, name) })
	return append(opts, fill...), err
}

// fillType returns the type of the value that fills the gaps of an attribute: that
// which the other side has.
func fillType(conn *loom.Conn, attrs map[string]*loom.Array, name string) (string, error) {
	var dtype string
	if info, err := conn.ColAttrs().Stat(name); err == nil {
		dtype, _ = presentType(info.Type)
	} else if values := attrs[name]; values != nil {
		dtype, _ = presentType(values.Type())
	} else {
		return "", fmt.Errorf("--fill %s: neither the file nor the new columns have this attribute%s",
			name, among(name, conn.ColAttrs().Names()))
	}
	return dtype, nil
}
