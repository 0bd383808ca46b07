package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A difference is a line of loom diff.
type difference struct {
	Path  string `json:"path"`
	Kind  string `json:"kind"`
	A     string `json:"a,omitempty"`
	B     string `json:"b,omitempty"`
	Count int64  `json:"count,omitempty"`
	First []int  `json:"first,omitempty"`
}

func newDiffCommand() *cobra.Command {
	var times, asJSON bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say in which ways the contents of two files differ",
		Long: `diff compares the contents of two Loom files: layers, attributes and graphs that only one has,
and the types, shapes and values of those that both have. How things are stored makes no
difference: chunks, compression, the version of HDF5, the order of names and of edges. Nor do the
attributes last_modified and CreationDate, unless --times is given.

It prints a line for each difference: where, what, and for values how many differ and the first
of them. It reads both files once; memory does not grow with them.

Exit codes:
  0  no difference
  1  some
  2  a file cannot be read

With --json it prints one object with the keys a, b, same and differences: a list of objects with
the keys path, kind (only in a, only in b, types, shapes, values), a and b (what each has), count
and first (position of the first value that differs).`,
		Example: `  loom diff before.loom after.loom
  loom diff before.loom after.loom --json | jq '.differences[].path'`,
		Args: arguments("A", "B"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			a, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			b, _, err := openToLook(cmd, args[1])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, b.Close()) }()
			var opts []loom.DiffOption
			if times {
				opts = append(opts, loom.WithTimes())
			}
			found, err := loom.Diff(cmd.Context(), a, b, opts...)
			if err != nil {
				return err
			}
			if err := printDifferences(cmd.OutOrStdout(), args, found, asJSON); err != nil {
				return err
			}
			if len(found) > 0 {
				return errDiffer
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&times, "times", false, "compare last_modified and CreationDate, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printDifferences(out io.Writer, files []string, found []loom.Difference, asJSON bool) error {
	differences := make([]difference, len(found))
	var text strings.Builder
	for i, d := range found {
		differences[i] = difference{partOfDifference(d).String(), string(d.Kind), d.A, d.B, d.Count, d.First}
		text.WriteString(printable(differences[i].String()) + "\n")
	}
	if asJSON {
		return encodeJSON(out, struct {
			A           string       `json:"a"`
			B           string       `json:"b"`
			Same        bool         `json:"same"`
			Differences []difference `json:"differences"`
		}{files[0], files[1], len(found) == 0, differences})
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// partOfDifference returns which part a difference is about.
func partOfDifference(d loom.Difference) part {
	p := part{name: d.Name}
	switch d.Part {
	case "row attribute", "column attribute":
		p.kind = attributePart
	case "global attribute":
		p.kind = globalPart
	case "row graph", "column graph":
		p.kind = graphPart
	}
	if strings.HasPrefix(d.Part, "column") {
		p.axis = loom.Columns
	}
	return p
}

func (d *difference) String() string {
	switch {
	case d.A == "" && d.B == "" && d.Count == 0:
		return d.Path + ": " + d.Kind
	case d.Kind != string(loom.Values):
		return fmt.Sprintf("%s: %s %s and %s", d.Path, d.Kind, d.A, d.B)
	case d.First == nil:
		return fmt.Sprintf("%s: %s that only one has", d.Path, count(int(d.Count), "edge"))
	}
	if len(d.First) == 0 {
		return fmt.Sprintf("%s: %s and %s", d.Path, d.A, d.B)
	}
	if d.Count == 1 {
		return fmt.Sprintf("%s: 1 value differs, at %v: %s and %s", d.Path, d.First, d.A, d.B)
	}
	return fmt.Sprintf("%s: %d values differ, first at %v: %s and %s", d.Path, d.Count, d.First, d.A, d.B)
}
