package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newRmCommand() *cobra.Command {
	var c changing
	cmd := &cobra.Command{
		Use:   "rm FILE PATH...",
		Short: "Remove attributes, layers and graphs",
		Long: `rm removes parts of a file. PATH is one of
  row_attrs/NAME   col_attrs/NAME   attrs/NAME
  layers/NAME      row_graphs/NAME  col_graphs/NAME

The space that they took is used again by later changes; 'loom repack' gives it back at once.
The main matrix and attrs/LOOM_SPEC_VERSION cannot be removed: without them it is no Loom file.

` + changingHelp,
		Example: `  loom rm cells.loom col_attrs/Temporary
  loom rm cells.loom layers/ambiguous col_graphs/KNN row_attrs/Unused
  loom rm cells.loom layers/spliced --dry-run`,
		Args: atLeast(2, "FILE", "PATH..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			parts, err := checkPaths(args[1:])
			if err != nil {
				return err
			}
			return c.run(cmd, args[0], func(conn *loom.Conn) ([]*change, error) {
				changes := make([]*change, len(parts))
				for i, p := range parts {
					if changes[i], err = removal(conn, p); err != nil {
						return nil, err
					}
				}
				return changes, nil
			})
		},
	}
	c.addFlags(cmd)
	return cmd
}

// removal returns the change that removes a part.
func removal(conn *loom.Conn, p part) (*change, error) {
	if err := p.there(conn); err != nil {
		return nil, err
	}
	switch p {
	case part{kind: layerPart}:
		return nil, errors.New("the main matrix cannot be removed")
	case specVersion:
		return nil, fmt.Errorf("%v cannot be removed: the file would not be a valid Loom file", p)
	}
	was := p.describe(conn)
	return &change{
		Action: "remove", Path: p.String(), Was: &was,
		apply: func(_ context.Context, tx *loom.Tx) error { return p.manager(tx).Delete(p.name) },
	}, nil
}
