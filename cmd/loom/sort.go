package main

import (
	"errors"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newSortCommand() *cobra.Command {
	var r reordering
	var axis string
	var by []string
	var descending bool
	cmd := &cobra.Command{
		Use:   "sort FILE",
		Short: "Sort rows or columns by attributes",
		Long: `sort puts the columns, or the rows, of a file in the order of an attribute: those of the
main matrix and of all layers, with their attributes and graphs. Where values are equal
the attribute of the next --by decides, and in the end the present order.

Numbers are sorted as numbers, and nan comes last; strings byte by byte.

` + reorderingHelp,
		Example: `  loom sort cells.loom --by Clusters --by TotalUMI
  loom sort cells.loom --axis rows --by Gene -o sorted.loom
  loom sort cells.loom --by TotalUMI --desc`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if r.axis, err = parseAxis(axis); err != nil {
				return err
			}
			if len(by) == 0 {
				return errors.New("sort by what? Name an attribute by --by")
			}
			var keys []loom.SortKey
			for _, name := range by {
				keys = append(keys, loom.SortKey{Name: name, Descending: descending})
			}
			return r.run(cmd, args[0], func(conn *loom.Conn) ([]int, error) {
				for _, name := range by {
					if err := hasAttribute(conn, r.axis, name); err != nil {
						return nil, err
					}
				}
				return attributesOf(conn, r.axis).Argsort(keys...)
			})
		},
	}
	cmd.Flags().StringVar(&axis, "axis", "cols", "what to sort: `rows|cols`")
	cmd.Flags().StringArrayVar(&by, "by", nil, "sort by the attribute `ATTR`; may be repeated")
	cmd.Flags().BoolVar(&descending, "desc", false, "greatest first")
	r.addFlags(cmd)
	return cmd
}
