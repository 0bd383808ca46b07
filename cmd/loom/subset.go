package main

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

func newSubsetCommand() *cobra.Command {
	var rows, cols, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "subset FILE [--cols EXPR] [--rows EXPR] -o OUT",
		Short: "Make a file of some of the rows and columns",
		Long: `subset makes a Loom file of the rows and columns that are chosen, with all layers,
attributes and graphs; graphs keep the edges between what is left.

` + choiceHelp + `

OUT appears when it is complete, and replaces a file of that name. Memory does not grow with the
file. What cannot become part of OUT is named on standard error.

With --json it prints one object with the keys filename, shape, losses (objects with file,
kind, name and reason) and warnings.`,
		Example: `  loom subset cells.loom --cols 'Class == "Neuron" && TotalUMI > 1000' -o neurons.loom
  loom subset cells.loom --rows 'Gene in ["Actb", "Gad1"]' --cols ::10 -o small.loom
  loom subset cells.loom --rows 'not (Gene startsWith "mt-")' -o nuclear.loom`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if out == "" {
				return errors.New("required option -o is missing; see 'loom subset --help'")
			}
			if !cmd.Flags().Changed("rows") && !cmd.Flags().Changed("cols") {
				return errors.New("give --rows or --cols, or both; see 'loom subset --help'")
			}
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			source := loom.Source{Conn: conn}
			if source.Rows, err = chosenOn(cmd, conn, loom.Rows, "rows", rows); err != nil {
				return err
			}
			if source.Cols, err = chosenOn(cmd, conn, loom.Columns, "cols", cols); err != nil {
				return err
			}
			made, err := makeSubset(cmd, out, source)
			if err != nil {
				return err
			}
			return made.print(cmd, asJSON)
		},
	}
	cmd.Flags().StringVar(&rows, "rows", "", "take the rows for which `EXPR` is true")
	cmd.Flags().StringVar(&cols, "cols", "", "take the columns for which `EXPR` is true")
	cmd.Flags().StringVarP(&out, "output", "o", "", "make the file `OUT`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was made as JSON")
	return cmd
}

// chosenOn returns what a flag chooses on an axis, or all if it is not given.
func chosenOn(cmd *cobra.Command, conn *loom.Conn, axis loom.Axis, flag, text string) (loom.Selector, error) {
	if !cmd.Flags().Changed(flag) {
		return loom.All(), nil
	}
	length := max(0, lengthOf(conn, axis))
	picked, err := parseChoice(text, length, attributesOf(conn, axis))
	if err != nil {
		return loom.Selector{}, fmt.Errorf("--%s: %w", flag, err)
	}
	if picked.n == 0 {
		return loom.Selector{}, fmt.Errorf("--%s %s: chooses none of the %d %s", flag, text, length, axis)
	}
	return picked.part(0, picked.n), nil
}

// A madeFile is a file that was made of part of another one.
type madeFile struct {
	Filename string   `json:"filename"`
	Value    string   `json:"value,omitempty"` // see loom split
	Shape    [2]int   `json:"shape"`
	Losses   []loss   `json:"losses"`
	Warnings []string `json:"warnings"`
}

// makeSubset makes a file of part of another one, and names what was lost.
func makeSubset(cmd *cobra.Command, path string, source loom.Source) (*madeFile, error) {
	if sameFile(source.Conn.Filename(), path) {
		return nil, fmt.Errorf("%s is the file itself, which the part would replace", path)
	}
	result, err := loom.Combine(cmd.Context(), path, []loom.Source{source}, loom.IncludeGraphs(), loom.TrustRowOrder())
	if err != nil {
		return nil, err
	}
	made := &madeFile{Filename: path, Shape: [2]int{result.Rows, result.Cols}, Losses: lossesOf(result), Warnings: append([]string{}, result.Warnings...)}
	for _, loss := range result.Losses {
		note(cmd, "lost: %v", loss)
	}
	for _, warning := range result.Warnings {
		note(cmd, "%s", warning)
	}
	return made, nil
}

// print says what was made.
func (m *madeFile) print(cmd *cobra.Command, asJSON bool) error {
	return printMade(cmd, asJSON, m, m.Filename+": "+shapeText(m.Shape[0], m.Shape[1]))
}
