package main

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A combining is what loom combine was asked to do.
type combining struct {
	merging
	out        string
	join       string
	label      string
	layers     []string
	fillLayers bool
	attrs      []string // NAME=TEXT
	asJSON     bool
}

// joins are the values of --join.
var joins = map[string]loom.Join{"exact": loom.JoinExact, "inner": loom.JoinInner, "outer": loom.JoinOuter}

func newCombineCommand() *cobra.Command {
	var c combining
	cmd := &cobra.Command{
		Use:   "combine -o OUT FILE...",
		Short: "Make one file of several, their columns side by side",
		Long: `combine makes the file OUT of the columns of all files, one after the other. The files stay
as they are. OUT appears when it is complete, in the place of a file of this name if there is one;
if anything is wrong, or the command is stopped, there is none.

` + mergingHelp + `

With --key, --join says what becomes of rows that not all files have: with exact, the default, that
is an error; inner keeps the rows that all have, outer those that any has, with zeros for the cells
of files that lack one.

Layers are those of the first file, and the others must have them, unless --fill-layers lets a layer
that only some have be zero in the others. --layer NAME combines only this one, and the main matrix.
Types of numbers that differ become one that holds both exactly. Row attributes are those of the
first file that has the attribute, and global attributes those of the first file. --attr NAME=TEXT
sets a global attribute. Graphs are left out unless --include-graphs is given. --label ATTR adds a
column attribute with the name of the file that each column comes from.

With --json it prints one object with the keys filename, shape, sources (objects with file, label
and shape), losses (objects with file, kind, name and reason) and warnings.`,
		Example: `  loom combine -o all.loom sample1.loom sample2.loom sample3.loom
  loom combine -o all.loom --key Accession --join outer --label Sample *.loom
  loom combine -o all.loom --key Accession --strict --fill auto --include-graphs a.loom b.loom`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("no files; see '%s --help'", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) },
	}
	cmd.Flags().StringVarP(&c.out, "output", "o", "", "make the file `OUT`")
	cmd.Flags().StringVar(&c.join, "join", "exact", "rows that not all files have: exact, inner or outer (`JOIN`)")
	cmd.Flags().StringVar(&c.label, "label", "", "add the column attribute `ATTR`, which names each cell's file")
	cmd.Flags().StringArrayVarP(&c.layers, "layer", "l", nil, "combine the layer `NAME` and no others but the main matrix")
	cmd.Flags().BoolVar(&c.fillLayers, "fill-layers", false, "combine layers that not all files have")
	cmd.Flags().StringArrayVar(&c.attrs, "attr", nil, "set a global attribute, as `NAME=TEXT`")
	c.addFlags(cmd)
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "print what was combined as JSON")
	return cmd
}

// run combines the files.
func (c *combining) run(cmd *cobra.Command, paths []string) (err error) {
	if c.out == "" {
		return fmt.Errorf("where to? give -o OUT; see '%s --help'", cmd.CommandPath())
	}
	var files []*loom.Conn
	defer func() {
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
	}()
	var sources []loom.Source
	for _, path := range paths {
		f, _, err := openToLook(cmd, path)
		if err != nil {
			return err
		}
		files = append(files, f)
		sources = append(sources, loom.Source{Conn: f})
	}
	opts, err := c.options(files)
	if err != nil {
		return err
	}
	result, err := loom.Combine(cmd.Context(), c.out, sources, opts...)
	if err != nil {
		return err
	}
	c.say(cmd, result)
	return c.print(cmd, result)
}

// options returns the options that the flags stand for.
func (c *combining) options(files []*loom.Conn) ([]loom.CombineOption, error) {
	common, err := c.merging.options(files)
	if err != nil {
		return nil, err
	}
	var opts []loom.CombineOption
	for _, option := range common {
		opts = append(opts, option)
	}
	join, ok := joins[c.join]
	if !ok {
		return nil, fmt.Errorf("--join %s, want exact, inner or outer", c.join)
	}
	opts = append(opts, loom.JoinRows(join), loom.LabelCells(c.label))
	if c.layers != nil {
		opts = append(opts, loom.CombineLayers(c.layers...))
	}
	if c.fillLayers {
		opts = append(opts, loom.FillLayers())
	}
	attrs, err := textAttributes(c.attrs)
	if err != nil {
		return nil, err
	}
	return append(opts, loom.WithAttrs(attrs)), nil
}

// print says what was combined.
func (c *combining) print(cmd *cobra.Command, result loom.Combined) error {
	lines := []string{c.out + ": " + shapeText(result.Rows, result.Cols)}
	for _, s := range result.Sources {
		lines = append(lines, "  "+s.File+": "+shapeText(s.Rows, s.Cols))
	}
	return printMade(cmd, c.asJSON, combinedJSON(c.out, result), lines...)
}

// A combinedFile is a file that was combined, in JSON.
type combinedFile struct {
	Filename string           `json:"filename"`
	Shape    [2]int           `json:"shape"`
	Sources  []combinedSource `json:"sources"`
	Losses   []loss           `json:"losses"`
	Warnings []string         `json:"warnings"`
}

type combinedSource struct {
	File  string `json:"file"`
	Label string `json:"label"`
	Shape [2]int `json:"shape"` // of what comes from it
}

func combinedJSON(path string, result loom.Combined) combinedFile {
	file := combinedFile{
		Filename: path, Shape: [2]int{result.Rows, result.Cols},
		Sources: []combinedSource{}, Losses: lossesOf(result), Warnings: append([]string{}, result.Warnings...),
	}
	for _, s := range result.Sources {
		file.Sources = append(file.Sources, combinedSource{s.File, s.Label, [2]int{s.Rows, s.Cols}})
	}
	return file
}
