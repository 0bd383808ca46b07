package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newPermuteCommand() *cobra.Command {
	var axis, order, out string
	cmd := &cobra.Command{
		Use:   "permute FILE",
		Short: "Put rows or columns in another order",
		Long: `permute puts the rows, or the columns, of a file in another order: those of the main
matrix and of all layers, with their attributes and graphs.

ORDER is a text file, or - for standard input, with one position a line, counted from 0: the
n-th line says which row, or column, comes n-th. Each position must be there once.

` + reorderingHelp,
		Example: `  loom permute cells.loom --axis cols --order order.txt
  loom permute cells.loom --axis rows --order - -o reversed.loom < order.txt`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			along, err := parseAxis(axis)
			if err != nil {
				return err
			}
			if order == "" {
				return errors.New("where is the order? Name a file by --order")
			}
			return reorder(cmd, args[0], out, along, func(conn *loom.Conn) ([]int, error) {
				return readOrder(cmd, order, axisLength(conn, along), along)
			})
		},
	}
	cmd.Flags().StringVar(&axis, "axis", "", "what to permute: `rows|cols`")
	cmd.Flags().StringVar(&order, "order", "", "read the new order from the file `ORDER`, or - for standard input")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `OUT` and leave FILE as it is")
	return cmd
}

// reorderingHelp describes what permute and sort do to the file.
const reorderingHelp = `Without -o the file itself is replaced, at once, when the new one is complete; if it cannot
be made, or the command is stopped, nothing changes. Until then other writers are kept out. Who is
reading the file keeps reading the old one.`

func axisLength(conn *loom.Conn, axis loom.Axis) int {
	rows, cols := conn.Shape()
	if axis == loom.Rows {
		return rows
	}
	return cols
}

// readOrder reads the n positions of an axis, one a line.
func readOrder(cmd *cobra.Command, path string, n int, axis loom.Axis) (ordering []int, err error) {
	text, err := openText(cmd, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, text.close()) }()
	lines := make([]int, n) // where a position was read, 0 for nowhere
	for {
		line, ok, err := text.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		at, err := strconv.Atoi(strings.TrimSpace(line))
		switch {
		case err != nil:
			return nil, text.failed("%q, want a position", line)
		case at < 0 || at >= n:
			return nil, text.failed("position %d, the file has %s", at, count(n, axisSingular(axis)))
		case lines[at] > 0:
			return nil, text.failed("position %d again, as in line %d", at, lines[at])
		}
		lines[at] = text.line
		ordering = append(ordering, at)
	}
	if missing := slices.Index(lines, 0); missing >= 0 {
		return nil, text.failed("%s, the file has %d; position %d, for one, is missing", count(len(ordering), "position"), n, missing)
	}
	return ordering, nil
}

// reorder permutes a file, in place unless out names another.
func reorder(cmd *cobra.Command, path, out string, axis loom.Axis, order func(*loom.Conn) ([]int, error)) (err error) {
	if out != "" && sameFile(path, out) {
		return fmt.Errorf("%s is the file itself; leave out -o to replace it", out)
	}
	conn, err := openToReorder(cmd, path, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	ordering, err := order(conn)
	if err != nil {
		return err
	}
	if out == "" {
		err = conn.Permute(cmd.Context(), ordering, axis)
	} else {
		err = conn.PermuteTo(cmd.Context(), out, ordering, axis)
	}
	if err != nil || quiet(cmd) {
		return err
	}
	message(cmd.ErrOrStderr(), "%s: %s in the new order", cmp.Or(out, path), count(len(ordering), axisSingular(axis)))
	return nil
}

// openToReorder opens a file to change it, or, if the result goes elsewhere, to
// read it.
func openToReorder(cmd *cobra.Command, path, out string) (*loom.Conn, error) {
	if out == "" {
		return openToChange(cmd, path, false)
	}
	conn, _, err := openToLook(cmd, path)
	return conn, err
}

func axisSingular(axis loom.Axis) string {
	return strings.TrimSuffix(axis.String(), "s")
}
