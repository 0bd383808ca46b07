package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newRenameCommand() *cobra.Command {
	var c changing
	cmd := &cobra.Command{
		Use:   "rename FILE FROM TO",
		Short: "Rename an attribute, a layer or a graph",
		Long: `rename gives a part of a file another name. FROM is one of
  row_attrs/NAME   col_attrs/NAME   attrs/NAME
  layers/NAME      row_graphs/NAME  col_graphs/NAME

and TO is the new name, or the path with the new name. The values stay as and where they are. A
name that is taken is refused: 'loom rm' the other first.

` + changingHelp,
		Example: `  loom rename cells.loom col_attrs/cluster Clusters
  loom rename cells.loom layers/velocity_spliced layers/spliced
  loom rename cells.loom attrs/titel title --dry-run`,
		Args: arguments("FILE", "FROM", "TO"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := parsePart(args[1])
			if err != nil {
				return err
			}
			to, err := newName(from, args[2])
			if err != nil {
				return err
			}
			return c.run(cmd, args[0], func(conn *loom.Conn) ([]*change, error) {
				renamed, err := renaming(conn, from, to)
				return []*change{renamed}, err
			})
		},
	}
	c.addFlags(cmd)
	return cmd
}

// newName understands the new name of a part: the name alone, or its path.
func newName(from part, text string) (part, error) {
	if from.kind == layerPart && from.name == "" {
		return part{}, errors.New("the main matrix cannot be renamed")
	}
	if from == specVersion {
		return part{}, fmt.Errorf("%v cannot be renamed: the file would not be a valid Loom file", from)
	}
	if text == "" {
		return part{}, errors.New("the new name is empty, which is not a name")
	}
	if !strings.Contains(text, "/") {
		to := from
		to.name = text
		return to, nil
	}
	to, err := parsePart(text)
	if err != nil {
		return part{}, err
	}
	if to.kind != from.kind || to.axis != from.axis || to.name == "" {
		return part{}, fmt.Errorf("a %s cannot become %s", from.title(), text)
	}
	return to, nil
}

// renaming returns the change that renames a part.
func renaming(conn *loom.Conn, from, to part) (*change, error) {
	if err := from.there(conn); err != nil {
		return nil, err
	}
	if to.manager(conn).Has(to.name) {
		return nil, fmt.Errorf("there is a %s %q already: remove it first, or choose another name", to.title(), to.name)
	}
	return &change{
		Action: "rename", Path: from.String(), To: to.String(),
		apply: func(_ context.Context, tx *loom.Tx) error { return from.manager(tx).Rename(from.name, to.name) },
		after: to.describe,
	}, nil
}
