package main

import (
	"context"
	"errors"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A merging is what loom add and loom combine have in common.
type merging struct {
	key     string
	fill    []string
	convert bool
	graphs  bool
	skip    []string
	trust   bool
	strict  bool
}

func (m *merging) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&m.key, "key", "k", "", "bring rows into one order by the row attribute `ATTR`")
	cmd.Flags().StringArrayVar(&m.fill, "fill", nil, "fill gaps in column attributes: auto, or `NAME=VALUE`")
	cmd.Flags().BoolVar(&m.convert, "convert-attrs", false, "make column attributes of global attributes that differ")
	cmd.Flags().BoolVar(&m.graphs, "include-graphs", false, "graphs too")
	cmd.Flags().StringArrayVar(&m.skip, "skip", nil, "leave out attributes called `NAME`")
	cmd.Flags().BoolVar(&m.trust, "trust-row-order", false, "without --key, take rows as they come, whatever their names")
	cmd.Flags().BoolVar(&m.strict, "strict", false, "refuse to lose anything")
}

// mergingHelp describes them.
const mergingHelp = `--key ATTR brings the rows of all files into the order of the first: ATTR must have a different
value in each row. Without it the rows are taken as they come, and must have the same names
(Accession, or else Gene, or else another attribute of strings) unless --trust-row-order is given.

An attribute that not all files have, or not in one shape, cannot go on. --fill auto fills the
gaps of column attributes with zeros and empty strings, --fill NAME=VALUE those of one with a value;
then all that need one must have one. --convert-attrs makes column attributes of global attributes
that are not the same in all files. Standard error says what is lost; --strict refuses to lose anything,
and --skip NAME leaves an attribute out on purpose.`

// options returns the options that the flags stand for, for files of which the first
// comes first.
func (m *merging) options(files []*loom.Conn) ([]loom.AddLoomOption, error) {
	opts := []loom.AddLoomOption{loom.SkipAttrs(m.skip...)}
	if m.key != "" {
		opts = append(opts, loom.ByKey(m.key))
	}
	for _, f := range []struct {
		set    bool
		option loom.AddLoomOption
	}{{m.convert, loom.ConvertAttrs()}, {m.graphs, loom.IncludeGraphs()}, {m.trust, loom.TrustRowOrder()}, {m.strict, loom.KeepAll()}} {
		if f.set {
			opts = append(opts, f.option)
		}
	}
	fill, err := fillOption(m.fill, func(name string) (string, error) { return columnType(files, name) })
	for _, option := range fill {
		opts = append(opts, option)
	}
	return opts, err
}

// say tells on standard error what was lost and what is not sure.
func (m *merging) say(cmd *cobra.Command, result loom.Combined) {
	for _, warning := range result.Warnings {
		note(cmd, "%s", warning)
	}
	for _, loss := range result.Losses {
		note(cmd, "lost: %v", loss)
	}
}

func newAddCommand() *cobra.Command {
	var c changing
	var m merging
	cmd := &cobra.Command{
		Use:   "add FILE OTHER",
		Short: "Add the columns (cells) of another file",
		Long: `add adds the columns of the file OTHER to all layers of FILE, with their attributes. OTHER
stays as it is.

Every layer of FILE must be there in OTHER; other layers of OTHER are lost. Elements are stored in
the types that the layers of FILE have, which must hold them. Row attributes are those of FILE. So
are column graphs unless --include-graphs adds the edges that a graph of the same name has in OTHER.

` + mergingHelp + `

` + changingHelp + ` What is lost, and what is not sure, is under losses and warnings.`,
		Example: `  loom add cells.loom more.loom
  loom add cells.loom more.loom --key Accession --fill auto
  loom add cells.loom more.loom --include-graphs --strict --dry-run`,
		Args: arguments("FILE", "OTHER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd, args[0], func(conn *loom.Conn) ([]*change, error) {
				added, err := m.plan(cmd, conn, args[1])
				return []*change{added}, err
			})
		},
	}
	m.addFlags(cmd)
	c.addFlags(cmd)
	return cmd
}

// plan returns the change that adds the columns of the file at path.
func (m *merging) plan(cmd *cobra.Command, conn *loom.Conn, path string) (_ *change, err error) {
	other, violations, err := openToLook(cmd, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	opts, err := m.options([]*loom.Conn{conn, other})
	if err != nil {
		return nil, err
	}
	if len(violations) > 0 {
		opts = append(opts, loom.OpenWith(loom.SkipValidation()))
	}
	matrix := part{kind: layerPart}
	c := &change{Action: "add", Path: "columns", Was: matrix.was(conn), after: matrix.describe}
	c.apply = func(ctx context.Context, tx *loom.Tx) error {
		result, err := tx.AddLoom(ctx, path, opts...)
		if err != nil {
			return err
		}
		c.Losses, c.Warnings = lossesOf(result), result.Warnings
		m.say(cmd, result)
		return nil
	}
	return c, nil
}

// A loss is a [loom.Loss] in JSON.
type loss struct {
	File   string `json:"file"`
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func lossesOf(result loom.Combined) []loss {
	losses := make([]loss, len(result.Losses))
	for i, l := range result.Losses {
		losses[i] = loss(l)
	}
	return losses
}
