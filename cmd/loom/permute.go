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
	var r reordering
	var axis, order string
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
			var err error
			if r.axis, err = parseAxis(axis); err != nil {
				return err
			}
			if order == "" {
				return errors.New("where is the order? Name a file by --order")
			}
			return r.run(cmd, args[0], func(conn *loom.Conn) ([]int, error) {
				return readOrder(cmd, order, max(0, lengthOf(conn, r.axis)), r.axis)
			})
		},
	}
	cmd.Flags().StringVar(&axis, "axis", "", "what to permute: `rows|cols`")
	cmd.Flags().StringVar(&order, "order", "", "read the new order from the file `ORDER`, or - for standard input")
	r.addFlags(cmd)
	return cmd
}

// A reordering is what loom permute and loom sort have in common.
type reordering struct {
	axis   loom.Axis
	out    string // "" for the file itself
	asJSON bool
}

func (r *reordering) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&r.out, "output", "o", "", "write to `OUT` and leave FILE as it is")
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "print which file is in the new order as JSON")
}

// reorderingHelp describes what they do to the file.
const reorderingHelp = `Without -o the file itself is replaced, at once, when the new one is complete; if it cannot
be made, or the command is stopped, nothing changes. Until then other writers are kept out. Who is
reading the file keeps reading the old one.

With --json it prints one object with the keys filename, shape and axis.`

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

// run permutes a file, in place unless the output is another one.
func (r *reordering) run(cmd *cobra.Command, path string, order func(*loom.Conn) ([]int, error)) (err error) {
	if r.out != "" && sameFile(path, r.out) {
		return fmt.Errorf("%s is the file itself; leave out -o to replace it", r.out)
	}
	conn, err := r.open(cmd, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	ordering, err := order(conn)
	if err != nil {
		return err
	}
	if r.out == "" {
		err = conn.Permute(cmd.Context(), ordering, r.axis)
	} else {
		err = conn.PermuteTo(cmd.Context(), r.out, ordering, r.axis)
	}
	if err != nil {
		return err
	}
	return r.print(cmd, path, conn, len(ordering))
}

// open opens a file to change it or, if the result goes elsewhere, to read it.
func (r *reordering) open(cmd *cobra.Command, path string) (*loom.Conn, error) {
	if r.out == "" {
		return openToChange(cmd, path, false)
	}
	conn, _, err := openToLook(cmd, path)
	return conn, err
}

// print says which file is in the new order.
func (r *reordering) print(cmd *cobra.Command, path string, conn *loom.Conn, n int) error {
	rows, cols := conn.Shape()
	made := struct {
		Filename string `json:"filename"`
		Shape    [2]int `json:"shape"`
		Axis     string `json:"axis"`
	}{cmp.Or(r.out, path), [2]int{rows, cols}, axisName(r.axis)}
	return printMade(cmd, r.asJSON, made, made.Filename+": "+count(n, axisSingular(r.axis))+" in the new order")
}

// axisName returns what flags call an axis.
func axisName(axis loom.Axis) string {
	if axis == loom.Rows {
		return "rows"
	}
	return "cols"
}

func axisSingular(axis loom.Axis) string {
	return strings.TrimSuffix(axis.String(), "s")
}
