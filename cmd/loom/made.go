package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// printMade says on standard output which file a command has made, or written anew: as
// JSON, or in lines of text unless the command is to be quiet. All such objects have
// the key filename.
func printMade(cmd *cobra.Command, asJSON bool, object any, lines ...string) error {
	if asJSON {
		return encodeJSON(cmd.OutOrStdout(), object)
	}
	if quiet(cmd) {
		return nil
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(printable(line) + "\n")
	}
	_, err := io.WriteString(cmd.OutOrStdout(), b.String())
	return err
}

// shapeText says in words how many rows and columns there are.
func shapeText(rows, cols int) string {
	return count(rows, "row") + ", " + count(cols, "column")
}
