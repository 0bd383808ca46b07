package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A getter prints one part of a file.
type getter struct {
	cmd    *cobra.Command
	conn   *loom.Conn
	lines  *lines
	rows   option
	cols   option
	header bool
}

// An option is the text of a flag, if it was given.
type option struct {
	text  string
	given bool
}

func newGetCommand() *cobra.Command {
	var rows, cols string
	var header bool
	cmd := &cobra.Command{
		Use:   "get FILE PATH",
		Short: "Print an attribute, a graph or part of a layer as tab-delimited text",
		Long: `get prints the values of one part of a file: a line for each element, or for
each row of what has two dimensions, with tabs between columns.

PATH is one of
  row_attrs/NAME   col_attrs/NAME   attrs/NAME
  matrix           layers/NAME
  row_graphs/NAME  col_graphs/NAME

` + choiceHelp + `
--rows is for layers and row attributes, --cols for layers and column attributes.

Numbers have the shortest form that reads back as the same value of the same type,
nan, inf and -inf among them; booleans are true and false, enumerations numbers. Strings
are as they are, with \t, \n, \r and \\ for tabs, line ends and backslashes. A
compound is a JSON object. An edge of a graph is a line a<TAB>b<TAB>w. More dimensions
than two are laid out in the line in row-major order.

--header adds a line of names: of a layer the columns' CellID, or their positions if
there is none; of an attribute its own name.

A layer is read piece by piece: memory does not grow with it.`,
		Example: `  loom get cells.loom row_attrs/Gene
  loom get cells.loom attrs/title
  loom get cells.loom matrix --rows Gene=Actb --header
  loom get cells.loom layers/spliced --rows 0:100 --cols ::10
  loom get cells.loom col_attrs/ClusterName --cols 1,5,-1
  loom get cells.loom col_attrs/CellID --cols 'Class == "Neuron" && TotalUMI > 1000'
  loom get cells.loom col_graphs/KNN`,
		Args: arguments("FILE", "PATH"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			g := &getter{
				cmd:    cmd,
				conn:   conn,
				lines:  newLines(cmd.OutOrStdout()),
				rows:   option{rows, cmd.Flags().Changed("rows")},
				cols:   option{cols, cmd.Flags().Changed("cols")},
				header: header,
			}
			return g.get(cmd.Context(), args[1])
		},
	}
	cmd.Flags().StringVar(&rows, "rows", "", "print the rows for which `EXPR` is true")
	cmd.Flags().StringVar(&cols, "cols", "", "print the columns for which `EXPR` is true")
	cmd.Flags().BoolVar(&header, "header", false, "print a line of names first")
	return cmd
}

// get prints the part of the file that path names.
func (g *getter) get(ctx context.Context, path string) error {
	p, err := parsePart(path)
	if err != nil {
		return err
	}
	switch p.kind {
	case layerPart:
		return g.layer(ctx, p.name)
	case attributePart:
		return g.attribute(p.axis, p.name)
	case globalPart:
		return g.global(p.name)
	}
	return g.graph(ctx, p.axis, p.name)
}

// refuse is for options that make no sense for what is printed.
func (g *getter) refuse(what string, flags ...string) error {
	for _, flag := range flags {
		if g.cmd.Flags().Changed(flag) {
			return fmt.Errorf("--%s does not apply to a %s", flag, what)
		}
	}
	return nil
}

// selection returns the positions that one of the options selects on an axis.
func (g *getter) selection(axis loom.Axis, length int) (selection, error) {
	o, attrs, flag := g.rows, g.conn.RowAttrs(), "--rows"
	if axis == loom.Columns {
		o, attrs, flag = g.cols, g.conn.ColAttrs(), "--cols"
	}
	if !o.given {
		return everything(length), nil
	}
	s, err := parseChoice(o.text, length, attrs)
	if err != nil {
		return s, fmt.Errorf("%s: %w", flag, err)
	}
	if s.n == 0 && length > 0 {
		note(g.cmd, "%s %s selects none of the %d %s", flag, o.text, length, axis)
	}
	return s, nil
}
