package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

// A statistician is what loom stats was asked to print.
type statistician struct {
	axis      string
	functions []string
	layer     string
	attrs     []string
	selected  option
	asJSON    bool
}

func newStatsCommand() *cobra.Command {
	var s statistician
	cmd := &cobra.Command{
		Use:   "stats FILE",
		Short: "Print statistics of every row or column",
		Long: `stats prints a line for each row, or with --axis cols for each column: its attributes that --attr
names, or else its position, and one number for each FUNC of its elements. The first line has the
names.

FUNC is one of
  sum prod mean var std median min max sumofsquares  of the elements, computed in float64
  first last argmin argmax                           elements, or their positions, in the file's order
  any all nonzeros len anynan allnan                 of how many there are
and all but the last two with nan in front, as in nanmean: that leaves NaN out. All are found in one
pass over the elements that are not zero.

--select picks positions of the other axis: statistics of rows are then those of some columns.
` + choiceHelp + `

With --json it prints one object with the keys filename, layer, axis, attrs and stats; the last two
have arrays by name.`,
		Example: `  loom stats cells.loom --func mean,std --attr Gene
  loom stats cells.loom --axis cols --func sum,nonzeros --attr CellID > cells.tsv
  loom stats cells.loom --layer spliced --select 'Class == "Neurons"' --func mean,var --attr Gene,Accession`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.selected.given = cmd.Flags().Changed("select")
			return s.run(cmd, args[0])
		},
	}
	cmd.Flags().StringVar(&s.axis, "axis", "rows", "statistics of `rows` or cols")
	cmd.Flags().StringSliceVarP(&s.functions, "func", "f", []string{"mean", "std"}, "what to print: `FUNC`, with commas between them")
	cmd.Flags().StringVarP(&s.layer, "layer", "l", "", "take the layer of this `name` instead of the main matrix")
	cmd.Flags().StringSliceVar(&s.attrs, "attr", nil, "print the attribute `ATTR` in front, or several with commas between them")
	cmd.Flags().StringVar(&s.selected.text, "select", "", "only of the positions of the other axis for which `EXPR` is true")
	cmd.Flags().BoolVar(&s.asJSON, "json", false, "print JSON")
	return cmd
}

func (s *statistician) run(cmd *cobra.Command, path string) (err error) {
	axis, ok := map[string]loom.Axis{"rows": loom.Rows, "cols": loom.Columns}[s.axis]
	if !ok {
		return fmt.Errorf("--axis %q, want rows or cols", s.axis)
	}
	functions := make([]loom.Func, len(s.functions))
	for i, name := range s.functions {
		if functions[i], err = loom.ParseReducer(name); err != nil {
			return fmt.Errorf("--func: %w", err)
		}
	}
	conn, _, err := openToLook(cmd, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	layer, err := conn.Layer(s.layer)
	if err != nil {
		return noLayer(conn, s.layer)
	}
	attrs, err := s.readAttrs(conn, layer, axis)
	if err != nil {
		return err
	}
	across, err := s.across(conn, layer, axis)
	if err != nil {
		return err
	}
	results, err := layer.Map(cmd.Context(), axis, across, functions...)
	if err != nil {
		return err
	}
	if s.asJSON {
		return s.printJSON(cmd, path, attrs, results)
	}
	return s.print(cmd, axis, attrs, results)
}

// across understands --select.
func (s *statistician) across(conn *loom.Conn, layer *loom.Layer, axis loom.Axis) (loom.Selector, error) {
	if !s.selected.given {
		return loom.All(), nil
	}
	rows, cols := layer.Shape()
	other := 1 - axis
	picked, err := parseChoice(s.selected.text, [2]int{rows, cols}[other], attributesOf(conn, other))
	if err != nil {
		return loom.Selector{}, fmt.Errorf("--select: %w", err)
	}
	return picked.part(0, picked.n), nil
}

// readAttrs reads the attributes that are printed.
func (s *statistician) readAttrs(conn *loom.Conn, layer *loom.Layer, axis loom.Axis) ([]*loom.Array, error) {
	manager := attributesOf(conn, axis)
	rows, cols := layer.Shape()
	n := [2]int{rows, cols}[axis]
	attrs := make([]*loom.Array, len(s.attrs))
	for i, name := range s.attrs {
		if err := hasAttribute(conn, axis, name); err != nil {
			return nil, fmt.Errorf("--attr: %w", err)
		}
		values, err := manager.Get(name)
		if err != nil {
			return nil, err
		}
		if shape := values.Shape(); len(shape) != 1 || shape[0] != n {
			return nil, fmt.Errorf("--attr: attribute %q has shape %v, want [%d]", name, shape, n)
		}
		attrs[i] = values
	}
	return attrs, nil
}

// print prints a line for each position.
func (s *statistician) print(cmd *cobra.Command, axis loom.Axis, attrs []*loom.Array, results [][]float64) error {
	out := newLines(cmd.OutOrStdout())
	names, values := s.attrs, []appender{}
	for _, a := range attrs {
		values = append(values, textOf(a))
	}
	if len(attrs) == 0 {
		names, values = []string{[]string{"row", "column"}[axis]}, []appender{positionText}
	}
	for _, result := range results {
		values = append(values, func(dst []byte, i int) []byte { return appendFloat(dst, result[i], 64) })
	}
	for k, name := range slices.Concat(names, s.functions) {
		if k > 0 {
			out.tab()
		}
		out.text(name)
	}
	if err := out.end(); err != nil || len(results) == 0 {
		return err
	}
	for i := range results[0] {
		for k, value := range values {
			if k > 0 {
				out.tab()
			}
			out.buf = value(out.buf, i)
		}
		if err := out.end(); err != nil {
			return err
		}
	}
	return nil
}

func (s *statistician) printJSON(cmd *cobra.Command, path string, attrs []*loom.Array, results [][]float64) error {
	described, stats := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for i, name := range s.attrs {
		described[name] = appendJSONArray(nil, attrs[i])
	}
	for i, name := range s.functions {
		values, err := hdf5.NewArray(results[i])
		if err != nil {
			return err
		}
		stats[name] = appendJSONArray(nil, values)
	}
	return encodeJSON(cmd.OutOrStdout(), struct {
		Filename string                     `json:"filename"`
		Layer    string                     `json:"layer"`
		Axis     string                     `json:"axis"`
		Attrs    map[string]json.RawMessage `json:"attrs"`
		Stats    map[string]json.RawMessage `json:"stats"`
	}{path, s.layer, s.axis, described, stats})
}
