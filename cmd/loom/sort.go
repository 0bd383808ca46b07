package main

import (
	"errors"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newSortCommand() *cobra.Command {
	var axis, out string
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
			along, err := parseAxis(axis)
			if err != nil {
				return err
			}
			if len(by) == 0 {
				return errors.New("sort by what? Name an attribute by --by")
			}
			var keys []loom.SortKey
			for _, name := range by {
				keys = append(keys, loom.SortKey{Name: name, Descending: descending})
			}
			return reorder(cmd, args[0], out, along, func(conn *loom.Conn) ([]int, error) {
				attributes := conn.ColAttrs()
				if along == loom.Rows {
					attributes = conn.RowAttrs()
				}
				for _, name := range by {
					if p := (part{attributePart, along, name}); !attributes.Has(name) {
						return nil, p.missing(conn)
					}
				}
				return attributes.Argsort(keys...)
			})
		},
	}
	cmd.Flags().StringVar(&axis, "axis", "cols", "what to sort: `rows|cols`")
	cmd.Flags().StringArrayVar(&by, "by", nil, "sort by the attribute `ATTR`; may be repeated")
	cmd.Flags().BoolVar(&descending, "desc", false, "greatest first")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `OUT` and leave FILE as it is")
	return cmd
}
