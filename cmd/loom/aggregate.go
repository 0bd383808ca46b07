package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// An aggregator is what loom aggregate was asked to make.
type aggregator struct {
	by, labels string
	function   string
	layer      string
	attrs      []string // NAME=FUNC
	ifEqual    bool
	selected   option
	dtype      string
	nonFinite  bool
	out        string
	asJSON     bool
}

func newAggregateCommand() *cobra.Command {
	var a aggregator
	cmd := &cobra.Command{
		Use:   "aggregate FILE (--by ATTR | --labels TEXT) -o OUT",
		Short: "Make a file with a column for each group of columns",
		Long: `aggregate makes one number of the elements that each row has in each group of columns: by default
their mean. Groups are the columns in which the column attribute ATTR has the same value, number or
string, or which have the same label in TEXT: a line for each column of the file.

FUNC is one of
  sum prod mean var std median min max sumofsquares  of the elements, computed in float64
  first last argmin argmax                           elements, or their positions, in the file's order
  any all nonzeros len anynan allnan                 of how many there are
and all but the last two with nan in front, as in nanmean: that leaves NaN out.

OUT has the same rows, with their attributes and graphs, and the groups in the order of their
labels, which they have as the attribute ATTR. Each --attr makes more of a column attribute: by FUNC,
by mode, which keeps the most frequent value, or by tally, which makes of an attribute Age the
attributes Age_p7, Age_p12 and so on: how often a group has the value. --if-equal keeps what has one
value throughout each group.

Columns that --select does not pick are left out.
` + choiceHelp + `

OUT appears when it is complete, and replaces a file of that name. With --json it prints one object
with the keys filename, shape, function, labels and sizes.`,
		Example: `  loom aggregate cells.loom --by Clusters -o clusters.loom
  loom aggregate cells.loom --by Class --func nanmean --layer spliced -o classes.loom
  loom aggregate cells.loom --by Clusters --attr Age=tally --attr Class=mode --if-equal -o clusters.loom
  loom aggregate cells.loom --by Class --select 'Tissue == "cortex" && Age > 20' --func sum -o cortex.loom`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.selected.given = cmd.Flags().Changed("select")
			if (a.by == "") == (a.labels == "") {
				return errors.New("give either --by or --labels; see 'loom aggregate --help'")
			}
			if a.out == "" {
				return errors.New("required option -o is missing; see 'loom aggregate --help'")
			}
			if a.dtype != "" {
				if err := checkType(a.dtype, true); err != nil {
					return err
				}
			}
			return a.run(cmd, args[0])
		},
	}
	cmd.Flags().StringVarP(&a.out, "output", "o", "", "make the Loom file `OUT`")
	cmd.Flags().StringVar(&a.by, "by", "", "group by the column attribute `ATTR`")
	cmd.Flags().StringVar(&a.labels, "labels", "", "group by the lines of `TEXT`, or of standard input if it is -")
	cmd.Flags().StringVarP(&a.function, "func", "f", "mean", "what to make of the elements: `FUNC`")
	cmd.Flags().StringVarP(&a.layer, "layer", "l", "", "take the layer of this `name` instead of the main matrix")
	cmd.Flags().StringArrayVar(&a.attrs, "attr", nil, "make an attribute of the groups, as `NAME=FUNC`")
	cmd.Flags().BoolVar(&a.ifEqual, "if-equal", false, "keep attributes that are the same throughout each group")
	cmd.Flags().StringVar(&a.selected.text, "select", "", "only of the columns for which `EXPR` is true")
	cmd.Flags().StringVar(&a.dtype, "dtype", "", "`type` of the matrix of OUT, instead of float64")
	cmd.Flags().BoolVar(&a.nonFinite, "allow-non-finite", false, "let NaN and infinities into OUT")
	cmd.Flags().BoolVar(&a.asJSON, "json", false, "print what was made as JSON")
	return cmd
}

func (a *aggregator) run(cmd *cobra.Command, path string) (err error) {
	function, err := loom.ParseReducer(a.function)
	if err != nil {
		return fmt.Errorf("--func: %w", err)
	}
	conn, _, err := openToLook(cmd, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	opts, err := a.options(conn)
	if err != nil {
		return err
	}
	groups, err := a.groups(cmd, conn)
	if err != nil {
		return err
	}
	made, err := conn.Aggregate(cmd.Context(), groups, function, opts...)
	if err != nil {
		return err
	}
	return a.print(cmd, made)
}

// groups returns what to group by.
func (a *aggregator) groups(cmd *cobra.Command, conn *loom.Conn) (_ loom.Grouping, err error) {
	if a.by != "" {
		return loom.GroupBy(a.by), hasAttribute(conn, loom.Columns, a.by)
	}
	source, err := openText(cmd, a.labels)
	if err != nil {
		return loom.Grouping{}, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	_, cols := conn.Shape()
	t := &textTable{height: cols, thing: loom.Columns.String()}
	if err := t.read(source); err != nil {
		return loom.Grouping{}, err
	}
	if t.width != 1 {
		return loom.Grouping{}, fmt.Errorf("%s: %d fields in a line, want one label", a.labels, t.width)
	}
	labels, err := t.values(guessType(t.texts), []int{t.n})
	return loom.GroupByLabels("Group", labels), err
}

// options understands all flags but those of the groups and the function.
func (a *aggregator) options(conn *loom.Conn) ([]loom.AggregateOption, error) {
	if !conn.Layers().Has(a.layer) {
		return nil, noLayer(conn, a.layer)
	}
	opts := []loom.AggregateOption{loom.AggregateLayer(a.layer)}
	for _, text := range a.attrs {
		name, function, ok := cutLast(text, "=")
		if !ok {
			return nil, fmt.Errorf("--attr %q, want NAME=FUNC", text)
		}
		if err := hasAttribute(conn, loom.Columns, name); err != nil {
			return nil, fmt.Errorf("--attr: %w", err)
		}
		f, err := loom.ParseAttrFunc(function)
		if err != nil {
			return nil, fmt.Errorf("--attr %s: %w", name, err)
		}
		opts = append(opts, loom.AggregateAttr(name, f))
	}
	if a.ifEqual {
		opts = append(opts, loom.AggregateIfEqual())
	}
	if a.selected.given {
		_, cols := conn.Shape()
		picked, err := parseChoice(a.selected.text, cols, conn.ColAttrs())
		if err != nil {
			return nil, fmt.Errorf("--select: %w", err)
		}
		opts = append(opts, loom.AggregateColumns(picked.part(0, picked.n)))
	}
	var stored []loom.WriteOption
	if a.dtype != "" {
		stored = append(stored, loom.StoreAs(a.dtype))
	}
	if a.nonFinite {
		stored = append(stored, loom.AllowNonFinite())
	}
	return append(opts, loom.AggregateTo(a.out, stored...)), nil
}

// cutLast is [strings.Cut] at the last separator.
func cutLast(text, separator string) (before, after string, ok bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

func (a *aggregator) print(cmd *cobra.Command, made *loom.Aggregated) error {
	rows, groups := made.Matrix.Dims()
	total := 0
	for _, size := range made.Sizes {
		total += size
	}
	object := struct {
		Filename string          `json:"filename"`
		Shape    [2]int          `json:"shape"`
		Function string          `json:"function"`
		Labels   json.RawMessage `json:"labels"`
		Sizes    []int           `json:"sizes"`
	}{a.out, [2]int{rows, groups}, a.function, appendJSONArray(nil, made.Labels), made.Sizes}
	text := fmt.Sprintf("%s: %s of %s in %s", a.out, a.function, count(total, "column"), count(groups, "group"))
	return printMade(cmd, a.asJSON, object, text)
}
