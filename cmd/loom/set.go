package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A setter gives a part of a file new values.
type setter struct {
	cmd       *cobra.Command
	from      option
	value     option
	dtype     string // "" for that of what is there or, of something new, a guess
	header    bool   // the first line is names
	nonFinite bool
}

func newSetCommand() *cobra.Command {
	var c changing
	var s setter
	cmd := &cobra.Command{
		Use:   "set FILE PATH (--from TEXT | --value V)",
		Short: "Set an attribute, a layer or a graph from tab-delimited text",
		Long: `set gives one part of a file new values, or makes it. PATH is one of
  row_attrs/NAME   col_attrs/NAME   attrs/NAME
  matrix           layers/NAME
  row_graphs/NAME  col_graphs/NAME

TEXT is what 'loom get' prints: a line for each element, or for each row of what has two
dimensions, with tabs between columns; for each edge a<TAB>b<TAB>w. It may be compressed by gzip,
and is standard input if TEXT is -. In strings \t, \n, \r and \\ stand for tabs, line ends and
backslashes. Lines that begin with names, such as a gene's, are not understood.

--value gives every element the one value V.

What is there keeps its type, and a value that does not fit is refused, unless --dtype says
another. Something new is int64 or float64 if all values are numbers, or else a string; the weights
of a graph are float64. Booleans, which the specification does not have, become uint8.

NaN and infinities in the matrix or a layer are refused unless --allow-non-finite is given.

` + changingHelp,
		Example: `  loom set cells.loom col_attrs/Age --from ages.tsv --dtype int32
  loom set cells.loom attrs/title --value "Mouse cortex"
  loom set cells.loom col_attrs/Batch --value 3
  loom set cells.loom layers/smooth --from smooth.tsv.gz --dtype float32
  loom set cells.loom row_attrs/Gene --from genes.tsv --dry-run`,
		Args: arguments("FILE", "PATH"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.cmd = cmd
			s.from.given, s.value.given = cmd.Flags().Changed("from"), cmd.Flags().Changed("value")
			if s.from.given == s.value.given {
				return errors.New("give either --from or --value; see 'loom set --help'")
			}
			p, err := parsePart(args[1])
			if err != nil {
				return err
			}
			if s.dtype != "" {
				if err := checkType(s.dtype, p.kind == layerPart || p.kind == graphPart); err != nil {
					return err
				}
			}
			return c.run(cmd, args[0], func(conn *loom.Conn) ([]*change, error) {
				set, err := s.plan(conn, p)
				return []*change{set}, err
			})
		},
	}
	cmd.Flags().StringVar(&s.from.text, "from", "", "read the values from `TEXT`, or from standard input if it is -")
	cmd.Flags().StringVar(&s.value.text, "value", "", "give every element the value `V`")
	cmd.Flags().StringVar(&s.dtype, "dtype", "", "`type` of the values: int8 ... uint64, float16 ... float64, bool, string")
	cmd.Flags().BoolVar(&s.header, "header", false, "the first line of TEXT is names, as 'loom get --header' prints them")
	cmd.Flags().BoolVar(&s.nonFinite, "allow-non-finite", false, "let NaN and infinities into a layer")
	c.addFlags(cmd)
	return cmd
}

// plan reads the values, which are checked against the file, and returns the
// change that stores them.
func (s *setter) plan(conn *loom.Conn, p part) (_ *change, err error) {
	var source *textSource
	if s.from.given {
		if source, err = openText(s.cmd, s.from.text); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, source.close()) }()
		if s.header {
			if _, _, err := source.next(); err != nil {
				return nil, err
			}
		}
	}
	c := &change{Action: "set", Path: p.String(), Was: p.was(conn), after: p.describe}
	switch p.kind {
	case layerPart:
		c.apply, err = s.layer(conn, p, source)
	case graphPart:
		c.apply, err = s.graph(conn, p, source)
	case globalPart:
		c.apply, err = s.global(conn, p, source)
	default:
		c.apply, err = s.attribute(conn, p, source)
	}
	return c, err
}

// An apply is what a change does in its transaction.
type apply = func(ctx context.Context, tx *loom.Tx) error

// typeOf returns the type of new values: the one that was asked for or, if what is
// there has one, that, or else "".
func (s *setter) typeOf(p part, there bool, present func() (dtype string, ok bool)) (string, error) {
	if s.dtype != "" || !there {
		return s.dtype, nil
	}
	dtype, ok := present()
	if !ok {
		return "", fmt.Errorf("%v has values of type %s, which cannot be set from text; --dtype replaces them by others", p, dtype)
	}
	return dtype, nil
}
